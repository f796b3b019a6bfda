//! [`Once`]: a member that may stand only once.

use serde::Deserialize;
use serde_json::value::RawValue;

/// A member of an object, by its name.
#[derive(Default, Clone, Copy)]
pub(crate) enum Once<'de> {
    #[default]
    Missing,
    Here(&'de RawValue),
    /// Nobody can say which one counts, so none does.
    Repeated,
}

impl<'de> Once<'de> {
    pub(crate) fn set(&mut self, value: &'de RawValue) {
        *self = match self {
            Self::Missing => Self::Here(value),
            Self::Here(_) | Self::Repeated => Self::Repeated,
        };
    }

    pub(crate) fn is_missing(self) -> bool {
        matches!(self, Self::Missing)
    }

    /// What it says, if it stands once and is a `T`.
    pub(crate) fn read<T: Deserialize<'de>>(self) -> Option<T> {
        match self {
            Self::Here(value) => serde_json::from_str(value.get()).ok(),
            Self::Missing | Self::Repeated => None,
        }
    }
}
