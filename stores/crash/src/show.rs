//! The whole matrix, and one row of it.

use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddr},
    ops::Range,
    sync::Arc,
    time::{Duration, Instant},
};

use hookgate_test_support::{Break, PostgresServer, Proxy};
use sqlx::{Connection, Executor, PgConnection};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    Result,
    dying::below,
    engine::Engine,
    row::{Database, ROWS, Row},
    senders::{is_transactional, send},
    supervised::Supervised,
};

/// So long the rest may take once everything was sent.
const PATIENCE: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(20);
const IDLE: usize = 150;

/// Runs every row whose name has `only` in it, on both engines.
pub(crate) async fn all(events: i64, only: &str) -> Result<()> {
    let rows: Vec<&Row> = ROWS.iter().filter(|row| row.name.contains(only)).collect();
    if rows.is_empty() {
        return Err(format!("no row has {only:?} in its name").into());
    }
    let mut is_right = true;
    println!(
        "{events} events a row; rates are events a second from sending to handled, before and after what goes wrong\n"
    );
    println!(
        "| engine | what goes wrong | died | accepted | lost | twice, with its end | twice, alone | rate before | after |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for row in rows {
        let is_of_server = !matches!(row.database, Database::Sound);
        if !is_of_server {
            let folder = tempfile::tempdir()?;
            let url = format!("sqlite:{}", folder.path().join("inbox.db").display());
            is_right &= told("SQLite", row, events, &Place { url, server: None }).await?;
        }
        // It says so where there is none.
        if let Some(server) = PostgresServer::start_durable() {
            let url = server.url();
            let server = Some(Arc::new(server));
            is_right &= told("PostgreSQL", row, events, &Place { url, server }).await?;
        }
    }
    if is_right {
        return Ok(());
    }
    Err("a row is not as it should be".into())
}

/// A database.
struct Place {
    url: String,
    server: Option<Arc<PostgresServer>>,
}

#[derive(Default)]
struct Count {
    died: usize,
    accepted: usize,
    lost: usize,
    twice_with_end: i64,
    twice_alone: i64,
    before: f64,
    after: f64,
}

async fn told(engine: &str, row: &Row, events: i64, place: &Place) -> Result<bool> {
    let count = run(row, events, place).await?;
    let is_kept =
        count.lost == 0 && count.twice_with_end == 0 && (row.may_repeat || count.twice_alone == 0);
    let wrong = if !is_kept {
        " **broken**"
    } else if count.accepted < usize::try_from(events)? {
        " **not all accepted**"
    } else if row.kills() && count.died == 0 {
        // Such a row shows nothing.
        " **nothing died**"
    } else {
        ""
    };
    println!(
        "| {engine} | {} | {} | {} | {} | {} | {} | {:.0} | {:.0} |{wrong}",
        row.name,
        count.died,
        count.accepted,
        count.lost,
        count.twice_with_end,
        count.twice_alone,
        count.before,
        count.after,
    );
    Ok(wrong.is_empty())
}

async fn run(row: &Row, events: i64, place: &Place) -> Result<Count> {
    let engine = Engine::create(&place.url).await?;
    let (first, second) = (events / 5, events * 4 / 5);
    let mut accepted = Vec::new();
    let mut count = Count::default();

    let sound = Processes::start(&ROWS[0], &place.url).await?;
    count.before = rate(&engine, &sound.addresses, 0..first, &mut accepted).await?;
    sound.stop().await?;

    let (mut fault, url) = Fault::begin(row.database, place).await?;
    let processes = Processes::start(row, &url).await?;
    // A short run may be over before a kill was due.
    let middle = i64::midpoint(first, second);
    accepted.extend(send(&processes.addresses, first..middle).await?);
    processes.kill_at_last();
    accepted.extend(send(&processes.addresses, middle..second).await?);
    fault.end().await?;
    // A worker that were stopped with its hands full would repeat effects, which is another row's.
    drained(&engine).await?;
    count.died = processes.stop().await?;
    drop(fault);

    let sound = Processes::start(&ROWS[0], &place.url).await?;
    count.after = rate(&engine, &sound.addresses, second..events, &mut accepted).await?;
    sound.stop().await?;

    accepted.sort_unstable();
    accepted.dedup();
    count.accepted = accepted.len();
    let effects = engine.effects().await?;
    judge(&mut count, &accepted, &effects);
    let (_, dead) = engine.kept().await?;
    if dead > 0 {
        return Err(format!("{dead} events are dead letters, and none should be").into());
    }
    Ok(count)
}

fn judge(count: &mut Count, accepted: &[i64], effects: &BTreeMap<i64, i64>) {
    count.lost = accepted
        .iter()
        .filter(|event| !effects.contains_key(event))
        .count();
    for (event, times) in effects {
        let more = times - 1;
        if is_transactional(*event) {
            count.twice_with_end += more;
        } else {
            count.twice_alone += more;
        }
    }
}

