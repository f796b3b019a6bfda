//! Locks that several threads meet at: the standard library's, or those of a checker, as in the core.

#[cfg(hookgate_shuttle)]
pub(crate) use shuttle::sync::{Mutex, MutexGuard, PoisonError};
#[cfg(not(hookgate_shuttle))]
pub(crate) use std::sync::{Mutex, MutexGuard, PoisonError};
