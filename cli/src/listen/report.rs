//! [`Report`]: what is shown of events and refusals.

use std::{
    error::Error,
    io::{self, Write},
    sync::Arc,
};

use hookgate::{Delivery, Observed, Observer, Reason, Rejection};
use serde::Serialize;
use serde_json::Value;

use crate::{any_event::AnyEvent, colour::Colour};

/// In place of a type that nothing signed says.
const NO_TYPE: &str = "(no signed type)";

/// Writes lines: events to standard output, everything else to standard error.
#[derive(Clone)]
pub(super) struct Report(Arc<Manner>);

struct Manner {
    /// Where the authenticated body says the delivery's id, where no header does.
    id_member: Option<&'static str>,
    json: bool,
    show_payload: bool,
    /// Of standard output.
    events: Colour,
    /// Of standard error.
    notes: Colour,
}

/// One handled event, for programs. What is unknown, or said by nothing that is authenticated, is `null`.
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
            id_member: match provider {
                "facephi" | "stripe" => Some("/id"),
                "slack" => Some("/event_id"),
                "idcloud" => Some("/processId"),
                "unico-check" => Some("/data/id"),
                _ => None,
            },
            json,
            show_payload,
            events: Colour::of(&io::stdout()),
            notes: Colour::of(&io::stderr()),
        }))
    }

    /// Shows a handled event.
    pub(super) fn handled(&self, delivery: &Delivery<AnyEvent>) -> io::Result<()> {
        let member = self.0.id_member.and_then(|pointer| {
            let body: Value = serde_json::from_slice(delivery.raw()).ok()?;
            body.pointer(pointer)?.as_str().map(str::to_owned)
        });
        let handled = Handled {
            event_key: delivery.event_key().to_string(),
            event_type: delivery.event_type(),
            delivery_id: delivery.signed_id().or(member.as_deref()),
            attempt: delivery.lease().attempt(),
            key_id: delivery.key_id(),
        };
        let mut output = io::stdout().lock();
        if self.0.json {
            serde_json::to_writer(&mut output, &handled)?;
            writeln!(output)?;
        } else {
            write!(
                output,
                "{}  {}  key {}  attempt {}  event {:.12}",
                self.0.events.good("handled"),
                printable(handled.event_type.unwrap_or(NO_TYPE)),
                printable(handled.key_id),
                handled.attempt,
                handled.event_key,
            )?;
            match handled.delivery_id {
                Some(id) => writeln!(output, "  id {}", printable(id))?,
                None => writeln!(output)?,
            }
        }
        if self.0.show_payload {
            writeln!(
                output,
                "         {}",
                printable(&String::from_utf8_lossy(delivery.raw()))
            )?;
        }
        output.flush()
    }
}

/// Control characters of a sender must not reach the terminal.
fn printable(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                '\u{FFFD}'
            } else {
                character
            }
        })
        .collect()
}

/// Standard error that nobody reads is no reason to stop.
fn note(text: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn type_of<'a>(delivery: Observed<'a>) -> &'a str {
    delivery
        .event_type()
        .map_or(NO_TYPE, |event_type| event_type.as_str())
}

impl Observer for Report {
    fn rejected(&self, _: &str, rejection: &Rejection) {
        let refused = self.0.notes.bad("refused");
        note(format_args!("{refused}  {}", rejection.reason()));
    }

    fn ended(&self, delivery: Observed<'_>, reason: Reason) {
        // Those two are shown already.
        if !matches!(reason, Reason::Handled | Reason::HandlerRetry) {
            note(format_args!(
                "{}  {}  event {:.12}",
                self.0.notes.neutral(reason.as_str()),
                printable(type_of(delivery)),
                delivery.event_key().to_string()
            ));
        }
    }

    fn handler_failed(&self, delivery: Observed<'_>, error: Option<&(dyn Error + Send + Sync)>) {
        // The errors are the command's own: nothing of a payload is in them.
        let why = error.map_or_else(String::new, |error| format!(": {error}"));
        note(format_args!(
            "{}   {}{why}",
            self.0.notes.bad("failed"),
            printable(type_of(delivery))
        ));
    }
}
