//! [`Window`]: how far a signed time may be from now.

use std::time::Duration;

/// How old, and how far in the future, a signed time may be. Both limits are inside the window.
///
/// ```
/// use std::time::Duration;
/// use hookgate::time::Window;
///
/// let window = Window::both(Duration::from_secs(300));
/// assert_eq!(window.past, window.future);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How old a signed time may be.
    pub past: Duration,
    /// How far ahead of our clock a signed time may be.
    pub future: Duration,
}

impl Window {
    /// The same limit to both sides.
    pub const fn both(limit: Duration) -> Self {
        Self {
            past: limit,
            future: limit,
        }
    }
}
