//! [`Attempt`] and [`Delivered`]: what became of a request and of an event.

use std::{fmt, time::Duration};

use http::StatusCode;

use crate::http::Failure;

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    Answered(StatusCode),
    Failed(Failure),
}

impl Outcome {
    /// Whether the sender takes it for success. It does not follow redirects, so they fail.
    pub(crate) fn is_success(self) -> bool {
        matches!(self, Self::Answered(status) if status.is_success())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(status) if status.is_redirection() => {
                write!(f, "{} (redirect, not followed)", status.as_u16())
            }
            Self::Answered(status) => write!(f, "{}", status.as_u16()),
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}

/// One request and its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt {
    pub(crate) outcome: Outcome,
    pub(crate) took: Duration,
}

/// One event, or one copy of it, over all attempts.
#[derive(Debug)]
pub(crate) struct Delivered {
    pub(crate) event: String,
    /// Counted from 1.
    pub(crate) copy: usize,
    pub(crate) attempts: Vec<Attempt>,
    /// The sender's next step, which the command does not wait for.
    pub(crate) left: Option<Duration>,
}

impl Delivered {
    pub(crate) fn is_accepted(&self) -> bool {
        self.attempts
            .last()
            .is_some_and(|attempt| attempt.outcome.is_success())
    }
}
