//! `hookgate inbox replay`, `discard`: one dead letter, or all that are meant.

use std::{io, process::ExitCode};

use clap::Args;
use hookgate::{
    EventKey,
    inbox::{Bound, Done, Filter, OperationError, Operations, Progress},
};
use serde_json::json;

use super::{NOT_THERE, failed, key, progress::Bar, refused, which::Which};
use crate::output::screen::{Screen, note};

/// Which dead letters, and how many of them.
#[derive(Args)]
struct Letters {
    /// One dead letter, by its key.
    #[arg(value_name = "KEY", value_parser = key, conflicts_with_all = ["which", "expect", "limit"])]
    key: Option<EventKey>,
    #[command(flatten)]
    which: Which,
    /// Do it, if so many are meant: the number that the dry run has said.
    #[arg(long, value_name = "N", conflicts_with = "limit")]
    expect: Option<u64>,
    /// Do it to so many at most, the oldest first.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

/// Have dead letters handled again, with new tries. Without --expect or --limit it only says how many are meant.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    hookgate inbox sqlite:webhooks.db replay --endpoint logto --reason failed --why 'the table is back'\n  \
    hookgate inbox sqlite:webhooks.db replay --endpoint logto --reason failed --why 'the table is back' --expect 12\n  \
    hookgate inbox sqlite:webhooks.db replay KEY --why 'fixed in 1.4'")]
pub(super) struct Replay {
    #[command(flatten)]
    letters: Letters,
    /// Why, for the event's history. No personal data: it is shown with it.
    #[arg(long, value_name = "TEXT")]
    why: String,
}

/// Erase dead letters; copies of them are still recognised. Without --expect or --limit it only says how many are meant.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    hookgate inbox sqlite:webhooks.db discard --key-id leaked --limit 100\n  \
    hookgate inbox sqlite:webhooks.db discard KEY")]
pub(super) struct Discard {
    #[command(flatten)]
    letters: Letters,
}

/// What is done to them.
#[derive(Clone, Copy)]
enum Deed<'a> {
    Replay(&'a str),
    Discard,
}

impl Replay {
    pub(super) async fn run(self, operations: &Operations, json: bool) -> io::Result<ExitCode> {
        self.letters
            .run(operations, Deed::Replay(&self.why), json)
            .await
    }
}

impl Discard {
    pub(super) async fn run(self, operations: &Operations, json: bool) -> io::Result<ExitCode> {
        self.letters.run(operations, Deed::Discard, json).await
    }
}

impl Letters {
    async fn run(
        self,
        operations: &Operations,
        deed: Deed<'_>,
        json: bool,
    ) -> io::Result<ExitCode> {
        if let Some(key) = self.key {
            return deed.one(operations, &key, json).await;
        }
        let filter = self.which.filter(Some(true));
        let bound = match (self.expect, self.limit) {
            (Some(said), _) => Bound::Exactly(said),
            (None, Some(most)) => Bound::AtMost(most),
            (None, None) => return deed.rehearse(operations, &filter, json).await,
        };
        deed.all(operations, &filter, bound, json).await
    }
}

impl Deed<'_> {
    fn past(self) -> &'static str {
        match self {
            Self::Replay(_) => "replayed",
            Self::Discard => "discarded",
        }
    }

    async fn one(
        self,
        operations: &Operations,
        key: &EventKey,
        json: bool,
    ) -> io::Result<ExitCode> {
        let changed = match self {
            Self::Replay(why) => operations.replay(key, why).await,
            Self::Discard => operations.discard(key).await,
        };
        if !changed.map_err(failed)? {
            note("hookgate: no dead letter has this key");
            return Ok(ExitCode::from(NOT_THERE));
        }
        let mut done = Done::default();
        done.changed = 1;
        self.say(done, json)?;
        Ok(ExitCode::SUCCESS)
    }

    /// Says how many are meant.
    async fn rehearse(
        self,
        operations: &Operations,
        filter: &Filter,
        json: bool,
    ) -> io::Result<ExitCode> {
        if !filter.narrows() {
            return refused(OperationError::NoFilter);
        }
        let meant = operations.count(filter).await.map_err(failed)?;
        let mut screen = Screen::stdout();
        if json {
            screen.json(&json!({"dry_run": true, "meant": meant}))?;
        } else {
            screen.say(format_args!(
                "{meant} dead letters are meant, and none was {}: add --expect {meant} to do it",
                self.past()
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    async fn all(
        self,
        operations: &Operations,
        filter: &Filter,
        bound: Bound,
        json: bool,
    ) -> io::Result<ExitCode> {
        let mut bar = Bar::new();
        let tell = |progress: Progress| bar.tell(|| format!("{progress} {}", self.past()));
        let ended = match self {
            Self::Replay(why) => operations.replay_all(filter, bound, why, tell).await,
            Self::Discard => operations.discard_all(filter, bound, tell).await,
        };
        bar.finish();
        match ended {
            Ok(done) => {
                self.say(done, json)?;
                Ok(ExitCode::SUCCESS)
            }
            Err(error) => {
                // What was done before it failed.
                if let OperationError::Store { done, .. } = error {
                    self.say(done, json)?;
                }
                refused(error)
            }
        }
    }

    fn say(self, done: Done, json: bool) -> io::Result<()> {
        let mut screen = Screen::stdout();
        if json {
            return screen.json(&json!({self.past(): done.changed, "gone": done.gone}));
        }
        screen.say(format_args!("{} {}", done.changed, self.past()))?;
        if done.gone > 0 {
            let gone = done.gone;
            screen.say(format_args!("{gone} were no dead letters any more"))?;
        }
        Ok(())
    }
}
