//! [`TokenBinding`]: how a sender's tokens bind the body.

use hookgate::{
    Keyring,
    schemes::{JwtBodyHash, JwtBodyHashConfig},
};

use crate::settings::{
    key_ids::{WithKeyIds, ring_of},
    keys_taken::token_key,
    refused::Refused,
    text::Text,
};

/// How a sender's tokens bind the body, and by which ids they name `keys`.
pub(crate) type TokenBinding = WithKeyIds<JwtBodyHashConfig>;

impl TokenBinding {
    /// The scheme and these keys.
    pub(crate) fn scheme(self, keys: &[Text<'_>]) -> Result<(JwtBodyHash, Keyring), Refused> {
        let algorithms = self.scheme.algorithms.clone();
        let scheme = self.scheme.try_into()?;
        let ring = ring_of(keys, &self.key_ids, |text, id, named| {
            token_key(text, id, &algorithms, named)
        })?;
        Ok((scheme, ring))
    }
}
