//! The boxed twin of [`Inbox`], for an inbox that is chosen at run time.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    Accept, Ask, Batch, Counts, DeadLetter, DeadReason, Entry, Inbox, OrderKey, Pause, Quarantine,
    QuarantineCap,
};
use crate::{
    dedup::{
        BoxDedupStore, Boxed, Claim, DedupStore, DynDedupStore, End, Lease, OwnerToken, Promises,
        Settled, State,
    },
    identity::{ContentDigest, EventKey},
    verdict::StoreError,
};

type Call<'a, T> = Boxed<'a, Result<T, StoreError>>;

/// [`Inbox`] with boxed futures. Implemented for every inbox; never implement it by hand.
pub trait DynInbox: DynDedupStore {
    /// See [`Inbox::accept`].
    fn accept<'a>(&'a self, entries: Vec<Entry>) -> Call<'a, Vec<Accept>>;

    /// See [`Inbox::quarantine`].
    fn quarantine<'a>(&'a self, entry: Entry, cap: QuarantineCap) -> Call<'a, Quarantine>;

    /// See [`Inbox::lease`].
    fn lease<'a>(&'a self, ask: Ask<'a>) -> Call<'a, Batch>;

    /// See [`Inbox::keep`].
    fn keep<'a>(&'a self, leases: &'a [&'a Lease], by: Duration) -> Call<'a, Vec<Settled>>;

    /// See [`Inbox::give_back`].
    fn give_back<'a>(
        &'a self,
        lease: &'a Lease,
        delay: Duration,
        counts: Counts,
    ) -> Call<'a, Settled>;

    /// See [`Inbox::bury`].
    fn bury<'a>(&'a self, lease: &'a Lease, reason: DeadReason) -> Call<'a, Settled>;

    /// See [`Inbox::pause`].
    fn pause<'a>(&'a self, endpoint: &'a str, pause: Pause) -> Call<'a, ()>;

    /// See [`Inbox::resume`].
    fn resume<'a>(&'a self, endpoint: &'a str) -> Call<'a, ()>;

    /// See [`Inbox::promote`].
    fn promote<'a>(&'a self, order: &'a OrderKey) -> Call<'a, ()>;

    /// See [`Inbox::dead_letters`].
    fn dead_letters<'a>(
        &'a self,
        endpoint: Option<&'a str>,
        limit: usize,
    ) -> Call<'a, Vec<DeadLetter>>;

    /// See [`Inbox::replay`].
    fn replay<'a>(&'a self, key: &'a EventKey) -> Call<'a, bool>;

    /// See [`Inbox::discard`].
    fn discard<'a>(&'a self, key: &'a EventKey, retain: Duration) -> Call<'a, bool>;

    /// See [`Inbox::work_may_wait`].
    fn work_may_wait<'a>(&'a self) -> Boxed<'a, ()>;
}

impl<S: Inbox> DynInbox for S {
    fn accept<'a>(&'a self, entries: Vec<Entry>) -> Call<'a, Vec<Accept>> {
        Box::pin(Inbox::accept(self, entries))
    }

    fn quarantine<'a>(&'a self, entry: Entry, cap: QuarantineCap) -> Call<'a, Quarantine> {
        Box::pin(Inbox::quarantine(self, entry, cap))
    }

    fn lease<'a>(&'a self, ask: Ask<'a>) -> Call<'a, Batch> {
        Box::pin(Inbox::lease(self, ask))
    }

    fn keep<'a>(&'a self, leases: &'a [&'a Lease], by: Duration) -> Call<'a, Vec<Settled>> {
        Box::pin(Inbox::keep(self, leases, by))
    }

    fn give_back<'a>(
        &'a self,
        lease: &'a Lease,
        delay: Duration,
        counts: Counts,
    ) -> Call<'a, Settled> {
        Box::pin(Inbox::give_back(self, lease, delay, counts))
    }

    fn bury<'a>(&'a self, lease: &'a Lease, reason: DeadReason) -> Call<'a, Settled> {
        Box::pin(Inbox::bury(self, lease, reason))
    }

    fn pause<'a>(&'a self, endpoint: &'a str, pause: Pause) -> Call<'a, ()> {
        Box::pin(Inbox::pause(self, endpoint, pause))
    }

    fn resume<'a>(&'a self, endpoint: &'a str) -> Call<'a, ()> {
        Box::pin(Inbox::resume(self, endpoint))
    }

    fn promote<'a>(&'a self, order: &'a OrderKey) -> Call<'a, ()> {
        Box::pin(Inbox::promote(self, order))
    }

    fn dead_letters<'a>(
        &'a self,
        endpoint: Option<&'a str>,
        limit: usize,
    ) -> Call<'a, Vec<DeadLetter>> {
        Box::pin(Inbox::dead_letters(self, endpoint, limit))
    }

    fn replay<'a>(&'a self, key: &'a EventKey) -> Call<'a, bool> {
        Box::pin(Inbox::replay(self, key))
    }

    fn discard<'a>(&'a self, key: &'a EventKey, retain: Duration) -> Call<'a, bool> {
        Box::pin(Inbox::discard(self, key, retain))
    }

    fn work_may_wait<'a>(&'a self) -> Boxed<'a, ()> {
        Box::pin(Inbox::work_may_wait(self))
    }
}

