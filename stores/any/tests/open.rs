//! One program, four stores.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

use hookgate::dedup::{Claim, DedupStore, End, Settled};
use hookgate_stores::{OpenError, open};
use hookgate_test_support::{
    LEASE, PostgresServer, RETAIN, RedisServer, key, owner, says_nothing_of, temporary_folder, win,
};

async fn works(url: &str, survives_restart: bool) {
    let store = open(url).await.expect("open");
    assert_eq!(store.promises().survives_restart, survives_restart);
    let lease = win(&store, 1).await;
    let settled = store.settle(&lease, End::Processed, RETAIN).await;
    assert!(matches!(settled, Ok(Settled::Ok)), "{settled:?}");
    if survives_restart {
        let copy = open(url).await.expect("open again");
        let claim = copy.claim(&key(1), None, owner(2), LEASE).await;
        assert!(matches!(claim, Ok(Claim::Done { .. })), "{claim:?}");
    }
}

#[tokio::test]
async fn memory() {
    works("memory:", false).await;
}

#[tokio::test]
async fn sqlite() {
    let folder = temporary_folder();
    works(
        &format!("sqlite:{}", folder.path().join("dedup.sqlite").display()),
        true,
    )
    .await;
}

#[tokio::test]
async fn postgres() {
    if let Some(server) = PostgresServer::shared() {
        works(&server.url(), true).await;
    }
}

#[tokio::test]
async fn redis() {
    if let Some(server) = RedisServer::shared() {
        works(&server.url(), true).await;
    }
}

#[tokio::test]
async fn no_error_repeats_a_url() {
    let secret = "hunter2-do-not-log";
    for url in [
        format!("mysql://app:{secret}@host/db"),
        format!("postgres://app:{secret}@[no"),
        format!("redis://app:{secret}@[no"),
        format!("memory:{secret}"),
        format!("sqlite:/{secret}/no/such/folder"),
    ] {
        let error: OpenError = open(&url).await.expect_err("nothing is there");
        says_nothing_of(secret, &error);
    }
}

#[tokio::test]
async fn errors_of_opening_print_as_their_text() {
    let printed = |error: &OpenError| format!("{error:?}");
    assert_eq!(printed(&OpenError::Memory), OpenError::Memory.to_string());
    let folder = temporary_folder();
    let missing = format!("sqlite:{}/missing/x.sqlite", folder.path().display());
    let error = open(&missing).await.expect_err("no folder there");
    let text = printed(&error);
    // With the cause that the store wrote for it.
    assert!(
        text.starts_with("the dedup store is unavailable: SQLite refused ("),
        "{text}"
    );
    let table = hookgate_sqlite::OpenError::from(hookgate_sqlite::TableError);
    assert_eq!(
        printed(&table.into()),
        hookgate_sqlite::TableError.to_string()
    );
    let table = hookgate_postgres::OpenError::from(hookgate_postgres::TableError);
    assert_eq!(
        printed(&table.into()),
        hookgate_postgres::TableError.to_string()
    );
    let prefix = hookgate_redis::OpenError::from(hookgate_redis::PrefixError);
    assert_eq!(
        printed(&prefix.into()),
        hookgate_redis::PrefixError.to_string()
    );
    for url in ["postgres://app:x@[", "redis://app:x@["] {
        let error = open(url).await.expect_err("no address");
        assert_eq!(printed(&error), error.to_string());
    }
}
