//! The inbox on SQLite, `synchronous = FULL`, beside bare statements on the same tables and indexes: one connection,
//! batches of 64, each statement prepared, on a thread of its own. In turns, and the medians are compared.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use hookgate::{
    Ack, EventKey,
    dedup::OwnerToken,
    inbox::{Accept, Entry, FORMAT, Filter, Inbox},
    worker::Worker,
};
use hookgate_sqlite::SqliteInbox;
use hookgate_test_support::{App, RETAIN, TestDelivery, inboxes::Working, key, send};
use sqlx::{
    AssertSqlSafe, Connection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use hookgate_turns::median;

const TURN: Duration = Duration::from_secs(3);
const TURNS: usize = 5;
const SENDERS: usize = 64;
const BATCH: usize = 64;
/// Lines that one turn of a worker handles.
const LINES: u64 = 10_000;

static NUMBERS: AtomicU64 = AtomicU64::new(0);

fn next() -> EventKey {
    key(NUMBERS.fetch_add(1, Ordering::Relaxed))
}

fn entry(payload: &Bytes) -> Entry {
    let key = next();
    Entry {
        key,
        token: OwnerToken::from_bytes(*key.as_bytes().first_chunk().unwrap()),
        content: None,
        endpoint: "test".into(),
        event_type: "other",
        key_id: "0".into(),
        order: None,
        retain: RETAIN,
        format: FORMAT,
        payload: payload.clone(),
    }
}

pub(crate) async fn run() {
    let folder = tempfile::tempdir().expect("a folder");
    let inbox = SqliteInbox::open(folder.path().join("inbox.sqlite"))
        .await
        .expect("open");
    let mut bare = Bare::open(&folder.path().join("bare.sqlite")).await;
    println!(
        "SQLite, a commit of one page: {:.2} ms",
        bare.flush().await * 1e3
    );

    let payload = Bytes::from(vec![7; 1200]);
    accept(&inbox, &payload).await;
    alone_on_a_thread(bare.accept(&payload));
    let (mut ours, mut theirs, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(accept(&inbox, &payload).await);
        theirs.push(alone_on_a_thread(bare.accept(&payload)));
        alone.push(one_by_one(&inbox, &payload).await);
    }
    report("accept, 64 senders", median(ours), median(theirs));
    println!("    one sender alone: {:.0} events/s", median(alone));
    drop((inbox, bare));
    work().await;
}

/// Runs `work` where nothing else runs, as the inbox's own connection does: it is not to lose by how tasks are woken.
fn alone_on_a_thread<T: Send>(work: impl Future<Output = T> + Send) -> T {
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread()
                    .enable_time()
                    .build()
                    .expect("a runtime");
                runtime.block_on(work)
            });
            thread.join().expect("no panic")
        })
    })
}

fn report(what: &str, ours: f64, theirs: f64) {
    println!(
        "SQLite inbox, {what}: {ours:>7.0} events/s, bare {theirs:>7.0}, ratio {:.2}",
        ours / theirs
    );
}

async fn accept(inbox: &SqliteInbox, payload: &Bytes) -> f64 {
    let began = Instant::now();
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let (inbox, payload) = (inbox.clone(), payload.clone());
            tokio::spawn(async move {
                let mut accepted = 0_u64;
                while began.elapsed() < TURN {
                    let told = inbox.accept(vec![entry(&payload)]).await;
                    assert!(matches!(told.as_deref(), Ok([Accept::Queued])), "{told:?}");
                    accepted += 1;
                }
                accepted
            })
        })
        .collect();
    let mut accepted = 0;
    for sender in senders {
        accepted += sender.await.expect("a sender");
    }
    accepted as f64 / began.elapsed().as_secs_f64()
}

async fn one_by_one(inbox: &SqliteInbox, payload: &Bytes) -> f64 {
    let (began, mut accepted) = (Instant::now(), 0_u64);
    while began.elapsed() < Duration::from_secs(1) {
        inbox.accept(vec![entry(payload)]).await.expect("accept");
        accepted += 1;
    }
    accepted as f64 / began.elapsed().as_secs_f64()
}

