//! [`Misfit`]: why an event has no type.

/// Why an event arrived without a type of its own. Carries no text of the sender's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// A newer sender, most likely.
    #[error("the event's name is not known to this version")]
    UnknownName,
    /// A member is missing, repeated or of another type.
    #[error("a member does not fit the event's type (found at line {line}, column {column})")]
    Members {
        /// Where it was noticed, counted from 1.
        line: usize,
        /// Where it was noticed, in bytes, counted from 1.
        column: usize,
    },
    /// There is no data, or none in JSON.
    #[error("the event carries no JSON data")]
    NoData,
}

impl Misfit {
    /// Where `error` was noticed. Its text may quote the sender, so it is not kept.
    pub(crate) fn at(error: &serde_json::Error) -> Self {
        Self::Members {
            line: error.line(),
            column: error.column(),
        }
    }
}
