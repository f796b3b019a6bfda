//! [`Finding`]: what the start-up check says of a receiver.

use std::{borrow::Cow, fmt};

/// Something that an operator should know of a receiver before it takes deliveries.
///
/// [`Receiver::check`](crate::receiver::Receiver::check) gives them. What cannot be right at all is no finding but a
/// [`BuildError`](crate::setup::BuildError).
///
/// Example: [`Receiver::check`](crate::Receiver::check).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    severity: Severity,
    code: &'static str,
    what: Cow<'static, str>,
    advice: &'static str,
}

/// How much a [`Finding`] matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Severity {
    /// Good to know.
    Note,
    /// Events can be lost or run twice, in ways that the settings could prevent.
    Warning,
    /// Deliveries can be forged, or events run twice as a rule.
    Danger,
}

impl Finding {
    /// For packs: `code` is the stable name, `what` was found, `advice` says what to change. None of them may hold a
    /// secret, since findings are logged.
    pub fn new(
        severity: Severity,
        code: &'static str,
        what: impl Into<Cow<'static, str>>,
        advice: &'static str,
    ) -> Self {
        Self {
            severity,
            code,
            what: what.into(),
            advice,
        }
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The stable name, for filters and tests: a finding of another meaning gets another one.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What was found.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// What to change.
    pub fn advice(&self) -> &'static str {
        self.advice
    }
}

/// What was found, and what to change.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.advice)
    }
}
