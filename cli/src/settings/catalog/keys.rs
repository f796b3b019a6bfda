//! Which keys a sender's requests are verified with, and one of each kind with which a receiver can be built.

use hookgate::{keys::JwsAlgorithm, providers::known::KnownSender, schemes::SchemeConfig};

use crate::settings::keys_taken::{KeysTaken, is_shared};

/// A shared secret that verifies nothing.
pub(crate) const SAMPLE_SECRET: &str = "hex:01";
/// The public key of RFC 8410, section 10.1.
pub(super) const SAMPLE_PUBLIC_KEY: &str =
    "der:MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

/// The point that generates P-256.
pub(super) const SAMPLE_P256_KEY: &str =
    "hex:036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";

/// The public key of `tests/vectors/signed_request`.
pub(super) const SAMPLE_RSA_KEY: &str = "der:MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAt6zDVVClhqCwlWXZk8rifF+mj/jLWC0EjsYBj8m8ysTFndnzx61NeaY6\
    siokRfspC9i8fSGUuW9pLD2Oc6QU/aIh4f8/mEH+miMQxAJl4H522AR1rT8nx+o3PLLkuqAj442e7CvRxkcwQcMCn4ciOy/FU8IC\
    FiSOGv58XkH2edo8hQ9DJ30bcr9bAc4fV2qSA7L1nexsbLIQoWSwaFCccdIYLleZ4CZtG2On7wxdrDemK6YCGsV8M9kq1n3ycuT2\
    jFv2t0Cf7pDW45rNgg7hxjf/B5rkzV7nmdCnEW5kYne3j25edBzlmrvRsubV3Xbm/xo2GKYnwzY3Z98NQrZsmwIDAQAB";

/// How the sender signs with a private key, where it does not sign with a secret.
pub(crate) fn algorithm_of(sender: &KnownSender) -> Option<JwsAlgorithm> {
    let algorithms = algorithms_of(sender);
    let any_secret = algorithms.iter().any(|it| is_shared(*it));
    algorithms.first().copied().filter(|_| !any_secret)
}

/// How the sender may sign, as far as its scheme names algorithms of tokens and public keys.
fn algorithms_of(sender: &KnownSender) -> Vec<JwsAlgorithm> {
    match sender.scheme() {
        Some(SchemeConfig::PublicKeySignature(config)) => vec![config.algorithm],
        Some(SchemeConfig::JwtBodyHash(config)) => config.algorithms,
        Some(SchemeConfig::Sns(_)) => vec![JwsAlgorithm::Rs256],
        _ => Vec::new(),
    }
}

/// Which keys verify the sender's requests.
pub(super) fn keys_of(sender: &KnownSender) -> KeysTaken {
    if let Some(SchemeConfig::JwtBodyHash(config)) = sender.scheme() {
        return KeysTaken::OfTokens(config.algorithms);
    }
    match (algorithm_of(sender), sender.or_by_key) {
        (Some(algorithm), _) => KeysTaken::Public(algorithm),
        (None, Some(by_key)) => KeysTaken::Either(by_key().algorithm),
        (None, None) => KeysTaken::Secrets,
    }
}

pub(super) const fn sample_key_for(algorithm: Option<JwsAlgorithm>) -> &'static str {
    match algorithm {
        None => SAMPLE_SECRET,
        Some(JwsAlgorithm::Es256) => SAMPLE_P256_KEY,
        Some(JwsAlgorithm::Rs256) => SAMPLE_RSA_KEY,
        Some(_) => SAMPLE_PUBLIC_KEY,
    }
}
