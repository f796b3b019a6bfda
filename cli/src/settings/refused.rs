//! [`Refused`]: why no receiver can be built.

use hookgate::BuildError;

/// Why no receiver can be built of what was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// A key cannot be used.
    BadKey,
    /// Something else is wrong. The text shows nothing of what was given.
    Malformed(String),
}

impl From<BuildError> for Refused {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Secret(_) | BuildError::Credential { .. } | BuildError::NoKey => {
                Self::BadKey
            }
            other => Self::Malformed(other.to_string()),
        }
    }
}
