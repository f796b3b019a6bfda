//! What is told: log lines, spans, metrics, and the application's observer.
//!
//! All of it tells [`Facts`] and names of fixed sets. No payload, header or credential is among them. The cause of a
//! store's error is logged, since stores write it for that. What a handler fails with goes to the observer, which is the
//! application's own.

mod facts;
pub(crate) mod log;
mod log_errors;
pub(crate) mod meter;
#[cfg(feature = "metrics")]
pub mod metrics;
mod observer;
pub(crate) mod one_line;
mod panics;
mod seldom;
mod span;
pub(crate) mod words;

pub(crate) use self::{
    facts::Facts,
    meter::{Level, Meter, Stopwatch, StoreCall},
    observer::{Told, Unobserved},
    panics::{Panicked, caught},
    span::{DeliverySpan, QuestionSpan},
};
/// What `docs/observability.md` shows compiles.
#[cfg(doctest)]
#[doc = include_str!("../../docs/observability.md")]
struct Guide;

pub use self::{
    log_errors::LogErrors,
    observer::{Observed, Observer},
};
