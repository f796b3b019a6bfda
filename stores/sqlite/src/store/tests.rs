use hookgate_test_support::{RETAIN, wait_for, win};
use sqlx::{
    Row,
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use super::*;

/// SQLite's numbers for `synchronous`.
const NORMAL: i64 = 1;
const FULL: i64 = 2;

#[tokio::test]
async fn every_connection_waits_for_the_disk_unless_told_not_to() {
    let folder = tempfile::tempdir().unwrap();
    let builder = SqliteStore::builder;
    for (name, builder, expected) in [
        ("safe", builder(), FULL),
        ("fast", builder().fast(), NORMAL),
    ] {
        let store = builder.open(folder.path().join(name)).await.unwrap();
        let pools = &store.0.pools;
        for pool in [
            &pools.prompt,
            &pools.writer,
            &pools.readers,
            &pools.heartbeats,
        ] {
            let row = sqlx::raw_sql("PRAGMA synchronous")
                .fetch_one(pool)
                .await
                .unwrap();
            assert_eq!(row.get::<i64, _>(0), expected, "{name}");
        }
    }
}

/// A copy's claim is tried there before it reads, and a handler's transaction may go on for long.
#[tokio::test]
async fn what_is_tried_at_once_waits_for_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let opened = SqliteStore::open(&path).await.unwrap();
    let options = SqliteConnectOptions::new().filename(&path);
    let lent = SqliteStore::with_pool(SqlitePool::connect_with(options).await.unwrap());
    for store in [opened, lent] {
        let row = sqlx::raw_sql("PRAGMA busy_timeout")
            .fetch_one(&store.0.pools.prompt)
            .await
            .unwrap();
        assert_eq!(row.get::<i64, _>(0), 0);
    }
}

/// Nothing else is left to it: somebody has the file, and the only connection that would wait for that.
#[tokio::test(flavor = "multi_thread")]
async fn a_mark_waits_on_the_heartbeats_connection_where_the_pool_is_exhausted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let options = SqliteConnectOptions::new().filename(&path);
    let pool = SqlitePoolOptions::new().max_connections(1);
    let pool = pool
        .connect_with(options.create_if_missing(true))
        .await
        .unwrap();
    let store = SqliteStore::with_pool(pool.clone());
    store.migrate().await.unwrap();
    let lease = win(&store, 1).await;

    let tx = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let settle = tokio::spawn({
        let store = store.clone();
        async move { store.settle(&lease, End::Processed, RETAIN).await }
    });
    let heartbeats = &store.0.pools.heartbeats;
    let is_in_use = || heartbeats.size() == 1 && heartbeats.num_idle() == 0;
    wait_for("its last way", is_in_use).await;
    tx.commit().await.unwrap();
    assert_eq!(settle.await.unwrap().unwrap(), Settled::Ok);
}

/// Its answer is not known. If the caller were told "in progress", nobody would give the claim back.
#[tokio::test]
async fn a_takeover_whose_commit_stalls_is_not_said_to_be_another_owners() {
    let folder = tempfile::tempdir().unwrap();
    for at_once in [true, false] {
        let limit = Duration::from_millis(500);
        let store = SqliteStore::builder().call_timeout(limit);
        let store = store.open(folder.path().join("file")).await.unwrap();
        let key = EventKey::from_bytes([at_once.into(); 32]);
        let [lapsed, next] = [1, 2].map(|byte| OwnerToken::from_bytes([byte; 16]));
        let claim = async |owner, lease| store.claim(&key, None, owner, lease).await;
        assert!(matches!(
            claim(lapsed, Duration::ZERO).await,
            Ok(Claim::Won(_))
        ));

        // Where somebody writes alone, nobody else does so at once.
        let alone = (!at_once).then(|| store.0.committer.alone().unwrap());
        let pools = &store.0.pools;
        let pool = if at_once {
            &pools.prompt
        } else {
            &pools.takeovers
        };
        let (go_on, stalled) = std::sync::mpsc::channel::<()>();
        let mut takeover = pool.acquire().await.unwrap();
        let commit = move || stalled.recv().is_err();
        takeover
            .lock_handle()
            .await
            .unwrap()
            .set_commit_hook(commit);
        drop(takeover);
        let told = claim(next, Duration::from_secs(30)).await;
        assert!(matches!(told, Err(StoreError::Timeout)), "{told:?}");
        drop(go_on);
        // It was granted all the same, which is why its caller has to give it back.
        while pool.acquire().await.is_err() {}
        drop(alone);
        let again = claim(next, Duration::from_secs(30)).await;
        assert!(matches!(again, Ok(Claim::Won(_))), "{again:?}");
    }
}

/// A claim that read nothing, and was released by another connection before it had its turn to write.
#[tokio::test]
async fn the_write_of_a_claim_decides_whether_it_was_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("file")).await.unwrap();
    let key = EventKey::from_bytes([7; 32]);
    let [late, other] = [1, 2].map(|byte| OwnerToken::from_bytes([byte; 16]));
    let unclaimed = Lease::granted(key, late, 1);
    let released = store.settle(&unclaimed, End::Release, Duration::ZERO).await;
    assert_eq!(released.unwrap(), Settled::Ok);
    let claim = async |owner| {
        let claim = Asked::new(&store.0.statements.claim)
            .key(&key)
            .owner(owner)
            .content(None)
            .number(millis(Duration::from_secs(30)))
            .number(store.call().last_moment().unwrap());
        claim.on(&store.0.pools.writer, store.call()).await.unwrap()
    };
    assert!(claim(&late).await.is_empty());
    assert_eq!(row::attempt(&claim(&other).await[0], 0).unwrap(), 1);
}
