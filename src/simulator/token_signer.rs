//! [`TokenSigner`]: signs with a token that binds the body.

use std::fmt;

use super::Sent;
use crate::{
    schemes::{Carrier, JwtBodyHash, TokenKey},
    setup::BuildError,
    time::UnixTime,
};

/// Signs with tokens, by one key.
#[derive(Clone)]
pub(super) struct TokenSigner {
    scheme: Box<JwtBodyHash>,
    key: TokenKey,
}

impl TokenSigner {
    /// # Errors
    ///
    /// When the key is not one that the scheme's algorithms sign with.
    pub(super) fn new(scheme: JwtBodyHash, key: &[u8]) -> Result<Self, BuildError> {
        Ok(Self {
            key: scheme.token_key(key)?,
            scheme: Box::new(scheme),
        })
    }

    /// With a key of this name, which each token gives.
    pub(super) fn key_id(self, id: &str) -> Self {
        Self {
            key: self.key.named(id),
            ..self
        }
    }

    /// # Errors
    ///
    /// When the claims should be the event, and the body is no JSON object.
    pub(super) fn sign(&self, sent: Sent, id: &str, at: UnixTime) -> Result<Sent, &'static str> {
        let sent = self.unsigned(sent);
        let event = sent.body.clone();
        Ok(match self.scheme.carried(&event, &self.key, id, at)? {
            Carrier::Header(name, value) => {
                let names = [name.clone()];
                let names = names.iter().map(String::as_str);
                sent.with_header(name.clone(), value)
                    .signed_in_each_of(names)
            }
            Carrier::Body(body, None) => sent.with_body(body).signed_around(event),
            Carrier::Body(body, Some(member)) => sent
                .with_body(body)
                .signed_within(member)
                .signed_around(event),
        })
    }

    pub(super) fn unsigned(&self, sent: Sent) -> Sent {
        match self.scheme.header() {
            Some(name) => sent.without_header(name),
            None => match self.scheme.event_of(&sent.body) {
                Some(event) => sent.with_body(event),
                None => sent,
            },
        }
    }
}

impl fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSigner").finish_non_exhaustive()
    }
}
