//! What a claim and a settle cost, beside the bare statements on the same engine.
//!
//! `cargo bench -p hookgate-store-benches -- [postgres] [redis] [sqlite] [inbox-sqlite] [large-postgres] [large-sqlite]`
//!
//! Both sides go through the same driver, with the same pool and durability, to the same server, in turns of
//! two seconds. The medians are compared. The large runs fill a table with 10,000,000 marks.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is how a measurement fails"
)]

mod inbox_sqlite;
mod large;
mod measure;
mod postgres;
mod redis;
mod sqlite;

#[tokio::main]
async fn main() {
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let wants = |name: &str| {
        asked.iter().any(|asked| asked == name) || (asked.is_empty() && !name.starts_with("large"))
    };
    if wants("postgres") {
        postgres::run().await;
    }
    if wants("redis") {
        redis::run().await;
    }
    if wants("sqlite") {
        sqlite::run().await;
    }
    if wants("inbox-sqlite") {
        inbox_sqlite::run().await;
    }
    if wants("large-postgres") {
        large::postgres().await;
    }
    if wants("large-sqlite") {
        large::sqlite().await;
    }
}
