//! Copies of an event whose first is still running: they wait for its outcome, and never claim.

use std::{collections::HashMap, pin::pin, sync::Arc, time::Duration};

use event_listener::Event;

use super::StoreCalls;
use crate::{
    dedup::State,
    identity::EventKey,
    limits::{Allowance, Grant},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    telemetry::Level,
    time::{Timer, either, within},
};

/// Copies of one event that may wait at once.
const PER_KEY: usize = 64;
/// Copies of one receiver that may wait at once.
const PER_RECEIVER: usize = 1024;
/// How often a store that cannot notify is asked: first and longest pause.
const FIRST_LOOK: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// How a wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waited {
    /// The first copy is done.
    Done,
    /// The first copy failed: the sender may send again.
    Free,
    /// Too many wait, or it took too long.
    GaveUp,
}

/// The waiting copies of one receiver: for each event one room, in which one copy asks the store for
/// all.
#[derive(Debug)]
pub(crate) struct WaitingCopies {
    /// For how long a copy waits.
    patience: Duration,
    rooms: Mutex<HashMap<EventKey, Arc<Room>>>,
    seats: Allowance,
}

#[derive(Debug)]
struct Room {
    seats: Allowance,
    leader: AtomicBool,
    ended: Mutex<Option<Waited>>,
    changed: Event,
}

impl WaitingCopies {
    /// `patience` is for how long a copy waits; `level` follows how many wait.
    pub(crate) fn new(patience: Duration, level: Level) -> Self {
        Self {
            patience,
            rooms: Mutex::new(HashMap::new()),
            seats: Allowance::new(PER_RECEIVER, level),
        }
    }

    /// Waits until `key` is no longer in progress. It counts as one that waits while the grant is held: until it is
    /// answered. Where `is_refused`, nothing waits any more.
    pub(crate) async fn wait(
        &self,
        key: &EventKey,
        calls: &StoreCalls,
        timer: &Arc<dyn Timer>,
        is_refused: impl FnOnce() -> bool,
    ) -> (Waited, Option<Grant>) {
        let Some(mut seat) = self.sit(key) else {
            return (Waited::GaveUp, None);
        };
        // Asked once this one counts, so that who drains either waits for it or has it turned away.
        if is_refused() {
            return (Waited::GaveUp, None);
        }
        let waited = {
            let watching = pin!(seat.watch(calls, timer));
            within(timer, self.patience, watching).await
        };
        let waited = waited.unwrap_or(Waited::GaveUp);
        (waited, seat.in_receiver.take())
    }

    /// For how long a copy waits.
    #[cfg(all(feature = "testing", feature = "simulator"))]
    pub(crate) fn patience(&self) -> Duration {
        self.patience
    }

    /// How many wait, or are about to be answered.
    pub(crate) fn count(&self) -> usize {
        self.seats.used()
    }

    /// Resolves when there is none.
    pub(crate) async fn ended(&self) {
        self.seats.unused().await;
    }

    fn sit(&self, key: &EventKey) -> Option<Seat<'_>> {
        let in_receiver = self.seats.take(1)?;
        let mut rooms = self.rooms();
        let room = rooms.entry(*key).or_insert_with(|| {
            Arc::new(Room {
                seats: Allowance::new(PER_KEY, Level::unmetered()),
                leader: AtomicBool::new(false),
                ended: Mutex::new(None),
                changed: Event::new(),
            })
        });
        let in_room = room.seats.take(1)?;
        Some(Seat {
            copies: self,
            key: *key,
            room: room.clone(),
            in_room: Some(in_room),
            in_receiver: Some(in_receiver),
        })
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<EventKey, Arc<Room>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes `room` out of the map, unless a newer one stands there.
fn close(rooms: &mut HashMap<EventKey, Arc<Room>>, key: &EventKey, room: &Arc<Room>) {
    if rooms.get(key).is_some_and(|known| Arc::ptr_eq(known, room)) {
        rooms.remove(key);
    }
}

struct Seat<'a> {
    copies: &'a WaitingCopies,
    key: EventKey,
    room: Arc<Room>,
    in_room: Option<Grant>,
    in_receiver: Option<Grant>,
}

