//! [`SenderProfile`]: what is known of how a sender behaves.

use std::time::Duration;

use crate::limits::BODY_LIMIT;

/// Which signed time a sender gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeKind {
    /// Signed anew for each attempt: a narrow window applies.
    SentAt,
    /// Belongs to the event and stays the same over retries: what is too old to be remembered as a copy
    /// is refused.
    OccurredAt,
    /// None that is there in each delivery, or is sure enough to refuse one for. What the pack reads as an event's time all
    /// the same is checked where the application sets a window.
    NotSigned,
}

/// Whether a sender sends again after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Retries {
    /// Nothing is known; assume that it does.
    Unknown,
    /// It never does: an event that is answered with an error is lost.
    Never,
    /// It does, for at most this long after the first attempt.
    For(Duration),
}

/// What is known of a sender. Plain data: the one table of a pack's defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SenderProfile {
    /// How long the sender waits for an answer; `None` where unknown.
    pub timeout: Option<Duration>,
    /// Whether, and for how long, it sends again.
    pub retries: Retries,
    /// Which signed time it gives.
    pub time: TimeKind,
    /// How old a signed time may be; `None`: what can still be remembered (retention − future − 60 s).
    pub past: Option<Duration>,
    /// How far ahead of our clock a signed time may be.
    pub future: Duration,
    /// How long a handled event is remembered.
    pub retention: Duration,
    /// Whether its requests carry nonces: each is remembered in the store too, for as long as its request is in the window.
    pub nonces: bool,
    /// The methods that are taken.
    pub methods: &'static [&'static str],
    /// The media types that are taken, lower case, without parameters. Empty: any, or what the pack
    /// [says](super::Provider::check_media_type).
    pub media_types: &'static [&'static str],
    /// How long a copy waits for the first one's outcome, where that is not the usual min(3 s, half the
    /// timeout): for senders that punish errors.
    pub copies_wait: Option<Duration>,
    /// The largest body that is taken, in bytes.
    pub body_limit: usize,
    /// The largest body that it is known to send, in bytes; `None` where unknown.
    pub largest_body: Option<usize>,
    /// What an operator must know before relying on inline handling: a finding of the start-up check.
    pub warning: Option<&'static str>,
    /// What is only assumed of it and relied on: findings of the start-up check.
    pub assumed: &'static [&'static str],
}

impl SenderProfile {
    /// What holds where nothing else is known: POST of JSON up to 1 MiB, no signed time, remembered for
    /// 7 days.
    pub const fn unknown() -> Self {
        Self {
            timeout: None,
            retries: Retries::Unknown,
            time: TimeKind::NotSigned,
            past: None,
            future: Duration::from_secs(300),
            retention: Duration::from_secs(7 * 24 * 3600),
            nonces: false,
            methods: &["POST"],
            media_types: &["application/json"],
            copies_wait: None,
            body_limit: BODY_LIMIT,
            largest_body: None,
            warning: None,
            assumed: &[],
        }
    }

    /// How long after the first attempt copies may still come by themselves.
    pub(crate) fn horizon(&self) -> Duration {
        match self.retries {
            Retries::For(horizon) => horizon,
            Retries::Never | Retries::Unknown => Duration::ZERO,
        }
    }
}
