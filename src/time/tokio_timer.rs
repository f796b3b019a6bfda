//! [`TokioTimer`]. Feature `tokio`, which `tower` and `hookgate-actix` switch on.

use std::time::Duration;

use super::{Sleep, Timer};

/// tokio's timer. Needs a runtime with time enabled.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokioTimer;

impl Timer for TokioTimer {
    fn sleep(&self, duration: Duration) -> Sleep {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// A task of the current runtime; without one, `work` is dropped.
pub(crate) fn spawn<F>(work: F)
where
    F: Future<Output: Send> + Send + 'static,
{
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(work);
    }
}
