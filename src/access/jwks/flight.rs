//! [`Flight`]: one fetch at a time, and a pause after each.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use event_listener::{Event, EventListener};

use crate::time::Clock;

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
        Some((Some(self.begin(&mut state, clock, pause)), landed))
    }

    /// Begins a fetch of one's own, also during the pause, once none is under way: what it brings is newer than all that
    /// was brought before.
    pub(super) async fn next(self: &Arc<Self>, clock: &Arc<dyn Clock>, pause: Duration) -> Ticket {
        loop {
            let landed = self.landed.listen();
            if let Some(ticket) = self.begin_if_none(clock, pause) {
                return ticket;
            }
            landed.await;
        }
    }

    fn begin_if_none(self: &Arc<Self>, clock: &Arc<dyn Clock>, pause: Duration) -> Option<Ticket> {
        let mut state = self.state();
        (!state.under_way).then(|| self.begin(&mut state, clock, pause))
    }

    fn begin(
        self: &Arc<Self>,
        state: &mut State,
        clock: &Arc<dyn Clock>,
        pause: Duration,
    ) -> Ticket {
        state.under_way = true;
        Ticket {
            flight: self.clone(),
            clock: clock.clone(),
            pause,
        }
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
