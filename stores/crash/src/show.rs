//! The table.

use std::{error::Error, path::Path, process::Command};

use crate::{
    Result,
    fault::{Disk, Place},
    header, power,
    row::{Database, ROWS, Row},
    run::{Count, Run},
};

/// So often a row is run whose rate is not reached again.
const RUNS: usize = 2;
/// Room for both engines' files, and what a full matrix writes.
const SMALL_DISK: u64 = 384 << 20;

/// Runs every row that `is_chosen`, on both engines.
pub(crate) async fn all(events: i64, is_chosen: impl Fn(&str) -> bool) -> Result<()> {
    let rows: Vec<&Row> = ROWS.iter().filter(|row| is_chosen(row.name)).collect();
    let with_power = is_chosen(power::NAME);
    if rows.is_empty() && !with_power {
        return Err("no row has such a name".into());
    }
    let mut is_right = true;
    let what = format!("{events} events a row");
    println!("{}\n", header::text(&what).await?);
    println!(
        "| engine | what goes wrong | times | accepted | lost | twice, with its end | twice, alone | rate before | after | compared |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for row in rows {
        is_right &= match row.database {
            Database::RunsFull => respawn_on_small_disk(row, events)?,
            _ => both(row, events, None).await?,
        };
    }
    if with_power {
        is_right &= power::told(events)
            .await
            .unwrap_or_else(|error| stopped("SQLite", power::NAME, &*error));
    }
    if is_right {
        return Ok(());
    }
    Err("a row is not as it should be".into())
}

/// Says that a row could not go on. The others do.
fn stopped(engine: &str, name: &str, error: &dyn Error) -> bool {
    eprintln!("{engine}, {name}: {error}");
    println!("| {engine} | {name} | | | | | | | | | **stopped**");
    false
}

/// The row of this name, whose files are on a small disk.
pub(crate) async fn on_small_disk(events: i64, name: &str, disk: Disk) -> Result<()> {
    let row = ROWS.iter().find(|row| row.name == name);
    if both(row.ok_or("no such row")?, events, Some(disk)).await? {
        return Ok(());
    }
    Err("a row is not as it should be".into())
}

/// Runs a row in a process that has a small disk. Its temporary files are there.
fn respawn_on_small_disk(row: &Row, events: i64) -> Result<bool> {
    let folder = tempfile::tempdir()?;
    // It says so where there is none.
    let Some(mut command) = hookgate_test_support::on_small_disk(folder.path(), SMALL_DISK) else {
        return Ok(true);
    };
    // PostgreSQL refuses to run as root, whom the process that mounts must seem to be.
    command.args(["unshare", "--map-user=1000", "--map-group=1000"]);
    respawned(command, row, events, folder.path())
}

fn respawned(mut command: Command, row: &Row, events: i64, folder: &Path) -> Result<bool> {
    let status = command
        .arg(std::env::current_exe()?)
        .args(["--events", &events.to_string(), "--only", row.name])
        .arg("--on-disk")
        .arg(folder)
        .env("TMPDIR", folder)
        .status()?;
    Ok(status.success())
}

async fn both(row: &Row, events: i64, disk: Option<Disk>) -> Result<bool> {
    let mut is_right = true;
    let engines = ["SQLite", "PostgreSQL"];
    for engine in engines.into_iter().skip(usize::from(row.is_of_server())) {
        for _ in 0..RUNS {
            let folder = tempfile::tempdir()?;
            let place = if engine == "SQLite" {
                Place::file(&folder.path().join("inbox.db"), disk.clone())
            } else if let Some(place) = Place::server(disk.clone()).await? {
                place
            } else {
                // It says so where there is none.
                break;
            };
            match Run::of(row, events, &place).await {
                Ok(count) => {
                    is_right &= shown(engine, row, &count, events)?;
                    if !count.is_slower() {
                        break;
                    }
                }
                Err(error) => {
                    is_right = stopped(engine, row.name, &*error);
                    break;
                }
            }
        }
    }
    Ok(is_right)
}

/// Shows the row. Says whether it is as it should be.
fn shown(engine: &str, row: &Row, count: &Count, events: i64) -> Result<bool> {
    let is_kept =
        count.lost == 0 && count.twice_with_end == 0 && (row.may_repeat || count.twice_alone == 0);
    let wrong = if !is_kept {
        " **broken**".to_owned()
    } else if count.accepted < usize::try_from(events)? {
        " **not all accepted**".to_owned()
    } else if !count.by_itself.is_empty() {
        for ended in &count.by_itself {
            eprintln!("{engine}, {}: {ended}", row.name);
        }
        " **a process ended by itself**".to_owned()
    } else if row.must_go_wrong() && count.times == 0 {
        // Such a row shows nothing.
        " **nothing went wrong**".to_owned()
    } else if let Some(status) = count.odd {
        format!(" **answered {status}**")
    } else {
        String::new()
    };
    let slower = if count.is_slower() { " slower" } else { "" };
    let compared = count
        .compared
        .map_or_else(String::new, |it| format!("{it:.2} "));
    println!(
        "| {engine} | {} | {} | {} | {} | {} | {} | {:.0} | {:.0} | {compared}|{slower}{wrong}",
        row.name,
        count.times,
        count.accepted,
        count.lost,
        count.twice_with_end,
        count.twice_alone,
        count.before,
        count.after,
    );
    Ok(wrong.is_empty())
}
