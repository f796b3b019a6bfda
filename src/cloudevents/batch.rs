//! Batch mode: a list of structured events in one body (JSON format, section 4).

use bytes::Bytes;
use serde::de::DeserializeSeed;

use super::structured::{NotAnEvent, no};
use crate::json::places::Items;

/// The text of each event of `body`, in order, `most` of them at most.
///
/// # Errors
///
/// When it is no list, or has more.
pub(crate) fn events(body: &Bytes, most: usize) -> Result<Vec<Bytes>, NotAnEvent> {
    let mut events = Vec::new();
    let mut too_many = false;
    let mut json = serde_json::Deserializer::from_slice(body);
    let each = Items(|event: &serde_json::value::RawValue| {
        too_many = events.len() >= most;
        if !too_many {
            events.push(body.slice_ref(event.get().as_bytes()));
        }
        !too_many
    });
    let read = each.deserialize(&mut json).and_then(|_| json.end());
    if too_many {
        return Err(no("the batch has more events than the receiver takes"));
    }
    match read {
        Ok(()) => Ok(events),
        Err(_) => Err(no("the body is not a JSON list of events")),
    }
}
