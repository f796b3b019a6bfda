//! What a header that names the algorithm may say.

use crate::keys::JwsAlgorithm;

/// Whether `name` means `algorithm`: as tokens spell it (RFC 7518), as Java does, or the digest alone.
pub(super) fn is_named(algorithm: JwsAlgorithm, name: &str) -> bool {
    let others: &[&str] = match algorithm {
        JwsAlgorithm::Rs256 => &["SHA256withRSA", "SHA256", "SHA-256"],
        JwsAlgorithm::Rs384 => &["SHA384withRSA", "SHA384", "SHA-384"],
        JwsAlgorithm::Rs512 => &["SHA512withRSA", "SHA512", "SHA-512"],
        JwsAlgorithm::Ps256 | JwsAlgorithm::Es256 => &["SHA256", "SHA-256"],
        JwsAlgorithm::Ps384 | JwsAlgorithm::Es384 => &["SHA384", "SHA-384"],
        JwsAlgorithm::Ps512 => &["SHA512", "SHA-512"],
        _ => &[],
    };
    JwsAlgorithm::from_name(name) == Some(algorithm)
        || others.iter().any(|other| name.eq_ignore_ascii_case(other))
}
