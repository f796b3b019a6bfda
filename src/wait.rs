//! Waiting without a runtime: a time limit that costs nothing until something is pending.
//!
//! In each poll our own part (a limit, the heartbeat) comes first and the work second. A runtime may give a
//! task a budget for each poll, as tokio does: work that is always ready uses it up, and a timer that is
//! asked afterwards would never fire. An output that is ready in the same poll still wins over a limit.
//!
//! Work is passed pinned, and these are no `async fn`s: what one of those takes by value and awaits, it
//! holds twice, once as an argument and once as what it polls. A few around each other, and the future
//! of a delivery had 7 KB.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use crate::clock::{Sleep, Timer};

/// The time limit passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Elapsed;

/// A time limit of work that is polled. Armed once the work is pending, so that work which never waits
/// pays for no timer.
#[derive(Default)]
pub(crate) struct Limit(Option<Sleep>);

impl Limit {
    /// Polls `work` once, after the limit that [`poll`](Self::poll) armed with what `arm` makes.
    pub(crate) fn poll<T>(
        &mut self,
        context: &mut Context<'_>,
        arm: impl FnOnce() -> Sleep,
        work: impl FnOnce(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<Result<T, Elapsed>> {
        let armed = self.0.as_mut();
        let is_over = armed.map(|sleep| sleep.as_mut().poll(context).is_ready());
        if let Poll::Ready(output) = work(context) {
            return Poll::Ready(Ok(output));
        }
        let is_over = is_over.unwrap_or_else(|| {
            let sleep = self.0.insert(arm());
            sleep.as_mut().poll(context).is_ready()
        });
        if is_over {
            Poll::Ready(Err(Elapsed))
        } else {
            Poll::Pending
        }
    }
}

/// Drives `work` for at most `limit`.
pub(crate) fn within<F: Future + ?Sized>(
    timer: &Arc<dyn Timer>,
    limit: Duration,
    mut work: Pin<&mut F>,
) -> impl Future<Output = Result<F::Output, Elapsed>> {
    let mut end = Limit::default();
    poll_fn(move |context| {
        end.poll(
            context,
            || timer.sleep(limit),
            |context| work.as_mut().poll(context),
        )
    })
}

/// Drives `main` to its end, and beside it, once it is pending, what `aside` makes.
pub(crate) fn beside<F: Future, A: Future<Output = ()>>(
    mut main: Pin<&mut F>,
    aside: impl FnOnce() -> A,
) -> impl Future<Output = F::Output> {
    let mut make = Some(aside);
    let mut aside = None;
    poll_fn(move |context| {
        poll_once(&mut aside, context);
        if let Poll::Ready(output) = main.as_mut().poll(context) {
            return Poll::Ready(output);
        }
        if let Some(make) = make.take() {
            aside = Some(Box::pin(make()));
            poll_once(&mut aside, context);
        }
        Poll::Pending
    })
}

/// Polls what is not done yet.
fn poll_once<A: Future<Output = ()>>(aside: &mut Option<Pin<Box<A>>>, context: &mut Context<'_>) {
    if let Some(running) = aside
        && running.as_mut().poll(context).is_ready()
    {
        *aside = None;
    }
}

/// Resolves with whichever ends first: `true` when that is `first`, also where both are ready. The second, a
/// limit mostly, is asked before it.
pub(crate) fn either(
    mut first: impl Future<Output = ()> + Unpin,
    mut second: impl Future<Output = ()> + Unpin,
) -> impl Future<Output = bool> {
    poll_fn(move |context| {
        let is_over = Pin::new(&mut second).poll(context).is_ready();
        if Pin::new(&mut first).poll(context).is_ready() {
            return Poll::Ready(true);
        }
        if is_over {
            return Poll::Ready(false);
        }
        Poll::Pending
    })
}
