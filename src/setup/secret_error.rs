//! [`SecretError`]: a secret cannot be right.

use std::fmt;

/// The longest name of a variable that an error shows.
const LONGEST_NAME: usize = 64;

/// A secret cannot be right. Never shows the secret.
///
/// `Debug` reads as the text: a `main` that returns `Result<(), Box<dyn Error>>` prints that.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// An HMAC with an empty key can be forged by anyone.
    #[error("the secret is empty")]
    Empty,
    /// Zeros are what HMAC pads a key with, so a key of zeros is the empty key.
    #[error("every byte of the secret is zero, as if it were empty")]
    Zero,
    /// White space or quotes around a secret come from a copied line or a `.env` file.
    #[error("the secret begins or ends with white space or a quote; remove it")]
    Stray,
    /// The text is not in the encoding that was asked for.
    #[error("the secret is not valid {0}")]
    Encoding(&'static str),
    /// A `whpk_` or `whsk_` key of Standard Webhooks: half of a pair, which signs or verifies `v1a`.
    #[error("a `whpk_` or `whsk_` key is half of a pair, and no shared secret")]
    HalfOfPair,
    /// The environment variable is not set.
    #[error("{variable} is not set")]
    Unset {
        /// Which one.
        variable: Variable,
    },
    /// The environment variable is set, and not UTF-8.
    #[error("{variable} is not UTF-8")]
    NotUtf8 {
        /// Which one.
        variable: Variable,
    },
    /// The secret in an environment variable cannot be right.
    #[error("{variable}: {flaw}")]
    InVariable {
        /// Which one.
        variable: Variable,
        /// What is wrong with it.
        flaw: Box<SecretError>,
    },
}

impl fmt::Debug for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The name of an environment variable, as an error shows it.
///
/// A secret may stand where the name should. So only what reads as such a name is shown: ASCII letters of one case,
/// digits and `_`, with an `_` where there is a digit.
#[derive(Clone, PartialEq, Eq)]
pub struct Variable(Option<Box<str>>);

impl Variable {
    pub(crate) fn named(name: &str) -> Self {
        let has = |what: fn(&u8) -> bool| name.as_bytes().iter().any(what);
        let reads_as_one = name.len() <= LONGEST_NAME
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !name.starts_with(|first: char| first.is_ascii_digit())
            && !(has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase))
            && (has(|byte| *byte == b'_') || !has(u8::is_ascii_digit))
            && !name.is_empty();
        Self(reads_as_one.then(|| name.into()))
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(name) => write!(f, "the environment variable `{name}`"),
            None => f.write_str(
                "the environment variable, whose name is not shown as it may be a secret,",
            ),
        }
    }
}

impl fmt::Debug for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
