//! [`StoreCalls`]: the calls of one dedup store, each within a time limit, and measured.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    dedup::{
        BoxDedupStore, Boxed, Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State,
    },
    identity::{ContentDigest, EventKey},
    setup::Finding,
    telemetry::{Meter, StoreCall},
    time::{Clock, Timer, within},
    verdict::StoreError,
};

/// The dedup store of one receiver, as the road asks it. No answer in time is an error as any other. Clones are one.
#[derive(Clone)]
pub(crate) struct StoreCalls {
    store: BoxDedupStore,
    /// Nothing where its metrics would have no endpoint's name.
    meter: Option<Meter>,
    clock: Arc<dyn Clock>,
    limit: Duration,
}

impl fmt::Debug for StoreCalls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(f)
    }
}

impl StoreCalls {
    /// `limit` is how long one call may take.
    pub(crate) fn new(
        store: BoxDedupStore,
        meter: Option<Meter>,
        clock: Arc<dyn Clock>,
        limit: Duration,
    ) -> Self {
        Self {
            store,
            meter,
            clock,
            limit,
        }
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    pub(crate) fn promises(&self) -> Promises {
        DedupStore::promises(&self.store)
    }

    pub(crate) fn findings(&self) -> Vec<Finding> {
        DedupStore::findings(&self.store)
    }

    /// Tells the metrics how full the store is.
    pub(crate) fn note_fill(&self) {
        if let Some(meter) = &self.meter {
            meter.store_fill(self.clock(), || {
                (DedupStore::held(&self.store), self.promises().capacity)
            });
        }
    }

    pub(crate) fn claim<'a>(
        &'a self,
        key: &'a EventKey,
        content: Option<&'a ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
        timer: &'a Arc<dyn Timer>,
    ) -> impl Future<Output = Result<Claim, StoreError>> + use<'a> {
        let claim = self.store.calls().claim(key, content, owner, lease);
        self.call(StoreCall::Claim, self.limit, timer, claim)
    }

    /// A release is counted apart from the settles that leave a mark.
    pub(crate) fn settle<'a>(
        &'a self,
        lease: &'a Lease,
        end: End,
        retain: Duration,
        timer: &'a Arc<dyn Timer>,
    ) -> impl Future<Output = Result<Settled, StoreError>> + use<'a> {
        let call = if end == End::Release {
            StoreCall::Release
        } else {
            StoreCall::Settle
        };
        let settle = self.store.calls().settle(lease, end, retain);
        self.call(call, self.limit, timer, settle)
    }

    /// `limit` may be less than for other calls.
    pub(crate) fn extend<'a>(
        &'a self,
        lease: &'a Lease,
        by: Duration,
        limit: Duration,
        timer: &'a Arc<dyn Timer>,
    ) -> impl Future<Output = Result<Settled, StoreError>> + use<'a> {
        let extend = self.store.calls().extend(lease, by);
        let limit = limit.min(self.limit);
        self.call(StoreCall::Extend, limit, timer, extend)
    }

    pub(crate) fn look<'a>(
        &'a self,
        key: &'a EventKey,
        timer: &'a Arc<dyn Timer>,
    ) -> impl Future<Output = Result<State, StoreError>> + use<'a> {
        let look = self.store.calls().look(key);
        self.call(StoreCall::Look, self.limit, timer, look)
    }

    /// The store's hint that `key` is no longer in progress. Without a limit: it may never come.
    pub(crate) fn settled<'a>(&'a self, key: &'a EventKey) -> Boxed<'a, ()> {
        self.store.calls().settled(key)
    }

    #[expect(
        clippy::manual_async_fn,
        reason = "an `async fn` holds twice what it takes"
    )]
    fn call<'a, T>(
        &'a self,
        call: StoreCall,
        limit: Duration,
        timer: &'a Arc<dyn Timer>,
        mut work: Boxed<'a, Result<T, StoreError>>,
    ) -> impl Future<Output = Result<T, StoreError>> + use<'a, T> {
        async move {
            let meter = self.meter.as_ref();
            let began = meter.map(|meter| (meter, meter.start(self.clock())));
            let called = within(timer, limit, work.as_mut())
                .await
                .unwrap_or(Err(StoreError::Timeout));
            if let Some((meter, began)) = began {
                let error = called.as_ref().err();
                meter.store_called(call, began, self.clock(), error);
            }
            called
        }
    }
}
