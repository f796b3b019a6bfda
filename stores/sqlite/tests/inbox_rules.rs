//! What an inbox in a file promises where others write to the file too, and where something is wrong with it.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hookgate::{
    Ack, EventKey, Key, Keyring, ReceiverBuilder, Secret,
    dedup::{Claim, DedupStore, End, Lease, Settled, State, StoreError},
    inbox::{
        Accept, Ask, Batch, Counts, DeadReason, EncryptedInbox, Entry, FORMAT, Filter, Inbox,
        OrderKey, Stands,
    },
    json::{Json, Payload},
    worker::Worker,
};
use hookgate_sqlite::{OpenError, SqliteInbox, SqliteStore, Table};
use hookgate_test_support::{
    App, LEASE, RETAIN, TestDelivery, child_task,
    inboxes::{CANARY, Working, drained, files_with_canary},
    key, owner, respawn_on_small_disk, send, temporary_folder, win,
};
use place::{PATIENCE, Place, number, options, run};
use sqlx::{
    Connection, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::sync::{mpsc, oneshot};

const ENDPOINT: &str = "endpoint";

fn entry(number: u64) -> Entry {
    Entry {
        key: key(number),
        token: owner(1000 + number),
        content: None,
        endpoint: ENDPOINT.into(),
        event_type: "known",
        key_id: "key".into(),
        order: None,
        retain: RETAIN,
        format: FORMAT,
        payload: format!("payload {number}").into(),
    }
}

fn copy(number: u64) -> Entry {
    Entry {
        token: owner(2000 + number),
        ..entry(number)
    }
}

async fn ask(inbox: &impl Inbox, by: u64, lasts: Duration) -> Batch {
    let endpoints = [ENDPOINT.into()];
    let ask = Ask {
        endpoints: &endpoints,
        format: FORMAT,
        limit: 1000,
        lasts,
        owner: owner(by),
        suspects: false,
    };
    inbox.lease(ask).await.expect("lease")
}

fn keys(batch: &Batch) -> Vec<EventKey> {
    batch.rows.iter().map(|row| *row.lease.key()).collect()
}

async fn accept(inbox: &SqliteInbox, entry: Entry) -> Accept {
    inbox.accept(vec![entry]).await.expect("accept")[0]
}

/// An inbox on the application's file, and the application's own pool.
async fn scene(place: &Place) -> (SqliteInbox, SqlitePool) {
    let pool = SqlitePool::connect_with(place.options().busy_timeout(PATIENCE))
        .await
        .expect("open");
    let inbox = SqliteInbox::builder().call_timeout(PATIENCE);
    let inbox = inbox.pool(pool.clone()).await.expect("an inbox");
    inbox.migrate().await.expect("migrate");
    (inbox, pool)
}

/// Runs until `holds`, with a deadline.
async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let waiting = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting)
        .await
        .unwrap_or_else(|_| panic!("waited in vain: {what}"));
}

