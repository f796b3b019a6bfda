//! [`SignedHeader`]: a header whose text is part of what is signed.

use http::HeaderName;
use memchr::memchr;

use super::template::{Piece, Template};
use crate::request::{Head, Single};

/// Longest text that is taken. Known senders stay below 64 bytes.
const MAX_TEXT_BYTES: usize = 256;

/// A header whose text is signed, and the byte that it may not contain.
#[derive(Debug, Clone)]
pub(super) struct SignedHeader {
    name: HeaderName,
    delimiter: Option<u8>,
}

/// Why there is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Missing,
    Malformed(&'static str),
}

impl SignedHeader {
    /// The header `name`, whose text stands as `piece` in the template.
    pub(super) fn new(name: HeaderName, template: &Template, piece: &Piece) -> Self {
        Self {
            name,
            delimiter: template.delimiter_of(piece),
        }
    }

    /// For texts whose form says where they end: any of its bytes may be the delimiter.
    #[cfg(feature = "jwt")]
    pub(super) fn delimiting_itself(mut self) -> Self {
        self.delimiter = None;
        self
    }

    pub(super) fn text<'a>(&self, head: &Head<'a>) -> Result<&'a str, Unreadable> {
        let value = match head.single(&self.name) {
            Single::Value(value) if !value.is_empty() => value,
            Single::Value(_) | Single::Missing => return Err(Unreadable::Missing),
            Single::Repeated => return Err(Unreadable::Malformed("its header stands twice")),
        };
        if value.len() > MAX_TEXT_BYTES {
            return Err(Unreadable::Malformed("it is too long"));
        }
        if self
            .delimiter
            .is_some_and(|byte| memchr(byte, value).is_some())
        {
            return Err(Unreadable::Malformed(
                "it contains the byte that ends it in the signed text",
            ));
        }
        std::str::from_utf8(value).map_err(|_| Unreadable::Malformed("it is not UTF-8"))
    }
}
