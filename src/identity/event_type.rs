//! [`EventType`]: the type of an event, as its sender names it.

use std::borrow::Cow;

/// The type of an event, as its sender names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventType(Cow<'static, str>);

impl EventType {
    /// A type that the pack knows.
    pub const fn known(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// A type that the pack does not know.
    pub fn unknown(name: impl Into<String>) -> Self {
        Self(Cow::Owned(name.into()))
    }

    /// The name, as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name where the pack knows it, else `other`: bounded, fit for a metric label.
    pub fn label(&self) -> &'static str {
        match self.0 {
            Cow::Borrowed(name) => name,
            Cow::Owned(_) => "other",
        }
    }
}
