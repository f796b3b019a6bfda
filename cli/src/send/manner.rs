//! [`Manner`]: how long a sender waits, what it sends again, and when.

use std::time::Duration;

use http::StatusCode;

use super::attempt::Outcome;

/// How one sender behaves.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    /// How long it waits for an answer.
    pub(crate) timeout: Duration,
    /// How long it waits before each further attempt. Empty: it never sends again.
    pub(crate) gaps: &'static [Duration],
    /// Whether it sends again only after a 5xx, and not after 4xx, timeouts and broken connections.
    pub(crate) only_after_5xx: bool,
    /// Whether anything of this is assumed rather than known.
    pub(crate) is_assumed: bool,
}

const fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

const fn minutes(minutes: u64) -> Duration {
    secs(minutes * 60)
}

const fn hours(hours: u64) -> Duration {
    minutes(hours * 60)
}

/// Logto, in its builds that send again at all.
const LOGTO: &[Duration] = &[
    Duration::from_millis(300),
    Duration::from_millis(600),
    Duration::from_millis(1200),
];
/// Slack: at once, after a minute, after 5 minutes.
const SLACK: &[Duration] = &[Duration::ZERO, minutes(1), minutes(5)];
/// The schedule that the Standard Webhooks specification recommends.
const STANDARD_WEBHOOKS: &[Duration] = &[
    secs(5),
    minutes(5),
    minutes(30),
    hours(2),
    hours(5),
    hours(10),
    hours(14),
    hours(20),
    hours(24),
];
/// Shopify: 8 times within 4 hours. How they are spread is assumed.
const SHOPIFY: &[Duration] = &[
    minutes(1),
    minutes(2),
    minutes(5),
    minutes(10),
    minutes(20),
    minutes(40),
    minutes(60),
    minutes(90),
];
/// Stripe: for 3 days with growing gaps, which are assumed.
const STRIPE: &[Duration] = &[
    minutes(1),
    minutes(10),
    hours(1),
    hours(6),
    hours(12),
    hours(24),
];
/// IDCloud: growing exponentially from an interval, both chosen in the webhook's form.
const IDCLOUD: &[Duration] = &[secs(30), secs(60), secs(120), secs(240)];
/// Unico Check: one gap in minutes and a number of attempts, both chosen in the form.
const UNICO_CHECK: &[Duration] = &[minutes(1), minutes(1), minutes(1)];
/// A sender of which nothing is known.
const UNKNOWN: &[Duration] = &[secs(1), secs(5), secs(30), minutes(5)];

impl Manner {
    /// How the sender of `provider` behaves.
    pub(crate) fn of(provider: &str) -> Self {
        let (timeout, gaps, only_after_5xx, is_assumed) = match provider {
            "logto" => (secs(10), LOGTO, true, false),
            "github" => (secs(10), &[] as &[Duration], false, false),
            "slack" => (secs(3), SLACK, false, false),
            "shopify" => (secs(5), SHOPIFY, false, true),
            "stripe" => (secs(10), STRIPE, false, true),
            "standard-webhooks" | "svix" => (secs(15), STANDARD_WEBHOOKS, false, true),
            "idcloud" => (secs(10), IDCLOUD, false, true),
            "unico-check" => (secs(10), UNICO_CHECK, false, true),
            _ => (secs(10), UNKNOWN, false, true),
        };
        Self {
            timeout,
            gaps,
            only_after_5xx,
            is_assumed,
        }
    }

    /// How long the sender waits before the attempt after the `attempt`th, which ended in this way. `None` if
    /// it gives up.
    pub(crate) fn again_after(&self, outcome: &Outcome, attempt: usize) -> Option<Duration> {
        let repeats = match outcome {
            Outcome::Answered(status) if status.is_success() => false,
            Outcome::Answered(status) if self.only_after_5xx => status.is_server_error(),
            Outcome::Answered(status) => *status != StatusCode::GONE,
            Outcome::Failed(_) => !self.only_after_5xx,
        };
        let place = attempt.checked_sub(1)?;
        self.gaps.get(place).copied().filter(|_| repeats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Failure;

    fn answered(status: u16) -> Outcome {
        Outcome::Answered(StatusCode::from_u16(status).unwrap_or_default())
    }

    #[test]
    fn logto_repeats_only_server_errors_and_three_times() {
        let logto = Manner::of("logto");
        let gap = |outcome, attempt| {
            let gap = logto.again_after(&outcome, attempt);
            gap.map(|gap| gap.as_millis())
        };
        assert_eq!(gap(answered(503), 1), Some(300));
        assert_eq!(gap(answered(503), 3), Some(1200));
        assert_eq!(gap(answered(503), 4), None);
        assert_eq!(gap(answered(429), 1), None);
        assert_eq!(gap(answered(200), 1), None);
        assert_eq!(gap(Outcome::Failed(Failure::TimedOut), 1), None);
    }

    #[test]
    fn github_never_sends_again() {
        assert_eq!(Manner::of("github").again_after(&answered(503), 1), None);
    }

    #[test]
    fn an_unknown_sender_repeats_whatever_fails() {
        let facephi = Manner::of("facephi");
        assert!(facephi.is_assumed);
        for outcome in [
            answered(503),
            answered(401),
            answered(302),
            Outcome::Failed(Failure::Broken),
        ] {
            assert_eq!(facephi.again_after(&outcome, 1), Some(secs(1)));
        }
        assert_eq!(facephi.again_after(&answered(204), 1), None);
    }
}
