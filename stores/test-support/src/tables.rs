//! What a store with a table promises of its rows, on any [`Rows`]: [`test_tables!`](crate::test_tables) makes tests of
//! it.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use hookgate::{
    EventKey,
    dedup::{Claim, DedupStore, End, Lease, Settled, State, StoreError},
};

use crate::{LEASE, RETAIN, key, owner, win};

/// A fresh table of a store's, and the application's own pool on its database.
pub trait Rows: Send + Sync + Sized {
    /// The store.
    type Store: DedupStore;
    /// A connection of the pool.
    type Connection: Send;
    /// More rows than are removed by one statement.
    const MORE_THAN_A_BATCH: u64;
    /// Whether a claim or a release that comes alone needs a connection of the pool.
    const WRITES_BY_ITS_POOL: bool;

    /// `None` where there is no database to be had. The table is there.
    fn make() -> impl Future<Output = Option<Self>> + Send;

    /// Its name, as it stands in a statement.
    fn table(&self) -> String;

    /// A store on the table, that prunes so often.
    fn store(&self, prune_every: Option<Duration>) -> Self::Store;

    /// A store on the table with so much time for a call, by a pool of one connection; and that connection, taken.
    fn without_connections(
        &self,
        call_timeout: Duration,
    ) -> impl Future<Output = (Self::Store, Self::Connection)> + Send;

    /// The store's `migrate`.
    fn migrate(store: &Self::Store) -> impl Future<Output = ()> + Send;

    /// The store's `prune`.
    fn prune(store: &Self::Store) -> impl Future<Output = u64> + Send;

    /// Runs a statement.
    fn run(&self, sql: String) -> impl Future<Output = ()> + Send;

    /// Reads a number.
    fn number(&self, sql: String) -> impl Future<Output = i64> + Send;

    /// The moment so many seconds from now, as the table keeps it.
    fn from_now(seconds: i64) -> String;

    /// A key, as it stands in a statement.
    fn literal(key: EventKey) -> String;

    /// A statement that adds so many rows of marks that ended a day ago.
    fn add_ended(&self, rows: u64) -> String;
}

/// A test of each promise, on what `$rows` makes.
#[macro_export]
macro_rules! test_tables {
    ($rows:ty) => {
        $crate::test_tables! { $rows:
            old_rows_go_in_the_background_and_young_ones_stay,
            what_was_released_is_free_though_its_end_lies_ahead,
            what_an_inbox_holds_is_done_to_an_inline_run,
            a_table_without_one_of_its_columns_is_brought_up_to_date,
            an_exhausted_pool_costs_neither_lease_nor_mark,
        }
    };
    ($rows:ty: $($promise:ident),+ $(,)?) => {$(
        #[tokio::test]
        async fn $promise() {
            if let Some(rows) = <$rows as $crate::Rows>::make().await {
                $crate::tables::$promise(rows).await;
            }
        }
    )+};
}

const MINUTE: i64 = 60;
const DAY: i64 = 86_400;

async fn age<R: Rows>(rows: &R, number: u64, seconds: i64) {
    rows.run(format!(
        "UPDATE {table} SET expires_at = {ended} WHERE event_key = {key}",
        table = rows.table(),
        ended = R::from_now(-seconds),
        key = R::literal(key(number)),
    ))
    .await;
}

/// The lease of a claim that never came.
fn unclaimed(number: u64) -> Lease {
    Lease::granted(key(number), owner(number), 1)
}

