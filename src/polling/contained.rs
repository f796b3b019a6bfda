//! [`contained`]: work of the application whose panic ends nothing else.

use std::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

use crate::telemetry::caught;

/// What `make`'s work came to; `None` where one of both panicked.
pub(super) async fn contained<T, F: Future<Output = T> + Send + ?Sized>(
    make: impl FnOnce() -> Pin<Box<F>>,
) -> Option<T> {
    let mut work = caught(make).ok()?;
    let done = poll_fn(|context| match caught(|| work.as_mut().poll(context)) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(done)) => Poll::Ready(Some(done)),
        Err(_) => Poll::Ready(None),
    });
    done.await
}
