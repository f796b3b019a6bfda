//! [`Crew`]: the application's worker while a scenario is played.

use std::{
    future::{Future, pending, poll_fn},
    mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use crate::{
    setup::BuildError,
    time::{Background, FakeClock, Sleep, Timer},
    worker::Worker,
};

/// How far time moves at once while a worker waits for it.
const STEP: Duration = Duration::from_secs(1);
/// Longer than the last try of an event comes, by the defaults: about nine hours.
const PATIENCE: Duration = Duration::from_secs(12 * 3600);

/// So often others have their turn in a moment.
const TURNS: u8 = 64;

type Working = Pin<Box<dyn Future<Output = Result<(), BuildError>> + Send>>;

/// The application's worker and its handlers. They run only while the kit waits for them, on its task. So nothing happens
/// beside a step, and what they log is heard. Time moves only when no handler runs.
#[derive(Clone, Default)]
pub(super) struct Crew(Arc<Inner>);

#[derive(Default)]
struct Inner {
    worker: Mutex<Option<Working>>,
    /// Why it cannot work.
    refused: Mutex<Option<BuildError>>,
    handlers: Arc<Mutex<Vec<Background>>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Crew {
    pub(super) fn take_on(&self, worker: Worker, clock: FakeClock) {
        let timer = CrewTimer {
            clock,
            handlers: self.0.handlers.clone(),
        };
        let working = async move { worker.run_on(timer, pending()).await.map(drop) };
        *locked(&self.0.worker) = Some(Box::pin(working));
    }

    /// As when their process is killed: nobody ends what they have begun.
    pub(super) fn kill(&self) {
        // Dropped without the locks: a handler's drop is an application's code.
        let worker = locked(&self.0.worker).take();
        drop(worker);
        let handlers = mem::take(&mut *locked(&self.0.handlers));
        drop(handlers);
    }

    /// Whether there is a worker.
    pub(super) fn is_there(&self) -> bool {
        locked(&self.0.worker).is_some()
    }

    pub(super) fn refused(&self) -> Option<BuildError> {
        locked(&self.0.refused).clone()
    }

    /// Lets them work until `there` holds, or nothing has come of it for half a day.
    pub(super) async fn works_until(&self, clock: &FakeClock, there: impl Fn() -> bool) {
        let mut passed = Duration::ZERO;
        poll_fn(|context| {
            self.poll(context);
            if there() || passed >= PATIENCE || !self.is_there() {
                return Poll::Ready(());
            }
            // Time would run out for a handler that waits for something real.
            if locked(&self.0.handlers).is_empty() {
                clock.advance(STEP);
                passed = passed.saturating_add(STEP);
                // What the application runs elsewhere has its turn.
                context.waker().wake_by_ref();
            }
            Poll::Pending
        })
        .await;
    }

    /// Lets them go on with what needs no time, and the application with what it runs elsewhere.
    pub(super) async fn moment(&self) {
        let mut turns = 0_u8;
        poll_fn(|context| {
            self.poll(context);
            turns = turns.saturating_add(1);
            if turns > TURNS {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }

    /// Polls all of them, and those that they begin, until each waits.
    fn poll(&self, context: &mut Context<'_>) {
        // Taken out while it is polled: it may begin others.
        let working = locked(&self.0.worker).take();
        if let Some(mut working) = working {
            match working.as_mut().poll(context) {
                Poll::Pending => *locked(&self.0.worker) = Some(working),
                Poll::Ready(ended) => *locked(&self.0.refused) = ended.err(),
            }
        }
        loop {
            let polled = mem::take(&mut *locked(&self.0.handlers));
            if polled.is_empty() {
                return;
            }
            let mut waiting = Vec::new();
            for mut handler in polled {
                if handler.as_mut().poll(context).is_pending() {
                    waiting.push(handler);
                }
            }
            let mut begun = locked(&self.0.handlers);
            let has_more = !begun.is_empty();
            begun.extend(waiting);
            if !has_more {
                return;
            }
        }
    }
}

/// The kit's clock, and its handlers for what is to run beside.
struct CrewTimer {
    clock: FakeClock,
    handlers: Arc<Mutex<Vec<Background>>>,
}

impl Timer for CrewTimer {
    fn sleep(&self, duration: Duration) -> Sleep {
        self.clock.sleep(duration)
    }

    fn spawn(&self, work: Background) {
        locked(&self.handlers).push(work);
    }
}
