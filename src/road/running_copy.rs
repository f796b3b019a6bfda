//! [`RunningCopy`]: a copy that waits for the first one's outcome.

use std::{fmt, sync::Arc, time::Duration};

use super::{Underway, underway::store_answer};
use crate::{
    dedup::Claim,
    identity::ContentDigest,
    leases::Waited,
    receiver::Receiver,
    telemetry::{DeliverySpan, Facts, log},
    time::Timer,
    verdict::{Answer, RETRY_AFTER, Reason},
};

/// A copy of an event that is being handled. Its body is dropped, its digest is kept.
///
/// Its span and metrics end with its wait, or when it is dropped: its sender has left.
pub struct RunningCopy {
    receiver: Receiver,
    facts: Arc<Facts>,
    span: DeliverySpan,
    content: Option<ContentDigest>,
    retry_after: Duration,
    has_ended: bool,
}

impl RunningCopy {
    /// `retry_after` is what the store said of the lease that stands.
    pub(super) fn new(
        receiver: Receiver,
        facts: Arc<Facts>,
        span: DeliverySpan,
        content: Option<ContentDigest>,
        retry_after: Duration,
    ) -> Self {
        Self {
            receiver,
            facts,
            span,
            content,
            retry_after,
            has_ended: false,
        }
    }

    pub(super) fn span(&self) -> &DeliverySpan {
        &self.span
    }

    /// What it is answered when the first one is done, or at the end of its patience.
    pub(super) async fn wait(&mut self, timer: &Arc<dyn Timer>) -> Answer {
        let policy = &*self.receiver.0;
        let key = &self.facts.key;
        let once = &policy.once;
        let (waited, _counts) = once
            .waiting
            .wait(key, &once.claims.calls, timer, || policy.handlers.refuses())
            .await;
        let answer = match waited {
            Waited::Done => self.of_completed(&self.underway(timer)).await,
            Waited::Free => sent_back(RETRY_AFTER),
            Waited::GaveUp => sent_back(self.retry_after),
        };
        if answer.reason() == Reason::InProgress {
            log::sent_back(&self.facts);
        }
        self.end(answer.reason());
        answer
    }

    /// The first is done. Where contents can be told apart, a claim tells whether this one's is the same: it
    /// cannot be granted while the mark is there.
    async fn of_completed(&self, copy: &Underway<'_>) -> Answer {
        if self.content.is_none() {
            return copy.duplicate(true);
        }
        match copy.claim(self.content.as_ref()).await {
            Ok(Claim::Done { same_content }) => copy.duplicate(same_content),
            Ok(Claim::InProgress { .. }) => sent_back(RETRY_AFTER),
            Ok(Claim::Won(lease)) => {
                // The store has forgotten its mark. What has waited has no body to run with.
                copy.release(&lease).await;
                sent_back(RETRY_AFTER)
            }
            Err(error) if copy.policy.once.refuse_changed_content => store_answer(&error),
            Err(_) => copy.duplicate(true),
        }
    }

    fn end(&mut self, reason: Reason) {
        self.has_ended = true;
        let told = &self.receiver.0.judge.told;
        let event_type = self.facts.type_label();
        told.ended(&self.span, reason.ending(), reason, event_type);
    }

    /// Its end is told here, and not with the delivery's.
    fn underway<'a>(&'a self, timer: &'a Arc<dyn Timer>) -> Underway<'a> {
        Underway::new(&self.receiver.0, &self.facts, &self.span, timer).told_elsewhere()
    }
}

impl Drop for RunningCopy {
    fn drop(&mut self) {
        if !self.has_ended {
            self.end(Reason::InProgress);
        }
    }
}

impl fmt::Debug for RunningCopy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningCopy")
            .field("event_key", &self.facts.key)
            .finish_non_exhaustive()
    }
}

/// 503: the sender may send again, and need not wait longer than that.
fn sent_back(after: Duration) -> Answer {
    Answer::unavailable(Reason::InProgress, Some(after.min(RETRY_AFTER)))
}
