//! The inbox on PostgreSQL, with `fsync` and `synchronous_commit` on, beside bare batches into tables of the same shape.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hookgate::{
    EventKey,
    dedup::{DedupStore, End, OwnerToken, Settled},
    inbox::{Accept, Ask, Entry, FORMAT, Inbox},
};
use hookgate_postgres::{PostgresInbox, Table};
use hookgate_test_support::{LEASE, PostgresServer, RETAIN, key};
use sqlx::{AssertSqlSafe, PgPool, Row, postgres::PgPoolOptions};

use hookgate_turns::median;

const TURN: Duration = Duration::from_secs(2);
const TURNS: usize = 5;
const SENDERS: usize = 64;
/// Lines of a lease and its settle.
const LEASED: usize = 64;
/// Lines that each turn of a worker drains.
const DRAINED: u64 = 10_000;
const PAYLOAD: usize = 1200;

fn next() -> EventKey {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    key(NUMBER.fetch_add(1, Ordering::Relaxed))
}

fn owner(key: &EventKey) -> OwnerToken {
    OwnerToken::from_bytes(*key.as_bytes().first_chunk().unwrap())
}

fn entry() -> Entry {
    let key = next();
    Entry {
        key,
        token: owner(&key),
        content: None,
        endpoint: "endpoint".into(),
        event_type: "known",
        key_id: "key".into(),
        order: None,
        retain: RETAIN,
        format: FORMAT,
        payload: vec![7; PAYLOAD].into(),
    }
}

/// The statements of an inbox that keeps no promise, prepared.
#[derive(Clone)]
struct Bare(PgPool);

impl Bare {
    async fn accept(&self, rows: usize) {
        let keys: Vec<EventKey> = (0..rows).map(|_| next()).collect();
        let keys: Vec<&[u8]> = keys.iter().map(|key| &key.as_bytes()[..]).collect();
        let bodies = vec![vec![7_u8; PAYLOAD]; rows];
        sqlx::query(
            "WITH i AS MATERIALIZED (SELECT nextval('bare_number') AS number, u.* FROM unnest($1::bytea[]) \
                 WITH ORDINALITY AS u(event_key, at)), \
             d AS (INSERT INTO bare_dedup (event_key, owner, attempt, state, expires_at) \
                 SELECT event_key, '00000000000000000000000000000000', 1, 5, '9000-01-01' FROM i), \
             w AS (INSERT INTO bare_work (number, event_key, endpoint, event_type, key_id, format, retain, slot, bytes, \
                 accepted_at, since, attempt, failures, vanished, replays, quarantined) \
                 SELECT number, event_key, 'endpoint', 'known', 'key', 1, 1, 0, 1200, now(), now(), 0, 0, 0, 0, false \
                 FROM i) \
             INSERT INTO bare_payload_0 (number, event_key, body) \
                 SELECT number, event_key, ($2::bytea[])[at::integer] FROM i",
        )
        .bind(keys)
        .bind(bodies)
        .execute(&self.0)
        .await
        .expect("insert");
    }

    /// One row, as an application would that has no batches.
    async fn accept_one(&self) {
        self.accept(1).await;
    }

    async fn lease_and_settle(&self, from: i64) -> Option<i64> {
        let rows = sqlx::query(
            "WITH c AS MATERIALIZED (SELECT number FROM bare_work WHERE endpoint = 'endpoint' AND number > $1 \
                 AND owner IS NULL ORDER BY number LIMIT $2 FOR UPDATE SKIP LOCKED) \
             UPDATE bare_work AS w SET owner = gen_random_uuid(), lease_until = now() + interval '30 s' FROM c \
                 WHERE w.endpoint = 'endpoint' AND w.number = c.number RETURNING w.number, w.event_key",
        )
        .bind(from)
        .bind(LEASED as i64)
        .fetch_all(&self.0)
        .await
        .expect("lease");
        let numbers: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        let keys: Vec<Vec<u8>> = rows.iter().map(|row| row.get(1)).collect();
        let last = numbers.iter().copied().max()?;
        let bodies = sqlx::query("SELECT body FROM bare_payload_0 WHERE number = ANY ($1)")
            .bind(&numbers)
            .fetch_all(&self.0)
            .await
            .expect("read");
        assert_eq!(bodies.len(), numbers.len());
        sqlx::query(
            "WITH g AS (DELETE FROM bare_work WHERE event_key = ANY ($1) RETURNING event_key) \
             UPDATE bare_dedup AS d SET state = 1, expires_at = now() + interval '1 day' FROM g \
             WHERE d.event_key = g.event_key",
        )
        .bind(keys)
        .execute(&self.0)
        .await
        .expect("settle");
        Some(last)
    }
}

