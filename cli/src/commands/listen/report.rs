//! [`Report`]: what is shown of events and refusals.

use std::{error::Error, io, sync::Arc};

use hookgate::{Delivery, Observed, Observer, Reason, Rejection, providers::known};
use serde::Serialize;
use serde_json::Value;

use crate::{
    output::screen::{Screen, Tone},
    settings::any_event::AnyEvent,
};

/// Stands in place of a type that nothing signed says.
const NO_TYPE: &str = "(no signed type)";

/// Writes lines: events to standard output, everything else to standard error.
#[derive(Clone)]
pub(super) struct Report(Arc<Manner>);

struct Manner {
    /// Where the authenticated body says the delivery's id, where no header does.
    id_member: Option<&'static str>,
    json: bool,
    show_payload: bool,
}

/// One handled event, for programs. A value that is unknown, or that nothing authenticated says, is `null`.
#[derive(Serialize)]
struct Handled<'a> {
    event_key: String,
    event_type: Option<&'a str>,
    delivery_id: Option<&'a str>,
    attempt: u32,
    key_id: &'a str,
}

impl Report {
    pub(super) fn new(provider: &str, json: bool, show_payload: bool) -> Self {
        Self(Arc::new(Manner {
            id_member: known::find(provider).and_then(|sender| sender.id_at),
            json,
            show_payload,
        }))
    }

    /// Shows a handled event.
    pub(super) fn handled(&self, delivery: &Delivery<AnyEvent>) -> io::Result<()> {
        let member = self.0.id_member.and_then(|pointer| {
            let body: Value = serde_json::from_slice(delivery.payload()).ok()?;
            body.pointer(pointer)?.as_str().map(str::to_owned)
        });
        let handled = Handled {
            event_key: delivery.event_key().to_string(),
            event_type: delivery.event_type(),
            delivery_id: delivery.signed_id().or(member.as_deref()),
            attempt: delivery.lease().attempt(),
            key_id: delivery.key_id(),
        };
        let mut screen = Screen::stdout();
        if self.0.json {
            return screen.json(&handled);
        }
        let mut line = screen.begin();
        line.painted(Tone::Good, "handled").text(format_args!(
            "  {}  key {}  attempt {}  event {:.12}",
            handled.event_type.unwrap_or(NO_TYPE),
            handled.key_id,
            handled.attempt,
            handled.event_key,
        ));
        if let Some(id) = handled.delivery_id {
            line.text(format_args!("  id {id}"));
        }
        screen.line(line)?;
        if self.0.show_payload {
            let payload = String::from_utf8_lossy(delivery.payload());
            screen.say(format_args!("         {payload}"))?;
        }
        Ok(())
    }
}

/// A line on standard error, after a word in its colour. A missing reader is no reason to stop.
pub(super) fn note(tone: Tone, word: &str, text: std::fmt::Arguments<'_>) {
    let mut screen = Screen::stderr();
    let mut line = screen.begin();
    line.painted(tone, word).text(text);
    let _ = screen.line(line);
}

fn type_of<'a>(delivery: Observed<'a>) -> &'a str {
    delivery
        .event_type()
        .map_or(NO_TYPE, |event_type| event_type.as_str())
}

impl Observer for Report {
    fn rejected(&self, _: &str, rejection: &Rejection) {
        let reason = rejection.reason();
        match rejection {
            // Its text is fixed, and whoever registers an endpoint needs it.
            Rejection::HandshakeRefused(why) => {
                note(Tone::Bad, "refused", format_args!("  {reason}: {why}"));
            }
            _ => note(Tone::Bad, "refused", format_args!("  {reason}")),
        }
    }

    fn answered(&self, _: &str, reason: Reason) {
        note(Tone::Neutral, "answered", format_args!("  {reason}"));
    }

    fn ended(&self, delivery: Observed<'_>, reason: Reason) {
        // Those two are shown already.
        if !matches!(reason, Reason::Handled | Reason::HandlerRetry) {
            let (event_type, key) = (type_of(delivery), delivery.event_key().to_string());
            let text = format_args!("  {event_type}  event {key:.12}");
            note(Tone::Neutral, reason.as_str(), text);
        }
    }

    fn handler_failed(&self, delivery: Observed<'_>, error: Option<&(dyn Error + Send + Sync)>) {
        // The errors are the command's own: nothing of a payload is in them.
        let why = error.map_or_else(String::new, |error| format!(": {error}"));
        let event_type = type_of(delivery);
        note(Tone::Bad, "failed", format_args!("   {event_type}{why}"));
    }
}
