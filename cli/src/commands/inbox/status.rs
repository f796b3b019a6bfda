//! `hookgate inbox status`: how much is kept of each endpoint.

use std::{io, process::ExitCode, time::Duration};

use clap::Args;
use hookgate::inbox::{Operations, Totals};
use serde_json::{Value, json};

use super::failed;
use crate::output::{
    screen::{Screen, Tone, note},
    words::words,
};

/// Show how much is kept of each endpoint, and what is wrong with that. No rows are counted.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    hookgate inbox sqlite:webhooks.db status\n  \
    hookgate inbox sqlite:webhooks.db status --json | jq 'select(.dead > 0)'")]
pub(super) struct Status {}

impl Status {
    pub(super) async fn run(self, operations: &Operations, json: bool) -> io::Result<ExitCode> {
        let totals = operations.totals().await.map_err(failed)?;
        let mut screen = Screen::stdout();
        for totals in &totals {
            if json {
                screen.json(&value(totals))?;
            } else {
                write(&mut screen, totals)?;
            }
        }
        if totals.is_empty() && !json {
            note("the inbox knows no endpoint yet");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn value(totals: &Totals) -> Value {
    let secs = |age: Option<Duration>| age.map(|age| age.as_secs());
    let findings = totals
        .findings()
        .into_iter()
        .map(|it| json!({"code": it.code(), "what": it.what(), "advice": it.advice()}));
    json!({
        "endpoint": &*totals.endpoint,
        "queued": totals.queued,
        "oldest_queued_s": secs(totals.oldest_queued),
        "dead": totals.dead,
        "oldest_dead_s": secs(totals.oldest_dead),
        "quarantined": totals.quarantined,
        "quarantined_bytes": totals.quarantined_bytes,
        "held": totals.is_held,
        "paused": totals.pause.map(|pause| json!({
            "reason": pause.reason.as_str(),
            "strikes": pause.strikes,
            "left_s": pause.left.as_secs(),
        })),
        "asked_s": secs(totals.asked),
        "findings": findings.collect::<Vec<_>>(),
    })
}

fn write(screen: &mut Screen<impl io::Write>, totals: &Totals) -> io::Result<()> {
    let oldest = |age: Option<Duration>| match age {
        Some(age) => format!(", the oldest for {}", words(age)),
        None => String::new(),
    };
    screen.say(&totals.endpoint)?;
    let mut row = |label: &str, text: String| screen.say(format_args!("  {label:<12}{text}"));
    row(
        "queued",
        format!("{}{}", totals.queued, oldest(totals.oldest_queued)),
    )?;
    row(
        "dead",
        format!("{}{}", totals.dead, oldest(totals.oldest_dead)),
    )?;
    if totals.quarantined > 0 {
        row(
            "quarantine",
            format!(
                "{} that could not be decoded, {} bytes",
                totals.quarantined, totals.quarantined_bytes
            ),
        )?;
    }
    row(
        "worker",
        match totals.asked {
            Some(asked) => format!("asked {} ago", words(asked)),
            None => "has never asked".to_owned(),
        },
    )?;
    if totals.is_held {
        row("held", "by an operator, until it is resumed".to_owned())?;
    }
    if let Some(pause) = totals.pause {
        row(
            "paused",
            format!(
                "{}, {} in a row; tries again in {}",
                pause.reason.as_str(),
                pause.strikes,
                words(pause.left)
            ),
        )?;
    }
    for finding in totals.findings() {
        let mut line = screen.begin();
        line.text("  ").painted(Tone::Neutral, finding.what());
        line.text(format_args!("; {}", finding.advice()));
        screen.line(line)?;
    }
    Ok(())
}
