//! `hookgate providers`: what there is, and what is known of each.

use std::{
    borrow::Cow,
    io::{
        Write, {self},
    },
    process::ExitCode,
    sync::Arc,
};

use clap::Args;
use hookgate::{
    framework::Judge,
    pack::{Retries, TimeKind},
    time::SystemClock,
};
use serde::Serialize;

use crate::{
    output::screen::Screen,
    settings::{
        catalog::{
            Listed, {self},
        },
        refused::Refused,
        terms::{Terms, WindowTerm},
    },
};

/// List the packs, presets and schemes that records can name.
///
/// Shows how each signs, what identifies its events, and the defaults of its receivers.
#[derive(Args)]
#[command(after_help = "Example:\n  hookgate providers --json | jq '.[] | {name, signature}'")]
pub(crate) struct Providers {
    /// Write a JSON list.
    #[arg(long)]
    json: bool,
}

impl Providers {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        let sheets: Vec<Sheet> = catalog::all()
            .iter()
            .map(|listed| Sheet::of(listed).map_err(unusable))
            .collect::<Result<_, _>>()?;
        let mut screen = Screen::stdout();
        if self.json {
            screen.pretty_json(&sheets)?;
        } else {
            write_table(&mut screen, &sheets)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Why there is no receiver, as an error of the command.
pub(crate) fn unusable(refused: Refused) -> io::Error {
    io::Error::other(match refused {
        Refused::BadKey => "a key cannot be used: it is empty, not in the encoding that it says, or not for the algorithms that are set"
            .to_owned(),
        Refused::Malformed(why) if why.starts_with("`settings`") => {
            format!("{why}; --settings FILE gives them, and docs/verify.md lists them")
        }
        Refused::Malformed(why) => why,
    })
}

/// What is known of one. Durations are in seconds. `null` is unknown, or none.
#[derive(Serialize)]
struct Sheet {
    name: &'static str,
    signature: Cow<'static, str>,
    event_key: Cow<'static, str>,
    signed_time: SignedTime,
    past_s: Option<u64>,
    future_s: Option<u64>,
    retention_s: u64,
    sender_timeout_s: Option<u64>,
    retries: Again,
    methods: &'static [&'static str],
    media_types: &'static [&'static str],
    body_limit: usize,
    assumed: Cow<'static, str>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum SignedTime {
    OfAttempt,
    OfEvent,
    #[serde(rename = "none")]
    NotSigned,
    Other,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Again {
    Unknown,
    Never,
    ForSecs(u64),
}

impl Sheet {
    fn of(listed: &Listed) -> Result<Self, Refused> {
        let judge = sample(listed)?;
        let profile = judge.profile();
        let window = judge.window();
        Ok(Self {
            name: listed.name,
            signature: listed.signature(),
            event_key: listed.event_key(),
            signed_time: match profile.time {
                TimeKind::SentAt => SignedTime::OfAttempt,
                TimeKind::OccurredAt => SignedTime::OfEvent,
                TimeKind::NotSigned => SignedTime::NotSigned,
                _ => SignedTime::Other,
            },
            past_s: window.map(|window| window.past.as_secs()),
            future_s: window.map(|window| window.future.as_secs()),
            retention_s: profile.retention.as_secs(),
            sender_timeout_s: profile.timeout.map(|timeout| timeout.as_secs()),
            retries: match profile.retries {
                Retries::Never => Again::Never,
                Retries::For(horizon) => Again::ForSecs(horizon.as_secs()),
                _ => Again::Unknown,
            },
            methods: profile.methods,
            media_types: profile.media_types,
            body_limit: profile.body_limit,
            assumed: listed.assumed(),
        })
    }
}

/// The judge of a receiver with all defaults. Nothing is ever signed with its key.
fn sample(listed: &Listed) -> Result<Judge, Refused> {
    sample_with(listed, listed.least_settings())
}

/// The same with these settings.
pub(crate) fn sample_with(listed: &Listed, settings: Option<&str>) -> Result<Judge, Refused> {
    let builder = listed.receiver(Terms {
        endpoint: "hook",
        keys: &[listed.sample_key().into()],
        has_tenant: false,
        window: WindowTerm::OfPack,
        settings,
        clock: Arc::new(SystemClock::new()),
    })?;
    Ok(builder.judge()?)
}

fn write_table(screen: &mut Screen<impl Write>, sheets: &[Sheet]) -> io::Result<()> {
    for (place, sheet) in sheets.iter().enumerate() {
        if place > 0 {
            screen.say("")?;
        }
        screen.say(sheet.name)?;
        let mut row = |label: &str, value: &str| screen.say(format_args!("  {label:<12}{value}"));
        row("signature", &sheet.signature)?;
        row("event key", &sheet.event_key)?;
        row("time", &time(sheet))?;
        row("remembered", &duration(sheet.retention_s))?;
        row("sender", &sender(sheet))?;
        row("assumed", &sheet.assumed)?;
    }
    Ok(())
}

fn time(sheet: &Sheet) -> String {
    let whose = match sheet.signed_time {
        SignedTime::OfAttempt => "of the attempt",
        SignedTime::OfEvent => "of the event",
        SignedTime::NotSigned => return "none is signed".to_owned(),
        SignedTime::Other => "signed",
    };
    match (sheet.past_s, sheet.future_s) {
        (Some(past), Some(future)) => format!(
            "{whose}, up to {} old, up to {} ahead",
            duration(past),
            duration(future)
        ),
        _ => whose.to_owned(),
    }
}

fn sender(sheet: &Sheet) -> String {
    let waits = match sheet.sender_timeout_s {
        Some(timeout) => format!("waits {}", duration(timeout)),
        None => "waits for an unknown time".to_owned(),
    };
    let again = match sheet.retries {
        Again::Unknown => "sends again: unknown".to_owned(),
        Again::Never => "never sends again".to_owned(),
        Again::ForSecs(secs) => format!("sends again for {}", duration(secs)),
    };
    format!("{waits}, {again}")
}

/// Seconds in words: `23 h 54 min`.
fn duration(secs: u64) -> String {
    let mut rest = secs;
    let mut words = Vec::new();
    for (unit, name) in [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")] {
        // A single day reads better in hours.
        if rest >= unit && (unit < 86_400 || rest > unit) {
            words.push(format!("{} {name}", rest / unit));
            rest %= unit;
        }
    }
    if words.is_empty() {
        return "0 s".to_owned();
    }
    words.join(" ")
}
