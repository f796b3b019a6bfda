//! [`Claims`]: what one endpoint claims of its store, and how those claims end.

use std::{pin::pin, sync::Arc, time::Duration};

use super::{StoreCalls, Unsettled, UnsettledLeases};
use crate::{
    dedup::{Claim, End, Lease, OwnerTokens, Settled},
    identity::{ContentDigest, EventKey},
    setup::BuildError,
    telemetry::StoreCall,
    time::{Timer, within},
    verdict::StoreError,
};

/// The first pause between tries to write a mark.
const FIRST_SETTLE_PAUSE: Duration = Duration::from_millis(50);

/// The claims of one endpoint. What the store may have granted without anybody knowing is released, and what it was not
/// told is told on, in the background.
pub(crate) struct Claims {
    pub(crate) calls: StoreCalls,
    pub(crate) unsettled: UnsettledLeases,
    /// How long a claim lasts without an extension.
    pub(crate) lease: Duration,
    owners: OwnerTokens,
}

impl Claims {
    /// Of `endpoint`, which the log names.
    pub(crate) fn new(
        endpoint: Arc<str>,
        calls: StoreCalls,
        lease: Duration,
    ) -> Result<Self, BuildError> {
        Ok(Self {
            unsettled: UnsettledLeases::new(endpoint, calls.clone(), lease),
            owners: OwnerTokens::new()?,
            calls,
            lease,
        })
    }

    /// One conditional write; repeated once with the same owner token, since its answer may be all that
    /// was lost.
    #[expect(
        clippy::manual_async_fn,
        reason = "an `async fn` holds twice what it takes"
    )]
    pub(crate) fn claim<'a>(
        &'a self,
        key: &'a EventKey,
        content: Option<&'a ContentDigest>,
        timer: &'a Arc<dyn Timer>,
    ) -> impl Future<Output = Result<Claim, StoreError>> + use<'a> {
        async move {
            let owner = self.owners.next();
            let open = Unsettled::claim(&self.unsettled, timer, key, owner);
            let lease = self.lease;
            let mut claimed = self.calls.claim(key, content, owner, lease, timer).await;
            let is_repeated = matches!(claimed, Err(StoreError::Unavailable(_)));
            if is_repeated {
                claimed = self.calls.claim(key, content, owner, lease, timer).await;
            }
            let known = match &claimed {
                // This one is won in any case, be it by the first try.
                Ok(Claim::Won(_)) => true,
                // A first try without an answer may be granted late.
                Ok(Claim::InProgress { .. } | Claim::Done { .. }) | Err(StoreError::Full) => {
                    !is_repeated
                }
                Err(StoreError::Timeout | StoreError::Unavailable(_)) => false,
            };
            if known {
                open.known();
            } else {
                drop(open);
            }
            self.calls.note_fill();
            claimed
        }
    }

    /// Writes the mark, again and again for as long as `budget`, and beyond it in the background: what it stands for has
    /// happened. `failed` is told of each try without success.
    pub(crate) async fn mark(
        &self,
        lease: &Lease,
        (end, retain): (End, Duration),
        budget: Duration,
        timer: &Arc<dyn Timer>,
        failed: impl Fn(StoreCall, &StoreError),
    ) -> Result<Settled, StoreError> {
        let mut open = Unsettled::mark(&self.unsettled, timer, lease, end, retain);
        let tries = async {
            let mut pause = FIRST_SETTLE_PAUSE;
            loop {
                match open.tell().await {
                    Ok(settled) => return settled,
                    Err(error) => failed(StoreCall::Settle, &error),
                }
                timer.sleep(pause).await;
                pause = pause.saturating_mul(2);
            }
        };
        within(timer, budget, pin!(tries))
            .await
            .map_err(|_| StoreError::Timeout)
    }

    /// Writes the mark in one try, or gives the lease back: what it stands for has not happened yet, and only does where
    /// the mark is written.
    #[cfg(feature = "token")]
    pub(crate) async fn mark_or_release(
        &self,
        lease: &Lease,
        (end, retain): (End, Duration),
        timer: &Arc<dyn Timer>,
    ) -> Result<Settled, StoreError> {
        let open = Unsettled::release(&self.unsettled, timer, lease);
        let settled = self.calls.settle(lease, end, retain, timer).await?;
        open.known();
        Ok(settled)
    }

    /// Frees the key. Where that fails, it is tried on in the background.
    pub(crate) async fn release(
        &self,
        lease: &Lease,
        timer: &Arc<dyn Timer>,
    ) -> Result<(), StoreError> {
        let mut open = Unsettled::release(&self.unsettled, timer, lease);
        open.tell().await.map(drop)
    }
}
