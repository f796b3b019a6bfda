//! [`Reconciled`]: what a pass came to. [`ReconcileError`]: why it ended early.

use super::ApiError;
use crate::verdict::StoreError;

/// What one pass over the log came to, in entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reconciled {
    /// Read.
    pub read: usize,
    /// Handled before, or in the inbox, or twice in the log.
    pub known: usize,
    /// Lost until now, and handled or put into the inbox by this pass.
    pub handled: usize,
    /// The receiver's pack is not interested in them.
    pub not_wanted: usize,
    /// Without an end: their handler failed, or still runs, or the pass had no room for them. A later pass sees them again.
    pub unresolved: usize,
    /// Older than the window or than `since`, or outside the receiver's own window.
    pub too_old: usize,
    /// No event of this hook that can be read, or larger than the receiver takes.
    pub unreadable: usize,
    /// Whether the log was read as far as it had to be, and each lost event was tried.
    pub is_whole: bool,
}

/// A pass ended early. What it had handled by then is handled.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// The log could not be read.
    #[error("Logto's log cannot be read: {0}")]
    Log(#[from] ApiError),
    /// The receiver's store could not say what was handled.
    #[error("the store does not say what was handled: {0}")]
    Store(#[from] StoreError),
    /// Another instance reconciles by now.
    #[error("another instance has begun a pass")]
    TakenOver,
}
