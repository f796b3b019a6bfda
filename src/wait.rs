//! Waiting without a runtime: a time limit that costs nothing until something is pending.
//!
//! Work is passed pinned, and these are no `async fn`s: what one of those takes by value and awaits, it
//! holds twice, once as an argument and once as what it polls. A few around each other, and the future
//! of a delivery had 7 KB.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use crate::clock::{Sleep, Timer};

/// The time limit passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Elapsed;

/// Drives `work` for at most `limit`. The timer is armed only once `work` is pending.
pub(crate) fn within<F: Future + ?Sized>(
    timer: &Arc<dyn Timer>,
    limit: Duration,
    mut work: Pin<&mut F>,
) -> impl Future<Output = Result<F::Output, Elapsed>> {
    let mut sleep: Option<Sleep> = None;
    poll_fn(move |context| {
        if let Poll::Ready(output) = work.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        let sleep = sleep.get_or_insert_with(|| timer.sleep(limit));
        sleep.as_mut().poll(context).map(|()| Err(Elapsed))
    })
}

/// Drives `main` to its end, and beside it, once it is pending, what `aside` makes.
pub(crate) fn beside<F: Future, A: Future<Output = ()>>(
    mut main: Pin<&mut F>,
    aside: impl FnOnce() -> A,
) -> impl Future<Output = F::Output> {
    let mut aside = Some(aside);
    let mut beside = None;
    poll_fn(move |context| {
        if let Poll::Ready(output) = main.as_mut().poll(context) {
            return Poll::Ready(output);
        }
        if let Some(aside) = aside.take() {
            beside = Some(Box::pin(aside()));
        }
        if let Some(running) = &mut beside
            && running.as_mut().poll(context).is_ready()
        {
            beside = None;
        }
        Poll::Pending
    })
}

/// Resolves with whichever ends first: `true` when that is `first`.
pub(crate) fn either(
    mut first: impl Future<Output = ()> + Unpin,
    mut second: impl Future<Output = ()> + Unpin,
) -> impl Future<Output = bool> {
    poll_fn(move |context| {
        if Pin::new(&mut first).poll(context).is_ready() {
            return Poll::Ready(true);
        }
        Pin::new(&mut second).poll(context).map(|()| false)
    })
}
