//! How late a question begins while 100,000 other processes are awaited, and what a due one costs.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use hookgate::{
    Ack, Delivery, Receiver,
    access::AnyoneMayCall,
    dedup::{DedupStore, MemoryStore},
    polling::{
        AskError, Expectation, ExpectationKey, Expectations, Fallback, MemoryExpectations,
        Question, Rate, Reply, StatusSource,
    },
    providers::idcloud::{Event, IdCloud},
};
use hookgate_postgres::{PostgresExpectations, PostgresStore};
use hookgate_sqlite::{SqliteExpectations, SqliteStore};
use hookgate_test_support::PostgresServer;
use sqlx::{AssertSqlSafe, PgPool, SqlitePool, sqlite::SqliteConnectOptions};
use tokio::sync::watch;

const OPEN: u32 = 100_000;
const ASKED: usize = 100;
/// So many processes begin a second.
const BETWEEN: Duration = Duration::from_millis(50);
const DELAY: Duration = Duration::from_secs(2);
const ENDPOINT: &str = "idcloud";
/// What ids begin with.
const PREFIX: &str = "8263a268-5388-492a-bca2-";
const DAY: u64 = 24 * 3600;

/// Notes when it is asked. Each process has ended.
struct Api {
    asked: Arc<Mutex<Vec<(usize, Instant)>>>,
    count: Arc<watch::Sender<usize>>,
}

fn ended(id: &str) -> Bytes {
    format!(r#"{{"processId":"{id}","state":"PROCESS_STATE_FINISHED"}}"#).into()
}

impl StatusSource for Api {
    async fn ask(&self, question: Question<'_>) -> Result<Reply, AskError> {
        let asked = (question.id.parse().unwrap(), Instant::now());
        self.asked.lock().unwrap().push(asked);
        self.count.send_modify(|count| *count += 1);
        Ok(Reply::Status {
            notification: ended(question.id),
            is_end: true,
        })
    }

    fn ends(&self, id: &str) -> Vec<Bytes> {
        vec![ended(id)]
    }
}

pub(crate) async fn memory() {
    let store = MemoryExpectations::with_clock(200_000, hookgate::time::SystemClock::new());
    for number in 0..OPEN {
        store.expect(&later(number)).await.unwrap();
    }
    late("memory", store, MemoryStore::new()).await;
}

pub(crate) async fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("webhooks.sqlite");
    let marks = SqliteStore::builder().open(&file).await.unwrap();
    let store = SqliteExpectations::open(&file).await.unwrap();
    let options = SqliteConnectOptions::new().filename(&file);
    let pool = SqlitePool::connect_with(options).await.unwrap();
    // As `later`, in one statement: a commit for each would take minutes.
    let fill = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {OPEN}) \
         INSERT INTO hookgate_expectations (expectation_key, endpoint, process, since, due, gives_up, asked) \
         SELECT randomblob(32), '{ENDPOINT}', CAST(printf('{PREFIX}%012d', i) AS BLOB), unixepoch() * 1000, \
         (unixepoch() + {DAY}) * 1000, (unixepoch() + 2 * {DAY}) * 1000, 0 FROM n"
    );
    let fill = sqlx::raw_sql(AssertSqlSafe(fill)).execute(&pool).await;
    fill.unwrap();
    pool.close().await;
    late("SQLite", store, marks).await;
}

pub(crate) async fn postgres() {
    let Some(server) = PostgresServer::start_durable() else {
        return;
    };
    let marks = PostgresStore::connect(&server.url()).await.unwrap();
    marks.migrate().await.unwrap();
    let store = PostgresExpectations::connect(&server.url()).await.unwrap();
    store.migrate().await.unwrap();
    let pool = PgPool::connect(&server.url()).await.unwrap();
    let fill = format!(
        "INSERT INTO hookgate_expectations (expectation_key, endpoint, process, since, due, gives_up, asked) \
         SELECT sha256(i::text::bytea), '{ENDPOINT}', ('{PREFIX}' || lpad(i::text, 12, '0'))::bytea, now(), \
         now() + interval '1 s' * {DAY}, now() + interval '1 s' * 2 * {DAY}, 0 FROM generate_series(1, {OPEN}) AS i"
    );
    for sql in [fill.as_str(), "VACUUM ANALYZE hookgate_expectations"] {
        let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&pool).await;
        done.unwrap();
    }
    pool.close().await;
    late("PostgreSQL", store, marks).await;
}

/// One that is due in a day.
fn later(number: u32) -> Expectation {
    let mut key = [0; 32];
    key[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b1).to_be_bytes());
    Expectation {
        key: ExpectationKey::from_bytes(key),
        endpoint: ENDPOINT.into(),
        tenant: None,
        id: format!("{PREFIX}{number:012}").into(),
        first_after: Duration::from_secs(DAY),
        give_up_after: Duration::from_secs(2 * DAY),
    }
}

async fn late(engine: &str, store: impl Expectations, marks: impl DedupStore) {
    assert_eq!(store.open(ENDPOINT).await.unwrap(), u64::from(OPEN));
    let receiver = Receiver::new(ENDPOINT, IdCloud::new())
        .access(AnyoneMayCall)
        .dedup(marks)
        .build()
        .unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let count = Arc::new(watch::Sender::new(0));
    let api = Api {
        asked: asked.clone(),
        count: count.clone(),
    };
    let fallback = Fallback::new(&receiver, api, store)
        .handle(|_: Delivery<Event>| async { Ok(Ack::processed()) })
        .on_gave_up(|_| async { Ok(Ack::processed()) })
        .first_after(DELAY)
        .rate(Rate::every("account", Duration::from_millis(10)))
        .build()
        .unwrap();
    let (asks, mut told) = (fallback.clone(), count.subscribe());
    let running = tokio::spawn(async move { asks.run(std::future::pending()).await });
    let mut began = Vec::new();
    for number in 0..ASKED {
        fallback.expect(None, &number.to_string()).await.unwrap();
        began.push(Instant::now());
        tokio::time::sleep(BETWEEN).await;
    }
    told.wait_for(|count| *count >= ASKED).await.unwrap();
    let mut late: Vec<Duration> = (asked.lock().unwrap().iter())
        .map(|(number, at)| at.saturating_duration_since(began[*number] + DELAY))
        .collect();
    late.sort();
    println!(
        "{engine}, {OPEN} awaited: a question begins {:.1} ms late (median), {:.1} ms at most",
        late[ASKED / 2].as_secs_f64() * 1000.0,
        late[ASKED - 1].as_secs_f64() * 1000.0,
    );
    running.abort();
}
