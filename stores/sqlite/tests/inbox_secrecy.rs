//! What is left of a delivery in the files, wherever in it a sender has put something.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use std::time::Duration;

use hookgate::{
    Key, Keyring, Secret,
    inbox::{EncryptedInbox, Inbox},
};
use hookgate_sqlite::SqliteInbox;
use hookgate_test_support::inboxes::{
    accept_canaries, discard_canaries, files_with_canary, handle_canaries,
};
use place::{PATIENCE, Place, number, options};
use sqlx::SqlitePool;

/// An inbox in a folder that holds nothing else.
async fn scene() -> (Place, SqliteInbox, SqlitePool) {
    let place = Place::new();
    let path = place.path("app.sqlite");
    let pool = SqlitePool::connect_with(options(&path)).await;
    let pool = pool.expect("open");
    let inbox = SqliteInbox::builder().call_timeout(PATIENCE);
    let inbox = inbox.pool(pool.clone()).await.expect("an inbox");
    inbox.migrate().await.expect("migrate");
    (place, inbox, pool)
}

fn found(place: &Place) -> Vec<String> {
    files_with_canary(place.path("app.sqlite").parent().expect("a folder"))
}

async fn erase(inbox: &SqliteInbox, pool: &SqlitePool) {
    let young =
        "SELECT count(*) FROM hookgate_inbox_dead WHERE died_at >= unixepoch('subsec') * 1000";
    while number(pool, young).await > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(inbox.erase(Duration::ZERO, 100).await.expect("erase") > 0);
    let (_, is_emptied) = inbox.prune().await.expect("prune");
    assert!(is_emptied, "no reader is open");
    let left = number(pool, "SELECT count(*) FROM hookgate_inbox_event").await;
    assert_eq!(left, 0);
}

/// C6.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_delivery_is_in_the_files_once_it_is_erased() {
    let (place, inbox, pool) = scene().await;
    let receiver = accept_canaries(&inbox).await;
    assert!(!found(&place).is_empty(), "the search finds what is there");
    handle_canaries(&inbox, &receiver).await;
    assert!(!found(&place).is_empty(), "dead letters are there");
    discard_canaries(&inbox).await;
    erase(&inbox, &pool).await;
    assert_eq!(found(&place), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_an_encrypted_delivery_is_ever_in_the_files() {
    let (place, plain, pool) = scene().await;
    let secret = Secret::utf8("a secret of 32 bytes or a few more").expect("a secret");
    let keys = Keyring::new([Key::new("one", secret)]).expect("a ring");
    let inbox = EncryptedInbox::new(plain.clone(), keys).expect("an inbox");
    let receiver = accept_canaries(&inbox).await;
    assert_eq!(found(&place), [""; 0]);
    handle_canaries(&inbox, &receiver).await;
    assert_eq!(found(&place), [""; 0]);
    discard_canaries(&inbox).await;
    erase(&plain, &pool).await;
    assert_eq!(found(&place), [""; 0]);
}
