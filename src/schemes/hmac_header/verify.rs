//! Verifying a MAC in a header.

use std::iter;

use hmac::{Mac, digest::Output};

use super::HmacHeader;
use crate::{
    identity::KeyId,
    keys::{DigestKind, KeyedMac, LiveKeys},
    request::RawRequest,
    schemes::{
        SignatureEncoding, Verified,
        signature_headers::{Proof, Signatures, SignedText},
    },
    verdict::Rejection,
};

impl HmacHeader {
    pub(super) fn prove<'a, M: Mac + DigestKind + 'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let proof = ByMac::<M>(keys, std::marker::PhantomData);
        self.headers.prove(request, &proof)
    }
}

/// The MAC `M` under one of the secrets.
struct ByMac<'k, M>(LiveKeys<'k>, std::marker::PhantomData<M>);

impl<'k, M: Mac + DigestKind + 'k> Proof<'k> for ByMac<'k, M> {
    type Signature = Output<M>;

    fn decode(&self, encoding: SignatureEncoding, text: &[u8]) -> Option<Output<M>> {
        let mut mac = Output::<M>::default();
        encoding.decode_mac(text, &mut mac).then_some(mac)
    }

    fn key_of(
        &self,
        text: SignedText<'_>,
        first: Output<M>,
        others: Signatures<'_>,
    ) -> Result<&'k KeyId, Rejection> {
        let mut any_key = false;
        for (key_id, prepared) in self.0.macs::<M>() {
            any_key = true;
            let mut mac = prepared.clone();
            text.template.each(text.parts, |piece| mac.update(piece));
            if self.is_right(mac, &first, others.clone()) {
                return Ok(key_id);
            }
        }
        Err(if any_key {
            Rejection::SignatureMismatch
        } else {
            Rejection::NoLiveKey
        })
    }
}

impl<'k, M: Mac + DigestKind + 'k> ByMac<'k, M> {
    /// Whether a signature is that of `mac`.
    fn is_right(&self, mac: KeyedMac<M>, first: &Output<M>, mut others: Signatures<'_>) -> bool {
        if others.is_at_end() {
            return mac.verifies(first);
        }
        let others = iter::from_fn(|| others.next(self));
        mac.verifies_one_of(iter::once(first.clone()).chain(others))
    }
}
