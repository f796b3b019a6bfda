//! [`Challenge`]: by which a sender asks whether the endpoint is ours.

/// A signed event by which a sender asks whether the endpoint is its owner's. A member of the body goes back as plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Challenge {
    /// The type of such an event.
    pub event_type: &'static str,
    /// The [place](super::KnownSender#places) of the text that goes back.
    pub answer: &'static str,
}
