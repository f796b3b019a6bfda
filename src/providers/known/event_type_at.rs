//! [`EventTypeAt`]: where the type of an event stands.

/// Where the type of an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventTypeAt {
    /// In no place that all of its events have.
    Nowhere,
    /// At this [place](super::KnownSender#places) of the signed body.
    Member(&'static str),
    /// In this header, which nothing signs: it is a
    /// [`claimed_type`](crate::delivery::Delivery::claimed_type).
    Header(&'static str),
}
