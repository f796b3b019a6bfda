//! What a header that names the algorithm may say.

use crate::keys::TokenAlgorithm;

/// Whether `name` means `algorithm`: as tokens spell it (RFC 7518), as Java does, or the digest alone.
pub(super) fn is_named(algorithm: TokenAlgorithm, name: &str) -> bool {
    let others: &[&str] = match algorithm {
        TokenAlgorithm::Rs256 => &["SHA256withRSA", "SHA256", "SHA-256"],
        TokenAlgorithm::Rs384 => &["SHA384withRSA", "SHA384", "SHA-384"],
        TokenAlgorithm::Rs512 => &["SHA512withRSA", "SHA512", "SHA-512"],
        TokenAlgorithm::Ps256 | TokenAlgorithm::Es256 => &["SHA256", "SHA-256"],
        TokenAlgorithm::Ps384 | TokenAlgorithm::Es384 => &["SHA384", "SHA-384"],
        TokenAlgorithm::Ps512 => &["SHA512", "SHA-512"],
        _ => &[],
    };
    TokenAlgorithm::from_name(name) == Some(algorithm)
        || others.iter().any(|other| name.eq_ignore_ascii_case(other))
}