#[tokio::test]
async fn while_a_handlers_transaction_is_open_copies_are_answered() {
    let place = Place::new();
    let (inbox, pool) = scene(&place).await;
    for number in 1..=4 {
        accept(&inbox, entry(number)).await;
    }
    let batch = ask(&inbox, 0, LEASE).await;
    let [done, dead, ..] = &batch.rows[..] else {
        panic!("{batch:?}");
    };
    let settled = inbox.settle(&done.lease, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    let buried = inbox.bury(&dead.lease, DeadReason::Failed, None).await;
    assert!(matches!(buried, Ok(Settled::Ok)), "{buried:?}");
    let _inline = win(&inbox, 5).await;
    let lapsed = inbox.claim(&key(6), None, owner(6), Duration::ZERO).await;
    assert!(matches!(lapsed, Ok(Claim::Won(_))), "{lapsed:?}");

    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    let done = Accept::Done { same_content: true };
    for (number, expected) in [(1, done), (2, Accept::Copy), (3, Accept::Copy)] {
        assert_eq!(accept(&inbox, copy(number)).await, expected, "{number}");
    }
    assert_eq!(accept(&inbox, entry(4)).await, Accept::Queued, "its own");
    // The transaction may be the one that settles it.
    for number in [5, 6] {
        let told = accept(&inbox, copy(number)).await;
        assert!(matches!(told, Accept::InProgress { .. }), "{told:?}");
    }
    let look = inbox.look(&key(3)).await;
    assert!(matches!(look, Ok(State::Done)), "{look:?}");
    let claim = inbox.claim(&key(3), None, owner(9), LEASE).await;
    assert!(matches!(claim, Ok(Claim::Done { .. })), "{claim:?}");
    // A new one has to write.
    let waits = tokio::spawn({
        let inbox = inbox.clone();
        async move { accept(&inbox, entry(7)).await }
    });
    tx.commit().await.expect("commit");
    assert_eq!(waits.await.expect("no panic"), Accept::Queued);
}

/// Its sender has hung up, or was told 503: it is handled, and the next copy is one.
#[tokio::test]
async fn an_accept_whose_caller_left_is_stored_all_the_same() {
    let place = Place::new();
    let (inbox, pool) = scene(&place).await;
    accept(&inbox, entry(0)).await;
    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    let gone = tokio::spawn({
        let inbox = inbox.clone();
        async move { accept(&inbox, entry(1)).await }
    });
    // A second one that is answered by a look has been handed in after the first.
    accept(&inbox, copy(0)).await;
    gone.abort();
    assert!(gone.await.expect_err("aborted").is_cancelled());
    tx.commit().await.expect("commit");
    until("it is stored", async || {
        matches!(inbox.read(&key(1)).await, Ok(Some(_)))
    })
    .await;
    assert_eq!(accept(&inbox, copy(1)).await, Accept::Copy);
}

#[tokio::test]
async fn copies_that_arrive_together_are_one_event() {
    let place = Place::new();
    let (inbox, pool) = scene(&place).await;
    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    let copies = (0..50).map(|token| {
        let (inbox, token) = (inbox.clone(), owner(5000 + token));
        let entry = Entry { token, ..entry(1) };
        tokio::spawn(async move { accept(&inbox, entry).await })
    });
    let copies: Vec<_> = copies.collect();
    tokio::task::yield_now().await;
    tx.commit().await.expect("commit");
    let mut queued = 0;
    for copy in copies {
        match copy.await.expect("no panic") {
            Accept::Queued => queued += 1,
            told => assert_eq!(told, Accept::Copy),
        }
    }
    assert_eq!((queued, ask(&inbox, 0, LEASE).await.rows.len()), (1, 1));
}

/// The wait for somebody's transaction counts against nobody: neither a lease that could not be extended meanwhile, nor
/// its heartbeat.
#[tokio::test]
async fn what_waits_for_its_turn_is_judged_by_the_time_before() {
    let place = Place::new();
    let (inbox, pool) = scene(&place).await;
    accept(&inbox, entry(0)).await;
    // Long enough for all that has to come before it lapses, on a busy machine too.
    let short = Duration::from_secs(3);
    let batch = ask(&inbox, 0, short).await;
    accept(&inbox, entry(1)).await;
    let inline = inbox.claim(&key(2), None, owner(2), short).await;
    assert!(matches!(inline, Ok(Claim::Won(_))), "{inline:?}");
    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    let told = accept(&inbox, entry(2)).await;
    assert!(matches!(told, Accept::InProgress { .. }), "{told:?}");
    let lease = batch.rows.into_iter().next().expect("a line").lease;
    let (asking, kept) = {
        let (one, two) = (inbox.clone(), inbox.clone());
        (
            tokio::spawn(async move { ask(&one, 1, LEASE).await }),
            tokio::spawn(async move {
                let kept = two.keep(&[&lease], LEASE).await.expect("keep");
                (kept, lease)
            }),
        )
    };
    until("the lease has lapsed", async || {
        let sql =
            "SELECT count(*) FROM hookgate_inbox_run WHERE until < unixepoch('subsec') * 1000";
        number(&pool, sql).await == 1
    })
    .await;
    tx.commit().await.expect("commit");
    let batch = asking.await.expect("no panic");
    assert_eq!(keys(&batch), [key(1)], "only what is ready");
    let (kept, lease) = kept.await.expect("no panic");
    assert_eq!(kept, [Settled::Ok]);
    let taken = inbox.read(&key(2)).await.expect("read");
    assert!(taken.is_none(), "an inline run may still be under way");
    let settled = inbox.settle(&lease, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
}

/// Whoever took it over would have had to write before the handler's own transaction could.
#[tokio::test]
async fn a_lease_that_lapsed_while_its_transaction_waited_is_not_lost() {
    let place = Place::new();
    let (inbox, pool) = scene(&place).await;
    let (app, receiver) = App::accepting(inbox.clone(), |it| it).await;
    let runs = Arc::<AtomicU32>::default();
    let handler = {
        let (inbox, pool, runs) = (inbox.clone(), pool.clone(), runs.clone());
        move |delivery: TestDelivery| {
            let (inbox, pool) = (inbox.clone(), pool.clone());
            runs.fetch_add(1, Ordering::SeqCst);
            async move {
                delivery.lease().stop_heartbeat();
                let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                until("the lease has lapsed", async || {
                    let sql = "SELECT count(*) FROM hookgate_inbox_run WHERE until < unixepoch('subsec') * 1000";
                    number(&pool, sql).await == 1
                })
                .await;
                inbox.settle_in(&mut tx, delivery.lease()).await?;
                tx.commit().await?;
                Ok(Ack::processed())
            }
        }
    };
    let worker = Worker::new(inbox.clone()).handle(&receiver, handler);
    let working = Working::start(worker.lease(Duration::from_secs(1)));
    assert_eq!(send(app.address(), "one").await, Some(200));
    drained(&inbox).await;
    working.stop().await;
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

/// An end in a transaction that is not committed yet, and the accept of the next one of its order: whichever is first, the
/// next one goes on.
#[tokio::test]
async fn a_line_is_not_parked_for_ever() {
    for is_committed in [true, false] {
        let place = Place::new();
        let (inbox, pool) = scene(&place).await;
        let ordered =
            |it: ReceiverBuilder| it.inbox_order(|_: &Payload<Json>| Some("one".to_owned()));
        let (app, receiver) = App::accepting(inbox.clone(), ordered).await;
        let (hand, mut handed) = mpsc::unbounded_channel();
        let handler = move |delivery: TestDelivery| {
            let (tell, told) = oneshot::channel::<()>();
            let _ = hand.send((delivery, tell));
            async move {
                let _ = told.await;
                Ok(Ack::processed())
            }
        };
        let worker = Worker::new(inbox.clone()).handle(&receiver, handler);
        let working = Working::start(worker.poll(Duration::from_millis(100)));
        assert_eq!(send(app.address(), "one").await, Some(200));
        let (delivery, go_on) = handed.recv().await.expect("the handler runs");

        let mut tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
        let settled = inbox.settle_in(&mut tx, delivery.lease()).await;
        assert!(settled.is_ok(), "{settled:?}");
        let next = inbox.list(&Filter::all(), None, 9).await.expect("list");
        let next = Entry {
            order: next.rows[0].order,
            endpoint: "test".into(),
            ..entry(1)
        };
        let accepting = tokio::spawn({
            let inbox = inbox.clone();
            async move { accept(&inbox, next).await }
        });
        // It has been handed in: this one, which is answered by a look, was so after it.
        let other = Entry {
            key: *delivery.event_key(),
            ..copy(0)
        };
        accept(&inbox, other).await;
        if is_committed {
            tx.commit().await.expect("commit");
        } else {
            tx.rollback().await.expect("roll back");
        }
        assert_eq!(accepting.await.expect("no panic"), Accept::Queued);
        // What it holds is no delivery, so a worker that gets it gives it back.
        let listed = async || {
            let kept = inbox.read(&key(1)).await.expect("read");
            kept.expect("it is kept").listed
        };
        if !is_committed {
            assert_eq!(listed().await.stands, Stands::Behind);
        }
        go_on.send(()).expect("the handler waits");
        until("the next one goes on", async || listed().await.attempt > 0).await;
        working.stop().await;
    }
}

/// A worker had no answer in time, and asks again while the first ask waits for its turn.
#[tokio::test]
async fn an_ask_that_is_repeated_while_it_waits_is_one_ask() {
    let place = Place::new();
    let (inbox, pool) = scene(&place).await;
    inbox
        .accept((0..6).map(entry).collect())
        .await
        .expect("accept");
    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    let asks = (0..3).map(|_| {
        let inbox = inbox.clone();
        tokio::spawn(async move {
            let endpoints = [ENDPOINT.into()];
            let ask = Ask {
                endpoints: &endpoints,
                format: FORMAT,
                limit: 2,
                lasts: LEASE,
                owner: owner(1),
                suspects: false,
            };
            keys(&inbox.lease(ask).await.expect("lease"))
        })
    });
    let asks: Vec<_> = asks.collect();
    // They have read, and found that nothing is held.
    accept(&inbox, copy(0)).await;
    tx.commit().await.expect("commit");
    for ask in asks {
        assert_eq!(ask.await.expect("no panic"), [key(0), key(1)]);
    }
}

/// Ends that wait for their turn together go into few statements.
#[tokio::test]
async fn ends_that_wait_together_end_what_each_of_them_holds() {
    let place = Place::new();
    let (inbox, pool) = scene(&place).await;
    inbox
        .accept((0..9).map(entry).collect())
        .await
        .expect("accept");
    let late = ask(&inbox, 0, Duration::from_millis(1500)).await;
    assert_eq!(late.rows.len(), 9, "they are read before they lapse");
    until("they have lapsed", async || {
        let sql = "SELECT max(until) < unixepoch('subsec') * 1000 FROM hookgate_inbox_run";
        number(&pool, sql).await == 1
    })
    .await;
    let held = ask(&inbox, 1, LEASE).await;
    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    // Late owners first, and each holder twice.
    let all = late
        .rows
        .iter()
        .chain(&held.rows)
        .chain(&held.rows)
        .enumerate();
    let settles = all.map(|(place, row)| {
        let (inbox, it) = (inbox.clone(), &row.lease);
        let lease = Lease::of_work(*it.key(), *it.owner(), it.attempt());
        let end = [End::Processed, End::Ignored, End::Rejected][place % 3];
        tokio::spawn(async move { inbox.settle(&lease, end, RETAIN).await })
    });
    let settles: Vec<_> = settles.collect();
    accept(&inbox, copy(0)).await;
    tx.commit().await.expect("commit");
    for (place, settle) in settles.into_iter().enumerate() {
        let expected = if place < 9 {
            Settled::LeaseLost
        } else {
            Settled::Ok
        };
        let settled = settle.await.expect("no panic");
        assert!(
            matches!(settled, Ok(it) if it == expected),
            "{place}: {settled:?}"
        );
    }
    for table in ["run", "work", "event"] {
        let sql = format!("SELECT count(*) FROM hookgate_inbox_{table}");
        assert_eq!(number(&pool, sql).await, 0, "{table}");
    }
    for state in 1..=3 {
        let sql =
            format!("SELECT count(*) FROM hookgate_dedup WHERE state = {state} AND attempt = 2");
        assert_eq!(number(&pool, sql).await, 3, "{state}");
    }
    assert_eq!(
        number(&pool, "SELECT queued FROM hookgate_inbox_endpoint").await,
        0
    );
}

#[tokio::test]
async fn a_row_that_the_engine_refuses_harms_nobody_and_is_kept() {
    let place = Place::new();
    let (inbox, pool) = scene(&place).await;
    let trigger = format!(
        "CREATE TRIGGER refuses BEFORE INSERT ON hookgate_inbox_work WHEN NEW.event_key = x'{}' \
         BEGIN SELECT RAISE(ABORT, 'not this one'); END",
        key(3)
    );
    run(&pool, trigger).await;
    let accepted = inbox.accept((0..6).map(entry).collect()).await;
    assert_eq!(accepted.expect("accept"), [Accept::Queued; 6]);
    let expected: Vec<EventKey> = [0, 1, 2, 4, 5].map(key).into();
    assert_eq!(keys(&ask(&inbox, 0, LEASE).await), expected);
    let kept = inbox
        .read(&key(3))
        .await
        .expect("read")
        .expect("it is kept");
    let is_dead = matches!(
        kept.listed.stands,
        Stands::Dead {
            reason: DeadReason::Damaged,
            ..
        }
    );
    assert!(is_dead && kept.payload == entry(3).payload, "{kept:?}");
    assert_eq!(accept(&inbox, copy(3)).await, Accept::Copy);
    // What was mended is replayed.
    let replay = inbox.replay(&key(3), "still refused").await;
    assert!(
        matches!(replay, Err(StoreError::Unavailable(_))),
        "{replay:?}"
    );
    run(&pool, "DROP TRIGGER refuses").await;
    assert!(inbox.replay(&key(3), "mended").await.expect("replay"));
    assert_eq!(keys(&ask(&inbox, 1, LEASE).await), [key(3)]);
}

/// What a payload may be bound to is kept with it, an order included.
#[tokio::test]
async fn a_row_that_the_engine_refuses_can_be_decrypted_and_keeps_its_order() {
    let place = Place::new();
    let (plain, pool) = scene(&place).await;
    let secret = Secret::utf8("a secret of 32 bytes or a few more").expect("a secret");
    let keys_of_it = Keyring::new([Key::new("one", secret)]).expect("a ring");
    let inbox = EncryptedInbox::new(plain.clone(), keys_of_it).expect("an inbox");
    let inbox = inbox.only_encrypted();
    let trigger = format!(
        "CREATE TRIGGER refuses BEFORE INSERT ON hookgate_inbox_work WHEN NEW.event_key = x'{}' \
         BEGIN SELECT RAISE(ABORT, 'not this one'); END",
        key(1)
    );
    run(&pool, trigger).await;
    let ordered = |number| Entry {
        order: Some(OrderKey::from_bytes([1; 32])),
        ..entry(number)
    };
    let accepted = inbox.accept(vec![ordered(1), ordered(2)]).await;
    assert_eq!(accepted.expect("accept"), [Accept::Queued; 2]);
    let kept = inbox.read(&key(1)).await.expect("read");
    assert_eq!(kept.expect("it is kept").payload, entry(1).payload);
    run(&pool, "DROP TRIGGER refuses").await;
    // The next of its order has gone on without it, and it stands behind that one.
    let batch = ask(&inbox, 0, LEASE).await;
    assert_eq!(keys(&batch), [key(2)]);
    assert!(inbox.replay(&key(1), "mended").await.expect("replay"));
    let next = ask(&inbox, 1, LEASE).await;
    assert!(keys(&next).is_empty(), "one of its order runs");
    let settled = inbox
        .settle(&batch.rows[0].lease, End::Processed, RETAIN)
        .await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    let batch = ask(&inbox, 1, LEASE).await;
    assert_eq!(keys(&batch), [key(1)]);
    let row = &batch.rows[0];
    assert_eq!(
        (row.is_quarantined, &row.payload),
        (false, &entry(1).payload)
    );
    let settled = inbox.settle(&row.lease, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
}

/// A handler that blocks the only thread of its runtime: neither its own lease is lost, nor is the file held.
#[test]
fn a_handler_that_blocks_its_thread_keeps_its_lease() {
    let place = Arc::new(Place::new());
    let beaten = Arc::<AtomicBool>::default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let (inbox, _pool) = scene(&place).await;
        let (app, receiver) = App::accepting(inbox.clone(), |it| it).await;
        assert_eq!(send(app.address(), "one").await, Some(200));
        let handler = {
            let (place, beaten) = (place.clone(), beaten.clone());
            move |_: TestDelivery| {
                let (place, beaten) = (place.clone(), beaten.clone());
                async move {
                    // Nobody polls anything on this thread until then.
                    let watch = move || watch_a_heartbeat(&place);
                    let seen = std::thread::spawn(watch).join();
                    beaten.store(seen.is_ok_and(|seen| seen), Ordering::SeqCst);
                    Ok(Ack::processed())
                }
            }
        };
        let worker = Worker::new(inbox.clone())
            .handle(&receiver, handler)
            .lease(Duration::from_millis(600));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let working = tokio::spawn(worker.run(async { drop(stopped.await) }));
        drained(&inbox).await;
        drop(stop);
        working.await.expect("no panic").expect("a worker");
    });
    assert!(beaten.load(Ordering::SeqCst), "no heartbeat came");
}

/// Waits until a lease has been extended beyond twice its first length.
fn watch_a_heartbeat(place: &Place) -> bool {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let pool = SqlitePool::connect_with(place.options())
            .await
            .expect("open");
        let ends = async || number(&pool, "SELECT until FROM hookgate_inbox_run").await;
        let first = ends().await;
        until("the lease is extended", async || ends().await > first + 600).await;
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a time");
        ends().await > i64::try_from(now.as_millis()).expect("a small number")
    })
}

