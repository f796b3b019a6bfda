//! Kills receivers, workers and databases under load, and counts what was lost or done twice.
//!
//! `scripts/crash-matrix` runs it, and `docs/reliability.md` has its table.
//!
//! | file | holds |
//! | --- | --- |
//! | `row` | the rows of the matrix: what goes wrong in each |
//! | `fault` | what goes wrong with the database, and a small disk |
//! | `power` | SQLite's files as a power cut leaves them |
//! | `wal` | SQLite's write-ahead log |
//! | `header` | what stands above a table |
//! | `show` | the table |
//! | `run` | one row: traffic before, during and after, then the count |
//! | `rate` | events a second |
//! | `senders` | the traffic |
//! | `supervised` | a process that is started again whenever it ends |
//! | `processes` | the processes of a row |
//! | `roles` | what such a process does: accept, handle, or accept as before there was an inbox |
//! | `dying` | where a process ends itself |
//! | `order` | keys whose effects must stay in order, by themselves |
//! | `engine` | the inbox and the application's table, in one database |
//! | `soak` | hours of traffic and faults, after which nothing may have grown |

mod dying;
mod engine;
mod fault;
mod header;
mod order;
mod power;
mod processes;
mod rate;
mod roles;
mod row;
mod run;
mod senders;
mod show;
mod soak;
mod supervised;
mod wal;

use self::{dying::Death, engine::Engine, fault::Disk, roles::Ills};

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Error>;

/// A program that runs itself, in other roles.
#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if arguments.first().is_some_and(|it| !it.starts_with('-')) {
        // A process of a row goes with what has started it, however that ends.
        tokio::spawn(async {
            hookgate_test_support::parent_ends().await;
            std::process::exit(1);
        });
    }
    match arguments[..] {
        ["receiver", url, dies, clock, address, once_in] => {
            let engine = Engine::open(url).await?;
            roles::receive(&engine, ills(dies, once_in, clock)?, address).await
        }
        ["worker", url, dies, clock, lease, once_in] => {
            let engine = Engine::open(url).await?;
            roles::work(&engine, ills(dies, once_in, clock)?, lease.parse()?).await
        }
        ["inline", url, address, _] => roles::receive_inline(url, address).await,
        ["ordered-worker", url, _] => order::work(url).await,
        ["soaked-receiver", framework, url, address, _] => {
            soak::receive(framework, url, address).await
        }
        ["soaked-worker", url, address, _] => soak::work(url, address).await,
        ["--soak", time] => soak::run(soak::time(time)?).await,
        ["--keys", keys] => order::all(keys.parse()?).await,
        ["--events", events] => show::all(events.parse()?, |_| true).await,
        ["--events", events, "--only", part] => {
            show::all(events.parse()?, |name| name.contains(part)).await
        }
        ["--events", events, "--without", part] => {
            show::all(events.parse()?, |name| !name.contains(part)).await
        }
        ["--events", events, "--only", name, "--on-disk", folder] => {
            show::on_small_disk(events.parse()?, name, Disk::at(folder)).await
        }
        [] => {
            show::all(10_000, |_| true).await?;
            order::all(200).await
        }
        _ => Err(
            "usage: crash-matrix [--events COUNT [--only PART_OF_A_NAME | --without PART_OF_A_NAME] | --keys COUNT | --soak TIME]"
                .into(),
        ),
    }
}

fn ills(dies: &str, once_in: &str, clock: &str) -> Result<Ills> {
    let death = Death {
        at: dies.parse()?,
        once_in: once_in.parse()?,
    };
    let clock = clock.parse()?;
    Ok(Ills { death, clock })
}
