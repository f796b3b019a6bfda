//! [`Value`]: what stands in a statement, written so that nothing in it could be read as SQL.

use std::{fmt, time::Duration};

use hookgate::{EventKey, dedup::OwnerToken, pack::ContentDigest};
use hookgate_store_kit::rounding::{kept_number, micros};

/// A literal without a type: the statement that uses it names the type.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value {
    Bytes([u8; 32]),
    Uuid([u8; 16]),
    Number(i64),
    Null,
}

impl Value {
    pub(crate) fn of_content(content: Option<&ContentDigest>) -> Self {
        kept_number(content).map_or(Self::Null, Self::Number)
    }

    /// In microseconds.
    pub(crate) fn of_duration(duration: Duration) -> Self {
        Self::Number(micros(duration))
    }
}

impl From<&EventKey> for Value {
    fn from(key: &EventKey) -> Self {
        Self::Bytes(*key.as_bytes())
    }
}

impl From<&OwnerToken> for Value {
    fn from(owner: &OwnerToken) -> Self {
        Self::Uuid(*owner.as_bytes())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Not `'\x…'`, which means something else with `standard_conforming_strings = off`.
            Self::Bytes(bytes) => write!(f, r"E'\\x{}'", const_hex::display(bytes)),
            Self::Uuid(bytes) => write!(f, "'{}'", const_hex::display(bytes)),
            // Quoted: `-1::bigint` is the negative of `1::bigint`, and the least number is the negative of
            // none.
            Self::Number(number) => write!(f, "'{number}'"),
            Self::Null => f.write_str("NULL"),
        }
    }
}
