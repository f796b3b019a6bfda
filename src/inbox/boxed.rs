//! The boxed twin of [`Inbox`], for an inbox that is chosen at run time.
//!
//! Each call stands here three times, as in `dedup::boxed`. No macro makes them of one list. The boxed form has to name
//! each reference's lifetime, which the trait leaves out. A list with both says each call twice again, unreadably.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{
    Accept, Ask, Batch, Counts, DeadReason, Entry, Filter, Inbox, Kept, OrderKey, Page, Pause,
    Position, Quarantine, QuarantineCap, Totals,
};
use crate::{
    dedup::{
        BoxDedupStore, Boxed, Claim, DedupStore, DynDedupStore, End, Lease, OwnerToken, Promises,
        Settled, State,
    },
    identity::{ContentDigest, EventKey},
    setup::Finding,
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
        error: Option<Bytes>,
    ) -> Call<'a, Settled>;

    /// See [`Inbox::bury`].
    fn bury<'a>(
        &'a self,
        lease: &'a Lease,
        reason: DeadReason,
        error: Option<Bytes>,
    ) -> Call<'a, Settled>;

    /// See [`Inbox::pause`].
    fn pause<'a>(&'a self, endpoint: &'a str, pause: Pause) -> Call<'a, ()>;

    /// See [`Inbox::resume`].
    fn resume<'a>(&'a self, endpoint: &'a str) -> Call<'a, ()>;

    /// See [`Inbox::promote`].
    fn promote<'a>(&'a self, order: &'a OrderKey) -> Call<'a, ()>;

    /// See [`Inbox::hold`].
    fn hold<'a>(&'a self, endpoint: &'a str, is_held: bool) -> Call<'a, ()>;

    /// See [`Inbox::totals`].
    fn totals<'a>(&'a self) -> Call<'a, Vec<Totals>>;

    /// See [`Inbox::list`].
    fn list<'a>(
        &'a self,
        filter: &'a Filter,
        after: Option<&'a Position>,
        limit: usize,
    ) -> Call<'a, Page>;

    /// See [`Inbox::read`].
    fn read<'a>(&'a self, key: &'a EventKey) -> Call<'a, Option<Kept>>;

    /// See [`Inbox::replay`].
    fn replay<'a>(&'a self, key: &'a EventKey, why: &'a str) -> Call<'a, bool>;

    /// See [`Inbox::discard`].
    fn discard<'a>(&'a self, key: &'a EventKey) -> Call<'a, bool>;

    /// See [`Inbox::erase`].
    fn erase<'a>(&'a self, age: Duration, limit: usize) -> Call<'a, u64>;

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
        error: Option<Bytes>,
    ) -> Call<'a, Settled> {
        Box::pin(Inbox::give_back(self, lease, delay, counts, error))
    }

    fn bury<'a>(
        &'a self,
        lease: &'a Lease,
        reason: DeadReason,
        error: Option<Bytes>,
    ) -> Call<'a, Settled> {
        Box::pin(Inbox::bury(self, lease, reason, error))
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

    fn hold<'a>(&'a self, endpoint: &'a str, is_held: bool) -> Call<'a, ()> {
        Box::pin(Inbox::hold(self, endpoint, is_held))
    }

    fn totals<'a>(&'a self) -> Call<'a, Vec<Totals>> {
        Box::pin(Inbox::totals(self))
    }

    fn list<'a>(
        &'a self,
        filter: &'a Filter,
        after: Option<&'a Position>,
        limit: usize,
    ) -> Call<'a, Page> {
        Box::pin(Inbox::list(self, filter, after, limit))
    }

    fn read<'a>(&'a self, key: &'a EventKey) -> Call<'a, Option<Kept>> {
        Box::pin(Inbox::read(self, key))
    }

    fn replay<'a>(&'a self, key: &'a EventKey, why: &'a str) -> Call<'a, bool> {
        Box::pin(Inbox::replay(self, key, why))
    }

    fn discard<'a>(&'a self, key: &'a EventKey) -> Call<'a, bool> {
        Box::pin(Inbox::discard(self, key))
    }

    fn erase<'a>(&'a self, age: Duration, limit: usize) -> Call<'a, u64> {
        Box::pin(Inbox::erase(self, age, limit))
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

    fn findings(&self) -> Vec<Finding> {
        DynDedupStore::findings(&*self.0)
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
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        self.0.give_back(lease, delay, counts, error).await
    }

    async fn bury(
        &self,
        lease: &Lease,
        reason: DeadReason,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        self.0.bury(lease, reason, error).await
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

    async fn hold(&self, endpoint: &str, is_held: bool) -> Result<(), StoreError> {
        self.0.hold(endpoint, is_held).await
    }

    async fn totals(&self) -> Result<Vec<Totals>, StoreError> {
        self.0.totals().await
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.0.list(filter, after, limit).await
    }

    async fn read(&self, key: &EventKey) -> Result<Option<Kept>, StoreError> {
        self.0.read(key).await
    }

    async fn replay(&self, key: &EventKey, why: &str) -> Result<bool, StoreError> {
        self.0.replay(key, why).await
    }

    async fn discard(&self, key: &EventKey) -> Result<bool, StoreError> {
        self.0.discard(key).await
    }

    async fn erase(&self, age: Duration, limit: usize) -> Result<u64, StoreError> {
        self.0.erase(age, limit).await
    }

    async fn work_may_wait(&self) {
        self.0.work_may_wait().await;
    }
}
