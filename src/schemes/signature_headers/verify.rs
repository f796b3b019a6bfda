//! Reading what headers carry and cover.

use super::{
    SignatureHeaders, Signatures,
    family::{Family, Found},
    parts::MAX_FURTHER_HEADERS,
};
use crate::{
    identity::KeyId,
    request::{Head, RawRequest, Single},
    schemes::{
        Coverage, SignatureEncoding, Template, Verified,
        signed_header::{Unreadable, signature_value, value_of_signature},
        template::{DigestText, Parts},
    },
    time::UnixTime,
    verdict::Rejection,
};

/// Longest signature header that is parsed. Standard Webhooks with a dozen keys in rotation needs 600
/// bytes, an RSA signature of 8,192 bits 2,048 in hexadecimal.
const MAX_SIGNATURE_HEADER_BYTES: usize = 4096;

/// What makes signatures: a MAC, or a private key.
pub(in crate::schemes) trait Proof<'k> {
    /// A decoded signature.
    type Signature;

    /// Decodes the text of a signature. `None` of what can match nothing.
    fn decode(&self, encoding: SignatureEncoding, text: &[u8]) -> Option<Self::Signature>;

    /// The id of the key that made one of the signatures of `text`.
    fn key_of(
        &self,
        text: SignedText<'_>,
        first: Self::Signature,
        others: Signatures<'_>,
    ) -> Result<&'k KeyId, Rejection>;
}

/// A template and what stands in its places.
#[derive(Clone, Copy)]
pub(in crate::schemes) struct SignedText<'t> {
    pub(in crate::schemes) template: &'t Template,
    pub(in crate::schemes) parts: &'t Parts<'t>,
}

impl SignatureHeaders {
    /// Proves the whole body, and what else the template names.
    pub(in crate::schemes) fn prove<'a, P: Proof<'a>>(
        &self,
        request: RawRequest<'a>,
        proof: &P,
    ) -> Result<Verified<'a>, Rejection> {
        let head = &request.head;
        let family = match &self.other {
            Some(other) => self.family.chosen(other, head)?,
            None => &self.family,
        };
        let found = family.found(head);
        if self.further.is_empty() {
            let header = value_of_signature(found.signature, MAX_SIGNATURE_HEADER_BYTES)?;
            return self.prove_by(family, &found, (header, &[]), request, proof);
        }
        let mut room = [&[][..]; MAX_FURTHER_HEADERS];
        let values = self.values(&found, head, &mut room)?;
        self.prove_by(family, &found, values, request, proof)
    }

    /// By the signatures of one header, and of further ones.
    fn prove_by<'a, P: Proof<'a>>(
        &self,
        family: &Family,
        found: &Found<'a>,
        (header, further): (&'a [u8], &[&[u8]]),
        request: RawRequest<'a>,
        proof: &P,
    ) -> Result<Verified<'a>, Rejection> {
        let head = &request.head;
        let mut signatures = Signatures::of(&self.form, header, further);
        let first = signatures.next(proof).ok_or(Rejection::MalformedSignature(
            "it is not in the scheme's layout, encoding and length",
        ))?;
        let id = read_id(family, found)?;
        let timestamp = self.timestamp(family, found, header)?;
        let parts = Parts {
            id: id.unwrap_or_default().as_bytes(),
            timestamp: timestamp.map_or(&[][..], |(text, _)| text),
            body: request.body,
            ..Parts::default()
        };
        let text = |parts| SignedText {
            template: &self.template,
            parts,
        };
        let by_key = match &self.from_request {
            None => proof.key_of(text(&parts), first, signatures),
            Some(from_request) => {
                let named = from_request.read(head)?;
                let digest = from_request.digest_of(request.body);
                let parts = Parts {
                    id: parts.id,
                    timestamp: parts.timestamp,
                    digest: digest.as_ref().map_or(&[], DigestText::as_bytes),
                    ..Parts::of(head, named.as_slice(), request.body)
                };
                let text = SignedText {
                    template: &self.template,
                    parts: &parts,
                };
                proof.key_of(text, first, signatures)
            }
        };
        Ok(Verified::assertion(Coverage::Body, by_key?)
            .with_signed_id(id)
            .with_sent_at(timestamp.map(|(_, time)| time)))
    }

    /// The values of the headers of signatures: of the first that is there, and of the others.
    fn values<'a, 'r>(
        &self,
        found: &Found<'a>,
        head: &Head<'a>,
        room: &'r mut [&'a [u8]; MAX_FURTHER_HEADERS],
    ) -> Result<(&'a [u8], &'r [&'a [u8]]), Rejection> {
        let value = |name| signature_value(head, name, MAX_SIGNATURE_HEADER_BYTES);
        let mut first = value_of_signature(found.signature, MAX_SIGNATURE_HEADER_BYTES);
        let mut others = 0_usize;
        for name in &self.further {
            match (value(name), &first) {
                (Err(Rejection::MissingSignature), _) => {}
                (Err(malformed), _) => return Err(malformed),
                (Ok(value), Err(Rejection::MissingSignature)) => first = Ok(value),
                (Ok(value), _) => {
                    if let Some(place) = room.get_mut(others) {
                        *place = value;
                        others = others.saturating_add(1);
                    }
                }
            }
        }
        Ok((first?, room.get(..others).unwrap_or_default()))
    }

    /// The time, as its text stands in the signed text and as a moment.
    fn timestamp<'a>(
        &self,
        family: &Family,
        found: &Found<'a>,
        header: &'a [u8],
    ) -> Result<Option<(&'a [u8], UnixTime)>, Rejection> {
        let text = match &family.timestamp {
            None if self.form.layout.carries_time() => {
                let time = self.form.layout.time_in(header, self.form.separator)?;
                time.ok_or(Rejection::MissingTimestamp)?
            }
            None => return Ok(None),
            Some(_) => match found.timestamp {
                Single::Value(value) => value,
                Single::Missing => return Err(Rejection::MissingTimestamp),
                Single::Repeated => return Err(Rejection::MalformedTimestamp),
            },
        };
        if text.is_empty() {
            return Err(Rejection::MissingTimestamp);
        }
        let fits = self.timestamp_rule.check(text);
        let time = fits.ok().and_then(|()| self.timestamp_form.read(text));
        let time = time.ok_or(Rejection::MalformedTimestamp)?;
        Ok(Some((text, time)))
    }
}

fn read_id<'a>(family: &Family, found: &Found<'a>) -> Result<Option<&'a str>, Rejection> {
    let Some(header) = &family.id else {
        return Ok(None);
    };
    let id = header.text_of(found.id).map(Some);
    id.map_err(|unreadable| match unreadable {
        Unreadable::Missing => Rejection::MissingId,
        Unreadable::Malformed(why) => Rejection::MalformedId(why),
    })
}
