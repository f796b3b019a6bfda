//! [`WatchedTimer`]: the kit's clock as a timer that tells what was asked of it.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::Effect;
use crate::time::{FakeClock, Sleep, Timer};

/// Tells which sleeps have begun, so that the kit moves the clock no earlier than that: over a real
/// server they begin on other threads.
#[derive(Clone)]
pub(super) struct WatchedTimer {
    clock: FakeClock,
    asked: Arc<Mutex<Vec<Duration>>>,
    effect: Effect,
}

impl WatchedTimer {
    pub(super) fn new(clock: FakeClock, effect: Effect) -> Self {
        Self {
            clock,
            asked: Arc::default(),
            effect,
        }
    }

    /// How many sleeps of this length have begun.
    pub(super) fn asked(&self, duration: Duration) -> usize {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().filter(|it| **it == duration).count()
    }
}

impl Timer for WatchedTimer {
    fn sleep(&self, duration: Duration) -> Sleep {
        // First made, then told: whoever is told may move the clock at once.
        let sleep = self.clock.sleep(duration);
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.push(duration);
        drop(asked);
        self.effect.touch();
        sleep
    }
}
