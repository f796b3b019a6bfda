//! Panics of the application's code: they are caught, whatever throws them and whatever is thrown.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
};

/// The application's code panicked. The message may hold personal data, so nothing of it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Panicked;

/// Calls `work`, and catches its panic.
pub(crate) fn caught<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|thrown| {
        // Any value can be thrown, also one that panics when it is dropped, and throws such a value again.
        if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(thrown))) {
            mem::forget(again);
        }
        Panicked
    })
}