impl Seat<'_> {
    async fn watch(&self, calls: &StoreCalls, timer: &Arc<dyn Timer>) -> Waited {
        loop {
            let listener = self.room.changed.listen();
            if let Some(ended) = self.room.ended() {
                return ended;
            }
            match self.room.lead() {
                Some(lead) => {
                    let ended = self.ask(calls, timer).await;
                    self.end(ended);
                    drop(lead);
                    return ended;
                }
                None => listener.await,
            }
        }
    }

    /// Ends the wait of all in this room.
    fn end(&self, ended: Waited) {
        // First the room is closed: later copies belong into a new one, since the event may run again.
        close(&mut self.copies.rooms(), &self.key, &self.room);
        self.room.end(ended);
    }

    async fn ask(&self, calls: &StoreCalls, timer: &Arc<dyn Timer>) -> Waited {
        let mut pause = FIRST_LOOK;
        loop {
            let settled = calls.settled(&self.key);
            let hinted = either(settled, timer.sleep(pause)).await;
            match calls.look(&self.key, timer).await {
                Ok(State::Done) => return Waited::Done,
                Ok(State::Free) => return Waited::Free,
                // A store that is down for a moment may be back before the wait ends. Its hint would come
                // again at once, and again: the pause is kept all the same.
                Ok(State::InProgress { .. }) | Err(_) if hinted => {
                    timer.sleep(pause).await;
                }
                Ok(State::InProgress { .. }) | Err(_) => {}
            }
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }
}

impl Drop for Seat<'_> {
    fn drop(&mut self) {
        // The last to leave closes the room, under the lock that newcomers sit down under.
        let mut rooms = self.copies.rooms();
        drop(self.in_room.take());
        if self.room.seats.used() == 0 {
            close(&mut rooms, &self.key, &self.room);
        }
    }
}

impl Room {
    fn ended(&self) -> Option<Waited> {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, ended: Waited) {
        *self.ended.lock().unwrap_or_else(PoisonError::into_inner) = Some(ended);
        self.changed.notify(usize::MAX);
    }

    /// The right to ask the store for all in this room.
    fn lead(&self) -> Option<Lead<'_>> {
        self.leader
            .compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
            // Made only when it is won: dropping one gives the right up.
            .then(|| Lead(self))
    }
}

/// Given up when dropped, also by a leader whose sender left: the next one then takes over.
struct Lead<'a>(&'a Room);

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.0.leader.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use std::{
        pin::Pin,
        task::{Context, Wake, Waker},
    };

    use super::*;

    fn key() -> EventKey {
        EventKey::from_bytes([7; 32])
    }

    fn copies() -> Arc<WaitingCopies> {
        Arc::new(WaitingCopies::new(Duration::ZERO, Level::unmetered()))
    }

    #[test]
    fn the_last_to_leave_closes_the_room() {
        let copies = copies();
        let (one, other) = (copies.sit(&key()).unwrap(), copies.sit(&key()).unwrap());
        drop(one);
        assert_eq!(copies.rooms().len(), 1);
        drop(other);
        assert_eq!(copies.rooms().len(), 0, "nothing is kept of an event");
        assert_eq!(copies.seats.used(), 0);
    }

    /// Sits down when it is woken, as one could on another thread, and tells what it found.
    struct Newcomer {
        copies: Arc<WaitingCopies>,
        found: Mutex<Vec<Option<Waited>>>,
    }

    impl Wake for Newcomer {
        fn wake(self: Arc<Self>) {
            let seat = self.copies.sit(&key()).unwrap();
            self.found.lock().unwrap().push(seat.room.ended());
        }
    }

    #[test]
    fn who_sits_down_when_a_wait_has_ended_is_not_told_its_outcome() {
        let copies = copies();
        let (leader, follower) = (copies.sit(&key()).unwrap(), copies.sit(&key()).unwrap());
        let newcomer = Arc::new(Newcomer {
            copies: copies.clone(),
            found: Mutex::default(),
        });
        let waker = Waker::from(newcomer.clone());
        let mut listener = follower.room.changed.listen();
        let polled = Pin::new(&mut listener).poll(&mut Context::from_waker(&waker));
        assert!(polled.is_pending());
        leader.end(Waited::Free);
        assert_eq!(follower.room.ended(), Some(Waited::Free));
        assert_eq!(*newcomer.found.lock().unwrap(), [None]);
    }
}