/// The rate of `accept` by senders that each wait for their answer.
async fn accepts(inbox: &PostgresInbox) -> f64 {
    let began = Instant::now();
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let inbox = inbox.clone();
            tokio::spawn(async move {
                let mut accepted = 0_u64;
                while began.elapsed() < TURN {
                    let answer = inbox.accept(vec![entry()]).await.expect("accept");
                    assert_eq!(answer, [Accept::Queued]);
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

/// The rate of bare batches of `rows`, with so many under way.
async fn batches(bare: &Bare, rows: usize, under_way: usize) -> f64 {
    let began = Instant::now();
    let writers: Vec<_> = (0..under_way)
        .map(|_| {
            let bare = bare.clone();
            tokio::spawn(async move {
                let mut written = 0;
                while began.elapsed() < TURN {
                    bare.accept(rows).await;
                    written += rows;
                }
                written
            })
        })
        .collect();
    let mut written = 0;
    for writer in writers {
        written += writer.await.expect("a writer");
    }
    written as f64 / began.elapsed().as_secs_f64()
}

async fn singles(bare: &Bare, connections: usize) -> f64 {
    let began = Instant::now();
    let writers: Vec<_> = (0..connections)
        .map(|_| {
            let bare = bare.clone();
            tokio::spawn(async move {
                let mut written = 0_u64;
                while began.elapsed() < TURN {
                    bare.accept_one().await;
                    written += 1;
                }
                written
            })
        })
        .collect();
    let mut written = 0;
    for writer in writers {
        written += writer.await.expect("a writer");
    }
    written as f64 / began.elapsed().as_secs_f64()
}

/// The rate at which `workers` lease, do nothing and settle.
async fn drains(inbox: &PostgresInbox, workers: usize) -> f64 {
    static OWNERS: AtomicU64 = AtomicU64::new(0);
    let began = Instant::now();
    let working: Vec<_> = (0..workers)
        .map(|_| {
            let inbox = inbox.clone();
            tokio::spawn(async move {
                let endpoints: [Arc<str>; 1] = ["endpoint".into()];
                let mut done = 0_u64;
                loop {
                    let by = key(u64::MAX - OWNERS.fetch_add(1, Ordering::Relaxed));
                    let ask = Ask {
                        endpoints: &endpoints,
                        format: FORMAT,
                        limit: LEASED,
                        lasts: LEASE,
                        owner: owner(&by),
                        suspects: false,
                    };
                    let rows = Inbox::lease(&inbox, ask).await.expect("lease").rows;
                    if rows.is_empty() {
                        return done;
                    }
                    let settles: Vec<_> = rows
                        .into_iter()
                        .map(|row| {
                            let inbox = inbox.clone();
                            tokio::spawn(async move {
                                inbox.settle(&row.lease, End::Processed, RETAIN).await
                            })
                        })
                        .collect();
                    for settle in settles {
                        let settled = settle.await.expect("a settle");
                        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
                        done += 1;
                    }
                }
            })
        })
        .collect();
    let mut done = 0;
    for worker in working {
        done += worker.await.expect("a worker");
    }
    done as f64 / began.elapsed().as_secs_f64()
}

async fn bare_drains(bare: &Bare, workers: usize) -> f64 {
    let began = Instant::now();
    let before: i64 = count(&bare.0, "bare_work").await;
    let working: Vec<_> = (0..workers)
        .map(|_| {
            let bare = bare.clone();
            tokio::spawn(async move {
                let mut from = 0;
                while let Some(last) = bare.lease_and_settle(from).await {
                    from = last;
                }
            })
        })
        .collect();
    for worker in working {
        worker.await.expect("a worker");
    }
    before as f64 / began.elapsed().as_secs_f64()
}

async fn count(pool: &PgPool, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    let row = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_one(pool).await;
    row.expect("a count").get(0)
}

async fn run_sql(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(pool)
        .await
        .expect("run");
}

pub(crate) async fn run() {
    let Some(server) = PostgresServer::start_durable() else {
        return;
    };
    let pool = PgPoolOptions::new()
        .max_connections(70)
        .test_before_acquire(false)
        .connect(&server.url())
        .await
        .expect("connect");
    let name = |name| Table::new(name).expect("a name");
    let schema = PostgresInbox::schema_of(&name("bare"), &name("bare_dedup"));
    run_sql(&pool, &schema).await;
    let bare = Bare(pool.clone());
    let inbox = PostgresInbox::connect(&server.url())
        .await
        .expect("connect");
    inbox.migrate().await.expect("migrate");

    let (mut ours, mut batched, mut one, mut many) = (vec![], vec![], vec![], vec![]);
    let mut sizes = vec![];
    for turn in 0..=TURNS {
        let commits = count_of_batches(&pool).await;
        let rate = accepts(&inbox).await;
        let lines = rate * TURN.as_secs_f64();
        let size = lines / (count_of_batches(&pool).await - commits).max(1) as f64;
        let rows = (size.round() as usize).max(1);
        let bare_rate = batches(&bare, rows, 2).await;
        let (single, singles_of_64) = (singles(&bare, 1).await, singles(&bare, 64).await);
        if turn > 0 {
            ours.push(rate);
            sizes.push(size);
            batched.push(bare_rate);
            one.push(single);
            many.push(singles_of_64);
        }
    }
    let (ours, batched) = (median(ours), median(batched));
    println!(
        "PostgreSQL inbox, accept, {SENDERS} senders: {ours:>7.0} events/s in batches of {:.0}; bare batches of that size \
         {batched:>7.0}, ratio {:.2}; one insert a round trip on 1 connection {:>7.0}, on 64 {:>7.0}",
        median(sizes),
        ours / batched,
        median(one),
        median(many),
    );

    for workers in [1, 2, 4] {
        run_sql(&pool, "TRUNCATE bare_work, bare_payload_0, bare_dedup").await;
        drains(&inbox, 4).await;
        let (mut ours, mut theirs) = (vec![], vec![]);
        for turn in 0..=3 {
            let lines = 0..DRAINED / 200;
            for _ in lines {
                let entries = (0..200).map(|_| entry()).collect();
                inbox.accept(entries).await.expect("accept");
                bare.accept(200).await;
            }
            let (rate, bare_rate) = (
                drains(&inbox, workers).await,
                bare_drains(&bare, workers).await,
            );
            if turn > 0 {
                ours.push(rate);
                theirs.push(bare_rate);
            }
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!(
            "PostgreSQL inbox, lease and settle, {workers} workers: {ours:>7.0} events/s; bare {theirs:>7.0}, ratio {:.2}",
            ours / theirs
        );
    }
}

/// Each batch adds a row to the counts.
async fn count_of_batches(pool: &PgPool) -> i64 {
    count(pool, "hookgate_inbox_count").await
}
