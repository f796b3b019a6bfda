//! How long an accept takes while handlers are slow, and how soon an accepted event reaches its handler. Also how many events
//! a second are accepted, handled and done.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use hookgate::{
    Ack, EventKey, Receiver,
    dedup::OwnerToken,
    inbox::{Accept, Entry, FORMAT, Filter, Inbox},
    worker::Worker,
};
use hookgate_postgres::PostgresInbox;
use hookgate_sqlite::SqliteInbox;
use hookgate_test_support::{
    App, PostgresServer, RETAIN, TestDelivery, inboxes::Working, key, send,
};
use sqlx::{PgPool, Row};
use tokio::sync::{Semaphore, mpsc, watch};

use hookgate_turns::median;

const SENDERS: usize = 64;
const TURN: Duration = Duration::from_secs(3);
const TURNS: usize = 5;
/// How long a slow handler takes.
const SLOW: Duration = Duration::from_secs(5);
/// Events of which each is sent when the one before was handled.
const SINGLE: usize = 200;
/// Events under way where as many end as begin.
const UNDER_WAY: usize = 512;
const STEADY: Duration = Duration::from_secs(10);

fn entry(payload: &Bytes) -> Entry {
    static NUMBERS: AtomicU64 = AtomicU64::new(0);
    let key: EventKey = key(NUMBERS.fetch_add(1, Ordering::Relaxed));
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

/// An engine's inbox, and another instance on the same tables.
struct Engine<I> {
    name: &'static str,
    /// Events that another instance handles one by one. Where nothing tells it of them, each waits for its next look.
    single_of_other: usize,
    inbox: I,
    other: I,
}

pub(crate) async fn postgres() {
    let Some(server) = PostgresServer::start_durable() else {
        return;
    };
    let inbox = PostgresInbox::connect(&server.url())
        .await
        .expect("connect");
    inbox.migrate().await.expect("migrate");
    let other = PostgresInbox::connect(&server.url())
        .await
        .expect("connect");
    let name = "PostgreSQL";
    let pool = PgPool::connect(&server.url()).await.expect("connect");
    let spent = async || {
        // Sessions tell what they did once a second.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let sql = "SELECT xact_commit, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint \
                   FROM pg_stat_database WHERE datname = current_database()";
        let row = sqlx::raw_sql(sql).fetch_one(&pool).await.expect("counts");
        (Some(row.get::<i64, _>(0)), row.get::<i64, _>(1))
    };
    let engine = Engine {
        name,
        single_of_other: SINGLE,
        inbox,
        other,
    };
    engine.run(spent).await;
}

pub(crate) async fn sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("inbox.sqlite");
    let inbox = SqliteInbox::open(&path).await.expect("open");
    let other = SqliteInbox::open(&path).await.expect("open");
    let name = "SQLite";
    let spent = async || (None, written().unwrap_or_default());
    let engine = Engine {
        name,
        single_of_other: 10,
        inbox,
        other,
    };
    engine.run(spent).await;
}

/// What this process has written, on Linux: the write-ahead log and the pages of the file.
fn written() -> Option<i64> {
    let text = std::fs::read_to_string("/proc/self/io").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("wchar: "))?;
    line.parse().ok()
}

impl<I: Inbox + Clone> Engine<I> {
    async fn run(&self, spent: impl AsyncFn() -> (Option<i64>, i64)) {
        let (app, receiver) = App::accepting(self.inbox.clone(), |it| it).await;
        // What one delivery is stored as.
        assert_eq!(send(app.address(), "one").await, Some(200));
        let first = self
            .inbox
            .list(&Filter::all(), None, 1)
            .await
            .expect("list");
        let first = self.inbox.read(&first.rows[0].key).await.expect("read");
        let payload = first.expect("it is kept").payload;
        self.reached(&receiver, &payload).await;
        self.steady(&receiver, &payload, spent).await;
        self.slow(&receiver, &payload).await;
    }

    /// From the call of `accept` to its answer, and to the handler's start.
    async fn reached(&self, receiver: &Receiver, payload: &Bytes) {
        for (place, inbox, single) in [
            ("the same instance", &self.inbox, SINGLE),
            ("another", &self.other, self.single_of_other),
        ] {
            let (told, mut began) = mpsc::unbounded_channel();
            let handler = move |_: TestDelivery| {
                told.send(Instant::now()).expect("it is awaited");
                async { Ok(Ack::processed()) }
            };
            let worker = Worker::new(inbox.clone()).handle(receiver, handler);
            let working = Working::start(worker);
            if place == "the same instance" {
                // The delivery that was sent.
                began.recv().await.expect("a run");
            } else {
                let accepted = self.inbox.accept(vec![entry(payload)]).await;
                assert_eq!(accepted.expect("accept"), [Accept::Queued]);
                began.recv().await.expect("a run");
            }
            let (mut answers, mut starts) = (Vec::new(), Vec::new());
            for _ in 0..single {
                // The end of the run before is written meanwhile.
                tokio::time::sleep(Duration::from_millis(5)).await;
                let at = Instant::now();
                self.inbox
                    .accept(vec![entry(payload)])
                    .await
                    .expect("accept");
                answers.push(at.elapsed().as_secs_f64());
                starts.push((began.recv().await.expect("a run") - at).as_secs_f64());
            }
            working.stop().await;
            println!(
                "{}, idle, a worker on {place}: answered after {}; handler begins after {}",
                self.name,
                middle_and_end(answers),
                middle_and_end(starts),
            );
        }
    }

