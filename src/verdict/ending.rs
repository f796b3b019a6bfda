//! [`Ending`]: what became of a delivery, in one word.

use super::{Outcome, Reason};

/// What became of a delivery: `verdict` of its span and `outcome` in metrics. The [`Reason`] says more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Ending {
    /// The handler handled it.
    Processed,
    /// The handler had no use for it.
    Ignored,
    /// The handler refused it for good.
    Rejected,
    /// The handler failed or was cut off: the next copy may run.
    Retry,
    /// Answered 200 without its handler: a copy, or not of interest.
    Skipped,
    /// Not believed, or not what the receiver takes.
    Refused,
    /// Sent back with 503, for what was not the sender's fault.
    Unavailable,
    /// The lease ended before the handler did.
    Lost,
    /// The program is wired wrongly.
    Misused,
}

impl Ending {
    /// The word in spans and metrics.
    #[cfg_attr(
        not(any(feature = "tracing", feature = "metrics")),
        expect(dead_code, reason = "nobody is told")
    )]
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Ignored => "ignored",
            Self::Rejected => "rejected",
            Self::Retry => "retry",
            Self::Skipped => "skipped",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Lost => "lost",
            Self::Misused => "misused",
        }
    }

    /// What `reason` amounts to.
    pub(crate) const fn of(reason: Reason) -> Self {
        match reason {
            Reason::Handled => Self::Processed,
            Reason::HandlerRejected => Self::Rejected,
            Reason::HandlerRetry | Reason::HandlerPanicked | Reason::CutOff => Self::Retry,
            Reason::NotOfInterest | Reason::Duplicate => Self::Skipped,
            Reason::NoLiveKey
            | Reason::KeysUnavailable
            | Reason::AccessUnavailable
            | Reason::Overloaded
            | Reason::ShuttingDown
            | Reason::InProgress
            | Reason::StoreUnavailable
            | Reason::StoreFull
            | Reason::HandlerDeadline
            | Reason::SettleFailed => Self::Unavailable,
            Reason::LeaseLost => Self::Lost,
            Reason::PeerNotWired
            | Reason::RouteParamNotWired
            | Reason::WrongEventType
            | Reason::NotProtected => Self::Misused,
            Reason::MethodNotAllowed
            | Reason::UnsupportedMediaType
            | Reason::UnsupportedEncoding
            | Reason::HostMismatch
            | Reason::BodyTooLarge
            | Reason::BodyTooSlow
            | Reason::BodyIncomplete
            | Reason::AddressDenied
            | Reason::UnknownTenant
            | Reason::AccessMissing
            | Reason::AccessDenied
            | Reason::MissingSignature
            | Reason::MalformedSignature
            | Reason::SignatureMismatch
            | Reason::MissingId
            | Reason::MalformedId
            | Reason::MissingNonce
            | Reason::MalformedNonce
            | Reason::MissingTimestamp
            | Reason::MalformedTimestamp
            | Reason::UnreadableEventTime
            | Reason::TimestampTooOld
            | Reason::TimestampInFuture
            | Reason::Undecodable
            | Reason::BadKey
            | Reason::NonceReused
            | Reason::ChangedContent => Self::Refused,
        }
    }
}

impl From<&Outcome> for Ending {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Processed => Self::Processed,
            Outcome::Ignored { .. } => Self::Ignored,
            Outcome::Rejected { .. } => Self::Rejected,
            Outcome::Retry { .. } => Self::Retry,
            Outcome::WrongEventType => Self::Misused,
        }
    }
}
