//! What the start-up check says of senders whose events can have equal bodies.

use super::Reading;
use crate::{
    providers::known::{EventTypeAt, Identity},
    setup::{Finding, Severity},
};

/// Whether two events can be one to this reading. No setting of the receiver helps: the sender signs nothing that tells
/// them apart. Where a template at the sender writes the body, its owner can put an id or a time into it.
pub(super) fn findings(reading: &Reading) -> impl Iterator<Item = Finding> {
    let is_of_body = matches!(
        reading.identity,
        Identity::Digest | Identity::DigestWithout(_) | Identity::SignedText
    );
    let equal = reading.equal_bodies.map(|when| {
        Finding::new(
            Severity::Warning,
            "events_not_told_apart",
            format!("two events have equal bodies, and are one event, when {when}"),
            "compare with the sender's state from time to time, or put an event's id or time into the body, where the sender lets you",
        )
    });
    let header = match reading.event_type {
        EventTypeAt::Header(header) if is_of_body => Some(header),
        _ => None,
    };
    let types = header.map(|header| {
        Finding::new(
            Severity::Note,
            "types_not_told_apart",
            format!(
                "events of two types with equal bodies are one event: nothing signs `{header}`"
            ),
            "give each type an endpoint of its own, where their bodies can be equal",
        )
    });
    equal.into_iter().chain(types)
}
