//! [`ByKind`]: a sender that signs with a shared secret or with a private key.

use super::{HmacHeader, PublicKeySignature, Scheme, Signs, Verified};
use crate::{
    keys::{Key, KeyKind, LiveKeys},
    request::RawRequest,
    setup::{BuildError, Finding},
    verdict::Rejection,
};

/// A MAC under the secrets of a ring, or a signature under its public keys. One that is right is enough. Neither kind of key
/// is ever tried with the other kind of signature.
#[derive(Debug)]
pub(crate) struct ByKind {
    pub(crate) mac: HmacHeader,
    pub(crate) signature: PublicKeySignature,
}

impl Scheme for ByKind {
    /// Both cover the same.
    fn signs(&self) -> Signs {
        self.mac.signs()
    }

    fn check_key(&self, key: &Key) -> Result<(), BuildError> {
        match key.kind() {
            KeyKind::Secret => self.mac.check_key(key),
            KeyKind::Public => self.signature.check_key(key),
        }
    }

    fn findings(&self) -> Vec<Finding> {
        self.mac.findings()
    }

    /// The MAC first, which costs less.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let by_mac = self.mac.verify(request, keys);
        let has = |kind: KeyKind| keys.iter().any(|key| key.kind() == kind);
        let by_mac = match by_mac {
            Err(rejection) if has(KeyKind::Public) => rejection,
            verified => return verified,
        };
        let by_key = self.signature.verify(request, keys);
        // A wrong signature says more than none of the other kind.
        by_key.map_err(|by_key| match (&by_mac, &by_key) {
            (Rejection::SignatureMismatch, Rejection::MalformedSignature(_)) => by_mac,
            _ => by_key,
        })
    }
}
