//! `hookgate inbox show`: one event.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use clap::Args;
use hookgate::{
    EventKey, UnixTime,
    inbox::{
        Happening, History, Masked, MaskedRequest, Opened, Operations, ProvedBy, StoredDelivery,
        Unreadable,
    },
};
use serde_json::{Map, Value, json};

use super::{NOT_THERE, failed, key, row};
use crate::output::screen::{Screen, note};

/// Show one event: its history, and the form of its request without its values.
///
/// Masked are the address, values of headers and parameters, the tenant, the body's values, its members' names but those of
/// known envelopes, and what the last run failed with. Lengths, kinds and times are shown. What is encrypted needs its
/// key: --encryption-key-env or --encryption-key-file.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    hookgate inbox sqlite:webhooks.db show KEY\n  \
    hookgate inbox sqlite:webhooks.db show KEY --personal-data --json | jq -r .request.body\n  \
    hookgate inbox sqlite:webhooks.db show KEY --encryption-key-env 2026-11=INBOX_KEY")]
pub(super) struct Show {
    /// The event's key, as a list shows it.
    #[arg(value_name = "KEY", value_parser = key)]
    key: EventKey,
    /// Show the request and the error as they are, personal data included.
    #[arg(long)]
    personal_data: bool,
}

impl Show {
    pub(super) async fn run(self, operations: &Operations, json: bool) -> io::Result<ExitCode> {
        let shown = if self.personal_data {
            let opened = operations.show_personal_data(&self.key).await;
            opened.map_err(failed)?.map(|it| open(&it))
        } else {
            let masked = operations.show(&self.key).await;
            masked.map_err(failed)?.map(|it| closed(&it))
        };
        let Some(shown) = shown else {
            note("hookgate: nothing is kept under this key");
            return Ok(ExitCode::from(NOT_THERE));
        };
        let mut screen = Screen::stdout();
        if json {
            screen.json(&shown)?;
        } else {
            write(&mut screen, 0, &shown)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn closed(masked: &Masked) -> Map<String, Value> {
    let mut shown = row::members(&masked.listed);
    shown.insert("history".into(), history(&masked.history));
    shown.insert("error_bytes".into(), json!(masked.error_bytes));
    shown.insert("payload_bytes".into(), masked.payload_bytes.into());
    let request = masked.request.as_ref().map(closed_request);
    shown.insert("request".into(), request.unwrap_or_else(unreadable));
    shown
}

fn closed_request(request: &MaskedRequest) -> Value {
    let named = |list: &[(Box<str>, usize)]| {
        let each = list.iter().map(|(name, bytes)| {
            let name = name.as_ref();
            json!({"name": name, "bytes": bytes})
        });
        each.collect::<Value>()
    };
    json!({
        "method": request.method,
        "path_bytes": request.path,
        "query_bytes": request.query,
        "authority_bytes": request.authority,
        "route_params": named(&request.route_params),
        "headers": named(&request.headers),
        "body_bytes": request.body,
        "body_shape": request.shape.as_ref().map_or("no JSON".to_owned(), ToString::to_string),
        "pack": &*request.pack,
        "tenant_bytes": request.tenant,
        "proved_by": proved_by(request.proved_by),
        "signed_id_bytes": request.signed_id,
        "sent_at": time(request.sent_at),
        "received_at": request.received_at.to_rfc3339(),
        "position": request.position,
    })
}

fn open(opened: &Opened) -> Map<String, Value> {
    let kept = &opened.kept;
    let mut shown = row::members(&kept.listed);
    shown.insert("history".into(), history(&kept.history));
    let error = kept.error.as_deref().map(String::from_utf8_lossy);
    shown.insert("error".into(), json!(error));
    let request = opened.delivery.as_ref().map(open_request);
    shown.insert("request".into(), request.unwrap_or_else(unreadable));
    shown
}

fn open_request(stored: &StoredDelivery) -> Value {
    let StoredDelivery { request, verdict } = stored;
    let params = request.route_params.iter();
    let params = params.map(|(name, value)| json!({"name": &**name, "value": &**value}));
    let headers = request.headers.iter();
    let headers = headers
        .map(|(name, value)| json!({"name": &**name, "value": String::from_utf8_lossy(value)}));
    let body = std::str::from_utf8(&request.body);
    json!({
        "method": &*request.method,
        "path": &*request.path,
        "query": request.query.as_deref(),
        "authority": request.authority.as_deref(),
        "route_params": params.collect::<Value>(),
        "headers": headers.collect::<Value>(),
        "body": body.ok(),
        // As text it would not be the same bytes.
        "body_base64": body.err().map(|_| STANDARD.encode(&request.body)),
        "pack": &*verdict.pack,
        "tenant": verdict.tenant.as_deref(),
        "proved_by": proved_by(verdict.proved_by),
        "signed_id": verdict.signed_id.as_deref(),
        "sent_at": time(verdict.sent_at),
        "received_at": verdict.received_at.to_rfc3339(),
        "position": verdict.position,
    })
}

fn unreadable(why: &Unreadable) -> Value {
    json!({"unreadable": match why {
        Unreadable::UnknownFormat => "it is encrypted and no given key opens it, or another release has stored it",
        _ => "it is damaged",
    }})
}

fn proved_by(who: ProvedBy) -> &'static str {
    match who {
        ProvedBy::Signature => "signature",
        ProvedBy::Access => "access",
        ProvedBy::OwnCall => "own_call",
        ProvedBy::SendersLog => "senders_log",
        _ => "other",
    }
}

fn time(time: Option<UnixTime>) -> Option<String> {
    time.map(UnixTime::to_rfc3339)
}

fn history(history: &History) -> Value {
    let each = history.iter().map(|(at, happening)| {
        let at = at.to_rfc3339();
        match happening {
            Happening::Died { reason } => {
                json!({"at": at, "died": reason.map_or("other", |it| it.as_str())})
            }
            Happening::Replayed { why } => json!({"at": at, "replayed": &**why}),
            _ => json!({"at": at}),
        }
    });
    each.collect()
}

/// The members of a screen, as a reader asks for them. Others stand behind them.
const ORDER: [&str; 22] = [
    "at",
    "name",
    "key",
    "endpoint",
    "type",
    "state",
    "reason",
    "accepted_at",
    "due_at",
    "died_at",
    "attempt",
    "failures",
    "vanished",
    "replays",
    "key_id",
    "method",
    "path",
    "query",
    "pack",
    "history",
    "error",
    "request",
];

fn in_order(shown: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let place = |name: &str| ORDER.iter().position(|it| *it == name);
    let mut members: Vec<_> = shown.iter().collect();
    members.sort_by_key(|(name, _)| place(name).unwrap_or(ORDER.len()));
    members
}

/// Members one below the other. What is not there is left out.
fn write(
    screen: &mut Screen<impl Write>,
    depth: usize,
    shown: &Map<String, Value>,
) -> io::Result<()> {
    let indent = "  ".repeat(depth);
    for (name, value) in in_order(shown) {
        let name = name.replace('_', " ");
        match value {
            Value::Null => {}
            Value::Object(inner) => {
                screen.say(format_args!("{indent}{name}"))?;
                write(screen, depth.saturating_add(1), inner)?;
            }
            Value::Array(items) if items.is_empty() => {}
            Value::Array(items) => {
                screen.say(format_args!("{indent}{name}"))?;
                for item in items {
                    let members = item.as_object().map(in_order).unwrap_or_default();
                    let texts: Vec<_> = members.into_iter().map(labelled).collect();
                    screen.say(format_args!("{indent}  {}", texts.join("  ")))?;
                }
            }
            value => screen.say(format_args!("{indent}{name:<16}{}", plain(value)))?,
        }
    }
    Ok(())
}

/// When and what stand for themselves.
fn labelled((name, value): (&String, &Value)) -> String {
    if ["at", "name"].contains(&&**name) {
        return plain(value);
    }
    format!("{name} {}", plain(value))
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