#[tokio::test]
async fn a_file_that_forgets_commits_is_refused_unless_named() {
    let place = Place::new();
    let path = place.path("app.sqlite");
    let memory = SqlitePool::connect_lazy_with(options(":memory:".as_ref()));
    let off = options(&path).journal_mode(SqliteJournalMode::Off);
    for pool in [memory, SqlitePool::connect_lazy_with(off.clone())] {
        let refused = SqliteInbox::with_pool(pool).await;
        assert!(matches!(refused, Err(OpenError::NotDurable)), "{refused:?}");
    }
    let named = SqliteInbox::builder().may_lose_what_was_accepted();
    let named = named.pool(SqlitePool::connect_lazy_with(off)).await;
    assert!(named.is_ok(), "{named:?}");
    // The application's connections move what the inbox commits from the write-ahead log into the file.
    let lax = options(&place.path("lax.sqlite"));
    for (level, is_taken) in [
        (SqliteSynchronous::Off, false),
        (SqliteSynchronous::Normal, true),
    ] {
        let pool = || SqlitePool::connect_lazy_with(lax.clone().synchronous(level));
        let inbox = SqliteInbox::with_pool(pool()).await;
        match inbox {
            Err(OpenError::NotDurable) => assert!(!is_taken, "{level:?}"),
            inbox => assert!(is_taken && inbox.is_ok(), "{level:?}: {inbox:?}"),
        }
        let named = SqliteInbox::builder().may_lose_what_was_accepted();
        let named = named.pool(pool()).await;
        assert!(named.is_ok(), "{named:?}");
    }
}

