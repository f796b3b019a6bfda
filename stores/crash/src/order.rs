//! Order: events of many keys, some of which fail, handled by a worker that is killed again and again. The effects of each
//! key must come in the order in which its events were accepted.

use std::{
    collections::BTreeMap,
    future::pending,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::{Router, routing::post};
use hookgate::{
    Ack, Delivery, Nack, Receiver,
    inbox::Inbox,
    json::{Json, Payload},
    worker::Worker,
};
use hookgate_axum::ReceiverExt;
use hookgate_test_support::PostgresServer;
use sqlx::Executor;
use tokio::{net::TcpListener, task::JoinSet};

use crate::{
    Result,
    dying::{Dies, below},
    engine::{Engine, drained},
    header, roles,
    senders::{PATH, deliver, member},
    supervised::{READY, Supervised},
};

/// Of each key.
const EVENTS: i64 = 50;
const SENDERS: i64 = 32;
/// So long a lease lasts. Each kill costs as much.
const LEASE: Duration = Duration::from_secs(1);
/// Long enough for a busy machine to get on between two kills.
const KILLED_WITHIN: Duration = Duration::from_secs(6);
/// A run in so many fails before its effect, and one in so many after it.
const FAILS_ONCE_IN: u64 = 8;

const SQLITE: &str = "CREATE TABLE ordered \
    (place INTEGER PRIMARY KEY AUTOINCREMENT, name BIGINT NOT NULL, number BIGINT NOT NULL)";
const POSTGRES: &str = "CREATE TABLE ordered \
    (place BIGSERIAL PRIMARY KEY, name BIGINT NOT NULL, number BIGINT NOT NULL)";
const INSERT: &str = "INSERT INTO ordered (name, number) VALUES ($1, $2)";
const ALL: &str = "SELECT name, number FROM ordered ORDER BY place";

/// Whether the effects of a key commit together with the ends of their events.
fn is_transactional(key: i64) -> bool {
    key % 2 == 0
}

/// On both engines, with 50 events of each key.
pub(crate) async fn all(keys: i64) -> Result<()> {
    let what = format!("{keys} keys with {EVENTS} events each, in order");
    println!("\n{}\n", header::text(&what).await?);
    println!("| engine | died | effects | repeated | missing | out of order |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let folder = tempfile::tempdir()?;
    let url = format!("sqlite:{}", folder.path().join("inbox.db").display());
    let mut is_right = told("SQLite", keys, &url).await?;
    // It says so where there is none.
    if let Some(server) = PostgresServer::start_durable() {
        is_right &= told("PostgreSQL", keys, &server.url()).await?;
    }
    if is_right {
        return Ok(());
    }
    Err("effects are not as their order says".into())
}

async fn told(name: &str, keys: i64, url: &str) -> Result<bool> {
    let engine = Engine::create(url).await?;
    match &engine {
        Engine::Sqlite(_, pool) => {
            pool.execute(SQLITE).await?;
        }
        Engine::Postgres(_, pool) => {
            pool.execute(POSTGRES).await?;
        }
    }
    let worker =
        Supervised::start(&["ordered-worker", url], Dies::Never, Some(KILLED_WITHIN)).await?;
    let to = receive(&engine).await?;
    send(to, keys, 0..EVENTS / 2).await?;
    worker.kill_at_last();
    send(to, keys, EVENTS / 2..EVENTS).await?;
    drained(&engine).await?;
    let deaths = worker.stop().await?;
    for ended in &deaths.by_itself {
        eprintln!("{name}: {ended}");
    }
    let (_, dead) = engine.kept().await?;
    let effects = effects(&engine).await?;
    let count = Count::of(keys, &effects);
    println!(
        "| {name} | {} | {} | {} | {} | {} |",
        deaths.meant,
        effects.len(),
        count.repeated,
        count.missing,
        count.out_of_order
    );
    let died_as_told = deaths.meant > 0 && deaths.by_itself.is_empty();
    Ok(died_as_told && dead == 0 && count.is_right())
}

/// Each key's events one after the other, since only then does a sender know their order.
async fn send(to: SocketAddr, keys: i64, numbers: std::ops::Range<i64>) -> Result<()> {
    let mut senders = JoinSet::new();
    for sender in 0..SENDERS {
        let numbers = numbers.clone();
        senders.spawn(async move {
            let mut connection = None;
            for number in numbers {
                for key in (sender..keys).step_by(usize::try_from(SENDERS)?) {
                    let body = format!(r#"{{"id":"evt_{key}_{number}","type":"invoice.paid","key":{key},"number":{number}}}"#);
                    if !deliver(&mut connection, to, &body, |_| {}).await {
                        return Err(
                            format!("event {number} of key {key} was never accepted").into()
                        );
                    }
                }
            }
            Result::Ok(())
        });
    }
    while let Some(sender) = senders.join_next().await {
        sender??;
    }
    Ok(())
}

fn receiver(inbox: impl Inbox) -> Result<Receiver> {
    let order = |payload: &Payload<Json>| match payload {
        Payload::Known(body) => member(body.get().as_bytes(), "key")
            .ok()
            .map(|key| key.to_string()),
        Payload::Unrecognized { .. } => None,
    };
    Ok(roles::receiver()?.inbox(inbox).inbox_order(order).build()?)
}

/// Accepts in this process, which nobody kills.
async fn receive(engine: &Engine) -> Result<SocketAddr> {
    let receiver = match engine.clone() {
        Engine::Sqlite(inbox, _) => receiver(inbox)?,
        Engine::Postgres(inbox, _) => receiver(inbox)?,
    };
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let app = Router::new().route(PATH, post(async || ()).layer(receiver.layer()));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

/// A process that is killed.
pub(crate) async fn work(url: &str) -> Result<()> {
    let engine = Engine::open(url).await?;
    match engine.clone() {
        Engine::Sqlite(inbox, _) => run(inbox, engine).await,
        Engine::Postgres(inbox, _) => run(inbox, engine).await,
    }
}

async fn run(inbox: impl Inbox + Clone, engine: Engine) -> Result<()> {
    let mut retries = roles::retries();
    retries.first = Duration::from_millis(100);
    retries.longest = retries.first;
    let receiver = receiver(inbox.clone())?;
    let worker = Worker::new(inbox)
        .lease(LEASE)
        .poll(Duration::from_millis(200))
        .retries(retries)
        .handle(&receiver, move |delivery: Delivery<Payload<Json>>| {
            let engine = engine.clone();
            async move { handle(&engine, &delivery).await }
        });
    println!("{READY}");
    worker.run(pending()).await?;
    Ok(())
}

async fn handle(
    engine: &Engine,
    delivery: &Delivery<Payload<Json>>,
) -> std::result::Result<Ack, Nack> {
    let key = member(delivery.payload(), "key")?;
    let number = member(delivery.payload(), "number")?;
    if below(FAILS_ONCE_IN)? == 0 {
        return Err(Nack::retry());
    }
    match engine {
        Engine::Sqlite(inbox, pool) => {
            let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
            let insert = sqlx::query(INSERT).bind(key).bind(number);
            insert.execute(&mut *tx).await?;
            if is_transactional(key) {
                inbox.settle_in(&mut tx, delivery.lease()).await?;
            }
            tx.commit().await?;
        }
        Engine::Postgres(inbox, pool) => {
            let mut tx = pool.begin().await?;
            let insert = sqlx::query(INSERT).bind(key).bind(number);
            insert.execute(&mut *tx).await?;
            if is_transactional(key) {
                inbox.settle_in(&mut tx, delivery.lease()).await?;
            }
            tx.commit().await?;
        }
    }
    if below(FAILS_ONCE_IN)? == 0 {
        return Err(Nack::retry());
    }
    Ok(Ack::processed())
}

/// Key and number of each effect, as they happened.
async fn effects(engine: &Engine) -> Result<Vec<(i64, i64)>> {
    Ok(match engine {
        Engine::Sqlite(_, pool) => sqlx::query_as(ALL).fetch_all(pool).await?,
        Engine::Postgres(_, pool) => sqlx::query_as(ALL).fetch_all(pool).await?,
    })
}

#[derive(Default)]
struct Count {
    repeated: usize,
    repeated_with_end: usize,
    missing: usize,
    out_of_order: usize,
}

impl Count {
    /// An effect may follow itself again where it commits alone. Nothing else may follow anything but its predecessor.
    fn of(keys: i64, effects: &[(i64, i64)]) -> Self {
        let mut count = Self::default();
        let mut last: BTreeMap<i64, i64> = (0..keys).map(|key| (key, -1)).collect();
        for (key, number) in effects {
            let before = last.insert(*key, *number).unwrap_or(-1);
            if *number == before {
                count.repeated += 1;
                count.repeated_with_end += usize::from(is_transactional(*key));
            } else if *number != before + 1 {
                count.out_of_order += 1;
            }
        }
        count.missing = last.values().filter(|last| **last != EVENTS - 1).count();
        count
    }

    fn is_right(&self) -> bool {
        self.out_of_order == 0 && self.missing == 0 && self.repeated_with_end == 0
    }
}