/// A worker with an empty handler.
async fn work() {
    let folder = tempfile::tempdir().expect("a folder");
    let inbox = SqliteInbox::open(folder.path().join("inbox.sqlite"))
        .await
        .expect("open");
    let mut bare = Bare::open(&folder.path().join("bare.sqlite")).await;
    // What one delivery is stored as.
    let (app, receiver) = App::accepting(inbox.clone(), |it| it).await;
    assert_eq!(send(app.address(), "one").await, Some(200));
    let first = inbox.list(&Filter::all(), None, 1).await.expect("list");
    let first = inbox.read(&first.rows[0].key).await.expect("read");
    let payload = first.expect("it is kept").payload;
    for workers in [1, 2, 4] {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for turn in 0..=TURNS {
            fill(&inbox, &payload).await;
            let (began, left) = (Instant::now(), Arc::new(AtomicU64::new(LINES)));
            let done = Arc::new(tokio::sync::Notify::new());
            let handler = {
                let (left, done) = (left.clone(), done.clone());
                move |_: TestDelivery| {
                    if left.fetch_sub(1, Ordering::Relaxed) == 1 {
                        done.notify_one();
                    }
                    async { Ok(Ack::processed()) }
                }
            };
            let working: Vec<_> = (0..workers)
                .map(|_| {
                    let worker = Worker::new(inbox.clone()).handle(&receiver, handler.clone());
                    Working::start(worker)
                })
                .collect();
            done.notified().await;
            let rate = LINES as f64 / began.elapsed().as_secs_f64();
            for working in working {
                working.stop().await;
            }
            let bare = alone_on_a_thread(async {
                bare.fill(&payload).await;
                bare.drain().await
            });
            // The first turn warms both up.
            if turn > 0 {
                ours.push(rate);
                theirs.push(bare);
            }
        }
        report(
            &format!("lease, empty handler, settle, {workers} workers"),
            median(ours),
            median(theirs),
        );
    }
}

async fn fill(inbox: &SqliteInbox, payload: &Bytes) {
    for _ in 0..LINES / 500 {
        let entries = (0..500).map(|_| entry(payload)).collect();
        inbox.accept(entries).await.expect("accept");
    }
}

struct Bare {
    connection: SqliteConnection,
    number: i64,
}

impl Bare {
    async fn open(path: &std::path::Path) -> Self {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut connection = SqliteConnection::connect_with(&options)
            .await
            .expect("open");
        sqlx::raw_sql(AssertSqlSafe(SqliteInbox::schema()))
            .execute(&mut connection)
            .await
            .expect("create");
        Self {
            connection,
            number: 0,
        }
    }

    /// How long a commit takes that changes one page, in seconds.
    async fn flush(&mut self) -> f64 {
        let mut times = Vec::new();
        for _ in 0..200 {
            let began = Instant::now();
            sqlx::query("UPDATE hookgate_inbox_meta SET number = number + 1")
                .execute(&mut self.connection)
                .await
                .expect("update");
            times.push(began.elapsed().as_secs_f64());
        }
        median(times)
    }

    async fn accept(&mut self, payload: &Bytes) -> f64 {
        let (began, mut accepted) = (Instant::now(), 0);
        while began.elapsed() < TURN {
            self.insert(payload).await;
            accepted += BATCH;
        }
        accepted as f64 / began.elapsed().as_secs_f64()
    }

