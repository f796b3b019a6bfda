//! What a claim and a settle cost, beside the bare statements on the same engine.
//!
//! `cargo bench -p hookgate-store-benches -- [postgres] [inbox-postgres] [redis] [sqlite] [inbox-sqlite]
//! [answers-postgres] [answers-sqlite] [expectations] [large-postgres] [large-sqlite] [scale-postgres] [scale-sqlite]`
//!
//! Both sides go through the same driver, with the same pool and durability, to the same server, in turns of
//! a second. The medians are compared. The large runs fill a table with 10,000,000 marks, and the runs of scale what
//! their further words say.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a panic is how a measurement fails"
)]

mod answers;
mod expectations;
mod inbox_postgres;
mod inbox_sqlite;
mod large;
mod measure;
mod postgres;
mod redis;
mod scale;
mod sqlite;

#[tokio::main]
async fn main() {
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let wants = |name: &str| {
        asked.iter().any(|asked| asked == name)
            || (asked.is_empty() && !name.starts_with("large") && !name.starts_with("scale"))
    };
    if wants("postgres") {
        postgres::run().await;
    }
    if wants("inbox-postgres") {
        inbox_postgres::run().await;
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
    if wants("answers-postgres") {
        answers::postgres().await;
    }
    if wants("answers-sqlite") {
        answers::sqlite().await;
    }
    if wants("expectations") {
        expectations::memory().await;
        expectations::sqlite().await;
        expectations::postgres().await;
    }
    if wants("large-postgres") {
        large::postgres().await;
    }
    if wants("large-sqlite") {
        large::sqlite().await;
    }
    if wants("scale-postgres") {
        scale::postgres().await;
    }
    if wants("scale-sqlite") {
        scale::sqlite().await;
    }
}
