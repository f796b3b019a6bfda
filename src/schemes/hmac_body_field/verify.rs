//! Verifying a MAC inside the JSON that it covers.

use bytes::Bytes;
use hmac::{
    Mac,
    digest::{Output, OutputSizeUser},
};

use super::{HmacBodyField, signed_text::unreadable};
use crate::{
    identity::ContentDigest,
    json::canonical::find,
    keys::{DigestKind, LiveKeys},
    request::RawRequest,
    schemes::{
        Coverage, Verified,
        shared_secret::{find_key, read_mac_in_json},
    },
    verdict::Rejection,
};

impl HmacBodyField {
    /// Tries the bytes as they arrived, then as ECMAScript writes them.
    pub(super) fn prove<'a, M: Mac + DigestKind + 'a>(
        &self,
        request: RawRequest<'_>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let body = request.body;
        let at = find(body, &self.config.member).map_err(unreadable)?;
        let signature = read_mac_in_json::<M>(at.value(body), self.config.encoding)?;
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

/// The MAC is a digest of the covered bytes already, the same for every way of writing them.
fn digest_of<M: OutputSizeUser>(signature: &Output<M>) -> ContentDigest {
    match signature.as_slice().try_into() {
        Ok(mac) => ContentDigest::from_bytes(mac),
        Err(_) => ContentDigest::of(signature),
    }
}
