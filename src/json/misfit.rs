//! [`Misfit`]: why an event has no type.

use serde_json::error::Category;

/// Why an event arrived without a type of its own. Carries no text of the sender's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misfit {
    /// A newer sender, most likely.
    #[error("the event's name is not known to this version")]
    UnknownName,
    /// Nested deeper than 128 levels: whoever parses it further needs a limit of their own.
    #[error("the JSON is nested deeper than 128 levels")]
    TooDeep,
    /// Not JSON at all.
    #[error("not JSON (found at line {line}, column {column})")]
    NotJson {
        /// Where it was noticed, counted from 1.
        line: usize,
        /// Where it was noticed, in bytes, counted from 1.
        column: usize,
    },
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
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            Category::Data => Self::Members { line, column },
            Category::Syntax | Category::Eof | Category::Io => Self::NotJson { line, column },
        }
    }
}
