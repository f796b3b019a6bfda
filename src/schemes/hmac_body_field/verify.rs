//! Verifying a MAC inside the JSON that it covers.

use bytes::Bytes;
use hmac::{
    Mac,
    digest::{Output, OutputSizeUser},
};
use memchr::memchr;

use super::{HmacBodyField, signed_text::unreadable};
use crate::{
    identity::{ContentDigest, KeyId},
    json::{canonical::find, members::Name},
    keys::{DigestKind, LiveKeys},
    request::RawRequest,
    schemes::{Coverage, SignatureEncoding, Verified, signature_encoding::MAX_MAC_BYTES},
    verdict::Rejection,
};

/// Longest signature as it is written, escapes included: SHA-512 in hexadecimal, every character escaped.
const MAX_SIGNATURE_BYTES: usize = 6 * 2 * MAX_MAC_BYTES + 2;

impl HmacBodyField {
    /// Tries the bytes as they arrived, then as ECMAScript writes them.
    pub(super) fn prove<'a, M: Mac + DigestKind + 'a>(
        &self,
        request: RawRequest<'_>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let body = request.body;
        let at = find(body, &self.config.member).map_err(unreadable)?;
        let signature = read_signature::<M>(at.value(body), self.config.encoding)?;
        let proved = |coverage, key_id| {
            Verified::assertion(coverage, key_id).with_digest(digest_of::<M>(&signature))
        };
        if let Some((pieces, coverage)) = self.raw(body, &at)? {
            if let Some(key_id) = find_key::<M>(&pieces, &signature, keys) {
                return Ok(proved(coverage, key_id));
            }
            let set = request.body_limit.unwrap_or_default();
            if body.len() > Self::REWRITE_LIMIT.max(set) {
                return Err(Rejection::SignatureMismatch);
            }
        }
        let canonical = self.canonical(body)?;
        let key_id =
            find_key::<M>(&[&canonical], &signature, keys).ok_or(Rejection::SignatureMismatch)?;
        Ok(proved(Coverage::Bytes(Bytes::from(canonical)), key_id))
    }
}

/// The decoded MAC of a body.
pub(in crate::schemes) fn read_signature<M: OutputSizeUser>(
    value: &[u8],
    encoding: SignatureEncoding,
) -> Result<Output<M>, Rejection> {
    let mut signature = Output::<M>::default();
    let mut decode = |text: &[u8]| encoding.decode_mac(text, &mut signature);
    let readable = match value {
        _ if value.len() > MAX_SIGNATURE_BYTES => false,
        // Base64 has slashes, which some writers escape.
        value if memchr(b'\\', value).is_some() => {
            serde_json::from_slice(value).is_ok_and(|Name(text)| decode(text.as_bytes()))
        }
        [b'"', text @ .., b'"'] => decode(text),
        _ => false,
    };
    readable
        .then_some(signature)
        .ok_or(Rejection::MalformedSignature(
            "it is not in the scheme's encoding and length",
        ))
}

/// The MAC is a digest of the covered bytes already, the same for every way of writing them.
fn digest_of<M: OutputSizeUser>(signature: &Output<M>) -> ContentDigest {
    match signature.as_slice().try_into() {
        Ok(mac) => ContentDigest::from_bytes(mac),
        Err(_) => ContentDigest::of(signature),
    }
}

/// The first live key that gives the MAC over the pieces.
pub(in crate::schemes) fn find_key<'a, M: Mac + DigestKind + 'a>(
    pieces: &[&[u8]],
    signature: &Output<M>,
    keys: LiveKeys<'a>,
) -> Option<&'a KeyId> {
    keys.macs::<M>()
        .find(|(_, prepared)| {
            let mut mac = (*prepared).clone();
            for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
                mac.update(piece);
            }
            mac.verifies(signature)
        })
        .map(|(id, _)| id)
}
