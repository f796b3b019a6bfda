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
//! | `order` | keys whose effects must stay in order, by themselves |
//! | `engine` | the inbox and the application's table, in one database |

mod dying;
mod engine;
mod order;
mod roles;
mod row;
mod senders;
mod show;
mod supervised;

use self::dying::Death;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Error>;

/// A program that runs itself, in other roles.
#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["receiver", url, dies, address, once_in] => {
            roles::receive(url, death(dies, once_in)?, address).await
        }
        ["worker", url, dies, lease, once_in] => {
            roles::work(url, death(dies, once_in)?, lease.parse()?).await
        }
        ["inline", url, address, _] => roles::receive_inline(url, address).await,
        ["ordered-worker", url, _] => order::work(url).await,
        ["--keys", keys] => order::all(keys.parse()?).await,
        ["--events", events] => show::all(events.parse()?, "").await,
        ["--events", events, "--only", name] => show::all(events.parse()?, name).await,
        [] => {
            show::all(10_000, "").await?;
            order::all(200).await
        }
        _ => Err(
            "usage: crash-matrix [--events COUNT [--only PART_OF_A_ROWS_NAME] | --keys COUNT]"
                .into(),
        ),
    }
}

fn death(at: &str, once_in: &str) -> Result<Death> {
    Ok(Death {
        at: at.parse()?,
        once_in: once_in.parse()?,
    })
}
