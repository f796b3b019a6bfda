//! [`RawRequest`]: a request whose body is complete, still untrusted.

use std::fmt;

use super::Head;

/// A request whose body is complete: what a scheme verifies. Still untrusted.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct RawRequest<'a> {
    /// The head.
    pub head: Head<'a>,
    /// The body, byte for byte as it arrived.
    pub body: &'a [u8],
    pub(crate) body_limit: Option<usize>,
}

impl<'a> RawRequest<'a> {
    /// Puts head and body together.
    pub fn new(head: Head<'a>, body: &'a [u8]) -> Self {
        Self {
            head,
            body,
            body_limit: None,
        }
    }

    /// The limit for bodies that the receiver's owner set, in bytes; `None` where it is the pack's. A scheme that does
    /// more with small bodies than with large ones takes it for its own bound, where it is more.
    #[must_use]
    pub fn body_limit(mut self, limit: Option<usize>) -> Self {
        self.body_limit = limit;
        self
    }
}

impl fmt::Debug for RawRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("head", &self.head)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
