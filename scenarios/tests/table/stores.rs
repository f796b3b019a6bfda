//! Stores that fail, and stores that report what they were asked.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use hookgate::{
    EventKey,
    dedup::{Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Settled, StoreError},
    pack::ContentDigest,
    testing::FakeClock,
};
use tokio::sync::{oneshot, watch};

/// Cannot claim, or cannot settle.
pub(crate) struct Failing {
    store: MemoryStore,
    claims: Claims,
}

enum Claims {
    Down,
    /// A claim is never answered.
    Silent,
    Up,
}

impl Failing {
    pub(crate) fn always() -> Self {
        Self::with(Claims::Down)
    }

    pub(crate) fn silently() -> Self {
        Self::with(Claims::Silent)
    }

    pub(crate) fn to_settle() -> Self {
        Self::with(Claims::Up)
    }

    fn with(claims: Claims) -> Self {
        Self {
            store: MemoryStore::with_capacity(10),
            claims,
        }
    }
}

/// A server that stops, and later does what it was asked meanwhile, though nobody waits for it any more.
#[derive(Clone)]
pub(crate) struct Stopping {
    store: MemoryStore,
    /// What it was asked since it stopped. `None` once it has gone on.
    asked: Arc<Mutex<Option<Vec<Work>>>>,
}

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The order in which a server does what it was asked while it had stopped. A server with several connections may
/// take any order.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    OldestFirst,
    NewestFirst,
}

impl Stopping {
    pub(crate) fn over(store: MemoryStore) -> Self {
        Self {
            store,
            asked: Arc::new(Mutex::new(Some(Vec::new()))),
        }
    }

    /// It goes on, and all that it was asked is done.
    pub(crate) async fn goes_on(&self, order: Order) {
        let mut asked = self.asked.lock().unwrap().take().unwrap();
        if matches!(order, Order::NewestFirst) {
            asked.reverse();
        }
        for work in asked {
            work.await;
        }
    }

    /// Asks the server. It does `work` whatever becomes of the caller.
    async fn ask<T: Send + 'static>(&self, work: impl Future<Output = T> + Send + 'static) -> T {
        let (tell, told) = oneshot::channel();
        let work = Box::pin(async move {
            // Perhaps nobody listens.
            let _ = tell.send(work.await);
        });
        let at_once = match &mut *self.asked.lock().unwrap() {
            Some(asked) => {
                asked.push(work);
                None
            }
            None => Some(work),
        };
        if let Some(work) = at_once {
            work.await;
        }
        told.await.unwrap()
    }
}

impl DedupStore for Stopping {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let (store, key, content) = (self.store.clone(), *key, content.copied());
        let claim = async move { store.claim(&key, content.as_ref(), owner, lease).await };
        self.ask(claim).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        let store = self.store.clone();
        let lease = Lease::granted(*lease.key(), *lease.owner(), lease.attempt());
        self.ask(async move { store.settle(&lease, end, retain).await })
            .await
    }

    hookgate::forward_calls!(store: extend, look, settled, promises, held, findings);
}

fn down() -> StoreError {
    StoreError::Unavailable("a server's name that must not leak".into())
}

impl DedupStore for Failing {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        match self.claims {
            Claims::Down => Err(down()),
            Claims::Silent => std::future::pending().await,
            Claims::Up => self.store.claim(key, content, owner, lease).await,
        }
    }

    async fn settle(&self, _: &Lease, _: End, _: Duration) -> Result<Settled, StoreError> {
        Err(down())
    }

    hookgate::forward_calls!(store: extend, look, settled, promises, held, findings);
}

/// Counts the heartbeats that it answered.
pub(crate) struct Beating {
    store: MemoryStore,
    beats: Arc<watch::Sender<usize>>,
}

impl Beating {
    pub(crate) fn new(clock: &FakeClock, beats: &Arc<watch::Sender<usize>>) -> Self {
        Self {
            store: MemoryStore::with_clock(10, clock.clone()),
            beats: beats.clone(),
        }
    }
}

impl DedupStore for Beating {
    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        // As over a socket: the answer needs some of the task's budget.
        tokio::task::consume_budget().await;
        let extended = self.store.extend(lease, by).await;
        self.beats.send_modify(|beats| *beats += 1);
        extended
    }

    hookgate::forward_calls!(store: claim, settle, look, settled, promises, held, findings);
}
