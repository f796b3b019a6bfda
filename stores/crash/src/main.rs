//! Kills receivers, workers and databases under load, and counts what was lost or done twice.
//!
//! `scripts/crash-matrix` runs it, and `docs/reliability.md` has its table.
//!
//! | file | holds |
//! | --- | --- |
//! | `row` | the rows of the matrix: what goes wrong in each |
//! | `show` | one row: traffic before, during and after, then the count |
//! | `senders` | the traffic |
//! | `supervised` | a process that is started again whenever it ends |
//! | `roles` | what such a process does: accept, handle, or accept as before there was an inbox |
//! | `dying` | where a process ends itself |
//! | `engine` | the inbox and the application's table, in one database |

mod dying;
mod engine;
mod roles;
mod row;
mod senders;
mod show;
mod supervised;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Error>;

/// A program that runs itself, in other roles.
#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["receiver", url, dies, address] => roles::receive(url, dies.parse()?, address).await,
        ["worker", url, dies, lease] => roles::work(url, dies.parse()?, lease.parse()?).await,
        ["inline", url, address] => roles::receive_inline(url, address).await,
        ["--events", events] => show::all(events.parse()?, "").await,
        ["--events", events, "--only", name] => show::all(events.parse()?, name).await,
        [] => show::all(10_000, "").await,
        _ => Err("usage: crash-matrix [--events COUNT [--only PART_OF_A_ROWS_NAME]]".into()),
    }
}
