//! [`Jwt`]: a signed token, taken apart.

use serde::{Deserialize, de::DeserializeOwned};

use super::CompactJws;
#[cfg(feature = "token")]
use super::JwsHead;
use crate::{
    identity::KeyId,
    keys::{JwsAlgorithm, LiveKeys},
};

/// A token whose head is acceptable.
pub(crate) struct Jwt<'a> {
    pub(crate) algorithm: JwsAlgorithm,
    jws: CompactJws<'a>,
}

impl<'a> Jwt<'a> {
    /// A token without a kind, or of the kind `JWT`: see [`read_as`](Self::read_as).
    #[cfg(feature = "token")]
    pub(crate) fn read(token: &'a [u8], limit: usize) -> Option<Self> {
        Self::read_as(token, limit, JwsHead::PLAIN)
    }

    /// `None` for a token that is longer than `limit`, is no compact JWS, or is of a kind (`typ`) other than `JWT` and
    /// `kind`. `None` too where it names an algorithm that is not one of [`JwsAlgorithm`], or wants an extension to be
    /// understood (`crit`).
    ///
    /// The same key may sign tokens of several kinds, such as proofs of possession (`dpop+jwt`), whose claims the
    /// caller chooses. One kind must not pass for another (RFC 8725, section 3.11). Many issuers name none, so a
    /// missing one is taken.
    pub(crate) fn read_as(token: &'a [u8], limit: usize, kind: &str) -> Option<Self> {
        if token.len() > limit {
            return None;
        }
        let jws = CompactJws::read(token)?;
        if jws.head.demands_extension() || !jws.head.may_be_token_of(kind) {
            return None;
        }
        Some(Self {
            algorithm: jws.head.algorithm()?,
            jws,
        })
    }

    /// The id of the key that the token names.
    pub(crate) fn key_id(&self) -> Option<&str> {
        self.jws.head.key_id()
    }

    /// The one of `keys` that signed the token.
    pub(crate) fn signer<'k>(&self, keys: LiveKeys<'k>) -> Option<&'k KeyId> {
        let mut fitting = keys.that_may_have_signed(self.key_id(), |key| {
            key.algorithms().contains(&self.algorithm)
        });
        let (message, signature) = (self.jws.message(), &self.jws.signature);
        fitting
            .find(|(_, key)| key.verifies(self.algorithm, message, signature))
            .map(|(id, _)| id)
    }

    /// What the token says, whoever wrote it: to be believed only where it has a [`signer`](Self::signer).
    pub(crate) fn unproven_claims<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.jws.payload()?).ok()
    }
}

/// A claim that is one text or a list of them.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    pub(crate) fn has(&self, text: &str) -> bool {
        match self {
            Self::One(one) => one == text,
            Self::More(list) => list.iter().any(|one| one == text),
        }
    }

    /// Whether it names at least one, and only such.
    #[cfg(feature = "token")]
    pub(crate) fn all(&self, fits: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::One(one) => fits(one),
            Self::More(list) => !list.is_empty() && list.iter().all(|one| fits(one)),
        }
    }

    /// Scopes are words in one text (RFC 8693, section 4.2), or a list.
    pub(crate) fn has_word(&self, word: &str) -> bool {
        match self {
            Self::One(words) => words.split(' ').any(|one| one == word),
            Self::More(_) => self.has(word),
        }
    }
}
