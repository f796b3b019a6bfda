//! What is told: log lines, spans, metrics, and the application's observer.
//!
//! All of it tells [`Facts`] and names of fixed sets. No payload, header, credential or text of an error is among them;
//! an observer gets errors, since it is the application's own.

mod facts;
pub(crate) mod log;
pub(crate) mod meter;
#[cfg(feature = "metrics")]
pub mod metrics;
mod observer;
mod panics;
mod span;

pub use self::observer::{Observed, Observer};
pub(crate) use self::{
    facts::Facts,
    meter::{Level, Meter, Stopwatch, StoreCall},
    observer::{Told, Unobserved},
    panics::{Panicked, caught},
    span::DeliverySpan,
};