    /// As many end as begin.
    async fn steady(
        &self,
        receiver: &Receiver,
        payload: &Bytes,
        spent: impl AsyncFn() -> (Option<i64>, i64),
    ) {
        let room = Arc::new(Semaphore::new(UNDER_WAY));
        let done = Arc::new(AtomicU64::new(0));
        let handler = {
            let (room, done) = (room.clone(), done.clone());
            move |_: TestDelivery| {
                done.fetch_add(1, Ordering::Relaxed);
                room.add_permits(1);
                async { Ok(Ack::processed()) }
            }
        };
        let working = Working::start(Worker::new(self.inbox.clone()).handle(receiver, handler));
        let stop = Arc::new(AtomicBool::new(false));
        let senders = self.senders(payload, &stop, Some(&room));
        // Warm.
        tokio::time::sleep(TURN).await;
        let (before, from, at) = (spent().await, done.load(Ordering::Relaxed), Instant::now());
        tokio::time::sleep(STEADY).await;
        let (events, took) = (done.load(Ordering::Relaxed) - from, at.elapsed());
        let after = spent().await;
        let all = done.load(Ordering::Relaxed) - from;
        stop.store(true, Ordering::Relaxed);
        room.close();
        for sender in senders {
            sender.await.expect("a sender");
        }
        working.stop().await;
        let per_event = |count: i64| count as f64 / all as f64;
        let (commits, bytes) = match (before.0, after.0) {
            (Some(before), Some(after)) => {
                let commits = per_event(after - before);
                (format!("{commits:.3} commits and "), "bytes of log")
            }
            _ => (String::new(), "bytes written"),
        };
        println!(
            "{}, steady, {SENDERS} senders and one worker: {:.0} events/s accepted, handled and done; {commits}{:.0} \
             {bytes} an event of {} bytes",
            self.name,
            events as f64 / took.as_secs_f64(),
            per_event(after.1 - before.1),
            payload.len(),
        );
    }

    /// The times of all accepts, by senders of which each waits for its answer.
    fn senders(
        &self,
        payload: &Bytes,
        stop: &Arc<AtomicBool>,
        room: Option<&Arc<Semaphore>>,
    ) -> Vec<tokio::task::JoinHandle<Vec<f64>>> {
        let sender = |_| {
            let (inbox, payload) = (self.inbox.clone(), payload.clone());
            let (stop, room) = (stop.clone(), room.cloned());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    if let Some(room) = &room {
                        let Ok(permit) = room.acquire().await else {
                            break;
                        };
                        permit.forget();
                    }
                    let at = Instant::now();
                    inbox.accept(vec![entry(&payload)]).await.expect("accept");
                    times.push(at.elapsed().as_secs_f64());
                }
                times
            })
        };
        (0..SENDERS).map(sender).collect()
    }

    /// Handlers that take 5 s and hold nothing, beside empty ones.
    async fn slow(&self, receiver: &Receiver, payload: &Bytes) {
        let mut ends: [Vec<f64>; 2] = Default::default();
        let all: [Mutex<Vec<f64>>; 2] = Default::default();
        for turn in 0..=TURNS {
            for (place, lasts) in [(0, Duration::ZERO), (1, SLOW)] {
                let over = watch::Sender::new(false);
                let handler = {
                    let over = over.clone();
                    move |_: TestDelivery| {
                        let mut over = over.subscribe();
                        async move {
                            if !lasts.is_zero() {
                                let over = over.wait_for(|it| *it);
                                let _ = tokio::time::timeout(lasts, over).await;
                            }
                            Ok(Ack::processed())
                        }
                    }
                };
                let worker = Worker::new(self.inbox.clone()).handle(receiver, handler);
                let working = Working::start(worker);
                let stop = Arc::new(AtomicBool::new(false));
                let senders = self.senders(payload, &stop, None);
                tokio::time::sleep(TURN).await;
                stop.store(true, Ordering::Relaxed);
                let mut times = Vec::new();
                for sender in senders {
                    times.extend(sender.await.expect("a sender"));
                }
                over.send_replace(true);
                working.stop().await;
                if turn > 0 {
                    all[place].lock().unwrap().extend(times.iter().copied());
                    ends[place].push(share(&mut times, 0.99));
                }
            }
        }
        let ratios = ends[0].iter().zip(&ends[1]);
        let ratio = median(ratios.map(|(empty, slow)| slow / empty));
        let [empty, slow] = all.map(|times| middle_and_end(times.into_inner().unwrap()));
        println!(
            "{}, {SENDERS} senders: answered after {empty} with empty handlers, after {slow} with handlers of {SLOW:?}; \
             the 99th percentile is {ratio:.2} of that",
            self.name
        );
    }
}

fn share(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    times[((times.len() as f64 * share) as usize).min(times.len() - 1)]
}

fn middle_and_end(mut times: Vec<f64>) -> String {
    let [middle, end] = [0.5, 0.99].map(|it| share(&mut times, it) * 1e3);
    format!("{middle:.1} ms (99 %: {end:.1})")
}
