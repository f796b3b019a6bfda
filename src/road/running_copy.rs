//! [`RunningCopy`]: a copy that waits for the first one's outcome.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    claim::{claim, duplicate, store_answer},
    ended,
    settle::release,
};
use crate::{
    dedup::Claim,
    identity::ContentDigest,
    leases::{LeaseHandle, Waited},
    receiver::Receiver,
    telemetry::{DeliverySpan, Facts, log},
    time::Timer,
    verdict::{Answer, Ending, RETRY_AFTER, Reason},
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
        let (waited, _counts) = policy
            .waiting
            .wait(key, &policy.calls, timer, || policy.refuses())
            .await;
        let answer = match waited {
            Waited::Done => self.of_completed(timer).await,
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
    async fn of_completed(&self, timer: &Arc<dyn Timer>) -> Answer {
        let (policy, facts) = (&*self.receiver.0, &*self.facts);
        if self.content.is_none() {
            return duplicate(policy, facts, true);
        }
        match claim(&self.receiver, facts, self.content.as_ref(), timer).await {
            Ok(Claim::Done { same_content }) => duplicate(policy, facts, same_content),
            Ok(Claim::InProgress { .. }) => sent_back(RETRY_AFTER),
            Ok(Claim::Won(lease)) => {
                // The store has forgotten its mark. What has waited has no body to run with.
                let lease = LeaseHandle::new(lease, policy.retention);
                release(&self.receiver, facts, &lease, timer).await;
                sent_back(RETRY_AFTER)
            }
            Err(error) if policy.refuse_changed_content => store_answer(&error),
            Err(_) => duplicate(policy, facts, true),
        }
    }

    fn end(&mut self, reason: Reason) {
        self.has_ended = true;
        let event_type = self.facts.type_label();
        let ending = Ending::of(reason);
        ended(&self.receiver.0, &self.span, ending, reason, event_type);
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