/// A tool's: the application's file stays as it is.
#[tokio::test]
async fn an_inbox_that_is_opened_by_a_tool_keeps_its_files_journal_mode() {
    let place = Place::new();
    // A connection that sets none reads that of the file.
    let mode = async |path: &Path| {
        let options = SqliteConnectOptions::new().filename(path);
        let mut connection = SqliteConnection::connect_with(&options)
            .await
            .expect("open");
        let mode = sqlx::query_scalar::<_, String>("PRAGMA journal_mode");
        mode.fetch_one(&mut connection)
            .await
            .expect("read the mode")
    };
    for wanted in [SqliteJournalMode::Delete, SqliteJournalMode::Wal] {
        let path = place.path(&format!("{wanted:?}.sqlite"));
        let pool = SqlitePool::connect_lazy_with(options(&path).journal_mode(wanted));
        let its = SqliteInbox::with_pool(pool.clone()).await.expect("open");
        its.migrate().await.expect("migrate");
        accept(&its, entry(1)).await;
        let before = mode(&path).await;
        let tool = SqliteInbox::builder().call_timeout(PATIENCE);
        let tool = tool.open_existing(&path).await.expect("it is there");
        let batch = ask(&tool, 0, LEASE).await;
        let buried = tool
            .bury(&batch.rows[0].lease, DeadReason::Failed, None)
            .await;
        assert!(matches!(buried, Ok(Settled::Ok)), "{buried:?}");
        assert!(tool.replay(&key(1), "a tool writes").await.expect("replay"));
        assert_eq!(mode(&path).await, before);
        assert_eq!(before, format!("{wanted:?}").to_lowercase());
    }
}

