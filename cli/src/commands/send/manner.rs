//! [`Manner`]: how a sender behaves: how long it waits, what it sends again, and when.

use std::time::Duration;

use hookgate::providers::known::{self, Repeats};
use http::StatusCode;

use super::attempt::Outcome;

/// How one sender behaves.
#[derive(Debug, Clone)]
pub(crate) struct Manner {
    /// How long it waits for an answer.
    pub(crate) timeout: Duration,
    /// How long it waits before each further attempt. Empty: it never sends again.
    pub(crate) gaps: &'static [Duration],
    /// Whether it sends again only after a 5xx: not after 4xx, timeouts and broken connections.
    pub(crate) only_after_5xx: bool,
    /// Whether anything of this is assumed rather than known.
    pub(crate) is_assumed: bool,
}

impl Manner {
    /// How the sender of `provider` behaves.
    pub(crate) fn of(provider: &str) -> Self {
        let Some(sender) = known::find(provider) else {
            return Self {
                timeout: Duration::from_secs(10),
                gaps: Repeats::UNKNOWN.gaps,
                only_after_5xx: Repeats::UNKNOWN.only_after_5xx,
                is_assumed: true,
            };
        };
        let repeats = sender.repeats.value();
        Self {
            timeout: *sender.timeout.value(),
            gaps: repeats.gaps,
            only_after_5xx: repeats.only_after_5xx,
            is_assumed: sender.timeout.is_assumed() || sender.repeats.is_assumed(),
        }
    }

    /// How long the sender waits before the attempt after the `attempt`th, which ended so; `None` if it
    /// gives up.
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
            assert_eq!(
                facephi.again_after(&outcome, 1),
                Some(Duration::from_secs(1))
            );
        }
        assert_eq!(facephi.again_after(&answered(204), 1), None);
    }
}
