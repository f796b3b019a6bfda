//! [`ScriptedStore`]: a memory store that counts its calls, and fails when told.

use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use hookgate::{
    EventKey,
    dedup::{
        Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Promises, Settled, State,
        StoreError,
    },
    pack::ContentDigest,
    testing::FakeClock,
};

use super::{Gate, busy_until};

/// A call of the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum On {
    Claim,
    Mark,
    Release,
    Extend,
    Look,
}

/// What goes wrong with it.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// It does nothing.
    Down,
    /// It says that there is no room.
    Full,
    /// It is done, but its answer is lost.
    AnswerLost,
    /// It never answers.
    Hangs,
    /// It is done, and never answers.
    Silent,
    /// It is done once the gate is open.
    Waits(Gate),
    /// It works, without an end, and uses up its task's budget at each poll.
    Busy,
}

/// Clones are one store.
#[derive(Clone)]
pub(crate) struct ScriptedStore(Arc<Inner>);

struct Inner {
    memory: MemoryStore,
    notifies: bool,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    calls: Vec<On>,
    owners: Vec<OwnerToken>,
    next: VecDeque<(On, Fault)>,
    always: Vec<(On, Fault)>,
}

impl ScriptedStore {
    pub(crate) fn new(clock: &FakeClock) -> Self {
        Self::with_capacity(100_000, clock)
    }

    pub(crate) fn with_capacity(keys: usize, clock: &FakeClock) -> Self {
        Self::over(MemoryStore::with_clock(keys, clock.clone()))
    }

    pub(crate) fn over(memory: MemoryStore) -> Self {
        Self(Arc::new(Inner {
            memory,
            notifies: true,
            log: Mutex::default(),
        }))
    }

    /// A store that cannot say when a key is settled, so that waiting copies poll.
    pub(crate) fn silent(clock: &FakeClock) -> Self {
        Self(Arc::new(Inner {
            memory: MemoryStore::with_clock(100_000, clock.clone()),
            notifies: false,
            log: Mutex::default(),
        }))
    }

    /// The next call of this kind goes wrong.
    pub(crate) fn next(&self, on: On, fault: Fault) -> &Self {
        self.0.log.lock().unwrap().next.push_back((on, fault));
        self
    }

    /// Every call of this kind goes wrong, until [`heal`](Self::heal).
    pub(crate) fn always(&self, on: On, fault: Fault) -> &Self {
        self.0.log.lock().unwrap().always.push((on, fault));
        self
    }

    pub(crate) fn heal(&self) {
        let mut log = self.0.log.lock().unwrap();
        log.next.clear();
        log.always.clear();
    }

    pub(crate) fn count(&self, on: On) -> usize {
        let log = self.0.log.lock().unwrap();
        log.calls.iter().filter(|call| **call == on).count()
    }

    /// The owner tokens of all claims, in order.
    pub(crate) fn owners(&self) -> Vec<OwnerToken> {
        self.0.log.lock().unwrap().owners.clone()
    }

    pub(crate) fn memory(&self) -> &MemoryStore {
        &self.0.memory
    }

    fn called(&self, on: On) -> Option<Fault> {
        let mut log = self.0.log.lock().unwrap();
        log.calls.push(on);
        if let Some(place) = log.next.iter().position(|(next, _)| *next == on) {
            return log.next.remove(place).map(|(_, fault)| fault);
        }
        let always = log.always.iter().find(|(always, _)| *always == on);
        always.map(|(_, fault)| fault.clone())
    }

    async fn call<T>(
        &self,
        on: On,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        match self.called(on) {
            None => work.await,
            Some(Fault::Down) => Err(down()),
            Some(Fault::Full) => Err(StoreError::Full),
            Some(Fault::AnswerLost) => {
                work.await?;
                Err(down())
            }
            Some(Fault::Hangs) => std::future::pending().await,
            Some(Fault::Silent) => {
                work.await?;
                std::future::pending().await
            }
            Some(Fault::Waits(gate)) => {
                gate.passed().await;
                work.await
            }
            Some(Fault::Busy) => {
                busy_until("its limit", || false).await;
                work.await
            }
        }
    }
}

/// What the store's cause says.
pub(crate) const CAUSE: &str = "Redis refused (NOAUTH)";

/// A cause that was written for the log. What stands behind it was not.
#[derive(Debug)]
struct Cause(std::io::Error);

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(CAUSE)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

fn down() -> StoreError {
    let behind = std::io::Error::other("redis://user:CANARY-STORE-PASSWORD@10.0.0.1 refused");
    StoreError::Unavailable(Cause(behind).into())
}

impl DedupStore for ScriptedStore {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        self.0.log.lock().unwrap().owners.push(owner);
        let work = self.0.memory.claim(key, content, owner, lease);
        self.call(On::Claim, work).await
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        let on = match end {
            End::Release => On::Release,
            End::Processed | End::Ignored | End::Rejected => On::Mark,
        };
        self.call(on, self.0.memory.settle(lease, end, retain))
            .await
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        self.call(On::Extend, self.0.memory.extend(lease, by)).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        self.call(On::Look, self.0.memory.look(key)).await
    }

    async fn settled(&self, key: &EventKey) {
        if !self.0.notifies {
            std::future::pending::<()>().await;
        }
        self.0.memory.settled(key).await;
    }

    fn promises(&self) -> Promises {
        self.0.memory.promises()
    }

    fn held(&self) -> Option<u64> {
        self.0.memory.held()
    }
}