/// A row goes a minute after its end. One that counts attempts, or notes tokens and is free, goes after a day.
pub async fn old_rows_go_in_the_background_and_young_ones_stay<R: Rows>(rows: R) {
    let quiet = rows.store(None);
    for number in 0..6 {
        let lease = win(&quiet, number).await;
        let end = match number {
            5 => continue,
            4 => End::Release,
            _ => End::Processed,
        };
        quiet.settle(&lease, end, RETAIN).await.expect("settle");
    }
    age(&rows, 0, 2 * MINUTE).await;
    age(&rows, 1, 10).await; // ended, but a copy may be on its way
    age(&rows, 4, 2 * MINUTE).await;
    // Lapsed leases count the attempts for a day, and what was given up is remembered for as long.
    age(&rows, 5, DAY - 5 * MINUTE).await;
    quiet
        .settle(&unclaimed(6), End::Release, RETAIN)
        .await
        .expect("release");
    age(&rows, 6, DAY - 5 * MINUTE).await;
    win(&quiet, 7).await;
    age(&rows, 7, DAY + 5 * MINUTE).await;
    // It failed once. A mark has turned away for long what was given up before.
    let failed = win(&quiet, 8).await;
    let released = quiet.settle(&failed, End::Release, RETAIN).await;
    released.expect("release");
    let claim = quiet.claim(&key(8), None, owner(9), LEASE).await;
    let Ok(Claim::Won(lease)) = claim else {
        panic!("{claim:?}")
    };
    let settled = quiet.settle(&lease, End::Processed, RETAIN).await;
    settled.expect("settle");
    age(&rows, 8, 2 * MINUTE).await;
    let noted = format!(
        "SELECT count(*) FROM {} WHERE given_up IS NOT NULL",
        rows.table()
    );
    assert_eq!(rows.number(noted).await, 2);

    rows.run(rows.add_ended(R::MORE_THAN_A_BATCH)).await;
    assert_eq!(R::prune(&quiet).await, R::MORE_THAN_A_BATCH + 4);
    let table = rows.table();
    for kept in [1, 2, 3, 5, 6] {
        let key = R::literal(key(kept));
        let sql = format!("SELECT count(*) FROM {table} WHERE event_key = {key}");
        assert_eq!(rows.number(sql).await, 1, "key {kept} stays");
    }
    let claim = quiet.claim(&key(5), None, owner(9), LEASE).await;
    assert!(
        matches!(&claim, Ok(Claim::Won(lease)) if lease.attempt() == 2),
        "{claim:?}"
    );

    age(&rows, 2, 2 * MINUTE).await;
    let by_itself = rows.store(Some(Duration::from_millis(20)));
    let began = Instant::now();
    while rows.number(format!("SELECT count(*) FROM {table}")).await > 4 {
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "nothing went by itself"
        );
    }
    // Its task ends with the store.
    drop(by_itself);
    age(&rows, 3, 2 * MINUTE).await;
    assert_eq!(R::prune(&quiet).await, 1);
}

/// The engine's clock was set back, or a replica with another one was promoted.
pub async fn what_was_released_is_free_though_its_end_lies_ahead<R: Rows>(rows: R) {
    let (store, table) = (rows.store(None), rows.table());
    let lease = win(&store, 1).await;
    let released = store.settle(&lease, End::Release, RETAIN).await;
    assert!(matches!(released, Ok(Settled::Ok)), "{released:?}");
    let ahead = R::from_now(3600);
    rows.run(format!("UPDATE {table} SET expires_at = {ahead}"))
        .await;
    let state = store.look(&key(1)).await;
    assert!(matches!(state, Ok(State::Free)), "{state:?}");
    let late = store.claim(&key(1), None, owner(1), LEASE).await;
    assert!(matches!(late, Ok(Claim::InProgress { .. })), "{late:?}");
    let next = store.claim(&key(1), None, owner(2), LEASE).await;
    assert!(
        matches!(&next, Ok(Claim::Won(lease)) if lease.attempt() == 2),
        "{next:?}"
    );

    // What a later release may write is not taken for done.
    rows.run(format!("UPDATE {table} SET state = 99")).await;
    let claim = store.claim(&key(1), None, owner(3), LEASE).await;
    assert!(
        matches!(claim, Err(StoreError::Unavailable(_))),
        "{claim:?}"
    );
    let state = store.look(&key(1)).await;
    assert!(
        matches!(state, Err(StoreError::Unavailable(_))),
        "{state:?}"
    );
}

