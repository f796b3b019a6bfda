//! [`SecretError`]: a secret cannot be right.

/// A secret cannot be right. Never shows the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
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
    /// The environment variable is not set, or is not UTF-8.
    #[error("the environment variable of the secret is not set or is not UTF-8")]
    Unset,
}
