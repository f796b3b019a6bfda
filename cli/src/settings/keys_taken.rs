//! [`KeysTaken`]: which keys verify a sender's requests, and reading them as a record spells them.

use hookgate::{Key, keys::JwsAlgorithm};

use crate::settings::{
    public_key::{WHPK, is_public, named_key, public_key},
    shared_secret::secret,
};

/// Which keys a sender's requests are verified with.
pub(crate) enum KeysTaken {
    Secrets,
    Public(JwsAlgorithm),
    /// Secrets, and beside them public keys that say themselves what they are.
    Either(JwsAlgorithm),
    /// Of tokens that are signed by these: secrets for MACs, public keys for the others.
    OfTokens(Vec<JwsAlgorithm>),
}

/// A key as a record spells it; `None` when it cannot be one of those that are taken.
pub(crate) fn key(text: &str, id: String, taken: &KeysTaken) -> Option<Key> {
    match taken {
        KeysTaken::Public(algorithm) => named_key(text, id, &[*algorithm], None),
        KeysTaken::Either(algorithm) if text.starts_with(WHPK) => {
            named_key(text, id, &[*algorithm], None)
        }
        KeysTaken::OfTokens(algorithms) => token_key(text, id, algorithms, None),
        KeysTaken::Secrets | KeysTaken::Either(_) => Some(Key::new(id, secret(text)?)),
    }
}

/// A key of tokens as a record spells it: for HS256 and its like a secret, else a public key.
pub(crate) fn token_key(
    text: &str,
    id: String,
    algorithms: &[JwsAlgorithm],
    named: Option<&str>,
) -> Option<Key> {
    let (shared, others): (Vec<_>, Vec<_>) = algorithms.iter().partition(|it| is_shared(**it));
    if !shared.is_empty() && (others.is_empty() || !is_public(text)) {
        return Some(Key::new(id, secret(text)?));
    }
    // Each is for one kind of key.
    let fits = |it: &JwsAlgorithm| public_key(text, &[*it]).is_some();
    let fitting: Vec<_> = others.into_iter().copied().filter(fits).collect();
    named_key(text, id, &fitting, named)
}

/// Whether the algorithm is a MAC, with a secret that both ends have.
pub(crate) fn is_shared(algorithm: JwsAlgorithm) -> bool {
    matches!(
        algorithm,
        JwsAlgorithm::Hs256 | JwsAlgorithm::Hs384 | JwsAlgorithm::Hs512
    )
}
