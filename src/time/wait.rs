//! Waiting without a runtime: a time limit that costs nothing until something is pending.
//!
//! In each poll our own part (a limit, the heartbeat) comes first and the work second. A runtime may give a task a
//! budget for each poll, as tokio does. Work that is always ready uses it up, and a timer that is asked afterwards
//! would never fire. An output that is ready in the same poll still wins over a limit.
//!
//! Work is passed pinned, and these are no `async fn`s. An `async fn` holds twice what it takes by value and awaits:
//! once as an argument and once as what it polls. A few around each other, and the future of a delivery had 7 KB.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use super::{Sleep, Timer};

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

/// Drives both to their ends.
pub(crate) fn both<F: Future>(
    mut aside: Pin<&mut impl Future<Output = ()>>,
    mut main: Pin<&mut F>,
) -> impl Future<Output = F::Output> {
    let (mut is_over, mut output) = (false, None);
    poll_fn(move |context| {
        is_over = is_over || aside.as_mut().poll(context).is_ready();
        if output.is_none()
            && let Poll::Ready(it) = main.as_mut().poll(context)
        {
            output = Some(it);
        }
        match output.take() {
            Some(it) if is_over => Poll::Ready(it),
            waits => {
                output = waits;
                Poll::Pending
            }
        }
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

/// Resolves with the place of the first that is ready.
pub(crate) fn first_of(
    futures: &mut [&mut (dyn Future<Output = ()> + Send + Unpin)],
) -> impl Future<Output = usize> {
    poll_fn(|context| {
        let mut ready = |it: &mut &mut (dyn Future<Output = ()> + Send + Unpin)| {
            Pin::new(it).poll(context).is_ready()
        };
        futures
            .iter_mut()
            .position(&mut ready)
            .map_or(Poll::Pending, Poll::Ready)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use std::{
        cell::{Cell, RefCell},
        future::{pending, ready},
        pin::pin,
        sync::atomic::{AtomicUsize, Ordering},
        task::Waker,
    };

    use super::*;

    /// Sleeps that are over at the second poll; counts those that were begun.
    #[derive(Clone, Default)]
    struct Counting(Arc<AtomicUsize>);

    impl Counting {
        fn begun(&self) -> usize {
            self.0.load(Ordering::SeqCst)
        }
    }

    impl Timer for Counting {
        fn sleep(&self, _: Duration) -> Sleep {
            self.0.fetch_add(1, Ordering::SeqCst);
            Box::pin(at_poll(2, ()))
        }
    }

    /// Is ready at the poll of this number.
    fn at_poll<T: Copy>(number: usize, output: T) -> impl Future<Output = T> {
        let mut polls = 0;
        poll_fn(move |_| {
            polls += 1;
            if polls >= number {
                Poll::Ready(output)
            } else {
                Poll::Pending
            }
        })
    }

    fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    fn timer() -> (Counting, Arc<dyn Timer>) {
        let counting = Counting::default();
        (counting.clone(), Arc::new(counting))
    }

    #[test]
    fn work_that_never_waits_arms_no_timer() {
        let (counting, timer) = timer();
        let work = pin!(ready(7));
        let mut limited = pin!(within(&timer, Duration::ZERO, work));
        assert_eq!(poll(limited.as_mut()), Poll::Ready(Ok(7)));
        let aside = Cell::new(false);
        let main = pin!(ready(7));
        let mut both = pin!(beside(main, || {
            aside.set(true);
            pending()
        }));
        assert_eq!(poll(both.as_mut()), Poll::Ready(7));
        assert!(!aside.get());
        assert_eq!(counting.begun(), 0);
    }

    #[test]
    fn an_output_that_is_ready_when_the_limit_passes_is_not_thrown_away() {
        for (ready_at, output) in [(2, Ok(7)), (3, Err(Elapsed))] {
            let (counting, timer) = timer();
            let work = pin!(at_poll(ready_at, 7));
            let mut limited = pin!(within(&timer, Duration::ZERO, work));
            assert_eq!(poll(limited.as_mut()), Poll::Pending);
            assert_eq!(poll(limited.as_mut()), Poll::Ready(output));
            assert_eq!(counting.begun(), 1);
        }
    }

    #[test]
    fn a_hint_that_comes_when_the_pause_ends_is_a_hint() {
        for (hint_at, hint) in [(2, true), (3, false)] {
            let (_, timer) = timer();
            let hint_at = Box::pin(at_poll(hint_at, ()));
            let mut waiting = pin!(either(hint_at, timer.sleep(Duration::ZERO)));
            assert_eq!(poll(waiting.as_mut()), Poll::Pending);
            assert_eq!(poll(waiting.as_mut()), Poll::Ready(hint));
        }
    }

    /// A task's budget: one that is polled when it is used up is not ready.
    struct Budget {
        left: Cell<bool>,
        order: RefCell<Vec<&'static str>>,
    }

    impl Budget {
        fn ask(&self, who: &'static str) -> bool {
            self.order.borrow_mut().push(who);
            self.left.replace(false)
        }
    }

    #[test]
    fn what_runs_beside_the_work_is_polled_before_it() {
        let budget = Budget {
            left: Cell::new(true),
            order: RefCell::default(),
        };
        let main = pin!(poll_fn(|_| {
            budget.ask("work");
            Poll::<()>::Pending
        }));
        let beats = Cell::new(0);
        let mut both = pin!(beside(main, || poll_fn(|_| {
            if budget.ask("beside") {
                beats.set(beats.get() + 1);
            }
            Poll::Pending
        })));
        for _ in 0..3 {
            budget.left.set(true);
            assert_eq!(poll(both.as_mut()), Poll::Pending);
        }
        // In the first poll it is made, after the work.
        assert_eq!(
            *budget.order.borrow(),
            ["work", "beside", "beside", "work", "beside", "work"]
        );
        assert_eq!(beats.get(), 2);
    }

    #[test]
    fn both_have_ended_when_it_ends_whichever_is_first() {
        for (aside_ends, main_ends) in [(1, 1), (1, 3), (3, 1), (2, 3), (3, 2)] {
            let aside = pin!(at_poll(aside_ends, ()));
            let main = pin!(at_poll(main_ends, 7));
            let mut both = pin!(both(aside, main));
            for _ in 1..aside_ends.max(main_ends) {
                assert!(poll(both.as_mut()).is_pending(), "{aside_ends} {main_ends}");
            }
            assert_eq!(poll(both.as_mut()), Poll::Ready(7));
        }
    }
}