/// The application has named its table of keys. A tool that does not know the name makes none beside it.
#[tokio::test]
async fn an_inbox_that_is_opened_by_a_tool_makes_no_tables() {
    let place = Place::new();
    let path = place.path("app.sqlite");
    let pool = SqlitePool::connect_lazy_with(options(&path));
    let named = || SqliteInbox::builder().table(Table::new("webhook_keys").expect("a name"));
    let its = named().pool(pool.clone()).await.expect("open");
    its.migrate().await.expect("migrate");
    let tables = "SELECT count(*) FROM sqlite_schema";
    let before = number(&pool, tables).await;
    let other = SqliteInbox::builder().open_existing(&path).await;
    assert!(matches!(other, Err(OpenError::NoInbox)), "{other:?}");
    let tool = named().open_existing(&path).await;
    assert!(tool.is_ok(), "{tool:?}");
    assert_eq!(number(&pool, tables).await, before);
    let misspelled = place.path("misspelled.sqlite");
    let none = named().open_existing(&misspelled).await;
    assert!(matches!(none, Err(OpenError::NoInbox)), "{none:?}");
    assert!(!misspelled.exists());
}

fn has_canary(place: &Place) -> bool {
    let folder = place.path("app.sqlite");
    !files_with_canary(folder.parent().expect("a folder")).is_empty()
}

