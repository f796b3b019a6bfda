//! [`LogErrors`]: logs what handlers fail with.

use std::error::Error;

use super::{Observed, Observer, log};

/// Logs the error of each handler that failed or rejected its event, and the errors behind it: one line at `error`, with
/// the target `hookgate`.
///
/// # Security
///
/// The text of an error is the application's, and may hold personal data: a database says which row it refused. The
/// receiver itself therefore logs no such text. Take this where your log may hold what your errors say.
///
/// Control characters become spaces, and a text ends after 2,048 bytes: what a sender wrote into an error writes no line
/// of its own.
///
/// ```
/// use hookgate::{LogErrors, Receiver, Secret, dedup::MemoryStore, providers::logto::Logto};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let receiver = Receiver::new("logto", Logto::new(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?))
///     .dedup(MemoryStore::new())
///     .observer(LogErrors)
///     .build()?;
/// # let _ = receiver;
/// # Ok(())
/// # }
/// ```
///
/// An observer of your own calls it: `LogErrors.handler_failed(delivery, error)`. Without the feature `tracing` it does
/// nothing. The errors of a store need it not: the receiver logs them.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogErrors;

impl Observer for LogErrors {
    fn handler_failed(&self, delivery: Observed<'_>, error: Option<&(dyn Error + Send + Sync)>) {
        if let Some(error) = error {
            log::handlers_error(&delivery, error);
        }
    }
}
