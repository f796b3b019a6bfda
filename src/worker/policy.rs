//! [`Retries`]: when a line of work is tried again, and when no more. Plain decisions, without clock or store.

use std::time::Duration;

use crate::{
    dedup::End,
    inbox::{Counts, DeadReason, Pause, PauseReason},
    road::Said,
};

/// So many runs in a row without a verdict make a dead letter.
pub(super) const LOST_AFTER: u32 = 10;

/// When a line of work is tried again, and when no more.
///
/// The wait before a try is random, between nothing and a ceiling that doubles with each failure. So lines that failed
/// together do not come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retries {
    /// The ceiling of the first wait.
    pub first: Duration,
    /// No ceiling is above this.
    pub longest: Duration,
    /// So many failures make a dead letter.
    pub failures: u32,
    /// An event that has waited for longer, and finds what it needs [unavailable](crate::Nack::unavailable), is a dead
    /// letter. Its endpoint is paused as for a younger one.
    pub unavailable_for: Duration,
}

/// 5 s at first and 1 h at most, 25 failures, which take about 8 h and 15 h at most, and 3 days of waiting for what is unavailable.
impl Default for Retries {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(5),
            longest: Duration::from_secs(3600),
            failures: 25,
            unavailable_for: Duration::from_secs(3 * 24 * 3600),
        }
    }
}

/// What is known of a line whose run has ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) failures: u32,
    pub(super) age: Duration,
    /// How long a lease lasts.
    pub(super) lease: Duration,
    /// How many pauses in a row it probes.
    pub(super) probe: Option<u32>,
    /// Another line of the endpoint succeeded while it ran.
    pub(super) others_succeed: bool,
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// It is done.
    Done(End),
    /// Nobody runs it any more.
    Dead(DeadReason),
    /// It is tried again.
    Again { delay: Duration, counts: Counts },
}

/// What a run comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) next: Next,
    /// Of the line's endpoint. It does not depend on the line: one that dies may have told of an outage.
    pub(super) pause: Option<Pause>,
}

impl Decided {
    /// What it is called in metrics, and what a dead letter died of. `is_written` is whether it became so.
    pub(super) fn labels(self, is_written: bool) -> (&'static str, Option<&'static str>) {
        match self.next {
            _ if !is_written => ("lost", None),
            Next::Done(_) => ("done", None),
            Next::Dead(reason) => ("dead", Some(reason.as_str())),
            Next::Again { .. } if self.pause.is_some() => ("paused", None),
            Next::Again { .. } => ("retried", None),
        }
    }
}

impl From<Next> for Decided {
    fn from(next: Next) -> Self {
        Self { next, pause: None }
    }
}

impl Retries {
    /// The ceiling of the wait after so many failures before this one.
    fn ceiling(&self, before: u32) -> Duration {
        let doubled = 2_u32.checked_pow(before).unwrap_or(u32::MAX);
        self.first.saturating_mul(doubled).min(self.longest)
    }

    /// `chance` is in 0 to 1.
    pub(super) fn decide(&self, said: Said, run: Run, chance: f64) -> Decided {
        match said {
            Said::Processed => Next::Done(End::Processed).into(),
            Said::Ignored => Next::Done(End::Ignored).into(),
            Said::Rejected => Next::Dead(DeadReason::Rejected).into(),
            Said::Failed { after } => self.failed(run, after, chance).into(),
            Said::Panicked | Said::Overran => self.failed(run, None, chance).into(),
            // As late as if its process died now: until then its handler may still end.
            Said::Stopped => Decided::from(Next::Again {
                delay: run.lease,
                counts: Counts::Nothing,
            }),
            Said::Misused(_) => self.paused(PauseReason::Misrouted, run, chance),
            Said::Unavailable => self.unavailable(run, chance),
        }
    }

    fn unavailable(&self, run: Run, chance: f64) -> Decided {
        let is_old = run.age >= self.unavailable_for;
        let dead = Next::Dead(DeadReason::Unavailable);
        // What it needs is there for others: the event is to blame.
        if run.others_succeed {
            let next = if is_old {
                dead
            } else {
                self.failed(run, None, chance)
            };
            return next.into();
        }
        let paused = self.paused(PauseReason::Unavailable, run, chance);
        let next = if is_old { dead } else { paused.next };
        Decided { next, ..paused }
    }

    fn failed(&self, run: Run, after: Option<Duration>, chance: f64) -> Next {
        if run.failures.saturating_add(1) >= self.failures {
            return Next::Dead(DeadReason::Failed);
        }
        let jittered = self.ceiling(run.failures).mul_f64(chance.clamp(0.0, 1.0));
        Next::Again {
            // The handler may know better when it is worth another try.
            delay: after.unwrap_or(jittered),
            counts: Counts::Failure,
        }
    }

