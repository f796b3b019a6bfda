//! The log lines. No payload, header or credential ever reaches one. Of errors there are the causes of stores, and with
//! [`LogErrors`](super::LogErrors) what handlers fail with.
//!
//! Each stands on its own: it repeats the fields of the delivery's span, since a filter may let warnings
//! through and no spans.

#[cfg(feature = "tracing")]
#[path = "logged/mod.rs"]
mod lines;

#[cfg(not(feature = "tracing"))]
#[path = "unlogged.rs"]
mod lines;

pub(crate) use lines::*;
