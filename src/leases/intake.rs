//! [`Intake`]: what one endpoint hands to its inbox.

use std::{pin::pin, sync::Arc, time::Duration};

use crate::{
    dedup::{OwnerToken, OwnerTokens},
    inbox::{Accept, BoxInbox, Entry, Inbox, Quarantine, QuarantineCap},
    setup::BuildError,
    telemetry::{Meter, StoreCall},
    time::{Clock, Timer, within},
    verdict::StoreError,
};

/// What one endpoint hands to its inbox. Nothing of it is ever taken back: a delivery whose accept had no answer is
/// handled, if it was committed, and its sender's next copy is one.
pub(crate) struct Intake {
    pub(crate) inbox: BoxInbox,
    owners: OwnerTokens,
    meter: Meter,
    clock: Arc<dyn Clock>,
    limit: Duration,
}

impl Intake {
    /// `limit` is how long one call may take.
    pub(crate) fn new(
        inbox: BoxInbox,
        meter: Meter,
        clock: Arc<dyn Clock>,
        limit: Duration,
    ) -> Result<Self, BuildError> {
        Ok(Self {
            owners: OwnerTokens::new()?,
            inbox,
            meter,
            clock,
            limit,
        })
    }

    pub(crate) fn token(&self) -> OwnerToken {
        self.owners.next()
    }

    /// As [`accept_each`](Self::accept_each), for one.
    pub(crate) async fn accept(
        &self,
        entry: Entry,
        timer: &Arc<dyn Timer>,
    ) -> Result<Accept, StoreError> {
        let accepted = self.accept_each(vec![entry], timer).await?;
        // An inbox that answers nothing has said nothing of what it stored.
        accepted.first().copied().ok_or(StoreError::Timeout)
    }

    /// Hands in all of them in one call. Repeated once under the same tokens, since its answer may be all that was lost.
    pub(crate) async fn accept_each(
        &self,
        entries: Vec<Entry>,
        timer: &Arc<dyn Timer>,
    ) -> Result<Vec<Accept>, StoreError> {
        let accept = |entries| {
            let accept = Inbox::accept(&self.inbox, entries);
            self.call(StoreCall::Accept, timer, accept)
        };
        match accept(entries.clone()).await {
            Err(StoreError::Unavailable(_)) => accept(entries).await,
            accepted => accepted,
        }
    }

    pub(crate) async fn quarantine(
        &self,
        entry: Entry,
        timer: &Arc<dyn Timer>,
    ) -> Result<Quarantine, StoreError> {
        let quarantine = Inbox::quarantine(&self.inbox, entry, QuarantineCap::default());
        self.call(StoreCall::Quarantine, timer, quarantine).await
    }

    async fn call<T>(
        &self,
        call: StoreCall,
        timer: &Arc<dyn Timer>,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let began = self.meter.start(&*self.clock);
        let called = within(timer, self.limit, pin!(work))
            .await
            .unwrap_or(Err(StoreError::Timeout));
        let error = called.as_ref().err();
        self.meter.store_called(call, began, &*self.clock, error);
        called
    }
}
