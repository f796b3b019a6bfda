//! Verifying a MAC over some members of a body.

use bytes::Bytes;
use hmac::Mac;

use super::{SignedMembers, text::Read};
use crate::{
    identity::ContentDigest,
    keys::{DigestKind, LiveKeys},
    schemes::{
        Coverage, Verified,
        shared_secret::{find_key, read_mac_in_json},
    },
    verdict::Rejection,
};

impl SignedMembers {
    pub(super) fn prove<'a, M: Mac + DigestKind + 'a>(
        &self,
        body: &[u8],
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let Read { values, signature } = self.read(body).map_err(Rejection::MalformedSignature)?;
        let signature = match signature.map(|it| it.get()) {
            None | Some("null" | "\"\"") => return Err(Rejection::MissingSignature),
            Some(text) => read_mac_in_json::<M>(text.as_bytes(), self.config.encoding)?,
        };
        let text = self.joined(&values);
        let key_id = find_key::<M>(&[text.as_bytes()], &signature, keys)
            .ok_or(Rejection::SignatureMismatch)?;
        let covered = Coverage::Bytes(Bytes::from(self.written(values)));
        let digest = ContentDigest::of(text.as_bytes());
        Ok(Verified::assertion(covered, key_id).with_digest(digest))
    }
}
