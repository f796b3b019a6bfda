//! What an inbox does with much in it, beside one with little in it, in turns on one engine.
//!
//! `cargo bench -p hookgate-store-benches -- scale-postgres waiting=1000000 parked=1000000 marks=10000000 shown=1000000
//! held=600`, and `scale-sqlite` with all but `held`. Each word is a case, and its number how much. Lines wait, or are parked
//! behind one order. Marks are of handled events. Lines are shown as the inspector's first page reads them. For so many seconds
//! another session holds a transaction open. A million lines take up about 2 GiB with their log.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use hookgate::{
    EventKey,
    dedup::{End, OwnerToken, Settled},
    inbox::{Accept, Ask, Entry, FORMAT, Filter, Inbox, Leased, OrderKey},
};
use hookgate_postgres::{PostgresInbox, Table};
use hookgate_sqlite::SqliteInbox;
use hookgate_test_support::{LEASE, PostgresServer, RETAIN, key};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, Row, SqlitePool};

use hookgate_turns::median;

/// Lines that each turn accepts, and then leases and settles.
const LINES: usize = 4000;
const TURNS: usize = 7;
const SENDERS: usize = 64;
const LEASED: usize = 64;
/// What waits where little does.
const FEW: u64 = 20_000;
const PAYLOAD: usize = 300;
/// Lines of one call while an inbox is filled.
const FILLED: u64 = 2000;

/// What is shown where little is kept, the rows of a page, and the pages of each turn.
const FEW_SHOWN: u64 = 1000;
const PAGE: usize = 50;
const PAGES: usize = 100;

/// Whether an event has an order.
#[derive(Clone, Copy)]
enum Order {
    None,
    /// One of its own.
    Own,
    /// One that all share.
    Shared,
}

fn entry(order: Order) -> Entry {
    static NUMBERS: AtomicU64 = AtomicU64::new(0);
    let key = key(NUMBERS.fetch_add(1, Ordering::Relaxed));
    Entry {
        key,
        token: owner(&key),
        content: None,
        endpoint: "endpoint".into(),
        event_type: "known",
        key_id: "key".into(),
        order: match order {
            Order::None => None,
            Order::Own => Some(OrderKey::from_bytes(*key.as_bytes())),
            Order::Shared => Some(OrderKey::from_bytes([7; 32])),
        },
        retain: RETAIN,
        format: FORMAT,
        payload: Bytes::from_static(&[7; PAYLOAD]),
    }
}

fn owner(key: &EventKey) -> OwnerToken {
    OwnerToken::from_bytes(*key.as_bytes().first_chunk().unwrap())
}

async fn fill(inbox: &(impl Inbox + Clone), count: u64, order: Order) {
    let began = Instant::now();
    for filled in (0..count).step_by(FILLED as usize) {
        let entries = (filled..count.min(filled + FILLED))
            .map(|_| entry(order))
            .collect();
        inbox.accept(entries).await.expect("accept");
    }
    if count > FEW {
        println!("    {count} lines were accepted in {:.0?}", began.elapsed());
    }
}