    /// Tried again when the pause ends. A pause is never short, else a worker that restarts would try without an end: half
    /// of it is fixed.
    pub(super) fn paused(&self, reason: PauseReason, run: Run, chance: f64) -> Decided {
        let before = run.probe.unwrap_or(0);
        let share = 0.5 + chance.clamp(0.0, 1.0) / 2.0;
        let lasts = self.ceiling(before).mul_f64(share);
        Decided {
            next: Next::Again {
                delay: lasts,
                counts: Counts::Nothing,
            },
            pause: Some(Pause {
                reason,
                lasts,
                strikes: before.saturating_add(1),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Run = Run {
        failures: 0,
        age: Duration::ZERO,
        lease: Duration::from_secs(30),
        probe: None,
        others_succeed: false,
    };

    fn decide(said: Said, run: Run) -> Decided {
        Retries::default().decide(said, run, 1.0)
    }

    fn next(said: Said, run: Run) -> Next {
        decide(said, run).next
    }

    const FAILED: Said = Said::Failed { after: None };

    #[test]
    fn the_ceiling_doubles_up_to_the_longest() {
        for (failures, expected) in [(0, 5), (1, 10), (5, 160), (9, 2560), (10, 3600), (23, 3600)] {
            let delay = Duration::from_secs(expected);
            let counts = Counts::Failure;
            let run = Run { failures, ..NEW };
            assert_eq!(next(FAILED, run), Next::Again { delay, counts });
        }
        let retries = Retries::default();
        assert_eq!(retries.ceiling(u32::MAX), retries.longest);
    }

    #[test]
    fn the_wait_is_anything_below_the_ceiling() {
        for (chance, expected) in [(0.0, 0), (0.5, 2500), (7.0, 5000), (-1.0, 0)] {
            let delay = Duration::from_millis(expected);
            let decided = Retries::default().decide(FAILED, NEW, chance);
            let counts = Counts::Failure;
            let again = Next::Again { delay, counts };
            assert_eq!(decided, again.into(), "{chance}");
        }
    }

    #[test]
    fn what_failed_as_often_as_it_may_is_dead() {
        let last = Run {
            failures: 24,
            ..NEW
        };
        for said in [FAILED, Said::Panicked, Said::Overran] {
            assert_eq!(next(said, last), Next::Dead(DeadReason::Failed));
        }
        let almost = Run {
            failures: 23,
            ..NEW
        };
        assert!(matches!(next(FAILED, almost), Next::Again { .. }));
    }

    #[test]
    fn a_handler_says_when_it_is_worth_another_try() {
        let delay = Duration::from_secs(86_400);
        let said = Said::Failed { after: Some(delay) };
        let counts = Counts::Failure;
        assert_eq!(next(said, NEW), Next::Again { delay, counts });
    }

    #[test]
    fn what_is_unavailable_pauses_its_endpoint_for_longer_each_time() {
        for (probe, lasts, strikes) in [(None, 5, 1), (Some(1), 10, 2), (Some(30), 3600, 31)] {
            let lasts = Duration::from_secs(lasts);
            let paused = Decided {
                next: Next::Again {
                    delay: lasts,
                    counts: Counts::Nothing,
                },
                pause: Some(Pause {
                    reason: PauseReason::Unavailable,
                    lasts,
                    strikes,
                }),
            };
            assert_eq!(decide(Said::Unavailable, Run { probe, ..NEW }), paused);
        }
        let shortest = Retries::default().decide(Said::Unavailable, NEW, 0.0);
        let lasts = shortest.pause.map(|pause| pause.lasts);
        assert_eq!(lasts, Some(Duration::from_millis(2500)));
    }

    #[test]
    fn what_is_unavailable_for_this_event_alone_is_a_failure() {
        let run = Run {
            others_succeed: true,
            ..NEW
        };
        let again = decide(Said::Unavailable, run);
        let counts = Counts::Failure;
        assert!(matches!(again.next, Next::Again { counts: it, .. } if it == counts));
        assert_eq!(again.pause, None);
        let old = Run {
            age: Retries::default().unavailable_for,
            ..run
        };
        let dead = Next::Dead(DeadReason::Unavailable);
        assert_eq!(decide(Said::Unavailable, old), dead.into());
    }

    #[test]
    fn what_dies_in_an_outage_pauses_its_endpoint_as_what_lives() {
        for probe in [None, Some(3)] {
            let young = Run { probe, ..NEW };
            let old = Run {
                age: Retries::default().unavailable_for,
                ..young
            };
            let died = decide(Said::Unavailable, old);
            assert_eq!(died.next, Next::Dead(DeadReason::Unavailable));
            assert_eq!(died.pause, decide(Said::Unavailable, young).pause);
            assert!(died.pause.is_some());
        }
    }

    #[test]
    fn a_shutdown_and_a_wrong_wiring_spend_nothing() {
        let last = Run {
            failures: 24,
            ..NEW
        };
        let counts = Counts::Nothing;
        let delay = NEW.lease;
        assert_eq!(next(Said::Stopped, last), Next::Again { delay, counts });
        let misused = Said::Misused(crate::verdict::Reason::WrongEventType);
        let misused = decide(misused, last);
        assert!(matches!(misused.next, Next::Again { counts: it, .. } if it == counts));
        let reason = misused.pause.map(|pause| pause.reason);
        assert_eq!(reason, Some(PauseReason::Misrouted));
    }
}
