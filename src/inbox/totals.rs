//! [`Totals`]: how much an inbox keeps of an endpoint, and what is wrong with that.

use std::{borrow::Cow, sync::Arc, time::Duration};

use super::PauseReason;
use crate::setup::{Finding, Severity};

/// A worker asks every few seconds, and stores note it to the minute. One that has not asked for so long is not there.
const ABSENT_AFTER: Duration = Duration::from_secs(5 * 60);

/// Longer than an event fails, or finds what it needs unavailable, with the default [`Retries`](crate::worker::Retries).
const OLD_AFTER: Duration = Duration::from_secs(4 * 24 * 3600);

/// How much an inbox keeps of one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// The endpoint's name.
    pub endpoint: Arc<str>,
    /// How many events wait or run.
    pub queued: u64,
    /// How many are dead letters, those in quarantine included.
    pub dead: u64,
    /// How many requests that could not be decoded are kept, replayed ones included.
    pub quarantined: u64,
    /// The bytes of their payloads.
    pub quarantined_bytes: u64,
    /// How long ago the oldest that waits or runs was accepted, or replayed.
    pub oldest_queued: Option<Duration>,
    /// How long ago the oldest dead letter died.
    pub oldest_dead: Option<Duration>,
    /// The breaker's pause, if there is one.
    pub pause: Option<Paused>,
    /// Whether an operator has stopped its work.
    pub is_held: bool,
    /// How long ago a worker last asked for its events, to the minute. `None` if none ever did.
    pub asked: Option<Duration>,
}

impl Totals {
    /// For store authors: of an endpoint of which nothing is kept.
    pub fn new(endpoint: Arc<str>) -> Self {
        Self {
            endpoint,
            queued: 0,
            dead: 0,
            quarantined: 0,
            quarantined_bytes: 0,
            oldest_queued: None,
            oldest_dead: None,
            pause: None,
            is_held: false,
            asked: None,
        }
    }

    /// The codes of all [`findings`](Self::findings).
    pub const CODES: &[&str] = &[
        "inbox_no_worker",
        "inbox_held",
        "inbox_old_work",
        "inbox_dead_letters",
    ];

    /// What an operator should know of them. A worker logs the same while it runs, once and again when it changes. So the
    /// texts hold no exact numbers.
    ///
    /// One that you know of is [acknowledged](crate::ReceiverBuilder::acknowledge) by its code: the worker then logs it at
    /// `debug` only.
    ///
    /// | code | when |
    /// | --- | --- |
    /// | `inbox_no_worker` | events have waited for 5 min, and no worker has asked for them for as long |
    /// | `inbox_held` | events wait, and an operator holds the endpoint |
    /// | `inbox_old_work` | an event has waited for 4 days although a worker asks |
    /// | `inbox_dead_letters` | dead letters wait for a person |
    ///
    /// ```
    /// use std::time::Duration;
    /// use hookgate::inbox::Totals;
    ///
    /// let mut totals = Totals::new("logto".into());
    /// assert!(totals.findings().is_empty());
    /// totals.queued = 3;
    /// totals.oldest_queued = Some(Duration::from_secs(600));
    /// assert_eq!(totals.findings()[0].code(), "inbox_no_worker");
    /// ```
    pub fn findings(&self) -> Vec<Finding> {
        let waited = self.oldest_queued.filter(|_| self.queued > 0);
        let is_for = |age: Option<Duration>, least: Duration| age.is_some_and(|age| age >= least);
        let is_absent = self.asked.is_none_or(|asked| asked >= ABSENT_AFTER);
        let work = if self.is_held {
            self.held()
        } else if is_absent && is_for(waited, ABSENT_AFTER) {
            Some(self.no_worker())
        } else if is_for(waited, OLD_AFTER) {
            Some(old_work())
        } else {
            None
        };
        work.into_iter().chain(self.dead_letters()).collect()
    }

    fn held(&self) -> Option<Finding> {
        (self.queued > 0).then(|| {
            Finding::new(
                Severity::Warning,
                "inbox_held",
                "events wait, and an operator holds their endpoint",
                "end it by `hookgate inbox resume` once its reason is gone",
            )
        })
    }

    fn no_worker(&self) -> Finding {
        Finding::new(
            Severity::Warning,
            "inbox_no_worker",
            if self.asked.is_some() {
                "events wait, and no worker asks for them any more"
            } else {
                "events wait, and no worker has ever asked for them"
            },
            "run a worker that handles this endpoint; an endpoint that was renamed still needs one under its old name",
        )
    }

    fn dead_letters(&self) -> Option<Finding> {
        let what: Cow<'static, str> = match self.dead {
            0 => return None,
            1..10 => "dead letters wait for a person".into(),
            // By its order of magnitude, so that it does not change with each of them.
            dead => {
                let least = 10_u64.saturating_pow(dead.ilog10());
                format!("dead letters wait for a person: {least} or more").into()
            }
        };
        Some(Finding::new(
            Severity::Warning,
            "inbox_dead_letters",
            what,
            "see them by `hookgate inbox list --dead`; replay or discard them before they are erased",
        ))
    }
}

fn old_work() -> Finding {
    Finding::new(
        Severity::Warning,
        "inbox_old_work",
        "an event has waited for days although a worker asks for its endpoint",
        "see it by `hookgate inbox list --queued`: another release may have stored it, or one before it in its order waits",
    )
}

/// A pause that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paused {
    /// Why.
    pub reason: PauseReason,
    /// How many times in a row, this one included.
    pub strikes: u32,
    /// How long until something is tried again.
    pub left: Duration,
}
