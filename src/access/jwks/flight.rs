//! [`Flight`]: one fetch at a time, and a pause after each.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use event_listener::{Event, EventListener};

use crate::clock::Clock;

/// Whoever needs keys boards: the first begins a fetch, the others wait for it, and during the pause after it nobody
/// begins another. So what senders make up causes one fetch a pause, however much of it comes.
#[derive(Default)]
pub(super) struct Flight {
    state: Mutex<State>,
    landed: Event,
}

#[derive(Default)]
struct State {
    under_way: bool,
    paused_until: Duration,
}

/// Ends the flight when dropped: after the fetch, or with it when its task is dropped or panics.
pub(super) struct Ticket {
    flight: Arc<Flight>,
    clock: Arc<dyn Clock>,
    pause: Duration,
}

impl Flight {
    /// Resolves when the fetch is over; with a ticket for whoever must begin it. `None` during the pause.
    pub(super) fn board(
        self: &Arc<Self>,
        clock: &Arc<dyn Clock>,
        pause: Duration,
    ) -> Option<(Option<Ticket>, EventListener)> {
        // Registered before the state is read, so that no landing is missed.
        let landed = self.landed.listen();
        let now = clock.monotonic();
        let mut state = self.state();
        if state.under_way {
            return Some((None, landed));
        }
        if now < state.paused_until {
            return None;
        }
        state.under_way = true;
        let ticket = Ticket {
            flight: self.clone(),
            clock: clock.clone(),
            pause,
        };
        Some((Some(ticket), landed))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let paused_until = self.clock.monotonic().saturating_add(self.pause);
        *self.flight.state() = State {
            under_way: false,
            paused_until,
        };
        self.flight.landed.notify(usize::MAX);
    }
}