/// Instances with and without an inbox share a table while a service is changed over.
pub async fn what_an_inbox_holds_is_done_to_an_inline_run<R: Rows>(rows: R) {
    const QUEUED: u64 = 5;
    const DEAD: u64 = 6;
    let (store, table) = (rows.store(None), rows.table());
    for state in [QUEUED, DEAD] {
        let lease = win(&store, state).await;
        rows.run(format!(
            "UPDATE {table} SET state = {state}, expires_at = {far} WHERE event_key = {key}",
            far = R::from_now(10 * 365 * DAY),
            key = R::literal(key(state)),
        ))
        .await;
        assert_done_to_others(&store, &lease).await;
    }
    assert_eq!(R::prune(&store).await, 0);
    for state in [QUEUED, DEAD] {
        age(&rows, state, 1).await;
        let claim = store.claim(&key(state), None, owner(10), LEASE).await;
        assert!(
            matches!(&claim, Ok(Claim::Won(lease)) if lease.attempt() == 2),
            "{claim:?}"
        );
    }
}

/// An inbox holds the key of `late`, whose inline lease is over.
pub async fn assert_done_to_others(store: &impl DedupStore, late: &Lease) {
    let key = *late.key();
    let extended = store.extend(late, LEASE).await;
    assert!(matches!(extended, Ok(Settled::LeaseLost)), "{extended:?}");
    let settled = store.settle(late, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::LeaseLost)), "{settled:?}");
    let stranger = Lease::granted(key, owner(8), 1);
    for lease in [late, &stranger] {
        let released = store.settle(lease, End::Release, RETAIN).await;
        assert!(released.is_ok(), "{released:?}");
    }
    let state = store.look(&key).await;
    assert!(matches!(state, Ok(State::Done)), "{state:?}");
    let claim = store.claim(&key, None, owner(9), LEASE).await;
    assert!(
        matches!(claim, Ok(Claim::Done { same_content: true })),
        "{claim:?}"
    );
}

/// An earlier build's table, or one whose comment says more than it has.
pub async fn a_table_without_one_of_its_columns_is_brought_up_to_date<R: Rows>(rows: R) {
    let (store, table) = (rows.store(None), rows.table());
    rows.run(format!("ALTER TABLE {table} DROP COLUMN given_up"))
        .await;
    R::migrate(&store).await;
    let released = store.settle(&unclaimed(1), End::Release, RETAIN).await;
    assert!(released.is_ok(), "{released:?}");
    win(&store, 2).await;
}

/// The heartbeats' connection writes both.
pub async fn an_exhausted_pool_costs_neither_lease_nor_mark<R: Rows>(rows: R) {
    let store = rows.store(None);
    let (first, second) = (win(&store, 1).await, win(&store, 2).await);

    let (exhausted, held) = rows.without_connections(Duration::from_millis(800)).await;
    let claim = exhausted.claim(&key(3), None, owner(3), LEASE).await;
    assert!(
        match &claim {
            Err(error) => R::WRITES_BY_ITS_POOL && matches!(error, StoreError::Timeout),
            Ok(claim) => !R::WRITES_BY_ITS_POOL && matches!(claim, Claim::Won(_)),
        },
        "{claim:?}"
    );
    let extended = exhausted.extend(&first, LEASE).await;
    assert!(matches!(extended, Ok(Settled::Ok)), "{extended:?}");
    let settled = exhausted.settle(&first, End::Processed, RETAIN).await;
    assert!(
        matches!(settled, Ok(Settled::Ok) | Err(StoreError::Timeout)),
        "{settled:?}"
    );
    // A release can wait: there may be many of them, and the lease ends by itself.
    let released = exhausted.settle(&second, End::Release, RETAIN).await;
    assert!(
        match &released {
            Err(error) => R::WRITES_BY_ITS_POOL && matches!(error, StoreError::Timeout),
            Ok(_) => !R::WRITES_BY_ITS_POOL,
        },
        "{released:?}"
    );
    drop(held);
    win(&exhausted, 4).await;
    let state = exhausted.look(&key(1)).await;
    assert!(matches!(state, Ok(State::Done)), "{settled:?} {state:?}");
}
