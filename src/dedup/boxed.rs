//! The boxed twin of [`DedupStore`], for a store that is chosen at run time.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use super::{Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State};
use crate::{
    identity::{ContentDigest, EventKey},
    setup::Finding,
    verdict::StoreError,
};

pub(crate) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// [`DedupStore`] with boxed futures. Implemented for every store; never implement it by hand.
pub trait DynDedupStore: Send + Sync + 'static {
    /// See [`DedupStore::claim`].
    fn claim<'a>(
        &'a self,
        key: &'a EventKey,
        content: Option<&'a ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Boxed<'a, Result<Claim, StoreError>>;

    /// See [`DedupStore::settle`].
    fn settle<'a>(
        &'a self,
        lease: &'a Lease,
        end: End,
        retain: Duration,
    ) -> Boxed<'a, Result<Settled, StoreError>>;

    /// See [`DedupStore::extend`].
    fn extend<'a>(
        &'a self,
        lease: &'a Lease,
        by: Duration,
    ) -> Boxed<'a, Result<Settled, StoreError>>;

    /// See [`DedupStore::look`].
    fn look<'a>(&'a self, key: &'a EventKey) -> Boxed<'a, Result<State, StoreError>>;

    /// See [`DedupStore::settled`].
    fn settled<'a>(&'a self, key: &'a EventKey) -> Boxed<'a, ()>;

    /// See [`DedupStore::promises`].
    fn promises(&self) -> Promises;

    /// See [`DedupStore::held`].
    fn held(&self) -> Option<u64>;

    /// See [`DedupStore::findings`].
    fn findings(&self) -> Vec<Finding>;
}

impl<S: DedupStore> DynDedupStore for S {
    fn claim<'a>(
        &'a self,
        key: &'a EventKey,
        content: Option<&'a ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Boxed<'a, Result<Claim, StoreError>> {
        Box::pin(DedupStore::claim(self, key, content, owner, lease))
    }

    fn settle<'a>(
        &'a self,
        lease: &'a Lease,
        end: End,
        retain: Duration,
    ) -> Boxed<'a, Result<Settled, StoreError>> {
        Box::pin(DedupStore::settle(self, lease, end, retain))
    }

    fn extend<'a>(
        &'a self,
        lease: &'a Lease,
        by: Duration,
    ) -> Boxed<'a, Result<Settled, StoreError>> {
        Box::pin(DedupStore::extend(self, lease, by))
    }

    fn look<'a>(&'a self, key: &'a EventKey) -> Boxed<'a, Result<State, StoreError>> {
        Box::pin(DedupStore::look(self, key))
    }

    fn settled<'a>(&'a self, key: &'a EventKey) -> Boxed<'a, ()> {
        Box::pin(DedupStore::settled(self, key))
    }

    fn promises(&self) -> Promises {
        DedupStore::promises(self)
    }

    fn held(&self) -> Option<u64> {
        DedupStore::held(self)
    }

    fn findings(&self) -> Vec<Finding> {
        DedupStore::findings(self)
    }
}

/// Any store, behind one type: cheap to clone, itself a [`DedupStore`].
///
/// ```
/// use hookgate::dedup::{BoxDedupStore, MemoryStore};
///
/// let store: BoxDedupStore = BoxDedupStore::new(MemoryStore::new());
/// # let _ = store;
/// ```
#[derive(Clone)]
pub struct BoxDedupStore(Arc<dyn DynDedupStore>);

impl BoxDedupStore {
    /// Puts `store` into the box.
    pub fn new(store: impl DedupStore) -> Self {
        Self(Arc::new(store))
    }

    /// One that is behind a pointer already.
    pub(crate) fn shared(store: Arc<dyn DynDedupStore>) -> Self {
        Self(store)
    }

    /// Its calls, without a second future around the boxed one.
    pub(crate) fn calls(&self) -> &dyn DynDedupStore {
        &*self.0
    }
}

impl fmt::Debug for BoxDedupStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BoxDedupStore")
            .field(&self.0.promises())
            .finish()
    }
}

impl DedupStore for BoxDedupStore {
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
        self.0.settled(key).await
    }

    fn promises(&self) -> Promises {
        self.0.promises()
    }

    fn held(&self) -> Option<u64> {
        self.0.held()
    }

    fn findings(&self) -> Vec<Finding> {
        self.0.findings()
    }
}

impl<S: DedupStore> DedupStore for Arc<S> {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        DedupStore::claim(&**self, key, content, owner, lease).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        DedupStore::settle(&**self, lease, end, retain).await
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        DedupStore::extend(&**self, lease, by).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        DedupStore::look(&**self, key).await
    }

    async fn settled(&self, key: &EventKey) {
        DedupStore::settled(&**self, key).await
    }

    fn promises(&self) -> Promises {
        DedupStore::promises(&**self)
    }

    fn held(&self) -> Option<u64> {
        DedupStore::held(&**self)
    }

    fn findings(&self) -> Vec<Finding> {
        DedupStore::findings(&**self)
    }
}
