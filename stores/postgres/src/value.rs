//! [`Value`]: what stands in a statement, written so that nothing in it could be read as SQL.

use std::{fmt, sync::Arc, time::Duration};

use hookgate::{EventKey, dedup::OwnerToken, pack::ContentDigest};
use hookgate_store_kit::rounding::{kept_number, micros};

/// A literal without a type: the statement that uses it names the type.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Bytes([u8; 32]),
    /// The bytes of an endpoint's name.
    Name(Arc<str>),
    Uuid([u8; 16]),
    Number(i64),
    Flag(bool),
    /// Values of one kind.
    Many(Vec<Value>),
    Null,
}

impl Value {
    pub(crate) fn of_content(content: Option<&ContentDigest>) -> Self {
        kept_number(content).map_or(Self::Null, Self::Number)
    }

    pub(crate) fn many<T: Into<Self>>(values: impl IntoIterator<Item = T>) -> Self {
        Self::Many(values.into_iter().map(Into::into).collect())
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

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&Arc<str>> for Value {
    fn from(name: &Arc<str>) -> Self {
        Self::Name(name.clone())
    }
}

impl Value {
    /// As it stands in the text of an array.
    fn item(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The array takes one half of the backslashes, and the literal has taken another half before.
            Self::Bytes(bytes) => write!(f, r#""\\\\x{}""#, const_hex::display(bytes)),
            Self::Name(name) => write!(f, r#""\\\\x{}""#, const_hex::display(name.as_bytes())),
            Self::Uuid(bytes) => write!(f, "{}", const_hex::display(bytes)),
            Self::Number(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Many(_) | Self::Null => f.write_str("NULL"),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Not `'\x…'`, which means something else with `standard_conforming_strings = off`.
            Self::Bytes(bytes) => write!(f, r"E'\\x{}'", const_hex::display(bytes)),
            Self::Name(name) => write!(f, r"E'\\x{}'", const_hex::display(name.as_bytes())),
            Self::Flag(flag) => write!(f, "'{flag}'"),
            Self::Many(values) => {
                f.write_str("E'{")?;
                for (place, value) in values.iter().enumerate() {
                    if place > 0 {
                        f.write_str(",")?;
                    }
                    value.item(f)?;
                }
                f.write_str("}'")
            }
            Self::Uuid(bytes) => write!(f, "'{}'", const_hex::display(bytes)),
            // Quoted: `-1::bigint` is the negative of `1::bigint`, and the least number is the negative of
            // none.
            Self::Number(number) => write!(f, "'{number}'"),
            Self::Null => f.write_str("NULL"),
        }
    }
}
