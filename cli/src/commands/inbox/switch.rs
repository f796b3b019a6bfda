//! `hookgate inbox hold`, `resume`: an operator's switch.

use std::{io, process::ExitCode};

use clap::Args;
use hookgate::inbox::Operations;
use serde_json::json;

use super::refused;
use crate::output::screen::Screen;

/// Stop the work of an endpoint, while accepting goes on. It has no end by itself.
#[derive(Args)]
#[command(after_help = "Example:\n  hookgate inbox sqlite:webhooks.db hold logto")]
pub(super) struct Hold {
    /// The endpoint.
    endpoint: String,
}

/// Let the work of an endpoint go on: ends a hold, and a pause that failures have made.
#[derive(Args)]
#[command(after_help = "Example:\n  hookgate inbox sqlite:webhooks.db resume logto")]
pub(super) struct Resume {
    /// The endpoint.
    endpoint: String,
}

impl Hold {
    pub(super) async fn run(self, operations: &Operations, json: bool) -> io::Result<ExitCode> {
        if let Err(error) = operations.hold(&self.endpoint).await {
            return refused(error);
        }
        said(
            json,
            &self.endpoint,
            true,
            "is held: no more of its events are begun, and accepting goes on",
        )
    }
}

impl Resume {
    pub(super) async fn run(self, operations: &Operations, json: bool) -> io::Result<ExitCode> {
        if let Err(error) = operations.resume(&self.endpoint).await {
            return refused(error);
        }
        said(json, &self.endpoint, false, "goes on")
    }
}

fn said(json: bool, endpoint: &str, is_held: bool, what: &str) -> io::Result<ExitCode> {
    let mut screen = Screen::stdout();
    if json {
        screen.json(&json!({"endpoint": endpoint, "held": is_held}))?;
    } else {
        screen.say(format_args!("{endpoint} {what}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