/// Any inbox, behind one type: cheap to clone, itself an [`Inbox`].
#[derive(Clone)]
pub struct BoxInbox(Arc<dyn DynInbox>);

impl BoxInbox {
    /// Puts `inbox` into the box.
    pub fn new(inbox: impl Inbox) -> Self {
        Self(Arc::new(inbox))
    }

    /// The same as a store of claims.
    pub(crate) fn dedup(&self) -> BoxDedupStore {
        BoxDedupStore::shared(self.0.clone())
    }
}

impl fmt::Debug for BoxInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BoxInbox")
            .field(&DynDedupStore::promises(&*self.0))
            .finish()
    }
}

impl DedupStore for BoxInbox {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.0.claim(key, content, owner, lease).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        self.0.settle(lease, end, retain).await
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        self.0.extend(lease, by).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        self.0.look(key).await
    }

    async fn settled(&self, key: &EventKey) {
        self.0.settled(key).await;
    }

    fn promises(&self) -> Promises {
        DynDedupStore::promises(&*self.0)
    }

    fn held(&self) -> Option<u64> {
        DynDedupStore::held(&*self.0)
    }
}

impl Inbox for BoxInbox {
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<Accept>, StoreError> {
        self.0.accept(entries).await
    }

    async fn quarantine(&self, entry: Entry, cap: QuarantineCap) -> Result<Quarantine, StoreError> {
        self.0.quarantine(entry, cap).await
    }

    async fn lease(&self, ask: Ask<'_>) -> Result<Batch, StoreError> {
        self.0.lease(ask).await
    }

    async fn keep(&self, leases: &[&Lease], by: Duration) -> Result<Vec<Settled>, StoreError> {
        self.0.keep(leases, by).await
    }

    async fn give_back(
        &self,
        lease: &Lease,
        delay: Duration,
        counts: Counts,
    ) -> Result<Settled, StoreError> {
        self.0.give_back(lease, delay, counts).await
    }

    async fn bury(&self, lease: &Lease, reason: DeadReason) -> Result<Settled, StoreError> {
        self.0.bury(lease, reason).await
    }

    async fn pause(&self, endpoint: &str, pause: Pause) -> Result<(), StoreError> {
        self.0.pause(endpoint, pause).await
    }

    async fn resume(&self, endpoint: &str) -> Result<(), StoreError> {
        self.0.resume(endpoint).await
    }

    async fn promote(&self, order: &OrderKey) -> Result<(), StoreError> {
        self.0.promote(order).await
    }

    async fn dead_letters(
        &self,
        endpoint: Option<&str>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>, StoreError> {
        self.0.dead_letters(endpoint, limit).await
    }

    async fn replay(&self, key: &EventKey) -> Result<bool, StoreError> {
        self.0.replay(key).await
    }

    async fn discard(&self, key: &EventKey, retain: Duration) -> Result<bool, StoreError> {
        self.0.discard(key, retain).await
    }

    async fn work_may_wait(&self) {
        self.0.work_may_wait().await;
    }
}
