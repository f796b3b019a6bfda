//! Two processes around a durable inbox, both killed on the way: nothing that was accepted is lost.
//!
//! ```sh
//! cargo run -p inbox                                    # SQLite in a temporary folder
//! cargo run -p inbox -- postgres://user@localhost/db    # tables of its own, which it drops at the end
//! ```
//!
//! A receiver accepts deliveries of four senders, copies included. A worker handles them. The worker is killed while its
//! handlers run, then the receiver while deliveries come in. Both start again. At the end a table compares what was
//! accepted with what was done. It fails if an accepted event was not handled, or a transactional effect is there twice.

use std::error::Error;

mod database;
mod deliveries;
mod endpoints;
mod process;
mod receiver;
mod show;
mod worker;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["receiver", address, url] => receiver::run(address, url).await,
        ["worker", url] => worker::run(url).await,
        [] => show::run(None).await,
        [url] => show::run(Some(url)).await,
        _ => Err("usage: inbox [postgres://…]".into()),
    }
}