#[tokio::test]
async fn what_is_erased_is_nowhere_in_the_files() {
    let place = Place::new();
    let (inbox, pool) = scene(&place).await;
    let personal = |number: u64| {
        let size = 10 + usize::try_from(number * number * 40).expect("a small number");
        Entry {
            payload: format!("{CANARY} {number} {}", "x".repeat(size)).into(),
            ..entry(number)
        }
    };
    let entries = (0..45).map(personal).collect();
    inbox.accept(entries).await.expect("accept");
    assert!(has_canary(&place), "the test sees it");
    let error = || Some(format!("{CANARY}: {}", "failed ".repeat(100)).into());
    let batch = ask(&inbox, 0, LEASE).await;
    for (row, number) in batch.rows.iter().zip(0..) {
        let lease = &row.lease;
        let ended = match number % 3 {
            0 => inbox.settle(lease, End::Processed, RETAIN).await,
            1 => inbox.bury(lease, DeadReason::Failed, error()).await,
            _ => {
                let again = Duration::ZERO;
                inbox
                    .give_back(lease, again, Counts::Failure, error())
                    .await
            }
        };
        assert!(matches!(ended, Ok(Settled::Ok)), "{ended:?}");
    }
    // Others end in transactions.
    let (app, receiver) = App::accepting(inbox.clone(), |it| it).await;
    let handler = {
        let (inbox, pool) = (inbox.clone(), pool.clone());
        move |delivery: TestDelivery| {
            let (inbox, pool) = (inbox.clone(), pool.clone());
            async move {
                let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                inbox.settle_in(&mut tx, delivery.lease()).await?;
                tx.commit().await?;
                Ok(Ack::processed())
            }
        }
    };
    let working = Working::start(Worker::new(inbox.clone()).handle(&receiver, handler));
    for number in 0..15 {
        let sent = send(app.address(), &format!("{CANARY}-{number}")).await;
        assert_eq!(sent, Some(200));
    }
    until("they have ended", async || {
        number(
            &pool,
            "SELECT queued FROM hookgate_inbox_endpoint WHERE name = 'test'",
        )
        .await
            == 0
    })
    .await;
    working.stop().await;
    for row in ask(&inbox, 1, LEASE).await.rows {
        let settled = inbox.settle(&row.lease, End::Processed, RETAIN).await;
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    }
    let dead = inbox.list(&Filter::dead(), None, 100).await.expect("list");
    assert_eq!(dead.rows.len(), 15);
    for (letter, number) in dead.rows.iter().zip(0..) {
        if number % 2 == 0 {
            assert!(inbox.discard(&letter.key).await.expect("discard"));
        }
    }
    until("they are old enough", async || {
        let sql = "SELECT max(died_at) < unixepoch('subsec') * 1000 FROM hookgate_inbox_dead";
        number(&pool, sql).await == 1
    })
    .await;
    assert_eq!(inbox.erase(Duration::ZERO, 100).await.expect("erase"), 7);
    let (erased, is_emptied) = inbox.prune().await.expect("prune");
    assert_eq!(erased, 15, "those that ended in transactions");
    assert!(is_emptied, "no reader is open");
    assert!(!has_canary(&place));
    assert_eq!(
        number(&pool, "SELECT count(*) FROM hookgate_inbox_event").await,
        0
    );
}

