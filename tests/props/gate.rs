//! [`Gate`]: holds a handler or a store call until the test opens it. Beside it, how a test waits, or does not.

use std::{
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use tokio::sync::watch;

/// Longer than anything here can take. It only keeps a broken test from hanging.
const HANG: Duration = Duration::from_secs(30);

/// Shut until opened. Clones are one gate.
#[derive(Clone, Debug)]
pub(crate) struct Gate(watch::Sender<bool>);

impl Gate {
    pub(crate) fn shut() -> Self {
        Self(watch::Sender::new(false))
    }

    pub(crate) fn open(&self) {
        self.0.send_replace(true);
    }

    pub(crate) async fn passed(&self) {
        let mut open = self.0.subscribe();
        // Many may pass in one poll of their test's task, whose budget is 128 steps.
        let passed = tokio::task::unconstrained(open.wait_for(|open| *open));
        passed.await.unwrap();
    }
}

/// Awaits a future that must resolve.
pub(crate) async fn soon<T>(coming: impl Future<Output = T>) -> T {
    let came = tokio::time::timeout(HANG, coming).await;
    came.expect("it never came")
}

/// Lets everything else run until `condition` holds.
pub(crate) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < HANG, "never came: {what}");
        tokio::task::yield_now().await;
    }
}

/// Polls once, and does not ask to be woken.
pub(crate) fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// The output of work that waits for nothing.
#[track_caller]
pub(crate) fn at_once<T>(work: impl Future<Output = T>) -> T {
    match poll(pin!(work)) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("it waits"),
    }
}
