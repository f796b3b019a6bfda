//! `hookgate inbox`: what an operator sees and does.

mod drain;
mod encryption;
mod list;
mod many;
mod progress;
mod prune;
mod row;
mod serve;
mod show;
mod status;
mod switch;
mod times;
mod which;

use std::{error::Error, io, process::ExitCode};

use clap::{Args, Subcommand};
use hookgate::{
    EventKey,
    inbox::{OperationError, Operations},
};
use hookgate_stores::InboxTables;

pub(super) use self::encryption::EncryptionKeys;
use crate::settings::{credentials::variable, store_url::has_password};

/// The variable that holds the URL.
const VARIABLE: &str = "HOOKGATE_INBOX";
const UNNAMED: &str = "no inbox is named: give its URL before the command, or set HOOKGATE_INBOX";

/// What the tables are called where nobody says another name.
const TABLES: &str = "hookgate_inbox";
const CLAIMS_TABLE: &str = "hookgate_dedup";

/// The exit status where what was asked for is not there, and nothing was done.
const NOT_THERE: u8 = 3;
/// The exit status where a drain ended before the queue.
const NOT_DRAINED: u8 = 4;

/// See and mend what an inbox keeps: events that wait, and dead letters.
///
/// The URL is `sqlite:PATH` or `postgres://…`. Others can see the arguments of a program, so a URL with a password is
/// taken from the environment variable HOOKGATE_INBOX alone.
///
/// The exit status is 0 when it was done, 1 when it failed, and 2 when the arguments are not understood. It is 3 when what
/// was asked for is not there, and 4 when a drain ended before the queue was empty.
#[derive(Args)]
#[command(
    arg_required_else_help = true,
    after_help = "Examples:\n  \
    hookgate inbox sqlite:/var/lib/app/webhooks.db status\n  \
    HOOKGATE_INBOX=postgres://app:s3cret@db/app hookgate inbox list --dead --json\n  \
    hookgate inbox sqlite:webhooks.db replay --endpoint logto --reason failed --why 'the table is back'\n  \
    hookgate inbox sqlite:app.db --tables webhooks --claims-table webhooks_dedup status\n\n\
    More: docs/inbox.md in the sources"
)]
pub(crate) struct Inbox {
    /// The inbox. Default: the environment variable HOOKGATE_INBOX.
    url: Option<String>,
    #[command(subcommand)]
    action: Action,
    /// Write JSON.
    #[arg(long, global = true)]
    json: bool,
    /// What the names of the inbox's tables begin with, where its builder was told another name. On PostgreSQL a schema may
    /// stand in front.
    #[arg(
        long,
        value_name = "NAME",
        global = true,
        default_value = TABLES
    )]
    tables: String,
    /// The table of claims and marks.
    #[arg(
        long,
        value_name = "NAME",
        global = true,
        default_value = CLAIMS_TABLE
    )]
    claims_table: String,
    #[command(flatten)]
    encryption: EncryptionKeys,
}

#[derive(Subcommand)]
enum Action {
    Status(status::Status),
    List(list::List),
    Show(show::Show),
    Replay(many::Replay),
    Discard(many::Discard),
    Hold(switch::Hold),
    Resume(switch::Resume),
    Prune(prune::Prune),
    Drain(drain::Drain),
    Serve(serve::Serve),
}

impl Inbox {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        let url = url_of(self.url.as_deref(), UNNAMED)?;
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?
            .block_on(self.act(&url))
    }

    async fn act(self, url: &str) -> io::Result<ExitCode> {
        let mut tables = InboxTables::default();
        tables.named = Some(self.tables);
        tables.claims = Some(self.claims_table);
        let inbox = hookgate_stores::find_inbox(url, &tables).await;
        let inbox = self.encryption.open(inbox.map_err(failed)?)?;
        let operations = Operations::new(inbox.clone());
        let json = self.json;
        match self.action {
            Action::Status(status) => status.run(&operations, json).await,
            Action::List(list) => list.run(&operations, json).await,
            Action::Show(show) => show.run(&operations, json).await,
            Action::Replay(replay) => replay.run(&operations, json).await,
            Action::Discard(discard) => discard.run(&operations, json).await,
            Action::Hold(hold) => hold.run(&operations, json).await,
            Action::Resume(resume) => resume.run(&operations, json).await,
            Action::Prune(prune) => prune.run(&operations, json).await,
            Action::Drain(drain) => drain.run(&operations, json).await,
            Action::Serve(serve) => serve.run(inbox, &named(self.url.as_deref(), &tables)).await,
        }
    }
}

/// How the inbox was named, for commands that name it again. One that stands in the variable alone is there for them too.
fn named(url: Option<&str>, tables: &InboxTables) -> Vec<String> {
    let mut named: Vec<_> = url.map(str::to_owned).into_iter().collect();
    for (option, name, default) in [
        ("tables", &tables.named, TABLES),
        ("claims-table", &tables.claims, CLAIMS_TABLE),
    ] {
        let name = name.as_deref().filter(|name| *name != default);
        named.extend(name.map(|name| format!("--{option}={name}")));
    }
    named
}

/// The URL of an inbox: as it was named, or the variable's.
///
/// # Errors
///
/// With `unnamed`, where neither is there.
pub(super) fn url_of(named: Option<&str>, unnamed: &str) -> io::Result<String> {
    match named {
        Some(url) if has_password(url) => Err(io::Error::other(format!(
            "the URL has a password, and others can see the arguments of a program: set {VARIABLE} instead"
        ))),
        Some(url) => Ok(url.to_owned()),
        None => variable(VARIABLE).ok_or_else(|| io::Error::other(unnamed)),
    }
}

/// An error, and what caused it. No text of a store repeats its URL.
pub(super) fn failed(error: impl Error) -> io::Error {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // A transparent one says the same.
        let said = error.to_string();
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        cause = error.source();
    }
    io::Error::other(text)
}

/// An operation that was not done: what it says, and the exit status.
fn refused(error: OperationError) -> io::Result<ExitCode> {
    match error {
        OperationError::UnknownEndpoint | OperationError::OtherNumber { .. } => {
            crate::output::screen::note(format_args!("hookgate: {error}"));
            Ok(ExitCode::from(NOT_THERE))
        }
        error => Err(failed(error)),
    }
}

/// The key of an event, as a list shows it.
fn key(text: &str) -> Result<EventKey, String> {
    EventKey::from_hex(text)
        .ok_or_else(|| "an event's key has 64 hexadecimal digits, as `list` shows it".to_owned())
}
