//! [`Decoded`]: an event and what the road needs to know of it.

use std::any::Any;

use bytes::Bytes;

use crate::{
    identity::{ContentDigest, EventType, KeyParts},
    request::TraceContext,
    time::EventTime,
};

/// Verified, but not the pack's envelope, or without what the event key needs. The text is fixed: it
/// carries nothing of the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Undecodable(pub &'static str);

/// What a pack read from authenticated bytes.
#[derive(Debug)]
pub struct Decoded<E: ?Sized> {
    pub(crate) parts: KeyParts,
    /// Boxed here already: the road takes it without its type, and what stands beside it moves often.
    pub(crate) event: Box<E>,
    pub(crate) bytes: Option<Bytes>,
    pub(crate) around: Option<[&'static str; 2]>,
    pub(crate) event_type: Option<EventType>,
    pub(crate) claimed_type: Option<Box<str>>,
    pub(crate) claimed_body: Option<Box<Bytes>>,
    pub(crate) occurred_at: EventTime,
    pub(crate) trace_context: Option<TraceContext>,
    pub(crate) content: Option<ContentDigest>,
    pub(crate) wanted: bool,
    pub(crate) recognized: bool,
}

impl<E> Decoded<E> {
    /// An event that `parts` identify, without type and time, wanted.
    pub fn new(parts: KeyParts, event: E) -> Self {
        Self {
            parts,
            event: Box::new(event),
            bytes: None,
            around: None,
            event_type: None,
            claimed_type: None,
            claimed_body: None,
            occurred_at: EventTime::Missing,
            trace_context: None,
            content: None,
            wanted: true,
            recognized: true,
        }
    }

    /// The part of the authenticated bytes that this event was read from, where a body holds several: its handler gets
    /// that as the request's body. Default: all of them.
    #[must_use]
    pub fn bytes(mut self, bytes: Bytes) -> Self {
        self.bytes = Some(bytes);
        // What stands around other bytes makes no body of these.
        self.around = None;
        self
    }

    /// What makes a body of this event alone, around [its bytes](Self::bytes): `[` and `]`, where a body is a list. `decode`
    /// must read the same event from it. An inbox then keeps that with the event. Default: it keeps the whole body with each.
    ///
    /// Call it after `bytes`: other bytes have nothing around them.
    #[must_use]
    pub fn alone_between(mut self, before: &'static str, behind: &'static str) -> Self {
        self.around = Some([before, behind]);
        self
    }

    /// The signed type.
    #[must_use]
    pub fn event_type(mut self, event_type: EventType) -> Self {
        self.event_type = Some(event_type);
        self
    }

    /// A type that no signature covers. It is shown to the handler as such, and used for nothing.
    #[must_use]
    pub fn claimed_type(mut self, name: impl Into<Box<str>>) -> Self {
        self.claimed_type = Some(name.into());
        self
    }

    /// The body, of which the proof covers a part. It is shown to the handler as such, and used for nothing.
    #[must_use]
    pub fn claimed_body(mut self, body: Bytes) -> Self {
        self.claimed_body = Some(Box::new(body));
        self
    }

    /// The signed time at which the event occurred. One that is there and [cannot be read](EventTime::Unreadable) is
    /// refused where times are checked.
    #[must_use]
    pub fn occurred_at(mut self, time: impl Into<EventTime>) -> Self {
        self.occurred_at = time.into();
        self
    }

    /// The sender's trace, where something signed names it.
    #[must_use]
    pub fn trace_context(mut self, context: Option<TraceContext>) -> Self {
        self.trace_context = context;
        self
    }

    /// The digest of what is stable in the event.
    #[must_use]
    pub fn content(mut self, digest: ContentDigest) -> Self {
        self.content = Some(digest);
        self
    }

    /// Whether the application asked for such events.
    #[must_use]
    pub fn wanted(mut self, wanted: bool) -> Self {
        self.wanted = wanted;
        self
    }

    /// Whether the event fits a type of the pack.
    #[must_use]
    pub fn recognized(mut self, recognized: bool) -> Self {
        self.recognized = recognized;
        self
    }

    /// The same event as another type: for packs that wrap a pack.
    #[must_use]
    pub fn map<T>(self, map: impl FnOnce(E) -> T) -> Decoded<T> {
        self.boxed(|event| Box::new(map(*event)))
    }

    /// The same event without its type.
    pub(crate) fn erased(self) -> Decoded<dyn Any + Send>
    where
        E: Send + 'static,
    {
        self.boxed(|event| event as Box<dyn Any + Send>)
    }

    fn boxed<T: ?Sized>(self, map: impl FnOnce(Box<E>) -> Box<T>) -> Decoded<T> {
        Decoded {
            parts: self.parts,
            event: map(self.event),
            bytes: self.bytes,
            around: self.around,
            event_type: self.event_type,
            claimed_type: self.claimed_type,
            claimed_body: self.claimed_body,
            occurred_at: self.occurred_at,
            trace_context: self.trace_context,
            content: self.content,
            wanted: self.wanted,
            recognized: self.recognized,
        }
    }
}

impl<E: ?Sized> Decoded<E> {
    /// A body of this event alone, where the pack knows one.
    pub(crate) fn alone(&self) -> Option<Bytes> {
        let ([before, behind], bytes) = (self.around?, self.bytes.as_ref()?);
        Some(
            [before.as_bytes(), bytes, behind.as_bytes()]
                .concat()
                .into(),
        )
    }

    /// What identifies the event.
    pub fn key_parts(&self) -> &KeyParts {
        &self.parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pack that wraps another may hand its handler a part of the event alone. No worker could read that again.
    #[test]
    fn other_bytes_make_no_body_of_an_event() {
        let event = Bytes::from_static(b"{}");
        let decoded = Decoded::new(KeyParts::of("id"), ()).bytes(event);
        let decoded = decoded.alone_between("[", "]");
        assert_eq!(decoded.alone().as_deref(), Some(&b"[{}]"[..]));
        assert_eq!(decoded.bytes(Bytes::from_static(b"1")).alone(), None);
    }
}
