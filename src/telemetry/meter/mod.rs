//! [`Meter`]: what one receiver records. Without the feature `metrics` it does nothing.

use std::time::Duration;

#[cfg(feature = "metrics")]
mod kept;
#[cfg(feature = "metrics")]
mod recorded;
#[cfg(not(feature = "metrics"))]
mod unrecorded;

#[cfg(not(feature = "metrics"))]
pub(crate) use self::unrecorded::{Level, Meter, Stopwatch, described, kept};
#[cfg(feature = "metrics")]
pub(crate) use self::{
    kept::{described, kept},
    recorded::{Level, Meter, Stopwatch},
};

/// What waits in an inbox: for a worker, or for a person.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(feature = "metrics"),
    expect(dead_code, reason = "nothing is recorded")
)]
pub(crate) struct Waiting {
    pub(crate) count: u64,
    /// For how long the oldest has waited.
    pub(crate) oldest: Option<Duration>,
}

/// A token request came to its end: `reason` is `issued`, or why not.
#[cfg(feature = "token")]
pub(crate) fn token_asked(issuer: &str, reason: &'static str) {
    // Rare enough to be looked up each time.
    #[cfg(feature = "metrics")]
    ::metrics::counter!(
        crate::telemetry::metrics::TOKEN_REQUESTS.name,
        "issuer" => issuer.to_owned(),
        "reason" => reason,
    )
    .increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = (issuer, reason);
}

/// A process is awaited, or no more: `outcome` is why.
pub(crate) fn expectation(endpoint: &str, outcome: &'static str) {
    // Rare enough to be looked up each time.
    #[cfg(feature = "metrics")]
    ::metrics::counter!(
        crate::telemetry::metrics::EXPECTATIONS.name,
        "endpoint" => endpoint.to_owned(),
        "outcome" => outcome,
    )
    .increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = (endpoint, outcome);
}

/// How long ago the last delivery was accepted.
pub(crate) fn silence(endpoint: &str, ago: Duration) {
    #[cfg(feature = "metrics")]
    ::metrics::gauge!(
        crate::telemetry::metrics::SILENCE.name,
        "endpoint" => endpoint.to_owned(),
    )
    .set(ago.as_secs_f64());
    #[cfg(not(feature = "metrics"))]
    let _ = (endpoint, ago);
}

/// A sender's API was asked.
pub(crate) fn question(endpoint: &str, answer: &'static str) {
    // The API's limit makes it rare.
    #[cfg(feature = "metrics")]
    ::metrics::counter!(
        crate::telemetry::metrics::QUESTIONS.name,
        "endpoint" => endpoint.to_owned(),
        "answer" => answer,
    )
    .increment(1);
    #[cfg(not(feature = "metrics"))]
    let _ = (endpoint, answer);
}

/// Entries of a sender's log were compared with what was handled.
#[cfg(feature = "logto-client")]
pub(crate) fn reconciled(endpoint: &str, outcome: &'static str, count: usize) {
    // Once a pass.
    #[cfg(feature = "metrics")]
    ::metrics::counter!(
        crate::telemetry::metrics::RECONCILED.name,
        "endpoint" => endpoint.to_owned(),
        "outcome" => outcome,
    )
    .increment(count as u64);
    #[cfg(not(feature = "metrics"))]
    let _ = (endpoint, outcome, count);
}

/// A handler asked for an event on a route without a receiver.
pub(crate) fn unprotected() {
    #[cfg(feature = "metrics")]
    ::metrics::counter!(crate::telemetry::metrics::UNPROTECTED.name).increment(1);
}

/// A call of the dedup store or the inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StoreCall {
    Claim,
    Settle,
    Release,
    Extend,
    Look,
    Accept,
    Quarantine,
}

impl StoreCall {
    /// The name in logs and metrics.
    #[cfg_attr(
        not(any(feature = "tracing", feature = "metrics")),
        expect(dead_code, reason = "nobody is told")
    )]
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Claim => "claim",
            Self::Settle => "settle",
            Self::Release => "release",
            Self::Extend => "extend",
            Self::Look => "look",
            Self::Accept => "accept",
            Self::Quarantine => "quarantine",
        }
    }
}