/// Events a second, from the first that is sent to the last that is handled.
async fn rate(
    engine: &Engine,
    to: &[SocketAddr],
    events: Range<i64>,
    accepted: &mut Vec<i64>,
) -> Result<f64> {
    let (begun, count) = (Instant::now(), events.end - events.start);
    accepted.extend(send(to, events).await?);
    drained(engine).await?;
    Ok(f64::from(u32::try_from(count)?) / begun.elapsed().as_secs_f64())
}

pub(crate) async fn drained(engine: &Engine) -> Result<()> {
    let begun = Instant::now();
    loop {
        // The pool may hold connections that broke meanwhile.
        let kept = engine.kept().await;
        if matches!(kept, Ok((0, _))) {
            return Ok(());
        }
        if begun.elapsed() > PATIENCE {
            let waiting = engine.waiting().await?;
            return Err(format!("after three minutes the inbox still holds: {waiting}").into());
        }
        tokio::time::sleep(LOOK).await;
    }
}

struct Processes {
    all: Vec<Supervised>,
    addresses: Vec<SocketAddr>,
}

impl Processes {
    async fn start(row: &Row, url: &str) -> Result<Self> {
        let address = free_address().await?;
        let (at, mut addresses) = (address.to_string(), vec![address]);
        let receiver = ["receiver", url, row.receiver.name(), &at];
        // Short where workers die, so that the row is. Elsewhere a busy machine must not make one lapse.
        let lease = if row.may_repeat { "1" } else { "30" };
        let worker = ["worker", url, row.worker.name(), lease];
        let mut all = vec![
            Supervised::start(&receiver, row.receiver_killed).await?,
            Supervised::start(&worker, row.worker_killed).await?,
        ];
        if row.beside_inline {
            let address = free_address().await?;
            let inline = ["inline", url, &address.to_string()];
            all.push(Supervised::start(&inline, None).await?);
            addresses.push(address);
        }
        Ok(Self { all, addresses })
    }

    fn kill_at_last(&self) {
        for process in &self.all {
            process.kill_at_last();
        }
    }

    async fn stop(self) -> Result<usize> {
        let mut died = 0;
        for process in self.all {
            died += process.stop().await?;
        }
        Ok(died)
    }
}

/// A port that is free now. A receiver that was killed takes it again.
async fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    Ok(listener.local_addr()?)
}

/// What goes wrong with the database until it is ended.
struct Fault {
    task: Option<JoinHandle<Result<()>>>,
    server: Option<Arc<PostgresServer>>,
    /// Between the processes and the server. It goes on after the fault has ended.
    proxy: Option<Arc<Proxy>>,
}

impl Fault {
    /// Also says how the database is reached meanwhile.
    async fn begin(fault: Database, place: &Place) -> Result<(Self, String)> {
        let mut url = place.url.clone();
        let mut proxy = None;
        let Some(server) = place.server.clone() else {
            return Ok((
                Self {
                    task: None,
                    server: None,
                    proxy: None,
                },
                url,
            ));
        };
        let task = match fault {
            Database::Sound => None,
            Database::Crashes => Some(tokio::spawn(crashes(server.clone()))),
            Database::LosesBackends => Some(tokio::spawn(loses_backends(url.clone()))),
            Database::IsCrowded => {
                let mut idle = Vec::new();
                for _ in 0..IDLE {
                    idle.push(PgConnection::connect(&url).await?);
                }
                Some(tokio::spawn(async move {
                    let _idle = idle;
                    std::future::pending().await
                }))
            }
            Database::Breaks => {
                let breaking = Arc::new(Proxy::start(server.port()).await);
                url = server.url_as("postgres", breaking.port());
                proxy = Some(breaking.clone());
                Some(tokio::spawn(breaks(breaking)))
            }
        };
        let server = Some(server);
        Ok((
            Self {
                task,
                server,
                proxy,
            },
            url,
        ))
    }

    async fn end(&mut self) -> Result<()> {
        if let Some(task) = self.task.take() {
            task.abort();
            // It may be starting the server again.
            if let Ok(ended) = task.await {
                ended?;
            }
            if let (Some(server), None) = (self.server.clone(), &self.proxy) {
                tokio::task::spawn_blocking(move || {
                    server.crash();
                    server.resume();
                })
                .await?;
            }
        }
        Ok(())
    }
}

async fn crashes(server: Arc<PostgresServer>) -> Result<()> {
    loop {
        tokio::time::sleep(Duration::from_millis(1000 + below(1000)?)).await;
        let server = server.clone();
        tokio::task::spawn_blocking(move || {
            server.crash();
            server.resume();
        })
        .await?;
    }
}

async fn loses_backends(url: String) -> Result<()> {
    const END: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                       WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
    let mut connection = PgConnection::connect(&url).await?;
    loop {
        tokio::time::sleep(Duration::from_millis(500)).await;
        connection.execute(END).await?;
    }
}

async fn breaks(proxy: Arc<Proxy>) -> Result<()> {
    loop {
        tokio::time::sleep(Duration::from_millis(30)).await;
        let breaks = if below(2)? == 0 {
            Break::BeforeRequest
        } else {
            Break::BeforeAnswer
        };
        proxy.break_next(&[breaks]);
    }
}
