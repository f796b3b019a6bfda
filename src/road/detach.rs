//! [`RunsToEnd`]: a handler that goes on when its sender hangs up or its deadline passes.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use super::Handled;
use crate::{
    judge::Admitted,
    limits::Grant,
    receiver::Receiver,
    telemetry::{DeliverySpan, Facts, log, words},
    time::{Elapsed, Limit, Timer},
    verdict::{Answer, RETRY_AFTER, Reason},
};

/// Runs the claimed part of the road in place. Hands it to `spawn` when it is dropped unfinished or is past the
/// handler's deadline: half an effect is worse than a late answer.
///
/// The normal case pays for no task. Where `spawn` finds no runtime it drops the work, and the lease ends
/// by itself.
pub struct RunsToEnd<'a, F, S: FnOnce(Detached<F>)> {
    receiver: &'a Receiver,
    work: Option<Pin<Box<F>>>,
    began: bool,
    spawn: Option<S>,
    timer: &'a Arc<dyn Timer>,
    time: TimeLeft,
    deadline: Limit,
}

impl<'a, F, S: FnOnce(Detached<F>)> RunsToEnd<'a, F, S> {
    /// Runs `work`, which is [`handle`](crate::road::handle)'s future. `time` comes from
    /// [`TimeLeft::of`], before the request is handed over.
    pub fn new(
        receiver: &'a Receiver,
        timer: &'a Arc<dyn Timer>,
        time: TimeLeft,
        work: F,
        spawn: S,
    ) -> Self {
        Self {
            receiver,
            work: Some(Box::pin(work)),
            began: false,
            spawn: Some(spawn),
            timer,
            time,
            deadline: Limit::default(),
        }
    }

    fn detach(&mut self) {
        let (Some(work), Some(spawn)) = (self.work.take(), self.spawn.take()) else {
            return;
        };
        if let Some(grant) = self.receiver.0.handlers.detached.take(1) {
            self.time.span.detached();
            spawn(Detached {
                work,
                _grant: grant,
            });
        }
    }
}

/// What is left of the handler's deadline, which counts from the head.
#[derive(Clone)]
pub struct TimeLeft {
    arrived: Duration,
    span: DeliverySpan,
    of: Arc<Facts>,
}

impl fmt::Debug for TimeLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimeLeft")
            .field("arrived", &self.arrived)
            .finish_non_exhaustive()
    }
}

impl TimeLeft {
    /// For `admitted`.
    pub fn of(admitted: &Admitted) -> Self {
        Self {
            arrived: admitted.arrived,
            span: admitted.first.span.clone(),
            of: admitted.first.facts.clone(),
        }
    }

    fn left(&self, receiver: &Receiver) -> Duration {
        let policy = &*receiver.0;
        let spent = policy.clock().monotonic().saturating_sub(self.arrived);
        policy.handlers.deadline.saturating_sub(spent)
    }

    /// Says that nothing is left.
    fn say_over(&self, receiver: &Receiver) {
        receiver.0.judge.told.meter.handler_deadline();
        let (reason, what) = (Reason::HandlerDeadline, words::PAST_DEADLINE);
        self.span.within(|| log::unfinished(&self.of, reason, what));
    }
}

// The work is boxed; nothing else is ever pinned.
impl<F, S: FnOnce(Detached<F>)> Unpin for RunsToEnd<'_, F, S> {}

impl<R, F, S> Future for RunsToEnd<'_, F, S>
where
    F: Future<Output = Handled<R>>,
    S: FnOnce(Detached<F>),
{
    type Output = Handled<R>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Handled<R>> {
        let this = &mut *self;
        // Taken out while it is polled: if an application's observer or store panics in there, nothing is
        // left to be moved to a task.
        let Some(mut work) = this.work.take() else {
            return Poll::Pending;
        };
        this.began = true;
        let arm = || this.timer.sleep(this.time.left(this.receiver));
        let polled = this
            .deadline
            .poll(context, arm, |context| work.as_mut().poll(context));
        if let Poll::Ready(Ok(handled)) = polled {
            return Poll::Ready(handled);
        }
        this.work = Some(work);
        let Poll::Ready(Err(Elapsed)) = polled else {
            return Poll::Pending;
        };
        this.time.say_over(this.receiver);
        this.detach();
        Poll::Ready(Handled::Answer(Answer::unavailable(
            Reason::HandlerDeadline,
            Some(RETRY_AFTER),
        )))
    }
}

impl<F, S: FnOnce(Detached<F>)> Drop for RunsToEnd<'_, F, S> {
    fn drop(&mut self) {
        // Before its first poll nothing is claimed: there is nothing to finish.
        if self.began && !self.receiver.cancels_on_disconnect() {
            self.detach();
        }
    }
}

impl<F, S: FnOnce(Detached<F>)> fmt::Debug for RunsToEnd<'_, F, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunsToEnd").finish_non_exhaustive()
    }
}

/// A handler that goes on without its sender. [`Receiver::drained`] waits for it.
pub struct Detached<F> {
    work: Pin<Box<F>>,
    _grant: Grant,
}

impl<F: Future> Future for Detached<F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.work.as_mut().poll(context).map(drop)
    }
}

impl<F> fmt::Debug for Detached<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Detached").finish_non_exhaustive()
    }
}
