//! Public keys, as records and settings spell them, and [`PublicKeyRule`]: how a sender signs with a private key.

use std::io;

use base64::{Engine, engine::general_purpose::STANDARD};
use hookgate::{
    Key, Keyring,
    keys::{JwsAlgorithm, VerifyingKey},
    schemes::{PublicKeySignature, PublicKeySignatureConfig},
    simulator::Signer,
};

use crate::settings::{
    key_ids::{WithKeyIds, ring_of},
    pem::pem_text,
    refused::Refused,
    text::Text,
};

/// A public key as a record spells it, for these algorithms; `None` when it cannot be one.
pub(crate) fn public_key(text: &str, algorithms: &[JwsAlgorithm]) -> Option<VerifyingKey> {
    let usable = algorithms.iter().copied();
    let key = match text.split_once(':') {
        Some(("pem", pem)) => VerifyingKey::pem(pem_text(pem)?.as_bytes(), usable),
        Some(("der", der)) => VerifyingKey::der(STANDARD.decode(der).ok()?, usable),
        Some(("hex", hex)) => VerifyingKey::hex(hex, usable),
        Some(("base64", base64)) => VerifyingKey::base64(base64, usable),
        Some(("jwk", jwk)) => VerifyingKey::jwk(jwk, usable),
        _ if text.starts_with(WHPK) && algorithms.contains(&JwsAlgorithm::EdDsa) => {
            VerifyingKey::whpk(text)
        }
        _ => return None,
    };
    key.validate().ok()?;
    Some(key)
}

/// Whether a key as a record spells it can only be a public one.
pub(crate) fn is_public(text: &str) -> bool {
    ["pem:", "der:", "jwk:"]
        .iter()
        .any(|it| text.starts_with(it))
}

/// What a public key of Standard Webhooks begins with.
pub(crate) const WHPK: &str = "whpk_";

/// A public key as a record spells it, with the id by which requests name it, where they do.
pub(crate) fn named_key(
    text: &str,
    id: String,
    algorithms: &[JwsAlgorithm],
    named: Option<&str>,
) -> Option<Key> {
    let key = public_key(text, algorithms)?;
    Some(Key::public(id, with_name(key, named)))
}

/// `key` under the id by which requests name it, where they do.
pub(crate) fn with_name(key: VerifyingKey, named: Option<&str>) -> VerifyingKey {
    match named {
        Some(name) => key.with_id(name),
        None => key,
    }
}

/// How a sender signs with a private key, and by which ids its requests name `keys`.
pub(crate) type PublicKeyRule = WithKeyIds<PublicKeySignatureConfig>;

impl PublicKeyRule {
    /// The scheme and these keys.
    pub(crate) fn scheme(
        self,
        keys: &[Text<'_>],
    ) -> Result<(PublicKeySignature, Keyring), Refused> {
        let algorithm = [self.scheme.algorithm];
        let scheme = self.scheme.try_into()?;
        let ring = ring_of(keys, &self.key_ids, |text, id, named| {
            named_key(text, id, &algorithm, named)
        })?;
        Ok((scheme, ring))
    }

    /// What signs as the scheme verifies, in requests that name the first key that has a name.
    pub(crate) fn signer(self, private_key: &[u8]) -> io::Result<Signer> {
        let names_key = self.scheme.key_id_header.is_some();
        let name = self.first_name().map(str::to_owned);
        let signer = Signer::new(self.scheme, private_key).map_err(io::Error::other)?;
        match name {
            Some(name) => Ok(signer.key_id(name)),
            None if names_key => Err(io::Error::other(
                "`settings`: `key_ids`: requests name their key, so the name of the one that signs must stand here",
            )),
            None => Ok(signer),
        }
    }
}
