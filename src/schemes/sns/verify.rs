//! Verifying a message of Amazon SNS.

use bytes::Bytes;

use super::{
    Sns,
    envelope::{Envelope, Version},
    message::MessageType,
};
use crate::{
    keys::{JwsAlgorithm, LiveKeys, VerifyingKey},
    request::RawRequest,
    schemes::{Coverage, Verified},
    time::UnixTime,
    verdict::Rejection,
};

/// A key that may have signed. SNS signs by RSA alone.
pub(super) fn is_of_rsa(key: &VerifyingKey) -> bool {
    key.algorithms().contains(&JwsAlgorithm::Rs256)
}

impl Sns {
    pub(super) fn prove<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let Envelope {
            message,
            version,
            signature,
            certificate_url,
        } = self.envelope(&request)?;
        let text = message.signed_text();
        let text = text.as_bytes();
        let mut refusal = Rejection::NoLiveKey;
        for (id, key) in keys.that_may_have_signed(Some(&*certificate_url), is_of_rsa) {
            let is_valid = |(begin, end)| (begin..=end).contains(&keys.now());
            if !key.certificate_dates().is_none_or(is_valid) {
                refusal = OUT_OF_DATE;
                continue;
            }
            let is_signed = match version {
                Version::Sha256 => key.verifies(JwsAlgorithm::Rs256, text, &signature),
                Version::Sha1 => key.verifies_rsa_sha1(text, &signature),
            };
            if is_signed {
                let coverage = Coverage::Bytes(Bytes::from(message.signed_json()));
                // That of a notification belongs to its event, and a retry has it too.
                let sent_at = match message.kind {
                    MessageType::Notification => None,
                    _ => UnixTime::from_rfc3339(&message.timestamp),
                };
                return Ok(Verified::assertion(coverage, id)
                    .with_signed_id(Some(message.id))
                    .with_sent_at(sent_at));
            }
            refusal = Rejection::SignatureMismatch;
        }
        Err(refusal)
    }
}

const OUT_OF_DATE: Rejection =
    Rejection::MalformedSignature("its certificate has ended, or is not valid yet");
