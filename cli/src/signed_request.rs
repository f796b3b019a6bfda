//! [`SignedRequestRule`]: what requests signed with a certificate's key must be.

use std::io;

use base64::{Engine, engine::general_purpose::STANDARD};
use hookgate::{
    access::{TokenAlgorithm, TokenKey},
    schemes::{SignedRequest, SignedRequestConfig},
    simulator::RequestSigner,
};
use serde::Deserialize;

use crate::{refused::Refused, terms::secret, text::Text};

/// What `keys` are for, and how the sender signs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignedRequestRule {
    algorithms: Vec<String>,
    scheme: SignedRequestConfig,
}

impl SignedRequestRule {
    /// The scheme with these keys, each a public key or a certificate: `pem:…` or, in base64, `der:…`; for HMAC a
    /// shared secret as elsewhere.
    pub(crate) fn scheme(self, keys: &[Text<'_>]) -> Result<SignedRequest, Refused> {
        let algorithms: Option<Vec<TokenAlgorithm>> = self
            .algorithms
            .iter()
            .map(|name| TokenAlgorithm::from_name(name))
            .collect();
        let algorithms = algorithms.ok_or_else(|| {
            Refused::Malformed("`settings`: `algorithms`: one is unknown".to_owned())
        })?;
        let keys = keys.iter().map(|text| key(text, &algorithms));
        let keys = keys.collect::<Option<Vec<_>>>().ok_or(Refused::BadKey)?;
        Ok(SignedRequest::new(self.scheme, keys)?)
    }
}

impl SignedRequestRule {
    /// What signs as the scheme verifies, with the first of the algorithms that the private key is for.
    pub(crate) fn signer(self, private_key: &[u8]) -> io::Result<RequestSigner> {
        let algorithms = self.algorithms.iter();
        let mut algorithms = algorithms.filter_map(|name| TokenAlgorithm::from_name(name));
        let of = |algorithm| RequestSigner::new(self.scheme.clone(), private_key, algorithm);
        algorithms.find_map(|algorithm| of(algorithm).ok()).ok_or_else(|| {
            io::Error::other(
                "the private key cannot be read (PEM: PKCS #8, for RSA also PKCS #1), or the settings name no \
                 algorithm that it signs with",
            )
        })
    }
}

/// A key as a record spells it; `None` when it cannot be one of these algorithms.
fn key(text: &str, algorithms: &[TokenAlgorithm]) -> Option<TokenKey> {
    let algorithms = algorithms.iter().copied();
    let key = match text.split_once(':') {
        Some(("pem", pem)) => TokenKey::pem(pem, algorithms),
        Some(("der", der)) => TokenKey::der(STANDARD.decode(der).ok()?, algorithms),
        _ => TokenKey::secret(&secret(text)?, algorithms),
    };
    key.validate().ok()?;
    Some(key)
}
