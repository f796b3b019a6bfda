//! Verifying a signed request.

use std::borrow::Cow;

use super::{SignedRequest, algorithm::is_named, signature::Signature};
use crate::{
    identity::KeyId,
    keys::{JwsAlgorithm, LiveKeys, VerifyingKey},
    request::{Head, RawRequest},
    schemes::{
        Coverage, NO_KEY_FOR_ALGORITHM, Verified,
        signed_header::{SignedHeader, Unreadable, signature_value},
        template::{Parts, Values},
        token_claims::may_be_claims,
    },
    time::UnixTime,
    verdict::Rejection,
};

/// Longest signature header that is parsed. RSA with 8,192 bits needs 2,048 in hexadecimal; a JWS that carries its
/// payload more.
const MAX_SIGNATURE_HEADER_BYTES: usize = 8 * 1024;

impl SignedRequest {
    pub(super) fn prove<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let head = &request.head;
        let header = self.signature_text(head)?;
        let nonce = text(self.nonce.as_ref(), head).map_err(|unreadable| match unreadable {
            Unreadable::Missing => Rejection::MissingNonce,
            Unreadable::Malformed(why) => Rejection::MalformedNonce(why),
        })?;
        let timestamp = self.timestamp(head)?;
        let algorithm = text(self.algorithm.as_ref(), head).map_err(|_| {
            Rejection::MalformedSignature("the header that names its algorithm cannot be read")
        })?;
        let named = match &self.from_request {
            Some(from_request) => from_request.read(head)?,
            None => Values::default(),
        };
        let parts = Parts {
            nonce: nonce.unwrap_or_default().as_bytes(),
            timestamp: timestamp.map_or("", |(text, _)| text).as_bytes(),
            algorithm: algorithm.unwrap_or_default().as_bytes(),
            ..Parts::of(head, named.as_slice(), request.body)
        };
        // A body alone is not copied.
        let signed = if self.template.is_body() {
            Cow::Borrowed(request.body)
        } else {
            Cow::Owned(self.template.text(&parts))
        };
        let signature = Signature::read(self.encoding, header, signed, self.accept_tokens)?;
        let key_id = key_of(&signature, algorithm, keys)?;
        if self.may_take_claims() && may_be_claims(request.body) {
            return Err(Rejection::SignedForAnother(
                "its body has the `exp` of a token; if requests have one, set `accept_tokens_as_requests`",
            ));
        }
        Ok(Verified::assertion(Coverage::Body, key_id)
            .with_nonce(nonce)
            .with_sent_at(timestamp.map(|(_, time)| time)))
    }

    pub(super) fn signature_text<'a>(&self, head: &Head<'a>) -> Result<&'a [u8], Rejection> {
        match signature_value(head, &self.signature_header, MAX_SIGNATURE_HEADER_BYTES)? {
            [] => Err(Rejection::MissingSignature),
            value => Ok(value),
        }
    }

    /// The time, as its text stands in the signed text and as a moment.
    fn timestamp<'a>(&self, head: &Head<'a>) -> Result<Option<(&'a str, UnixTime)>, Rejection> {
        let read = text(self.timestamp.as_ref(), head).map_err(|unreadable| match unreadable {
            Unreadable::Missing => Rejection::MissingTimestamp,
            Unreadable::Malformed(_) => Rejection::MalformedTimestamp,
        })?;
        let Some(text) = read else {
            return Ok(None);
        };
        let time = self.timestamp_form.read(text.as_bytes());
        time.map(|time| Some((text, time)))
            .ok_or(Rejection::MalformedTimestamp)
    }
}

/// The id of the key that made the signature, with an algorithm that it is for and that nothing contradicts.
fn key_of<'a>(
    signature: &Signature<'_>,
    named: Option<&str>,
    keys: LiveKeys<'a>,
) -> Result<&'a KeyId, Rejection> {
    let fits = |algorithm: &JwsAlgorithm| {
        named.is_none_or(|name| is_named(*algorithm, name))
            && signature.algorithm.is_none_or(|it| it == *algorithm)
    };
    let fits_one = |key: &VerifyingKey| key.algorithms().iter().any(fits);
    let mut candidates = keys.that_may_have_signed(signature.key_id.as_deref(), fits_one);
    let signed = |key: &VerifyingKey| {
        let mut fitting = key.algorithms().iter().filter(|it| fits(it));
        fitting.any(|it| key.verifies(*it, &signature.message, &signature.bytes))
    };
    if let Some((id, _)) = candidates.find(|(_, key)| signed(key)) {
        return Ok(id);
    }
    let mut all = keys.public_keys().peekable();
    Err(if all.peek().is_none() {
        Rejection::NoLiveKey
    } else if all.any(|(_, key)| fits_one(key)) {
        Rejection::SignatureMismatchUnder("its template, encoding and algorithm")
    } else {
        NO_KEY_FOR_ALGORITHM
    })
}

fn text<'a>(header: Option<&SignedHeader>, head: &Head<'a>) -> Result<Option<&'a str>, Unreadable> {
    header.map(|header| header.text(head)).transpose()
}
