//! Waiting without a runtime: a time limit that costs nothing until something is pending.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use crate::clock::{Sleep, Timer};

/// The time limit passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Elapsed;

/// Drives `work` for at most `limit`. The timer is armed only once `work` is pending.
pub(crate) async fn within<F: Future>(
    timer: &Arc<dyn Timer>,
    limit: Duration,
    work: F,
) -> Result<F::Output, Elapsed> {
    let mut work = pin!(work);
    let mut sleep: Option<Sleep> = None;
    poll_fn(|context| {
        if let Poll::Ready(output) = work.as_mut().poll(context) {
            return Poll::Ready(Ok(output));
        }
        let sleep = sleep.get_or_insert_with(|| timer.sleep(limit));
        sleep.as_mut().poll(context).map(|()| Err(Elapsed))
    })
    .await
}

/// Drives `main` to its end, and `aside` beside it as long as `main` is pending.
pub(crate) async fn beside<F: Future>(main: F, aside: impl Future<Output = ()>) -> F::Output {
    let mut main = pin!(main);
    let mut aside = pin!(aside);
    let mut aside_ended = false;
    poll_fn(|context| {
        if let Poll::Ready(output) = main.as_mut().poll(context) {
            return Poll::Ready(output);
        }
        if !aside_ended {
            aside_ended = aside.as_mut().poll(context).is_ready();
        }
        Poll::Pending
    })
    .await
}

/// Resolves with whichever ends first: `true` when that is `first`.
pub(crate) async fn either(
    first: impl Future<Output = ()>,
    second: impl Future<Output = ()>,
) -> bool {
    let mut first = pin!(first);
    let mut second = pin!(second);
    poll_fn(|context| {
        if first.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        second.as_mut().poll(context).map(|()| false)
    })
    .await
}
