//! `hookgate inbox prune`: erases old dead letters.

use std::{io, process::ExitCode, time::Duration};

use clap::Args;
use hookgate::inbox::{Done, OperationError, Operations};
use serde_json::json;

use super::{failed, progress::Bar, times::age};
use crate::output::screen::Screen;

/// Erase dead letters that died before a time. Copies of them are still recognised.
#[derive(Args)]
#[command(after_help = "Example:\n  hookgate inbox sqlite:webhooks.db prune --older-than 30d")]
pub(super) struct Prune {
    /// How long ago they died at least: 90s, 15m, 12h or 30d.
    #[arg(long, value_name = "AGE", value_parser = age)]
    older_than: Duration,
}

impl Prune {
    pub(super) async fn run(self, operations: &Operations, json: bool) -> io::Result<ExitCode> {
        let mut bar = Bar::new();
        let tell = |progress| bar.tell(|| format!("{progress} erased"));
        let pruned = operations.prune(self.older_than, tell).await;
        bar.finish();
        let (done, error) = match pruned {
            Ok(done) => (done, None),
            Err(OperationError::Store { done, error }) => {
                (done, Some(OperationError::Store { done, error }))
            }
            Err(error) => (Done::default(), Some(error)),
        };
        let mut screen = Screen::stdout();
        if json {
            screen.json(&json!({"erased": done.changed}))?;
        } else {
            screen.say(format_args!("{} dead letters erased", done.changed))?;
        }
        match error {
            None => Ok(ExitCode::SUCCESS),
            Some(error) => Err(failed(error)),
        }
    }
}
