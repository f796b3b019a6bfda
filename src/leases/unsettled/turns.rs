//! [`Turns`]: how many tasks in the background ask the store at once.

use event_listener::Event;

use crate::sync::atomic::{AtomicUsize, Ordering};

/// Calls in the background of one receiver at once. A store that is slow because it has too much to do does not get the
/// tries of all leases together. One that answers in a millisecond still hears of thousands in a second.
const TURNS: usize = 8;

/// A bounded number of turns, in the order in which they were asked for.
pub(super) struct Turns {
    taken: AtomicUsize,
    given_back: Event,
}

impl Turns {
    pub(super) fn new() -> Self {
        Self {
            taken: AtomicUsize::new(0),
            given_back: Event::new(),
        }
    }

    /// Resolves when there is one.
    pub(super) async fn take(&self) -> Turn<'_> {
        loop {
            if let Some(turn) = self.try_take() {
                return turn;
            }
            let listener = self.given_back.listen();
            // It may have been given back before anybody listened.
            if let Some(turn) = self.try_take() {
                return turn;
            }
            listener.await;
        }
    }

    fn try_take(&self) -> Option<Turn<'_>> {
        self.taken
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |taken| {
                taken.checked_add(1).filter(|taken| *taken <= TURNS)
            })
            .is_ok()
            .then(|| Turn(self))
    }
}

/// Given back when dropped.
pub(super) struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::SeqCst);
        // One more each time: two that are given back at once wake two.
        self.0.given_back.notify_additional(1);
    }
}
