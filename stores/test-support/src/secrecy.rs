//! Errors that must not repeat what they were given.

use std::error::Error;

/// Panics when `error`, or one of its causes, says `secret` in its text or its `Debug`.
///
/// # Panics
///
/// Then.
pub fn says_nothing_of(secret: &str, error: &dyn Error) {
    let mut next = Some(error);
    while let Some(error) = next {
        let text = format!("{error} {error:?}");
        assert!(!text.contains(secret), "{text}");
        next = error.source();
    }
}
