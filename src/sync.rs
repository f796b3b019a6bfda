//! Locks and counters that several threads meet at: the standard library's.
//!
//! `interleavings` compiles this crate with those of a checker in their place, which tries the orders in which threads may
//! take their steps. So code whose orders matter takes them from here.

#[cfg(hookgate_shuttle)]
pub(crate) use shuttle::sync::{Mutex, MutexGuard, PoisonError, atomic};
#[cfg(not(hookgate_shuttle))]
pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError, atomic};
