//! [`Refused`]: why no receiver can be built.

use hookgate::BuildError;

/// Why no receiver can be built of what was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A key of the receiver cannot be used.
    BadKey,
    /// A key or a credential that the settings hold cannot be used. The text shows nothing of it.
    BadCredential(String),
    /// Something else is wrong. The text shows nothing of what was given.
    Malformed(String),
}

impl From<BuildError> for Refused {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Secret(_) | BuildError::NoKey => Self::BadKey,
            BuildError::Credential { .. } => Self::BadCredential(error.to_string()),
            other => Self::Malformed(other.to_string()),
        }
    }
}