/// Each byte of it is overwritten, and senders wait for the turn to write meanwhile.
#[tokio::test]
async fn much_that_ends_together_is_erased_4_mib_at_a_time() {
    let place = Place::new();
    let (inbox, pool) = scene(&place).await;
    let large = |number| Entry {
        payload: vec![7; 1024 * 1024].into(),
        ..entry(number)
    };
    inbox
        .accept((0..10).map(large).collect())
        .await
        .expect("accept");
    let batch = ask(&inbox, 0, LEASE).await;
    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    let settles = batch.rows.iter().map(|row| {
        let (inbox, it) = (inbox.clone(), &row.lease);
        let lease = Lease::of_work(*it.key(), *it.owner(), it.attempt());
        tokio::spawn(async move { inbox.settle(&lease, End::Processed, RETAIN).await })
    });
    let settles: Vec<_> = settles.collect();
    accept(&inbox, copy(0)).await;
    tx.commit().await.expect("commit");
    for settle in settles {
        let settled = settle.await.expect("no panic");
        assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    }
    let left = async || number(&pool, "SELECT count(*) FROM hookgate_inbox_event").await;
    assert!((1..=6).contains(&left().await), "{}", left().await);
    for number in 0..10 {
        let told = accept(&inbox, copy(number)).await;
        assert!(matches!(told, Accept::Done { .. }), "{number}: {told:?}");
        assert!(inbox.read(&key(number)).await.expect("read").is_none());
    }
    let behind = u64::try_from(left().await).expect("a count");
    let (erased, _) = inbox.prune().await.expect("prune");
    assert_eq!((erased, left().await), (behind, 0));

    // Dead letters too.
    inbox
        .accept((10..20).map(large).collect())
        .await
        .expect("accept");
    for row in ask(&inbox, 1, LEASE).await.rows {
        let buried = inbox.bury(&row.lease, DeadReason::Failed, None).await;
        assert!(matches!(buried, Ok(Settled::Ok)), "{buried:?}");
    }
    until("they are old enough", async || {
        let sql = "SELECT max(died_at) < unixepoch('subsec') * 1000 FROM hookgate_inbox_dead";
        number(&pool, sql).await == 1
    })
    .await;
    for (erased, rest) in [(4, 6), (4, 2), (2, 0), (0, 0)] {
        let told = inbox.erase(Duration::ZERO, 100).await.expect("erase");
        assert_eq!((told, left().await), (erased, rest));
    }
}

/// A dump, say. It keeps the write-ahead log from being emptied, and nothing else.
#[tokio::test]
async fn a_reader_that_stays_open_holds_nothing_up() {
    let place = Place::new();
    let (inbox, pool) = scene(&place).await;
    accept(&inbox, entry(0)).await;
    let mut reader = pool.begin().await.expect("begin");
    let seen = sqlx::raw_sql("SELECT count(*) FROM hookgate_inbox_event");
    seen.fetch_one(&mut *reader).await.expect("read");
    for by in 1..50 {
        accept(&inbox, entry(by)).await;
        for row in ask(&inbox, by, LEASE).await.rows {
            let settled = inbox.settle(&row.lease, End::Processed, RETAIN).await;
            assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
        }
    }
    assert_eq!(
        number(&pool, "SELECT count(*) FROM hookgate_inbox_event").await,
        0
    );
    let (_, is_emptied) = inbox.prune().await.expect("prune");
    assert!(!is_emptied, "the reader needs the log");
    drop(reader);
    let (_, is_emptied) = inbox.prune().await.expect("prune");
    assert!(is_emptied);
}

/// An instance of an earlier release, or of an endpoint that has none, shares the file.
#[tokio::test]
async fn a_store_beside_an_inbox_takes_its_keys_as_done_and_keeps_them() {
    let place = Place::new();
    let (inbox, pool) = scene(&place).await;
    let store = SqliteStore::with_pool(pool.clone());
    store.migrate().await.expect("migrate");
    inbox
        .accept((0..3).map(entry).collect())
        .await
        .expect("accept");
    let batch = ask(&inbox, 0, LEASE).await;
    let buried = inbox
        .bury(&batch.rows[1].lease, DeadReason::Failed, None)
        .await;
    assert!(matches!(buried, Ok(Settled::Ok)), "{buried:?}");
    let settled = inbox
        .settle(&batch.rows[2].lease, End::Ignored, RETAIN)
        .await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    for number in 0..3 {
        let claim = store.claim(&key(number), None, owner(9), LEASE).await;
        assert!(matches!(claim, Ok(Claim::Done { .. })), "{claim:?}");
        let release = Lease::granted(key(number), owner(9), 1);
        store
            .settle(&release, End::Release, RETAIN)
            .await
            .expect("release");
        let look = store.look(&key(number)).await;
        assert!(matches!(look, Ok(State::Done)), "{look:?}");
    }
    assert_eq!(store.prune().await.expect("prune"), 0);
    assert_eq!(accept(&inbox, copy(0)).await, Accept::Copy);
    // What the store has handled is done for the inbox.
    let lease = win(&store, 5).await;
    store
        .settle(&lease, End::Processed, RETAIN)
        .await
        .expect("settle");
    let told = accept(&inbox, entry(5)).await;
    assert!(matches!(told, Accept::Done { .. }), "{told:?}");
}

