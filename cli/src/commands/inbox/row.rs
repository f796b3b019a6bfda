//! One event of a list, as text and as JSON.

use hookgate::{
    UnixTime,
    inbox::{Listed, Stands},
};
use serde_json::{Map, Value, json};

use crate::output::words::words;

/// What a list shows of an event.
pub(super) fn members(row: &Listed) -> Map<String, Value> {
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| members.insert(name.to_owned(), value);
    add("key", row.key.to_string().into());
    add("endpoint", row.endpoint.as_ref().into());
    add("type", row.event_type.as_ref().into());
    add("key_id", row.key_id.as_ref().into());
    add("accepted_at", row.accepted_at.to_rfc3339().into());
    match row.stands {
        Stands::Waits { due } => {
            add("state", "waits".into());
            add("due_at", due.to_rfc3339().into());
        }
        Stands::Behind => drop(add("state", "behind".into())),
        Stands::Runs => drop(add("state", "runs".into())),
        Stands::Dead { reason, at } => {
            add("state", "dead".into());
            add("reason", reason.as_str().into());
            add("died_at", at.to_rfc3339().into());
        }
    }
    add("attempt", row.attempt.into());
    add("failures", row.failures.into());
    add("vanished", row.vanished.into());
    add("replays", row.replays.into());
    add("quarantined", json!(row.is_quarantined));
    members
}

/// Where it stands, in words.
pub(super) fn stands(row: &Listed, now: UnixTime) -> String {
    let ago = |at: UnixTime| format!("{} ago", words(now.since(at)));
    match row.stands {
        Stands::Waits { due } if due > now => format!("waits, due in {}", words(due.since(now))),
        Stands::Waits { .. } => "waits, due".to_owned(),
        Stands::Behind => "waits for an earlier one of its order".to_owned(),
        Stands::Runs => "runs".to_owned(),
        Stands::Dead { reason, at } => format!("dead: {reason}, {}", ago(at)),
    }
}
