//! [`Bench`]: what an application is built with while it is tested.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use super::{
    Effect,
    crew::Crew,
    switch::Switched,
    switched_inbox::SwitchedInbox,
    watched_timer::WatchedTimer,
    witness::{Watched, Witness},
};
use crate::{
    dedup::{BoxDedupStore, MemoryStore},
    inbox::{BoxInbox, MemoryInbox},
    keys::{Key, Keyring, Secret},
    receiver::{Receiver, ReceiverBuilder},
    setup::BuildError,
    time::{FakeClock, UnixTime},
    worker::Worker,
};

/// Keys that the kit's own store holds: no scenario has more than a few.
const CAPACITY: usize = 1000;

/// What the kit gives to the application that it starts. Clones are the same bench.
///
/// One is made for each scenario. It outlives a restart of the application within.
///
/// Example: [`Kit`](super::Kit).
#[derive(Clone)]
pub struct Bench(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) clock: FakeClock,
    pub(super) timer: WatchedTimer,
    /// Limits of time are the kit's, and not real ones.
    pub(super) moves_time: AtomicBool,
    pub(super) effect: Effect,
    pub(super) witness: Arc<Witness>,
    pub(super) down: Arc<AtomicBool>,
    pub(super) keyring: Keyring,
    pub(super) keys_taken: AtomicBool,
    store: BoxDedupStore,
    pub(super) inbox: MemoryInbox,
    pub(super) inbox_taken: AtomicBool,
    pub(super) crew: Crew,
    receiver: Mutex<Option<Receiver>>,
}

impl Bench {
    pub(super) fn new(now: UnixTime, secret: &str) -> Result<Self, BuildError> {
        let clock = FakeClock::at(now);
        let effect = Effect::default();
        let store = MemoryStore::with_clock(CAPACITY, clock.clone());
        Ok(Self(Arc::new(Inner {
            timer: WatchedTimer::new(clock.clone(), effect.clone()),
            moves_time: AtomicBool::new(false),
            witness: Arc::new(Witness::new(effect.clone())),
            effect,
            inbox: MemoryInbox::with_clock(CAPACITY, clock.clone()),
            inbox_taken: AtomicBool::new(false),
            crew: Crew::default(),
            clock,
            down: Arc::default(),
            keyring: Keyring::new([key("current", secret)?])?,
            keys_taken: AtomicBool::new(false),
            store: BoxDedupStore::new(store),
            receiver: Mutex::new(None),
        })))
    }

    /// The sender's keys, for the application's pack: `Logto::new(bench.keys())`.
    pub fn keys(&self) -> Keyring {
        self.0.keys_taken.store(true, Ordering::SeqCst);
        self.0.keyring.clone()
    }

    /// The effect that the application's handler has.
    pub fn effect(&self) -> Effect {
        self.0.effect.clone()
    }

    /// The time of the scenario: it stands still until the kit moves it.
    pub fn clock(&self) -> FakeClock {
        self.0.clock.clone()
    }

    /// The kit's inbox, for `.inbox(bench.inbox())`: in memory, behind a switch. It outlives restarts.
    pub fn inbox(&self) -> BoxInbox {
        self.0.inbox_taken.store(true, Ordering::SeqCst);
        let inbox = SwitchedInbox::new(self.0.inbox.clone(), self.0.down.clone());
        BoxInbox::new(inbox)
    }

    /// A worker of the kit's [`inbox`](Self::inbox), on the scenario's clock. Give it the application's handlers, and hand
    /// it back with [`work`](Self::work).
    pub fn worker(&self) -> Worker {
        Worker::new(self.inbox()).clock(self.0.clock.clone())
    }

    /// Lets the kit run `worker` for as long as the application runs. The last one counts.
    pub fn work(&self, worker: Worker) {
        self.0.crew.take_on(worker, self.0.clock.clone());
    }

    /// Builds the application's receiver as it is configured, on the scenario's clock. Its store is the
    /// one that was chosen with [`dedup`](ReceiverBuilder::dedup), behind a switch; where none was, one of
    /// the kit's own, that outlives restarts.
    ///
    /// # Errors
    ///
    /// As [`ReceiverBuilder::build`].
    pub fn build(&self, builder: ReceiverBuilder) -> Result<Receiver, BuildError> {
        let clock = self.0.clock.clone();
        let receiver = builder
            .on_bench(
                clock,
                self.0.inbox_taken.load(Ordering::SeqCst),
                || {
                    self.0.moves_time.store(true, Ordering::SeqCst);
                    Arc::new(self.0.timer.clone())
                },
                |chosen| {
                    let survives_restart = chosen.is_none();
                    BoxDedupStore::new(Switched {
                        store: chosen.unwrap_or_else(|| self.0.store.clone()),
                        down: self.0.down.clone(),
                        survives_restart,
                    })
                },
                |application| {
                    Arc::new(Watched {
                        application,
                        witness: self.0.witness.clone(),
                    })
                },
            )
            .build()?;
        *self.place() = Some(receiver.clone());
        Ok(receiver)
    }

    pub(super) fn receiver(&self) -> Option<Receiver> {
        self.place().clone()
    }

    fn place(&self) -> MutexGuard<'_, Option<Receiver>> {
        let place = self.0.receiver.lock();
        place.unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn rotate<'a>(
        &self,
        secrets: impl IntoIterator<Item = (&'static str, &'a str)>,
    ) -> Result<(), BuildError> {
        let keys: Result<Vec<Key>, BuildError> = secrets
            .into_iter()
            .map(|(id, secret)| key(id, secret))
            .collect();
        self.0.keyring.replace(keys?)
    }
}

fn key(id: &'static str, secret: &str) -> Result<Key, BuildError> {
    Ok(Key::new(id, Secret::bytes(secret.as_bytes())?))
}

impl fmt::Debug for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bench")
            .field("clock", &self.0.clock)
            .field("effect", &self.0.effect)
            .finish_non_exhaustive()
    }
}