#[tokio::test]
async fn a_worker_in_another_process_finds_what_was_accepted() {
    let place = Place::new();
    let path = place.path("inbox.sqlite");
    let open = || SqliteInbox::open(path.clone());
    let (one, two) = (open().await.expect("open"), open().await.expect("open"));
    assert!(ask(&two, 0, LEASE).await.rows.is_empty());
    accept(&one, entry(0)).await;
    let batch = ask(&two, 0, LEASE).await;
    assert_eq!(keys(&batch), [key(0)]);
    let late = ask(&one, 1, LEASE).await;
    assert!(late.rows.is_empty(), "{late:?}");
    let settled = two
        .settle(&batch.rows[0].lease, End::Processed, RETAIN)
        .await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    let told = accept(&one, copy(0)).await;
    assert!(matches!(told, Accept::Done { .. }), "{told:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_open_a_fresh_file_at_once() {
    for round in 0..5 {
        let place = Place::new();
        let path = place.path("inbox.sqlite");
        let opens = (0..8).map(|_| tokio::spawn(SqliteInbox::open(path.clone())));
        for open in opens.collect::<Vec<_>>() {
            let opened = open.await.expect("no panic");
            assert!(opened.is_ok(), "round {round}: {opened:?}");
        }
    }
}

#[tokio::test]
async fn the_applications_migrations_may_run_the_printed_text() {
    let place = Place::new();
    let pool = place.pool().await;
    let inbox = SqliteInbox::with_pool(pool.clone())
        .await
        .expect("an inbox");
    let missing = inbox.accept(vec![entry(0)]).await;
    let Err(StoreError::Unavailable(why)) = missing else {
        panic!("no table, no accept: {missing:?}");
    };
    assert!(why.to_string().contains("migrate()"), "{why}");
    run(&pool, SqliteInbox::schema()).await;
    run(&pool, SqliteInbox::schema()).await;
    let tx = pool.begin_with("BEGIN IMMEDIATE").await.expect("begin");
    // A write would wait for its turn, and in vain.
    inbox.migrate().await.expect("nothing is to be done");
    drop(tx);
    // A later release has raised the version.
    run(&pool, "UPDATE hookgate_inbox_meta SET version = 7").await;
    run(&pool, SqliteInbox::schema()).await;
    assert_eq!(
        number(&pool, "SELECT version FROM hookgate_inbox_meta").await,
        7
    );
    assert_eq!(accept(&inbox, entry(0)).await, Accept::Queued);
}

/// Enough for the files of an empty inbox, and some events. The write-ahead log is as large as the tables are.
const SMALL_DISK: u64 = 2000 * 1024;

#[test]
fn a_full_disk_is_full_and_loses_nothing() {
    let folder = temporary_folder();
    if let Some(child) = respawn_on_small_disk("on_a_small_disk", folder.path(), SMALL_DISK) {
        child.output();
    }
}

#[tokio::test]
async fn on_a_small_disk() {
    let Some(folder) = child_task() else { return };
    let folder = std::path::Path::new(&folder);
    let ballast = folder.join("ballast");
    std::fs::write(&ballast, vec![0; 1000 * 1024]).expect("write");
    let inbox = SqliteInbox::open(folder.join("inbox.sqlite"))
        .await
        .expect("open");
    let mut count = 0;
    let refused = loop {
        let large = Entry {
            payload: vec![7; 1500].into(),
            ..entry(count)
        };
        match inbox.accept(vec![large]).await {
            Ok(_) => count += 1,
            Err(error) => break error,
        }
        assert!(count < 100_000, "this disk holds fewer events");
    };
    assert!(matches!(refused, StoreError::Full), "{refused:?}");
    assert!(count > 10, "{count}");
    // What was accepted is there.
    for known in 0..count {
        let look = inbox.look(&key(known)).await;
        assert!(matches!(look, Ok(State::Done)), "{known}: {look:?}");
    }
    // Room again: service resumes.
    std::fs::remove_file(ballast).expect("remove");
    assert_eq!(accept(&inbox, entry(count)).await, Accept::Queued);
    let mut handled = 0;
    for by in 0.. {
        let batch = ask(&inbox, by, LEASE).await;
        if batch.rows.is_empty() {
            break;
        }
        for row in batch.rows {
            let settled = inbox.settle(&row.lease, End::Processed, RETAIN).await;
            assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
            handled += 1;
        }
    }
    assert_eq!(handled, count + 1, "nothing that was accepted is lost");
}
