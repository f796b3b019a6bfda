//! [`Contents`]: what a verified request holds.

use std::any::Any;

use super::Decoded;
use crate::challenge::Handshake;

/// What a verified request holds.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all are one event, and a box for it would be an allocation for each delivery"
)]
pub enum Contents<E: ?Sized> {
    /// One event.
    Event(Decoded<E>),
    /// The events of one body, a batch, in the order in which they are to be handled.
    ///
    /// Each is claimed and handled by itself, one after the other. The sender gets the worst of their answers: the one with
    /// the highest status, and 200 without a body where all ended well. So a batch of which one event is to be retried is
    /// answered 503. When it comes again, the others are copies. A copy of a running event does not wait.
    ///
    /// An event without identity, or with a time outside the window, refuses the whole body before anything is claimed. A
    /// body without events is answered 200.
    ///
    /// An inbox takes the events in one call, for as long as they take up 4 MiB, and in several otherwise. It keeps each with a
    /// body of its own, where the pack [says how](Decoded::alone_between), else with the whole one. One body may take up
    /// 64 MiB. One that takes up more is refused with 413.
    ///
    /// On actix-web a handler that panics takes the request along: the events behind it are answered 503 without a run.
    Events(Vec<Decoded<E>>),
    /// The sender asks whether the endpoint is ours. It gets this answer at once: nothing is claimed, and no handler runs.
    Handshake(Handshake),
}

impl<E> Contents<E> {
    /// The same with events of another type: for packs that wrap a pack.
    #[must_use]
    pub fn map<T>(self, mut map: impl FnMut(E) -> T) -> Contents<T> {
        match self {
            Self::Event(decoded) => Contents::Event(decoded.map(map)),
            Self::Events(events) => {
                let events = events.into_iter();
                Contents::Events(events.map(|decoded| decoded.map(&mut map)).collect())
            }
            Self::Handshake(handshake) => Contents::Handshake(handshake),
        }
    }

    /// The same with events without their type.
    pub(crate) fn erased(self) -> Contents<dyn Any + Send>
    where
        E: Send + 'static,
    {
        match self {
            Self::Event(decoded) => Contents::Event(decoded.erased()),
            Self::Events(events) => {
                Contents::Events(events.into_iter().map(Decoded::erased).collect())
            }
            Self::Handshake(handshake) => Contents::Handshake(handshake),
        }
    }
}

impl<E> From<Decoded<E>> for Contents<E> {
    fn from(decoded: Decoded<E>) -> Self {
        Self::Event(decoded)
    }
}

impl<E> From<Handshake> for Contents<E> {
    fn from(handshake: Handshake) -> Self {
        Self::Handshake(handshake)
    }
}
