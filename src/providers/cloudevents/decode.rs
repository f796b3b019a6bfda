//! From authenticated bytes to events.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::CloudEvents;
use crate::{
    cloudevents::{
        AsType, CloudEvent, Mode, NotAnEvent, Origin, Structured, Tolerance, TypedData,
        attributes_of_headers, events_of_batch,
    },
    identity::{ContentDigest, EventType, KeyParts},
    provider::{Authenticated, Contents, Decoded},
    request::Unsigned,
    time::EventTime,
};

impl<T: DeserializeOwned + Send + 'static> CloudEvents<T> {
    /// The events of a request. `signed` is what the proof covers, without the proof.
    pub(super) fn read(
        &self,
        signed: Bytes,
        authenticated: &Authenticated<'_>,
    ) -> Result<Contents<CloudEvent<T>>, NotAnEvent> {
        // What is not taken was refused by its head. Which of those that are taken it is cannot be changed without a proof:
        // see the table of modes.
        let mode = self.taken().mode_of(&authenticated.head);
        let mode =
            mode.map_err(|_| NotAnEvent::new("its mode is not one that the receiver takes"))?;
        Ok(match mode {
            Mode::Structured => {
                let decoded = self.structured(&signed, authenticated)?;
                match authenticated.digest {
                    // As in a batch, of which it may be a copy.
                    Some(_) if self.taken().batch => {
                        decoded.content(ContentDigest::of(signed.trim_ascii()))
                    }
                    _ => decoded,
                }
                .into()
            }
            Mode::Batch => {
                let each = events_of_batch(&signed, self.most_of_a_batch)?.into_iter();
                let read = |event: Bytes| {
                    let decoded = self.structured(&event, authenticated)?;
                    // The digest of the proof is that of the whole batch, which may bring the event beside others.
                    let decoded = match authenticated.digest {
                        Some(_) => decoded.content(ContentDigest::of(&event)),
                        None => decoded,
                    };
                    Ok(decoded.bytes(event).alone_between("[", "]"))
                };
                Contents::Events(each.map(read).collect::<Result<_, NotAnEvent>>()?)
            }
            Mode::Binary => self.binary(signed, authenticated)?.into(),
        })
    }

    fn structured(
        &self,
        text: &Bytes,
        authenticated: &Authenticated<'_>,
    ) -> Result<Decoded<CloudEvent<T>>, NotAnEvent> {
        let reader = AsType::<T>::new(self.by_type);
        let read = Structured::read(text, None, self.takes, &reader)?;
        let attributes = read.attributes;
        let types = (
            &*attributes.event_type,
            attributes.data_content_type.as_deref(),
        );
        let data = reader.of_content(read.content, types);
        self.decoded(Origin::Signed(attributes), data, authenticated)
    }

    fn binary(
        &self,
        body: Bytes,
        authenticated: &Authenticated<'_>,
    ) -> Result<Decoded<CloudEvent<T>>, NotAnEvent> {
        let attributes = attributes_of_headers(&authenticated.head, self.takes)?;
        let reader = AsType::<T>::new(self.by_type);
        let (event_type, content_type) = (
            &*attributes.event_type,
            attributes.data_content_type.as_deref(),
        );
        let is_claimed = self.is_claimed(Mode::Binary);
        let data = if body.is_empty() {
            TypedData::Missing
        } else if is_claimed {
            // Nothing that nobody signed has a say in how signed bytes are read.
            reader.of_json(body, "")
        } else {
            reader.of_bytes(body, (event_type, content_type))
        };
        let origin = if is_claimed {
            Origin::Claimed(Unsigned::new(attributes))
        } else {
            Origin::Signed(attributes)
        };
        self.decoded(origin, data, authenticated)
    }

    /// With all that the road needs to know.
    fn decoded(
        &self,
        origin: Origin,
        data: TypedData<T>,
        authenticated: &Authenticated<'_>,
    ) -> Result<Decoded<CloudEvent<T>>, NotAnEvent> {
        let recognized = !matches!(data, TypedData::Unrecognized { .. });
        let attributes = match &origin {
            Origin::Signed(attributes) => attributes,
            Origin::Claimed(claimed) => {
                let claimed_type = claimed.trust_unsigned().event_type.clone();
                let parts = parts_of_body(authenticated);
                let event = CloudEvent::new(origin, data);
                let decoded = Decoded::new(parts, event).recognized(recognized);
                return Ok(decoded.claimed_type(claimed_type));
            }
        };
        let mut parts = KeyParts::of(&attributes.source);
        parts.part(&attributes.id);
        let time = attributes
            .event_time()
            .unless_unreadable(self.takes.has(Tolerance::UnreadableTime));
        if time == EventTime::Unreadable && !self.is_dated() {
            return Err(NotAnEvent::new("`time` is no RFC 3339 time"));
        }
        // In one go: an event is large, and each setter would move it.
        Ok(Decoded {
            parts,
            bytes: None,
            around: None,
            wanted: self.wants(&attributes.event_type),
            occurred_at: time,
            trace_context: attributes.trace_context(),
            content: authenticated.digest,
            event_type: Some(EventType::unknown(&*attributes.event_type)),
            claimed_type: None,
            claimed_body: None,
            recognized,
            event: Box::new(CloudEvent::new(origin, data)),
        })
    }
}

/// What identifies an event whose attributes nothing signs.
fn parts_of_body(authenticated: &Authenticated<'_>) -> KeyParts {
    match authenticated.signed_id {
        Some(id) => KeyParts::of(id),
        None => {
            // One part more than an id has, so that no id can be mistaken for a digest.
            let mut parts = KeyParts::of("");
            // Without the proof, of which another spelling would make another event.
            parts.digest_of(&authenticated.signed());
            parts
        }
    }
}
