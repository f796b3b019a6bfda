//! [`Jwt`]: a signed token, taken apart.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, de::DeserializeOwned};

use super::JwsHead;
use crate::keys::{TokenAlgorithm, TokenKey};

/// A compact JWS (RFC 7515, section 3.1).
pub(crate) struct Jwt<'a> {
    pub(crate) algorithm: TokenAlgorithm,
    pub(crate) key_id: Option<String>,
    message: &'a [u8],
    signature: Vec<u8>,
    claims: &'a str,
}

impl<'a> Jwt<'a> {
    /// A token without a kind, or of the kind `JWT`: see [`read_as`](Self::read_as).
    #[cfg(feature = "token")]
    pub(crate) fn read(token: &'a [u8], limit: usize) -> Option<Self> {
        Self::read_as(token, limit, JwsHead::PLAIN)
    }

    /// `None` when the token is longer than `limit`, is no compact JWS, is of a kind (`typ`) other than `JWT` and `kind`,
    /// names an algorithm that is not one of [`TokenAlgorithm`], or wants something understood that is not (`crit`).
    ///
    /// The same key may sign tokens of several kinds, such as proofs of possession (`dpop+jwt`), whose claims the caller
    /// chooses: one must not pass for another (RFC 8725, section 3.11). Many issuers name none, so a missing one is
    /// taken.
    pub(crate) fn read_as(token: &'a [u8], limit: usize, kind: &str) -> Option<Self> {
        if token.len() > limit {
            return None;
        }
        let token = std::str::from_utf8(token).ok()?;
        let (message, signature) = token.rsplit_once('.')?;
        let (head, claims) = message.split_once('.')?;
        let head: JwsHead = serde_json::from_slice(&decoded(head)?).ok()?;
        if head.demands_extension() || !head.may_be_token_of(kind) {
            return None;
        }
        Some(Self {
            algorithm: head.algorithm()?,
            key_id: head.key_id(),
            message: message.as_bytes(),
            signature: decoded(signature)?,
            claims,
        })
    }

    pub(crate) fn is_signed_with(&self, key: &TokenKey) -> bool {
        let key_id = self.key_id.as_deref();
        key.verifies(self.algorithm, key_id, self.message, &self.signature)
    }

    /// What the token says, whoever wrote it: to be believed only where [`is_signed_with`](Self::is_signed_with) holds.
    pub(crate) fn unproven_claims<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&decoded(self.claims)?).ok()
    }
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(part).ok()
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
