//! Verifying a MAC over an address and a form.

use bytes::Bytes;
use hmac::{Mac, digest::Output};
use sha2::{Digest as _, Sha256};

use super::{SignedForm, address::Target, form};
use crate::{
    identity::{ContentDigest, KeyId},
    keys::{DigestKind, LiveKeys},
    request::{Head, RawRequest, form::FORM},
    schemes::{
        Coverage, Verified,
        shared_secret::{MAX_MAC_TEXT_BYTES, find_key, read_mac},
        signed_header::signature_value,
    },
    verdict::Rejection,
};

impl SignedForm {
    pub(super) fn prove<'a, M: Mac + DigestKind + 'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let head = &request.head;
        let text = signature_value(head, &self.signature_header, MAX_MAC_TEXT_BYTES)?;
        let signature = read_mac::<M>(text, self.encoding)?;
        match self.address.target_of(head) {
            Target::Same => self.by_fields::<M>(&request, &signature, keys),
            Target::With(joint, parameter) => {
                self.by_digest::<M>((joint, parameter), &request, &signature, keys)
            }
            Target::Other => Err(OTHER_ADDRESS),
        }
    }

    /// By the fields of the form.
    fn by_fields<'a, M: Mac + DigestKind + 'a>(
        &self,
        request: &RawRequest<'a>,
        signature: &Output<M>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let fields =
            form::read(request.body, &self.fields, self.leaves_out_others).map_err(malformed)?;
        let pieces: Vec<&[u8]> = form::signed(&fields).collect();
        let key_id = self.key_of::<M>(&pieces, signature, keys)?;
        if !is_form(&request.head) {
            return Err(Rejection::MislabelledBody);
        }
        let covered = Coverage::Bytes(Bytes::from(form::written(&fields)));
        let verified = Verified::assertion(covered, key_id);
        Ok(verified.with_digest(self.digest_with(&pieces)))
    }

    /// By the digest of the body, which stands in the query behind that of the address.
    fn by_digest<'a, M: Mac + DigestKind + 'a>(
        &self,
        (joint, parameter): (&str, &str),
        request: &RawRequest<'a>,
        signature: &Output<M>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let name = self.body_digest.as_deref().ok_or(OTHER_ADDRESS)?;
        let told = digest_in(parameter, name).ok_or(OTHER_ADDRESS)?;
        let pieces = [joint.as_bytes(), parameter.as_bytes()];
        let key_id = self.key_of::<M>(&pieces, signature, keys)?;
        if told[..] != Sha256::digest(request.body)[..] {
            return Err(malformed(
                "the digest that it covers is not that of the body",
            ));
        }
        if is_form(&request.head) {
            return Err(Rejection::MislabelledBody);
        }
        let verified = Verified::assertion(Coverage::Body, key_id);
        Ok(verified.with_digest(self.digest_with(&pieces)))
    }

    /// The id of the key that made the signature of the address and what stands behind it.
    fn key_of<'a, M: Mac + DigestKind + 'a>(
        &self,
        behind: &[&[u8]],
        signature: &Output<M>,
        keys: LiveKeys<'a>,
    ) -> Result<&'a KeyId, Rejection> {
        let found = self.address.forms().into_iter().find_map(|address| {
            let pieces = [&[address.as_bytes()], behind].concat();
            find_key::<M>(&pieces, signature, keys)
        });
        found.ok_or(Rejection::SignatureMismatch)
    }

    /// Of the signed text, with the address as it is set: whichever port the sender wrote, it is the same event.
    fn digest_with(&self, behind: &[&[u8]]) -> ContentDigest {
        let mut hash = Sha256::new_with_prefix(self.address.text());
        behind.iter().for_each(|piece| hash.update(piece));
        ContentDigest::from_bytes(hash.finalize().into())
    }
}

pub(super) fn is_form(head: &Head<'_>) -> bool {
    head.media_type().eq_ignore_ascii_case(FORM.as_bytes())
}

/// The digest that the parameter `name` holds, where `parameter` is that and nothing else.
fn digest_in(parameter: &str, name: &str) -> Option<[u8; 32]> {
    let digits = parameter.strip_prefix(name)?.strip_prefix('=')?;
    let mut told = [0_u8; 32];
    // The length is compared first: the decoder would pass over a `0x` before the digits.
    let is_digest = digits.len() == 64 && const_hex::decode_to_slice(digits, &mut told).is_ok();
    is_digest.then_some(told)
}

const OTHER_ADDRESS: Rejection =
    malformed("the request's path and query are not those of the address that it covers");

const fn malformed(why: &'static str) -> Rejection {
    Rejection::MalformedSignature(why)
}
