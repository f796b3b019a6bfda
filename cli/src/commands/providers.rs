//! `hookgate providers`: what there is, and what is known of each.

use std::{
    borrow::Cow,
    io::{
        Write, {self},
    },
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use clap::Args;
use hookgate::{
    framework::Judge,
    pack::{Retries, TimeKind},
    providers::known::{
        NotSafely, duration_in_words, {self},
    },
    time::SystemClock,
};
use serde::Serialize;
use serde_json::Number;

use crate::{
    output::screen::Screen,
    settings::{
        catalog::{
            Listed, NOTHING, {self},
        },
        refused::Refused,
        terms::{Terms, WindowTerm},
    },
};

/// Find the packs, presets and schemes that records can name, and show what is known of each.
///
/// One that is found alone is shown whole: how it signs, what identifies its events, and where its secret is. So is how it
/// waits and sends again, and what of that is only assumed. Several are a line each. The exit status is 1 when there is none.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    hookgate providers stripe\n  \
    hookgate providers x-hub-signature-256\n  \
    hookgate providers --signed-time --json | jq '.[] | {name, signature}'")]
pub(crate) struct Providers {
    /// Texts of its name, its title or its headers. All must be there. The whole name finds it alone.
    #[arg(value_name = "TEXT")]
    texts: Vec<String>,
    /// Only those that sign a time.
    #[arg(long)]
    signed_time: bool,
    /// Only those of which nothing is merely assumed.
    #[arg(long)]
    nothing_assumed: bool,
    /// Show each of several whole.
    #[arg(long)]
    whole: bool,
    /// Show those for which there is none, since what they send proves too little, and why.
    #[arg(long)]
    not_safely: bool,
    /// Write a JSON list.
    #[arg(long)]
    json: bool,
}

impl Providers {
    pub(crate) fn run(self) -> io::Result<ExitCode> {
        if self.not_safely {
            return self.show_refused();
        }
        let sheets: Vec<Sheet> = self
            .named()
            .map(|listed| Sheet::of(listed).map_err(unusable))
            .collect::<Result<_, _>>()?;
        let sheets: Vec<Sheet> = sheets.into_iter().filter(|it| self.wants(it)).collect();
        let mut screen = Screen::stdout();
        if self.json {
            screen.pretty_json(&sheets)?;
        } else if self.whole || sheets.len() == 1 {
            write_sheets(&mut screen, &sheets)?;
        } else {
            write_lines(&mut screen, &sheets)?;
        }
        // Whoever looks for one of these learns why there is none.
        if !self.json && !self.texts.is_empty() {
            self.refused()
                .try_for_each(|it| write_refused(&mut screen, it))?;
        }
        if !sheets.is_empty() {
            return Ok(ExitCode::SUCCESS);
        }
        if !self.json {
            Screen::stderr()
                .say("none is like that; `hookgate providers` lists those there are")?;
        }
        Ok(ExitCode::FAILURE)
    }

    fn show_refused(&self) -> io::Result<ExitCode> {
        let found: Vec<_> = self.refused().collect();
        let mut screen = Screen::stdout();
        if self.json {
            let list: Vec<_> = found.iter().map(|it| NotBuilt::of(it)).collect();
            screen.pretty_json(&list)?;
        } else {
            found
                .iter()
                .try_for_each(|it| write_refused(&mut screen, it))?;
        }
        Ok(if found.is_empty() {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }

    /// The senders with the texts for which there is no preset.
    fn refused(&self) -> impl Iterator<Item = &'static NotSafely> {
        let texts: Vec<_> = self.texts.iter().map(|text| text.to_lowercase()).collect();
        known::NOT_SAFELY.iter().filter(move |sender| {
            let shown = format!("{}\n{}", sender.name, sender.title).to_lowercase();
            texts.iter().all(|text| shown.contains(text))
        })
    }

    /// Those with the texts. A whole name stands for itself alone, also where another name begins with it.
    fn named(&self) -> impl Iterator<Item = &'static Listed> {
        let only = match self.texts.as_slice() {
            [name] => catalog::find(name),
            _ => None,
        };
        let texts: Vec<_> = self.texts.iter().map(|text| text.to_lowercase()).collect();
        catalog::all().iter().filter(move |listed| match only {
            Some(only) => only.name == listed.name,
            None => {
                let shown = searched(listed);
                texts.iter().all(|text| shown.contains(text))
            }
        })
    }

    fn wants(&self, sheet: &Sheet) -> bool {
        let signs_time = !matches!(sheet.signed_time, SignedTime::NotSigned);
        (!self.signed_time || signs_time) && (!self.nothing_assumed || sheet.assumed == NOTHING)
    }
}

/// What is searched, a line each and in lower case.
fn searched(listed: &Listed) -> String {
    let title = listed.sender().map(|sender| sender.title.to_owned());
    let mut lines: Vec<_> = title.into_iter().chain(headers(listed)).collect();
    lines.push(listed.name.to_owned());
    lines.join("\n").to_lowercase()
}

/// The headers that its scheme reads, and those that give it away.
fn headers(listed: &Listed) -> Vec<String> {
    let Some(sender) = listed.sender() else {
        return Vec::new();
    };
    let mut headers: Vec<String> = sender.marks.iter().map(|it| (*it).to_owned()).collect();
    let scheme = sender.scheme();
    let read = scheme.iter();
    let read = read.flat_map(|it| [it.signature_headers(), it.covered_headers()].concat());
    for header in read {
        if !headers.iter().any(|it| it.eq_ignore_ascii_case(header)) {
            headers.push(header.to_owned());
        }
    }
    headers
}

/// Why there is no receiver, as an error of the command.
pub(crate) fn unusable(refused: Refused) -> io::Error {
    io::Error::other(match refused {
        Refused::BadKey => "a key cannot be used: it is empty, not in the encoding that it says, or not for the algorithms that are set"
            .to_owned(),
        Refused::BadCredential(why) => format!("{why}; it stands in the settings"),
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
    title: Option<&'static str>,
    page: Option<&'static str>,
    headers: Vec<String>,
    /// The variable of the secret, and where the sender's console shows it.
    secret: Option<&'static str>,
    secret_shown_in: Option<&'static str>,
    signature: Cow<'static, str>,
    event_key: Cow<'static, str>,
    signed_time: SignedTime,
    past_s: Option<u64>,
    future_s: Option<u64>,
    retention_s: u64,
    /// With a fraction where it has one.
    sender_timeout_s: Option<Number>,
    retries: Again,
    /// Both in words, and when it sends again.
    #[serde(skip)]
    manner: String,
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
        let sender = listed.sender();
        let secret = sender.and_then(|sender| sender.secret);
        Ok(Self {
            name: listed.name,
            title: sender.map(|sender| sender.title),
            page: sender.map(|sender| *sender.page.value()),
            headers: headers(listed),
            secret: secret.map(|secret| secret.variable),
            secret_shown_in: secret.and_then(|secret| secret.shown_in),
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
            sender_timeout_s: profile.timeout.and_then(seconds),
            retries: match profile.retries {
                Retries::Never => Again::Never,
                Retries::For(horizon) => Again::ForSecs(horizon.as_secs()),
                _ => Again::Unknown,
            },
            manner: listed.manner(),
            methods: profile.methods,
            media_types: profile.media_types,
            body_limit: profile.body_limit,
            assumed: listed.assumed(),
        })
    }
}

/// A whole number where it is one.
fn seconds(of: Duration) -> Option<Number> {
    if of.subsec_nanos() == 0 {
        return Some(of.as_secs().into());
    }
    Number::from_f64(of.as_secs_f64())
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

/// A sender for which there is no preset.
#[derive(Serialize)]
struct NotBuilt {
    name: &'static str,
    title: &'static str,
    why: &'static str,
    /// Where that is known from; `null` where it is assumed.
    source: Option<&'static str>,
}

impl NotBuilt {
    fn of(sender: &NotSafely) -> Self {
        Self {
            name: sender.name,
            title: sender.title,
            why: *sender.why.value(),
            source: sender.why.source(),
        }
    }
}

fn write_refused(screen: &mut Screen<impl Write>, sender: &NotSafely) -> io::Result<()> {
    let assumed = if sender.why.is_assumed() {
        " (assumed)"
    } else {
        ""
    };
    let (name, why) = (sender.name, sender.why.value());
    screen.say(format_args!("{name}  not safely: it sends {why}{assumed}"))
}

/// A line for each: its name, and how it signs.
fn write_lines(screen: &mut Screen<impl Write>, sheets: &[Sheet]) -> io::Result<()> {
    let width = sheets
        .iter()
        .map(|it| it.name.len())
        .max()
        .unwrap_or_default();
    for sheet in sheets {
        screen.say(format_args!("{:<width$}  {}", sheet.name, sheet.signature))?;
    }
    Ok(())
}

fn write_sheets(screen: &mut Screen<impl Write>, sheets: &[Sheet]) -> io::Result<()> {
    for (place, sheet) in sheets.iter().enumerate() {
        if place > 0 {
            screen.say("")?;
        }
        screen.say(sheet.name)?;
        let mut row = |label: &str, value: &str| screen.say(format_args!("  {label:<12}{value}"));
        if let (Some(title), Some(page)) = (sheet.title, sheet.page) {
            row("sender", &format!("{title}, {page}"))?;
        }
        row("signature", &sheet.signature)?;
        if !sheet.headers.is_empty() {
            row("headers", &sheet.headers.join(", "))?;
        }
        if let Some(variable) = sheet.secret {
            let shown = sheet.secret_shown_in.map(|place| format!("; {place}"));
            row(
                "secret",
                &format!("${variable}{}", shown.unwrap_or_default()),
            )?;
        }
        row("event key", &sheet.event_key)?;
        row("time", &time(sheet))?;
        row("remembered", &in_words(sheet.retention_s))?;
        row("manner", &sheet.manner)?;
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
            in_words(past),
            in_words(future)
        ),
        _ => whose.to_owned(),
    }
}

fn in_words(secs: u64) -> String {
    duration_in_words(Duration::from_secs(secs))
}
