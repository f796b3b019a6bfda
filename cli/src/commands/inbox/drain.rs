//! `hookgate inbox drain`: waits until an endpoint has nothing queued.

use std::{io, process::ExitCode, time::Duration};

use clap::Args;
use hookgate::{
    inbox::{DrainEnd, Drained, Operations},
    time::TokioTimer,
};
use serde_json::json;

use super::{NOT_DRAINED, progress::Bar, refused, times::age};
use crate::output::{screen::Screen, words::words};

/// Wait until an endpoint has nothing queued. Its workers have to run; its receiver should accept nothing more.
///
/// It changes nothing, so it can be broken off and begun again. Dead letters stay: they wait for a person.
#[derive(Args)]
#[command(after_help = "Example:\n  hookgate inbox sqlite:webhooks.db drain logto --within 30m")]
pub(super) struct Drain {
    /// The endpoint.
    endpoint: String,
    /// How long to wait at most: 90s, 15m, 12h or 30d.
    #[arg(long, value_name = "AGE", value_parser = age, default_value = "10m")]
    within: Duration,
}

impl Drain {
    pub(super) async fn run(self, operations: &Operations, json: bool) -> io::Result<ExitCode> {
        let mut bar = Bar::new();
        let drained = operations
            .drain(&self.endpoint, self.within, TokioTimer, |totals| {
                bar.tell(|| format!("{} queued", totals.queued));
            })
            .await;
        bar.finish();
        let drained = match drained {
            Ok(drained) => drained,
            Err(error) => return refused(error),
        };
        self.say(&drained, json)?;
        Ok(match drained.end {
            DrainEnd::Empty => ExitCode::SUCCESS,
            DrainEnd::Held | DrainEnd::TimeUp => ExitCode::from(NOT_DRAINED),
        })
    }

    fn say(&self, drained: &Drained, json: bool) -> io::Result<()> {
        let left = &drained.left;
        let end = match drained.end {
            DrainEnd::Empty => "empty",
            DrainEnd::Held => "held",
            DrainEnd::TimeUp => "time_up",
        };
        let mut screen = Screen::stdout();
        if json {
            return screen.json(&json!({
                "endpoint": self.endpoint,
                "end": end,
                "queued": left.queued,
                "dead": left.dead,
            }));
        }
        let why = match drained.end {
            DrainEnd::Empty => {
                let name = &self.endpoint;
                return screen.say(format_args!(
                    "{name} is drained; dead letters: {}",
                    left.dead
                ));
            }
            DrainEnd::Held => "an operator holds it".to_owned(),
            DrainEnd::TimeUp => format!("the time is over, {}", words(self.within)),
        };
        screen.say(format_args!(
            "{} is not drained, since {why}; queued: {}, dead letters: {}",
            self.endpoint, left.queued, left.dead
        ))
    }
}
