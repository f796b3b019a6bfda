//! [`Underway`]: a delivery between its admission and its end.

use std::{sync::Arc, time::Duration};

use super::Handled;
use crate::{
    dedup::{Claim, End, Lease, Settled},
    identity::{ContentDigest, EventKey},
    judge::Nonce,
    limits::Grant,
    receiver::Policy,
    telemetry::{DeliverySpan, Facts, Observed, Observer, StoreCall, log, words},
    time::{Clock, Timer},
    verdict::{Answer, Ending, RETRY_AFTER, Reason, StoreError},
};

/// What a delivery needs on its way, together: the receiver's policy, what is known of it, its span, and a timer. Says
/// once what became of it: to the application, in its span and in metrics. Dropped before that, it was cut off.
pub(super) struct Underway<'a> {
    pub(super) policy: &'a Policy,
    pub(super) facts: &'a Arc<Facts>,
    pub(super) span: &'a DeliverySpan,
    pub(super) timer: &'a Arc<dyn Timer>,
    has_ended: bool,
}

impl<'a> Underway<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        facts: &'a Arc<Facts>,
        span: &'a DeliverySpan,
        timer: &'a Arc<dyn Timer>,
    ) -> Self {
        Self {
            policy,
            facts,
            span,
            timer,
            has_ended: false,
        }
    }

    /// One whose end somebody else tells.
    pub(super) fn told_elsewhere(mut self) -> Self {
        self.has_ended = true;
        self
    }

    pub(super) fn clock(&self) -> &'a dyn Clock {
        self.policy.clock()
    }

    /// Takes a place among the handlers; `Err` is the answer of a delivery that goes no further.
    pub(super) fn begin(&self, is_wanted: bool) -> Result<Grant, Answer> {
        self.check_wanted(is_wanted)?;
        let place = self.take_place()?;
        self.check_drain()?;
        Ok(place)
    }

    /// The same, in the place that another event of its body holds. Where none does, it takes one.
    pub(super) fn begin_in(
        &self,
        place: &mut Option<Grant>,
        is_wanted: bool,
    ) -> Result<(), Answer> {
        self.check_wanted(is_wanted)?;
        if place.is_none() {
            *place = Some(self.take_place()?);
        }
        self.check_drain()
    }

    fn check_wanted(&self, is_wanted: bool) -> Result<(), Answer> {
        if is_wanted {
            return Ok(());
        }
        log::turned_away(self.facts, Reason::NotOfInterest);
        Err(Answer::ok(Reason::NotOfInterest))
    }

    fn take_place(&self) -> Result<Grant, Answer> {
        self.policy.handlers.running.take(1).ok_or_else(|| {
            log::unfinished(self.facts, Reason::Overloaded, words::OVERLOADED);
            Answer::of(Reason::Overloaded, &self.policy.judge.gate.terms)
        })
    }

    /// Asked once this one counts as running, so that whoever drains either waits for it or has it turned away.
    fn check_drain(&self) -> Result<(), Answer> {
        if !self.policy.handlers.refuses() {
            return Ok(());
        }
        log::shutting_down(self.facts);
        let terms = &self.policy.judge.gate.terms;
        Err(Answer::of(Reason::ShuttingDown, terms))
    }

    /// Claims the delivery's event.
    pub(super) fn claim(
        &self,
        content: Option<&ContentDigest>,
    ) -> impl Future<Output = Result<Claim, StoreError>> {
        self.claim_key(&self.facts.key, content)
    }

    #[expect(
        clippy::manual_async_fn,
        reason = "an `async fn` holds twice what it takes"
    )]
    fn claim_key(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
    ) -> impl Future<Output = Result<Claim, StoreError>> {
        async move {
            let claims = &self.policy.once.claims;
            let claimed = claims.claim(key, content, self.timer).await;
            claimed.inspect_err(|error| log::store(self.facts, StoreCall::Claim, error))
        }
    }

    /// Remembers that `nonce` belongs to this request, before its event itself is claimed; `Err` is the answer of a
    /// delivery that goes no further.
    ///
    /// The mark is written at once, whatever becomes of the event. A retry that uses its nonce again finds its own mark
    /// and goes on, and its event is handled if it was not. It is kept for as long as a time of the same window is
    /// taken, so a nonce is forgotten only when its request is too old.
    pub(super) async fn claim_nonce(&self, nonce: &Nonce) -> Result<(), Answer> {
        let lease = match self.claim_key(&nonce.key, Some(&nonce.stands_for)).await {
            Ok(Claim::Won(lease)) => lease,
            Ok(Claim::Done { same_content: true }) => return Ok(()),
            Ok(Claim::Done {
                same_content: false,
            }) => {
                log::turned_away(self.facts, Reason::NonceReused);
                let terms = &self.policy.judge.gate.terms;
                return Err(Answer::of(Reason::NonceReused, terms));
            }
            Ok(Claim::InProgress { retry_after }) => {
                let after = retry_after.min(RETRY_AFTER);
                return Err(Answer::unavailable(Reason::InProgress, Some(after)));
            }
            Err(error) => return Err(store_answer(&error)),
        };
        match self
            .mark(&lease, End::Processed, self.policy.once.nonce_retention)
            .await
        {
            Ok(Settled::Ok) => Ok(()),
            // Another copy has taken it over meanwhile.
            Ok(Settled::LeaseLost) => {
                Err(Answer::unavailable(Reason::InProgress, Some(RETRY_AFTER)))
            }
            Err(error) => {
                log::store(self.facts, StoreCall::Settle, &error);
                Err(store_answer(&error))
            }
        }
    }

    /// What a copy of a completed event is answered.
    pub(super) fn duplicate(&self, same_content: bool) -> Answer {
        if !same_content {
            self.policy.judge.told.meter.changed_content();
            self.tell(|observer, seen| observer.changed_content(seen));
            if self.policy.once.refuse_changed_content {
                log::turned_away(self.facts, Reason::ChangedContent);
                return Answer::of(Reason::ChangedContent, &self.policy.judge.gate.terms);
            }
        }
        log::turned_away(self.facts, Reason::Duplicate);
        Answer::ok(Reason::Duplicate)
    }

    /// Writes the mark, again and again within the budget, and beyond it in the background: what it stands for has
    /// happened.
    pub(super) fn mark(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> impl Future<Output = Result<Settled, StoreError>> {
        let once = &self.policy.once;
        let failed = |call, error: &StoreError| log::store(self.facts, call, error);
        let mark = (end, retain);
        once.claims
            .mark(lease, mark, once.settle_timeout, self.timer, failed)
    }

    /// Frees the key. Where that fails, it is tried on in the background.
    pub(super) async fn release(&self, lease: &Lease) {
        if let Err(error) = self.policy.once.claims.release(lease, self.timer).await {
            log::store(self.facts, StoreCall::Release, &error);
        }
    }

    /// The handler is about to get an event that does not fit its type.
    pub(super) fn unrecognized(&self) {
        let now = self.clock().monotonic();
        self.policy.judge.told.unrecognized(self.facts, now);
    }

    pub(super) fn tell(&self, tell: impl FnOnce(&dyn Observer, Observed<'a>)) {
        let told = &self.policy.judge.told;
        told.tell(|observer| tell(observer, Observed::new(self.facts)));
    }

    pub(super) fn answered<R>(self, answer: Answer) -> Handled<R> {
        self.ended(Handled::Answer(answer))
    }

    pub(super) fn ended<R>(self, handled: Handled<R>) -> Handled<R> {
        let ending = handled.reason().ending();
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

    /// Span and metrics alone.
    pub(super) fn note(&self, ending: Ending, reason: Reason) {
        let event_type = self.facts.type_label();
        let told = &self.policy.judge.told;
        told.ended(self.span, ending, reason, event_type);
    }
}

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        let reason = Reason::CutOff;
        log::unfinished(self.facts, reason, words::CUT_OFF);
        self.tell(|observer, seen| observer.ended(seen, reason));
        self.note(reason.ending(), reason);
    }
}

pub(super) fn store_answer(error: &StoreError) -> Answer {
    let reason = match error {
        StoreError::Full => Reason::StoreFull,
        StoreError::Timeout | StoreError::Unavailable(_) => Reason::StoreUnavailable,
    };
    Answer::unavailable(reason, Some(RETRY_AFTER))
}
