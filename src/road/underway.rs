//! [`Underway`]: a delivery between its admission and its end.

use super::{Handled, ended};
use crate::{
    receiver::Policy,
    telemetry::{DeliverySpan, Facts, Observed, Observer, log},
    verdict::{Answer, Ending, Reason},
};

/// Says once what became of a delivery: to the application, in its span and in metrics. Dropped before
/// that, it was cut off.
pub(super) struct Underway<'a> {
    policy: &'a Policy,
    span: &'a DeliverySpan,
    facts: &'a Facts,
    has_ended: bool,
}

impl<'a> Underway<'a> {
    pub(super) fn new(policy: &'a Policy, span: &'a DeliverySpan, facts: &'a Facts) -> Self {
        Self {
            policy,
            span,
            facts,
            has_ended: false,
        }
    }

    pub(super) fn tell(&self, tell: impl FnOnce(&dyn Observer, Observed<'a>)) {
        self.policy
            .observer
            .tell(|observer| tell(observer, Observed::new(self.facts)));
    }

    pub(super) fn answered<R>(self, answer: Answer) -> Handled<R> {
        self.ended(Handled::Answer(answer))
    }

    pub(super) fn ended<R>(self, handled: Handled<R>) -> Handled<R> {
        let ending = Ending::of(handled.reason());
        self.ended_as(ending, handled)
    }

    /// Where the reason does not say it all.
    pub(super) fn ended_as<R>(mut self, ending: Ending, handled: Handled<R>) -> Handled<R> {
        let reason = handled.reason();
        self.has_ended = true;
        self.tell(|observer, seen| observer.ended(seen, reason));
        // What became of a copy is only known when it has waited.
        if !matches!(handled, Handled::Running(_)) {
            self.note(ending, reason);
        }
        handled
    }

    fn note(&self, ending: Ending, reason: Reason) {
        let event_type = self.facts.type_label();
        ended(self.policy, self.span, ending, reason, event_type);
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        let reason = Reason::CutOff;
        log::cut_off(self.facts);
        self.tell(|observer, seen| observer.ended(seen, reason));
        self.note(Ending::of(reason), reason);
    }
}
