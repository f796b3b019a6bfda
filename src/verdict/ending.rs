//! [`Ending`]: what became of a delivery, in one word.

use super::Outcome;

/// What became of a delivery: `verdict` of its span and `outcome` in metrics. The [`Reason`](super::Reason) says more.
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
    /// Durable in the inbox.
    Queued,
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
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Ignored => "ignored",
            Self::Rejected => "rejected",
            Self::Retry => "retry",
            Self::Skipped => "skipped",
            Self::Queued => "queued",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Lost => "lost",
            Self::Misused => "misused",
        }
    }
}

impl From<&Outcome> for Ending {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Processed => Self::Processed,
            Outcome::Ignored { .. } => Self::Ignored,
            Outcome::Rejected { .. } => Self::Rejected,
            Outcome::Retry { .. } | Outcome::Unavailable { .. } => Self::Retry,
            Outcome::WrongEventType | Outcome::TakenTwice | Outcome::NestedReceiver => {
                Self::Misused
            }
        }
    }
}
