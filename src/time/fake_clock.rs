//! [`FakeClock`]: time that tests move by hand.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Duration,
};

use super::{Clock, Sleep, Timer, UnixTime};

/// A clock and timer in one that move only when told. Clones share their time.
///
/// ```
/// use std::time::Duration;
/// use hookgate::{UnixTime, testing::FakeClock, time::Clock};
///
/// let clock = FakeClock::at(UnixTime::from_secs(1_700_000_000));
/// clock.advance(Duration::from_secs(5));
/// assert_eq!(clock.now(), UnixTime::from_secs(1_700_000_005));
/// ```
#[derive(Clone)]
pub struct FakeClock(Arc<Mutex<State>>);

struct State {
    now: UnixTime,
    monotonic: Duration,
    sleeping: Vec<Waker>,
}

impl FakeClock {
    /// Both clocks stand still, the wall clock at `now`.
    pub fn at(now: UnixTime) -> Self {
        Self(Arc::new(Mutex::new(State {
            now,
            monotonic: Duration::ZERO,
            sleeping: Vec::new(),
        })))
    }

    /// Moves both clocks and wakes what sleeps.
    pub fn advance(&self, by: Duration) {
        let sleeping = {
            let mut state = self.state();
            state.now = state.now.saturating_add(by);
            state.monotonic = state.monotonic.saturating_add(by);
            std::mem::take(&mut state.sleeping)
        };
        sleeping.into_iter().for_each(Waker::wake);
    }

    /// Sets the wall clock alone, as an operator or NTP would.
    pub fn set_wall(&self, now: UnixTime) {
        self.state().now = now;
    }

    /// How many sleeps wait for this clock right now: lets a test advance only once what it
    /// tests has begun to wait.
    pub fn sleepers(&self) -> usize {
        self.state().sleeping.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for FakeClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FakeClock").field(&self.state().now).finish()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> UnixTime {
        self.state().now
    }

    fn monotonic(&self) -> Duration {
        self.state().monotonic
    }
}

impl Timer for FakeClock {
    fn sleep(&self, duration: Duration) -> Sleep {
        let until = self.monotonic().saturating_add(duration);
        Box::pin(FakeSleep {
            clock: self.clone(),
            until,
        })
    }
}

struct FakeSleep {
    clock: FakeClock,
    until: Duration,
}

impl Future for FakeSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.clock.state();
        if state.monotonic >= self.until {
            return Poll::Ready(());
        }
        let waker = context.waker();
        if !state.sleeping.iter().any(|known| known.will_wake(waker)) {
            state.sleeping.push(waker.clone());
        }
        Poll::Pending
    }
}
