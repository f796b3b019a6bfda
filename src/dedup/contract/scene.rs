//! A fresh store, and what every promise does with it.

use std::{fmt::Debug, future::poll_fn, pin::pin, task::Poll, time::Duration};

use super::{Passage, Terms};
use crate::{
    dedup::{Claim, DedupStore, End, Lease, OwnerToken, Settled, State},
    identity::{ContentDigest, EventKey},
    verdict::StoreError,
};

/// A store without keys, and time.
pub(super) struct Scene<'a, S, P> {
    pub(super) store: S,
    pub(super) terms: Terms,
    passage: &'a P,
}

impl<'a, S: DedupStore, P: Passage> Scene<'a, S, P> {
    pub(super) fn new(store: S, passage: &'a P) -> Self {
        Self {
            store,
            terms: passage.terms(),
            passage,
        }
    }

    pub(super) async fn try_claim(
        &self,
        key: &EventKey,
        owner: OwnerToken,
    ) -> Result<Claim, StoreError> {
        self.store.claim(key, None, owner, self.terms.lease).await
    }

    pub(super) async fn claim(&self, key: &EventKey, owner: OwnerToken) -> Claim {
        answered("claim", self.try_claim(key, owner).await)
    }

    pub(super) async fn claim_with(
        &self,
        key: &EventKey,
        owner: OwnerToken,
        content: Option<&ContentDigest>,
    ) -> Claim {
        let claim = self.store.claim(key, content, owner, self.terms.lease);
        answered("claim", claim.await)
    }

    /// A claim of a key that nobody holds.
    pub(super) async fn win(&self, key: &EventKey, owner: OwnerToken) -> Lease {
        won("a claim of a free key is won", self.claim(key, owner).await)
    }

    pub(super) async fn settle(&self, lease: &Lease, end: End) -> Settled {
        let settled = self.store.settle(lease, end, self.terms.retain).await;
        answered("settle", settled)
    }

    /// A settle by the owner, while its lease lasts.
    pub(super) async fn finish(&self, lease: &Lease, end: End) {
        let settled = self.settle(lease, end).await;
        promise(
            "an owner settles its running lease",
            settled == Settled::Ok,
            &settled,
        );
    }

    pub(super) async fn extend(&self, lease: &Lease, by: Duration) -> Settled {
        answered("extend", self.store.extend(lease, by).await)
    }

    pub(super) async fn look(&self, key: &EventKey) -> State {
        answered("look", self.store.look(key).await)
    }

    pub(super) async fn expect_state(&self, what: &str, key: &EventKey, expected: Expected) {
        let state = self.look(key).await;
        promise(what, expected.is(&state), &state);
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.passage.elapsed()
    }

    pub(super) async fn pass(&self, by: Duration) {
        self.passage.pass(by).await;
    }

    /// Lets a lease that was just granted lapse.
    pub(super) async fn lapse(&self) {
        self.pass(self.terms.lease.saturating_add(self.terms.slack))
            .await;
    }

    /// Lets time pass until just before `end`, as [`elapsed`](Self::elapsed) counts it.
    pub(super) async fn pass_until_before(&self, end: Duration) {
        let left = end.saturating_sub(self.elapsed());
        self.pass(left.saturating_sub(self.terms.slack)).await;
    }

    /// Lets time pass until `end` must be over.
    pub(super) async fn pass_until_after(&self, end: Duration) {
        let left = end.saturating_sub(self.elapsed());
        self.pass(left.saturating_add(self.terms.slack)).await;
    }

    /// Whether `future` resolves before `by` has passed.
    pub(super) async fn resolves_within(
        &self,
        by: Duration,
        future: impl Future<Output = ()>,
    ) -> bool {
        let mut future = pin!(future);
        let mut passing = pin!(self.pass(by));
        poll_fn(|context| {
            if future.as_mut().poll(context).is_ready() {
                return Poll::Ready(true);
            }
            if passing.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            // Time may pass within the poll; what it brought is still in time.
            Poll::Ready(future.as_mut().poll(context).is_ready())
        })
        .await
    }
}

/// What a look is to show.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expected {
    Free,
    InProgress,
    Done,
}

impl Expected {
    fn is(self, state: &State) -> bool {
        matches!(
            (self, state),
            (Self::Free, State::Free)
                | (Self::InProgress, State::InProgress { .. })
                | (Self::Done, State::Done)
        )
    }
}

/// Ends the suite unless `kept`.
#[track_caller]
pub(super) fn promise(what: &str, kept: bool, answer: &dyn Debug) {
    assert!(
        kept,
        "dedup contract: broken promise: {what}; the store answered {answer:?}"
    );
}

#[track_caller]
pub(super) fn won(what: &str, claim: Claim) -> Lease {
    match claim {
        Claim::Won(lease) => lease,
        other => panic!("dedup contract: broken promise: {what}; the store answered {other:?}"),
    }
}

#[track_caller]
pub(super) fn answered<T>(call: &str, answer: Result<T, StoreError>) -> T {
    match answer {
        Ok(answer) => answer,
        Err(error) => panic!("dedup contract: `{call}` failed: {error:?}"),
    }
}

/// The key of a number.
pub(super) fn key(number: usize) -> EventKey {
    EventKey::from_bytes(*content(&format!("key {number}")).as_bytes())
}

/// The owner of a number.
pub(super) fn owner(number: usize) -> OwnerToken {
    let mut bytes = [0; 16];
    for (byte, digest) in bytes
        .iter_mut()
        .zip(content(&format!("owner {number}")).as_bytes())
    {
        *byte = *digest;
    }
    OwnerToken::from_bytes(bytes)
}

pub(super) fn content(text: &str) -> ContentDigest {
    ContentDigest::of(text.as_bytes())
}

/// Runs futures side by side in this task.
pub(super) async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|f| Some(Box::pin(f))).collect();
    let mut done = Vec::with_capacity(running.len());
    poll_fn(|context| {
        for slot in &mut running {
            let Some(future) = slot else { continue };
            if let Poll::Ready(output) = future.as_mut().poll(context) {
                done.push(output);
                *slot = None;
            }
        }
        if running.iter().all(Option::is_none) {
            Poll::Ready(std::mem::take(&mut done))
        } else {
            Poll::Pending
        }
    })
    .await
}