/// Events a second, by senders that each wait for their answer.
async fn accepts(inbox: &(impl Inbox + Clone), order: Order) -> f64 {
    let began = Instant::now();
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| {
            let inbox = inbox.clone();
            tokio::spawn(async move {
                for _ in 0..LINES / SENDERS {
                    let answer = inbox.accept(vec![entry(order)]).await.expect("accept");
                    assert_eq!(answer, [Accept::Queued]);
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.expect("a sender");
    }
    (LINES / SENDERS * SENDERS) as f64 / began.elapsed().as_secs_f64()
}

async fn lease(inbox: &impl Inbox, limit: usize, lasts: Duration) -> Vec<Leased> {
    static OWNERS: AtomicU64 = AtomicU64::new(0);
    let endpoints: [Arc<str>; 1] = ["endpoint".into()];
    let by = key(u64::MAX - OWNERS.fetch_add(1, Ordering::Relaxed));
    let ask = Ask {
        endpoints: &endpoints,
        format: FORMAT,
        limit,
        lasts,
        owner: owner(&by),
        suspects: false,
    };
    inbox.lease(ask).await.expect("lease").rows
}

/// Lines a second that one worker leases and settles.
async fn works(inbox: &(impl Inbox + Clone)) -> f64 {
    let began = Instant::now();
    let mut done = 0;
    while done < LINES / SENDERS * SENDERS {
        let rows = lease(inbox, LEASED, LEASE).await;
        done += rows.len();
        let settles: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let inbox = inbox.clone();
                tokio::spawn(async move { inbox.settle(&row.lease, End::Processed, RETAIN).await })
            })
            .collect();
        for settle in settles {
            let settled = settle.await.expect("a settle");
            assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
        }
    }
    done as f64 / began.elapsed().as_secs_f64()
}

/// How many times as long it takes with much as with little: the median of turns side by side.
async fn compare<I: Inbox + Clone>(name: &str, little: &I, much: &I, order: Order) {
    let (mut accepting, mut working) = (Vec::new(), Vec::new());
    let mut rates = [const { Vec::new() }; 4];
    for turn in 0..=TURNS {
        let turn_of = async |inbox: &I| (accepts(inbox, order).await, works(inbox).await);
        // Whichever is first meets what the other one has left to the disk.
        let (few, many) = if turn % 2 == 0 {
            let few = turn_of(little).await;
            (few, turn_of(much).await)
        } else {
            let many = turn_of(much).await;
            (turn_of(little).await, many)
        };
        // The first turn warms both up.
        if turn > 0 {
            accepting.push(few.0 / many.0);
            working.push(few.1 / many.1);
            for (rates, rate) in rates.iter_mut().zip([few.0, many.0, few.1, many.1]) {
                rates.push(rate);
            }
        }
    }
    let [few, many, few_worked, many_worked] = rates.map(median);
    println!(
        "{name}: accept {many:.0} events/s beside {few:.0}, {:.2} times as long; lease and settle {many_worked:.0} \
         beside {few_worked:.0}, {:.2} times",
        median(accepting),
        median(working),
    );
}

/// What the inspector's first page asks an inbox, in microseconds: the totals, and the newest lines.
async fn shows(inbox: &impl Inbox) -> f64 {
    let newest = Filter::all().newest_first();
    let began = Instant::now();
    for _ in 0..PAGES {
        let totals = inbox.totals().await.expect("totals");
        assert_eq!(totals.len(), 1);
        let page = inbox.list(&newest, None, PAGE).await.expect("a page");
        assert!(page.rows.len() == PAGE && page.next.is_some());
    }
    began.elapsed().as_secs_f64() * 1e6 / PAGES as f64
}

/// The same as [`compare`], of pages.
async fn compare_pages(name: &str, little: &impl Inbox, much: &impl Inbox) {
    let (mut few, mut many, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for turn in 0..=TURNS {
        let (one, other) = (shows(little).await, shows(much).await);
        if turn > 0 {
            few.push(one);
            many.push(other);
            ratios.push(other / one);
        }
    }
    let least = ratios.iter().copied().fold(f64::MAX, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    println!(
        "{name}: {:.0} µs a page beside {:.0}, {:.2} times as long ({least:.2} to {most:.2})",
        median(many),
        median(few),
        median(ratios),
    );
}

/// Both inboxes, and the table of marks of the second one filled by the engine's own statement.
async fn cases<I, F>(engine: &str, open: impl Fn(&'static str) -> F, marks: impl AsyncFn(u64))
where
    I: Inbox + Clone,
    F: Future<Output = I>,
{
    if let Some(count) = asked("waiting") {
        let (little, much) = (open("few").await, open("waiting").await);
        fill(&little, FEW, Order::None).await;
        fill(&much, count, Order::None).await;
        let name = format!("{engine}, {count} lines that wait beside {FEW}");
        compare(&name, &little, &much, Order::None).await;
    }
    if let Some(count) = asked("parked") {
        let (little, much) = (open("free").await, open("parked").await);
        for (inbox, count) in [(&little, FEW), (&much, count)] {
            fill(inbox, count, Order::Shared).await;
            // The one in front is under way for the whole time.
            let head = lease(inbox, 1, Duration::from_secs(24 * 3600)).await;
            assert_eq!(head.len(), 1);
        }
        let name = format!(
            "{engine}, {count} lines parked behind one order beside {FEW}, the others' orders"
        );
        compare(&name, &little, &much, Order::Own).await;
    }
    if let Some(count) = asked("shown") {
        let (little, much) = (open("glimpsed").await, open("shown").await);
        fill(&little, FEW_SHOWN, Order::None).await;
        fill(&much, count, Order::None).await;
        let name = format!("{engine}, {count} lines that are shown beside {FEW_SHOWN}");
        compare_pages(&name, &little, &much).await;
    }
    if let Some(count) = asked("marks") {
        let (little, much) = (open("unmarked").await, open("marked").await);
        let began = Instant::now();
        marks(count).await;
        println!("    {count} marks were written in {:.0?}", began.elapsed());
        let name = format!("{engine}, {count} marks beside none");
        compare(&name, &little, &much, Order::None).await;
    }
}

/// The number of `name=number` among the arguments.
fn asked(name: &str) -> Option<u64> {
    let mut words = std::env::args();
    let word = words.find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse().ok());
    word.filter(|it| *it > 0)
}

pub(crate) async fn postgres() {
    let Some(server) = PostgresServer::start_durable() else {
        return;
    };
    let url = server.url();
    let open = |name: &'static str| {
        let table = move |ending| Table::new(&format!("{name}_{ending}")).expect("a name");
        let url = url.clone();
        async move {
            let inbox = PostgresInbox::builder()
                .tables_named(&table("inbox"))
                .table(table("dedup"))
                .connect(&url)
                .await
                .expect("connect");
            inbox.migrate().await.expect("migrate");
            inbox
        }
    };
    let pool = PgPool::connect(&url).await.expect("connect");
    let marks = async |count: u64| {
        let fill = format!(
            "ALTER TABLE marked_dedup DROP CONSTRAINT marked_dedup_pkey; DROP INDEX marked_dedup_expires_at; \
             INSERT INTO marked_dedup SELECT sha256(n::text::bytea), gen_random_uuid(), 1, 1, NULL, \
             now() + interval '1 day' + n * interval '50 ms' FROM generate_series(1, {count}) AS n; \
             ALTER TABLE marked_dedup ADD PRIMARY KEY (event_key); \
             CREATE INDEX marked_dedup_expires_at ON marked_dedup (expires_at); "
        );
        for sql in [&*fill, "VACUUM ANALYZE marked_dedup", "CHECKPOINT"] {
            run_sql(&pool, sql).await;
        }
    };
    cases("PostgreSQL", open, marks).await;
    if let Some(seconds) = asked("held") {
        held(&server, Duration::from_secs(seconds)).await;
    }
}

/// Two databases, since a transaction keeps dead rows only in its own. In turns, for as long as the transaction is open.
async fn held(server: &PostgresServer, lasts: Duration) {
    let pool = PgPool::connect(&server.url()).await.expect("connect");
    let mut inboxes = Vec::new();
    for name in ["free", "held"] {
        run_sql(&pool, &format!("CREATE DATABASE {name}")).await;
        let url = server.url().replace("/postgres?", &format!("/{name}?"));
        let inbox = PostgresInbox::connect(&url).await.expect("connect");
        inbox.migrate().await.expect("migrate");
        // So that a worker's turn never waits for an accept's.
        fill(&inbox, FEW, Order::None).await;
        inboxes.push((inbox, url));
    }
    let [(free, _), (held, url)] = &inboxes[..] else {
        unreachable!("two databases");
    };
    let mut holder = PgConnection::connect(url).await.expect("connect");
    let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM hookgate_dedup";
    sqlx::raw_sql(begin)
        .execute(&mut holder)
        .await
        .expect("hold");
    let began = Instant::now();
    let (mut minute, mut turns, mut ratios) = (0, Vec::new(), Vec::new());
    let report = |minute: u64, turns: &mut Vec<(f64, f64)>| {
        let (free, held): (Vec<_>, Vec<_>) = turns.drain(..).unzip();
        let (free, held) = (median(free), median(held));
        println!("    minute {minute}: held {held:.0} lines/s, free {free:.0}");
    };
    while began.elapsed() < lasts {
        accepts(free, Order::None).await;
        accepts(held, Order::None).await;
        let rates = if turns.len() % 2 == 0 {
            let free = works(free).await;
            (free, works(held).await)
        } else {
            let held = works(held).await;
            (works(free).await, held)
        };
        ratios.push(rates.1 / rates.0);
        turns.push(rates);
        if began.elapsed().as_secs() / 60 > minute {
            minute += 1;
            report(minute, &mut turns);
        }
    }
    let pool = PgPool::connect(url).await.expect("connect");
    let dead = "SELECT coalesce(sum(n_dead_tup), 0)::bigint FROM pg_stat_user_tables WHERE relname LIKE '%payload%'";
    let dead = sqlx::raw_sql(dead).fetch_one(&pool).await.expect("a count");
    println!(
        "PostgreSQL, a transaction open for {:.0?}: lease and settle at {:.2} of the rate beside it; dead rows in \
         tables of payloads: {}",
        began.elapsed(),
        median(ratios),
        dead.get::<i64, _>(0),
    );
    holder.close().await.expect("close");
}

async fn run_sql(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(pool)
        .await
        .expect("run");
}

pub(crate) async fn sqlite() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(format!("{name}.sqlite"));
    let open = |name: &'static str| {
        let path = path(name);
        async move { SqliteInbox::open(path).await.expect("open") }
    };
    let marks = async |count: u64| {
        let url = format!("sqlite:{}", path("marked").display());
        let pool = SqlitePool::connect(&url).await.expect("open");
        let fill = format!(
            "PRAGMA synchronous = OFF; DROP INDEX hookgate_dedup_expires_at; \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             INSERT INTO hookgate_dedup (event_key, owner, attempt, state, content, expires_at) \
             SELECT randomblob(32), randomblob(16), 1, 1, NULL, \
             unixepoch() * 1000 + 86400000 + i FROM n ORDER BY 1; \
             CREATE INDEX hookgate_dedup_expires_at ON hookgate_dedup (expires_at); \
             PRAGMA wal_checkpoint(TRUNCATE);"
        );
        let filled = sqlx::raw_sql(AssertSqlSafe(fill)).execute(&pool).await;
        filled.expect("fill");
    };
    cases("SQLite", open, marks).await;
}
