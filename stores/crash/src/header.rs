//! What stands above a table: what was measured, of what.

use std::process::Command;

use hookgate::time::{Clock, SystemClock};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::{Result, fault::Place};

/// `what` was run, then commit, time, profile, and versions.
pub(crate) async fn text(what: &str) -> Result<String> {
    let commit = said("git", &["describe", "--always", "--dirty", "--exclude=*"]);
    let time = SystemClock::new().now().to_rfc3339();
    let profile = if cfg!(debug_assertions) {
        "without optimisation"
    } else {
        "in release"
    };
    let rustc = said("rustc", &["--version"]);
    let sqlite = sqlite().await?;
    let postgres = postgres().await?;
    Ok(format!(
        "{what}, at commit {commit}, {time}, built {profile} by {rustc}; SQLite {sqlite}, PostgreSQL {postgres}"
    ))
}

async fn sqlite() -> Result<String> {
    let mut connection = SqliteConnection::connect("sqlite::memory:").await?;
    let version = sqlx::query_scalar("SELECT sqlite_version()");
    Ok(version.fetch_one(&mut connection).await?)
}

async fn postgres() -> Result<String> {
    let Some(place) = Place::server(None).await? else {
        return Ok("is not there".to_owned());
    };
    let mut connection = PgConnection::connect(&place.url).await?;
    let version = sqlx::query_scalar("SHOW server_version");
    Ok(version.fetch_one(&mut connection).await?)
}

/// The first line that a program says.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
    let line = text
        .ok()
        .and_then(|it| it.lines().next().map(str::to_owned));
    line.unwrap_or_else(|| format!("unknown ({program} says nothing)"))
}
