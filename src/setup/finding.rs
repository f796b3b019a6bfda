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
    is_acknowledged: bool,
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
    /// The codes of all findings of this library, the gravest first.
    pub const CODES: &[&str] = &[
        "anyone_may_call",
        "store_not_shared",
        "time_not_checked",
        "secret_short",
        "secret_not_standard",
        "accepts_unreadable_time",
        "tokens_taken_as_requests",
        "sns_sha1",
        "certificate_ended",
        "certificate_not_begun",
        "many_public_keys",
        "events_can_be_lost",
        "sender",
        "challenge_not_answered",
        "events_not_told_apart",
        "body_limit_below_sender",
        "deadline_beyond_timeout",
        "cancels_on_disconnect",
        "on_two_routes",
        "inbox_left_behind",
        "inbox_accepts_wait",
        "inbox_key_missing",
        "expectations_not_shared",
        "expectations_forgotten",
        "silent",
        "forgets_at_restart",
        "store_capacity",
        "retries_unknown",
        "no_signed_time",
        "nothing_signed",
        "older_digest",
        "types_not_told_apart",
        "identified_by_content",
        "timeout_assumed",
        "assumed",
    ];

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
            is_acknowledged: false,
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

    /// Whether the application said that it knows of it
    /// ([`acknowledge`](crate::ReceiverBuilder::acknowledge)). The log has it at `debug` then. A danger never is.
    pub fn is_acknowledged(&self) -> bool {
        self.is_acknowledged
    }

    /// Marks it, if it is among `codes` and no danger.
    pub(crate) fn acknowledged_in(mut self, codes: &[&'static str]) -> Self {
        self.is_acknowledged = self.severity < Severity::Danger && codes.contains(&self.code);
        self
    }
}

/// What was found, and what to change.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.advice)
    }
}