    async fn insert(&mut self, payload: &Bytes) {
        let mut tx = self
            .connection
            .begin_with("BEGIN IMMEDIATE")
            .await
            .expect("begin");
        for _ in 0..BATCH {
            self.number += 1;
            let key = next();
            let bytes = key.as_bytes().as_slice();
            sqlx::query(
                "INSERT INTO hookgate_dedup (event_key, owner, attempt, state, content, expires_at) \
                 VALUES (?1, zeroblob(16), 1, 5, NULL, 253370764800000 + ?2) ON CONFLICT DO NOTHING",
            )
            .bind(bytes)
            .bind(self.number)
            .execute(&mut *tx)
            .await
            .expect("insert");
            sqlx::query(
                "INSERT INTO hookgate_inbox_event (number, event_key, endpoint, event_type, key_id, format, \
                 accepted_at, retain, payload) VALUES (?1, ?2, 1, 'other', '0', 1, 1, 1, ?3)",
            )
            .bind(self.number)
            .bind(bytes)
            .bind(&payload[..])
            .execute(&mut *tx)
            .await
            .expect("insert");
            sqlx::query(
                "INSERT INTO hookgate_inbox_work (number, event_key, endpoint, format, attempt, failures, \
                 vanished, replays, since, quarantined, lane) VALUES (?1, ?2, 1, 1, 0, 0, 0, 0, 1, 0, 0)",
            )
            .bind(self.number)
            .bind(bytes)
            .execute(&mut *tx)
            .await
            .expect("insert");
        }
        tx.commit().await.expect("commit");
    }

    async fn fill(&mut self, payload: &Bytes) {
        for _ in 0..LINES.div_ceil(BATCH as u64) {
            self.insert(payload).await;
        }
    }

    /// Leases a batch, reads it, and ends each of its lines, until nothing is left.
    async fn drain(&mut self) -> f64 {
        let (began, mut ended) = (Instant::now(), 0);
        loop {
            let mut tx = self
                .connection
                .begin_with("BEGIN IMMEDIATE")
                .await
                .expect("begin");
            for statement in [
                "INSERT INTO hookgate_inbox_run SELECT number, event_key, endpoint, format, order_key, attempt + 1, \
                 failures, vanished, replays, since, quarantined, zeroblob(16), 1, NULL \
                 FROM hookgate_inbox_work WHERE endpoint = 1 AND lane = 0 ORDER BY number LIMIT 64",
                "DELETE FROM hookgate_inbox_work WHERE endpoint = 1 AND lane = 0 AND number IN \
                 (SELECT number FROM hookgate_inbox_work WHERE endpoint = 1 AND lane = 0 ORDER BY number LIMIT 64)",
            ] {
                sqlx::query(statement)
                    .execute(&mut *tx)
                    .await
                    .expect("lease");
            }
            tx.commit().await.expect("commit");
            let lines = sqlx::query(
                "SELECT r.event_key, r.number, e.payload FROM hookgate_inbox_run AS r \
                 JOIN hookgate_inbox_event AS e ON e.number = r.number WHERE r.owner = zeroblob(16)",
            )
            .fetch_all(&mut self.connection)
            .await
            .expect("read");
            if lines.is_empty() {
                return f64::from(ended) / began.elapsed().as_secs_f64();
            }
            let mut tx = self
                .connection
                .begin_with("BEGIN IMMEDIATE")
                .await
                .expect("begin");
            for line in lines {
                use sqlx::Row;
                let (key, number): (Vec<u8>, i64) = (line.get(0), line.get(1));
                sqlx::query(
                    "DELETE FROM hookgate_inbox_run WHERE owner = zeroblob(16) AND event_key = ?1",
                )
                .bind(&key)
                .execute(&mut *tx)
                .await
                .expect("delete");
                sqlx::query("DELETE FROM hookgate_inbox_event WHERE number = ?1")
                    .bind(number)
                    .execute(&mut *tx)
                    .await
                    .expect("delete");
                sqlx::query("UPDATE hookgate_dedup SET state = 1, expires_at = unixepoch() * 1000 WHERE event_key = ?1")
                    .bind(&key)
                    .execute(&mut *tx)
                    .await
                    .expect("mark");
                ended += 1;
            }
            tx.commit().await.expect("commit");
        }
    }
}
