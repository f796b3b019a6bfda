//! Verifying a signature by a private key.

use std::borrow::Cow;

use super::PublicKeySignature;
use crate::{
    identity::KeyId,
    keys::{EcdsaForm, JwsAlgorithm, LiveKeys, VerifyingKey},
    request::RawRequest,
    schemes::{
        SignatureEncoding, Verified,
        signature_headers::{Proof, Signatures, SignedText},
    },
    verdict::Rejection,
};

impl PublicKeySignature {
    pub(super) fn prove<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let named = self.named(&request)?;
        let proof = ByKey {
            scheme: self,
            named,
            keys,
        };
        self.headers.prove(request, &proof)
    }

    /// Whether a signature may be so long.
    fn may_be_long(&self, length: usize) -> bool {
        use JwsAlgorithm::{EdDsa, Es256, Es384};
        match (self.algorithm, self.ecdsa_form) {
            (EdDsa, _) | (Es256, EcdsaForm::Fixed) => length == 64,
            (Es384, EcdsaForm::Fixed) => length == 96,
            // Two numbers in DER: each has a head of two bytes, and perhaps a zero in front.
            (Es256, _) => (8..=72).contains(&length),
            (Es384, _) => (8..=104).contains(&length),
            _ => (256..=1024).contains(&length),
        }
    }
}

/// One of the public keys.
struct ByKey<'k, 's> {
    scheme: &'s PublicKeySignature,
    /// The name of the key that the request says it is signed with.
    named: Option<&'s str>,
    keys: LiveKeys<'k>,
}

impl<'k> Proof<'k> for ByKey<'k, '_> {
    type Signature = Vec<u8>;

    fn decode(&self, encoding: SignatureEncoding, text: &[u8]) -> Option<Vec<u8>> {
        let signature = encoding.decode(text)?;
        self.scheme
            .may_be_long(signature.len())
            .then_some(signature)
    }

    fn key_of(
        &self,
        text: SignedText<'_>,
        first: Vec<u8>,
        mut others: Signatures<'_>,
    ) -> Result<&'k KeyId, Rejection> {
        let (algorithm, form) = (self.scheme.algorithm, self.scheme.ecdsa_form);
        let of_algorithm = |key: &VerifyingKey| key.algorithms().contains(&algorithm);
        if !self.keys.public_keys().any(|(_, key)| of_algorithm(key)) {
            return Err(Rejection::NoLiveKey);
        }
        // A body alone is not copied.
        let message = if text.template.is_body() {
            Cow::Borrowed(text.parts.body)
        } else {
            Cow::Owned(text.template.text(text.parts))
        };
        let signatures = std::iter::once(first).chain(std::iter::from_fn(|| others.next(self)));
        let mut left = PublicKeySignature::MAX_VERIFICATIONS;
        for signature in signatures {
            let keys = self.keys.that_may_have_signed(self.named, of_algorithm);
            for (id, key) in keys.take(left) {
                left = left.saturating_sub(1);
                if key.verifies_in(form, algorithm, &message, &signature) {
                    return Ok(id);
                }
            }
        }
        Err(Rejection::SignatureMismatch)
    }
}
