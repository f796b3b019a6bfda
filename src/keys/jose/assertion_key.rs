//! [`AssertionKey`]: an RSA key with which we log in elsewhere.

use std::fmt;

use serde::Serialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::{base64url, compact_jws::message_of, private_key::PrivateKey, private_pem::der_of_pem};
use crate::{
    keys::{EcdsaForm, JwsAlgorithm},
    setup::BuildError,
};

const UNREADABLE: BuildError =
    BuildError::UnfitKey("a key to log in with is no private RSA key in PEM (PKCS #8 or PKCS #1)");

/// An RSA key with which we log in elsewhere: it signs assertions (RFC 7523) by RS256.
pub(crate) struct AssertionKey(PrivateKey);

impl AssertionKey {
    /// Reads PEM.
    pub(crate) fn pem(pem: impl AsRef<[u8]>) -> Result<Self, BuildError> {
        let der = der_of_pem(pem.as_ref()).ok_or(UNREADABLE)?;
        let key = PrivateKey::of_der(&der, JwsAlgorithm::Rs256, EcdsaForm::Fixed);
        key.map(Self).ok_or(UNREADABLE)
    }

    /// A compact JWS of `claims` whose head has the algorithm and the type alone. `None` without randomness.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Option<Zeroizing<String>> {
        let head = json!({"alg": JwsAlgorithm::Rs256.name(), "typ": "JWT"});
        let claims = serde_json::to_vec(claims).ok()?;
        let mut token = Zeroizing::new(message_of(&head, &claims));
        let signature = self.0.sign(token.as_bytes())?;
        token.push('.');
        token.push_str(&base64url::encode(signature));
        Some(token)
    }
}

impl fmt::Debug for AssertionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AssertionKey(..)")
    }
}
