//! [`Verdict`]: one line of the output.

use hookgate::{
    Reason,
    framework::{Admitted, AdmittedEvent},
    pack::EventType,
};
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::cloud_event;
use crate::settings::{any_event::AnyEvent, text::Text};

/// The verdict on one record.
pub(crate) struct Verdict<'a> {
    /// The record's, where it could be read.
    pub(crate) id: Option<Text<'a>>,
    pub(crate) finding: Finding,
}

/// The finding.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one at a time, and a box would be an allocation for each record"
)]
pub(crate) enum Finding {
    /// The middleware would hand the event on.
    Accepted(Admitted),
    /// The middleware would answer the request at once: it holds no event.
    Answered(Reason),
    /// The middleware would refuse the request, or its receiver could not be built with such a key.
    Rejected(Reason),
    /// The record cannot be judged.
    Malformed {
        /// Why not, without anything of the record.
        error: String,
        /// Where it stands, counted from 1.
        line: u64,
    },
}

impl Serialize for Verdict<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("id", &self.id)?;
        match &self.finding {
            Finding::Accepted(admitted) => {
                let first = admitted.first();
                members.serialize_entry("verdict", "accepted")?;
                members.serialize_entry("key_id", first.key_id())?;
                let any = first.event::<AnyEvent>();
                if any.is_some_and(|any| any.is_of_batch && any.cloud_event.is_some()) {
                    let events: Vec<_> = admitted.events().map(OfBatch).collect();
                    members.serialize_entry("events", &events)?;
                } else {
                    // No other pack that a record can name reads several events from one body.
                    write_event(&mut members, first)?;
                }
            }
            Finding::Answered(reason) => {
                members.serialize_entry("verdict", "answered")?;
                members.serialize_entry("reason", reason.as_str())?;
            }
            Finding::Rejected(reason) => {
                members.serialize_entry("verdict", "rejected")?;
                members.serialize_entry("reason", reason.as_str())?;
            }
            Finding::Malformed { error, line } => {
                members.serialize_entry("verdict", "error")?;
                members.serialize_entry("error", error)?;
                members.serialize_entry("line", line)?;
            }
        }
        members.end()
    }
}

/// An event of a batch.
struct OfBatch<'a>(&'a AdmittedEvent);

impl Serialize for OfBatch<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        write_event(&mut members, self.0)?;
        members.end()
    }
}

fn write_event<M: SerializeMap>(members: &mut M, event: &AdmittedEvent) -> Result<(), M::Error> {
    if let Some(name) = event.event_type().map(EventType::as_str) {
        members.serialize_entry("event_type", name)?;
    }
    members.serialize_entry("event_key", &format_args!("{}", event.event_key()))?;
    let any = event.event::<AnyEvent>();
    match any.and_then(|any| any.cloud_event.as_deref()) {
        Some(read) => cloud_event::write(members, read),
        None => Ok(()),
    }
}
