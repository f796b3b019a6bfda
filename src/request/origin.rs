//! [`Origin`]: where a delivery came from.

/// Where a delivery came from. Its event key is the same in each case, so it is handled once.
///
/// Example: [`Delivery::origin`](crate::Delivery::origin).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// The sender sent it, and its proof was verified.
    Pushed,
    /// We asked the sender's API, over TLS: our own call is the proof.
    Polled,
    /// It stood in the sender's own log of what it sent, which we read over TLS: our own call is the proof.
    Reconciled,
}

impl Origin {
    /// The name in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pushed => "pushed",
            Self::Polled => "polled",
            Self::Reconciled => "reconciled",
        }
    }
}
