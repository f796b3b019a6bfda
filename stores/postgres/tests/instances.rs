//! Several instances of one application on one server.

mod place;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hookgate::Ack;
use hookgate_postgres::{PostgresStore, Table};
use hookgate_test_support::{App, Child, ClockAhead, child_task, respawn, send_until_done};
use place::{Place, fresh_table, number, run};
use sqlx::{AssertSqlSafe, PgPool};

#[tokio::test(flavor = "multi_thread")]
async fn copies_sent_to_two_instances_at_once_are_handled_once() {
    let Some(place) = Place::find() else { return };
    let table = fresh_table();
    let runs = Arc::<AtomicU64>::default();
    let mut instances = Vec::new();
    // The second one's clock is half a minute ahead: the server's counts.
    for ahead in [0, 30] {
        let store = PostgresStore::builder()
            .table(table.clone())
            .connect(place.url())
            .await
            .expect("connect");
        store.migrate().await.expect("migrate");
        let runs = runs.clone();
        let clock = ClockAhead::by(Duration::from_secs(ahead));
        let app = App::start_with(
            store,
            |receiver| receiver.clock(clock),
            move |_| {
                let runs = runs.clone();
                async move {
                    runs.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    Ok(Ack::processed())
                }
            },
        );
        instances.push(app.await);
    }
    let mut copies = Vec::new();
    for event in 0..40 {
        for copy in 0..4 {
            let to = instances[copy % 2].address();
            copies.push(tokio::spawn(async move {
                send_until_done(|| to, &format!("event {event}")).await;
            }));
        }
    }
    for copy in copies {
        copy.await.expect("answered");
    }
    assert_eq!(runs.load(Ordering::Relaxed), 40);
}

const EVENTS: u64 = 200;
const KILLS: u64 = 12;

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_kills_leaves_every_effect_exactly_once() {
    let Some(place) = Place::find() else { return };
    let pool = place.pool().await;
    let (table, effects) = (plain(&fresh_table()), plain(&fresh_table()));
    run(&pool, format!("CREATE TABLE {effects} (id text)")).await;
    let folder = hookgate_test_support::temporary_folder();
    let task = |name: &str| {
        let told = folder.path().join(name);
        format!("{table} {effects} {} {}", told.display(), place.url())
    };
    let mut instances: Vec<Instance> = (0..2)
        .map(|number| Instance::start(folder.path(), &format!("{number}"), &task))
        .collect();

    let addresses = Arc::new(std::sync::RwLock::new(
        instances
            .iter_mut()
            .map(Instance::address)
            .collect::<Vec<_>>(),
    ));
    let done = Arc::<AtomicU64>::default();
    let senders: Vec<_> = (0..8)
        .map(|sender| {
            let (addresses, done) = (addresses.clone(), done.clone());
            tokio::spawn(async move {
                for event in (sender..EVENTS).step_by(8) {
                    let tries = AtomicU64::new(event);
                    let to = || {
                        let turn = tries.fetch_add(1, Ordering::Relaxed);
                        let addresses = addresses.read().expect("addresses");
                        addresses[usize::try_from(turn % 2).expect("0 or 1")]
                    };
                    send_until_done(to, &format!("event {event}")).await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();

    let began = Instant::now();
    let mut kills = 0;
    while kills < KILLS && done.load(Ordering::Relaxed) < EVENTS {
        // At whatever it is doing: the moment differs from kill to kill and from run to run.
        let moment = 20 + u64::from(began.elapsed().subsec_nanos()) % 180;
        tokio::time::sleep(Duration::from_millis(moment)).await;
        let victim = usize::try_from(kills % 2).expect("0 or 1");
        instances[victim].child.kill();
        kills += 1;
        let mut next = Instance::start(folder.path(), &format!("{}", kills + 2), &task);
        let address = tokio::task::block_in_place(|| next.address());
        addresses.write().expect("addresses")[victim] = address;
        instances[victim] = next;
    }
    for sender in senders {
        sender.await.expect("every event is done");
    }
    assert!(
        kills >= KILLS / 2,
        "too few kills to call it a storm: {kills}"
    );

    let written = number(&pool, format!("SELECT count(*) FROM {effects}")).await;
    let events = number(&pool, format!("SELECT count(DISTINCT id) FROM {effects}")).await;
    assert_eq!((written, events), (200, 200), "every effect exactly once");
    let open = number(
        &pool,
        format!("SELECT count(*) FROM {table} WHERE state <> 1"),
    )
    .await;
    assert_eq!(open, 0, "every event is done");
}

struct Instance {
    child: Child,
    told: PathBuf,
}

impl Instance {
    fn start(folder: &Path, name: &str, task: &dyn Fn(&str) -> String) -> Self {
        Self {
            child: respawn("one_instance", &task(name)),
            told: folder.join(name),
        }
    }

    fn address(&mut self) -> SocketAddr {
        let mut found = None;
        hookgate_test_support::until("an instance starts", || {
            found = std::fs::read_to_string(&self.told)
                .ok()
                .and_then(|told| told.parse().ok());
            found.is_some()
        });
        found.expect("an address")
    }
}

/// A receiver in a process of its own, until it is killed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_instance() {
    let Some(task) = child_task() else { return };
    let [table, effects, told, url] = task.split(' ').collect::<Vec<_>>()[..] else {
        panic!("a task has four words");
    };
    let pool = PgPool::connect(url).await.expect("connect");
    let store = PostgresStore::builder()
        .table(Table::new(table).expect("a table's name"))
        .pool(pool.clone());
    store.migrate().await.expect("migrate");
    let (settling, effects) = (store.clone(), effects.to_owned());
    let lease = Duration::from_millis(600);
    let app = App::start_with(
        store,
        |receiver| receiver.lease(lease).heartbeat(lease / 4),
        move |delivery| {
            let (store, pool, effects) = (settling.clone(), pool.clone(), effects.clone());
            async move {
                let mut tx = pool.begin().await?;
                let insert = format!("INSERT INTO {effects} VALUES ('{}')", delivery.event_key());
                sqlx::raw_sql(AssertSqlSafe(insert))
                    .execute(&mut *tx)
                    .await?;
                tokio::time::sleep(Duration::from_millis(10)).await;
                store.settle_in(&mut tx, delivery.lease()).await?;
                tx.commit().await?;
                Ok(Ack::processed())
            }
        },
    )
    .await;
    // Moved into place, so that nobody reads half of it.
    let draft = format!("{told}.draft");
    std::fs::write(&draft, app.address().to_string()).expect("write");
    std::fs::rename(draft, told).expect("rename");
    // Until it is killed, or its parent was.
    let parent = std::os::unix::process::parent_id();
    while std::os::unix::process::parent_id() == parent {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn plain(table: &Table) -> String {
    table.to_string().replace('"', "")
}
