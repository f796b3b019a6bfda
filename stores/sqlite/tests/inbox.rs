//! The inbox: the public contract suites on real files.
#![allow(clippy::expect_used, clippy::indexing_slicing)]

mod place;

use hookgate::{
    dedup::contract::{RealTime, Terms},
    time::TokioTimer,
};
use hookgate_sqlite::SqliteInbox;
use place::{PATIENCE, Place};

/// Many files in one folder, each for one inbox.
struct Inboxes {
    place: Place,
    number: std::sync::atomic::AtomicU32,
}

impl Inboxes {
    fn new() -> Self {
        Self {
            place: Place::new(),
            number: std::sync::atomic::AtomicU32::new(0),
        }
    }

    async fn fresh(&self) -> SqliteInbox {
        let number = self.number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        SqliteInbox::builder()
            .call_timeout(PATIENCE)
            .open(self.place.path(&format!("{number}.sqlite")))
            .await
            .expect("open")
    }
}

#[tokio::test]
async fn it_keeps_the_contract_of_inboxes() {
    let inboxes = Inboxes::new();
    let time = RealTime::new(TokioTimer, Terms::short());
    hookgate::inbox::contract::run(|| inboxes.fresh(), &time).await;
}

#[tokio::test]
async fn it_keeps_the_contract_of_stores() {
    let inboxes = Inboxes::new();
    let time = RealTime::new(TokioTimer, Terms::short());
    hookgate::dedup::contract::run(|| inboxes.fresh(), &time).await;
}
