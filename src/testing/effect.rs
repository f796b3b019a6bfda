//! [`Effect`]: what a handler does to the world, in a test.

use std::{
    panic::resume_unwind,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use event_listener::{Event, EventListener};

/// Stands for what the application's handler does: writes a row, sends a mail. Call
/// [`happens`](Self::happens) there, in the fake of that row's or mail's interface. Clones are the same
/// effect.
///
/// ```
/// use hookgate::{Ack, Nack, testing::Effect};
///
/// async fn on_event(effect: &Effect) -> Result<Ack, Nack> {
///     effect.happens().await?;
///     Ok(Ack::processed())
/// }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Effect(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    state: Mutex<State>,
    changed: Event,
}

#[derive(Debug, Default)]
struct State {
    began: usize,
    happened: usize,
    held: bool,
    next: Option<Fault>,
    /// Until it is mended.
    always: Option<Fault>,
}

/// What goes wrong the next time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Fails,
    Panics,
}

/// The effect failed, since the kit told it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("{}", FAILURE)]
pub struct EffectFailed;

/// A text that no answer may show.
pub(super) const FAILURE: &str = "the test kit let the effect fail (canary-of-an-error)";

impl Effect {
    /// The effect, once. Waits while the kit holds it.
    ///
    /// # Errors
    ///
    /// When the kit wants the handler to fail: pass it on as an error of your database.
    ///
    /// # Panics
    ///
    /// When the kit wants the handler to panic. The panic hook is not called for it.
    pub async fn happens(&self) -> Result<(), EffectFailed> {
        let fault = {
            let mut state = self.state();
            state.began = state.began.saturating_add(1);
            state.next.take().or(state.always)
        };
        self.0.changed.notify(usize::MAX);
        match fault {
            Some(Fault::Fails) => return Err(EffectFailed),
            // Without the panic hook, which would bury the kit's report under backtraces of panics that it wants.
            Some(Fault::Panics) => resume_unwind(Box::new("the test kit lets the handler panic")),
            None => self.until(|effect| !effect.state().held).await,
        }
        let mut state = self.state();
        state.happened = state.happened.saturating_add(1);
        drop(state);
        self.0.changed.notify(usize::MAX);
        Ok(())
    }

    /// How often it happened.
    pub fn count(&self) -> usize {
        self.state().happened
    }

    /// How many handlers came to it.
    pub(super) fn began(&self) -> usize {
        self.state().began
    }

    pub(super) fn goes_wrong_once(&self, fault: Fault) {
        self.state().next = Some(fault);
    }

    /// Every time from now on, or not any more.
    pub(super) fn goes_wrong(&self, fault: Option<Fault>) {
        self.state().always = fault;
    }

    /// Whether a fault is still to come.
    pub(super) fn fault_is_left(&self) -> bool {
        self.state().next.is_some()
    }

    pub(super) fn hold(&self) {
        self.state().held = true;
    }

    pub(super) fn let_go(&self) {
        self.state().held = false;
        self.0.changed.notify(usize::MAX);
    }

    /// Tells [`until`](Self::until) that something else may have changed.
    pub(super) fn touch(&self) {
        self.0.changed.notify(usize::MAX);
    }

    /// Resolves at the next change.
    pub(super) fn change(&self) -> EventListener {
        self.0.changed.listen()
    }

    /// Returns when `there` holds; asked anew whenever something changed.
    pub(super) async fn until(&self, there: impl Fn(&Self) -> bool) {
        loop {
            let change = self.change();
            if there(self) {
                return;
            }
            change.await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
