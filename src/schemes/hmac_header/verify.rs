//! Verifying a MAC in a header.

use std::iter;

use hmac::{Mac, digest::Output};

use super::{
    HmacHeader,
    family::Family,
    parts::{MAX_FURTHER_HEADERS, Signatures},
};
use crate::{
    identity::KeyId,
    keys::{DigestKind, KeyedMac, LiveKeys},
    request::{Head, RawRequest, Single},
    schemes::{
        Coverage, Verified,
        signed_header::{Unreadable, signature_value},
        template::{DigestText, Parts},
    },
    time::UnixTime,
    verdict::Rejection,
};

/// Longest signature header that is parsed. Standard Webhooks with a dozen keys in rotation needs 600
/// bytes.
const MAX_SIGNATURE_HEADER_BYTES: usize = 4096;

impl HmacHeader {
    pub(super) fn prove<'a, M: Mac + DigestKind + 'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let head = &request.head;
        let family = match &self.other {
            Some(other) => self.family.chosen(other, head)?,
            None => &self.family,
        };
        if self.further.is_empty() {
            let header = signature_value(head, &family.signature, MAX_SIGNATURE_HEADER_BYTES)?;
            return self.prove_by::<M>(family, (header, &[]), request, keys);
        }
        let mut room = [&[][..]; MAX_FURTHER_HEADERS];
        let values = self.values(family, head, &mut room)?;
        self.prove_by::<M>(family, values, request, keys)
    }

    /// By the signatures of one header, and of further ones.
    fn prove_by<'a, M: Mac + DigestKind + 'a>(
        &self,
        family: &Family,
        (header, further): (&'a [u8], &[&[u8]]),
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let head = &request.head;
        let mut signatures = Signatures::of(&self.form, header, further);
        let first = signatures.next::<M>().ok_or(Rejection::MalformedSignature(
            "it is not in the scheme's layout, encoding and length",
        ))?;
        let id = read_id(family, head)?;
        let timestamp = self.timestamp(family, head, header)?;
        let parts = Parts {
            id: id.unwrap_or_default().as_bytes(),
            timestamp: timestamp.map_or(&[][..], |(text, _)| text),
            body: request.body,
            ..Parts::default()
        };
        let by_key = match &self.from_request {
            None => self.key_of::<M>(&parts, &first, &signatures, keys),
            Some(from_request) => {
                let named = from_request.read(head)?;
                let digest = from_request.digest_of(request.body);
                let parts = Parts {
                    id: parts.id,
                    timestamp: parts.timestamp,
                    digest: digest.as_ref().map_or(&[], DigestText::as_bytes),
                    ..Parts::of(head, named.as_slice(), request.body)
                };
                self.key_of::<M>(&parts, &first, &signatures, keys)
            }
        };
        Ok(Verified::assertion(Coverage::Body, by_key?)
            .with_signed_id(id)
            .with_sent_at(timestamp.map(|(_, time)| time)))
    }

    /// The id of the key that made one of the signatures.
    fn key_of<'a, M: Mac + DigestKind + 'a>(
        &self,
        parts: &Parts<'_>,
        first: &Output<M>,
        others: &Signatures<'_>,
        keys: LiveKeys<'a>,
    ) -> Result<&'a KeyId, Rejection> {
        let mut any_key = false;
        for (key_id, prepared) in keys.macs::<M>() {
            any_key = true;
            let mut mac = prepared.clone();
            self.template.each(parts, |piece| mac.update(piece));
            if is_right(mac, first, others.clone()) {
                return Ok(key_id);
            }
        }
        Err(if any_key {
            Rejection::SignatureMismatch
        } else {
            Rejection::NoLiveKey
        })
    }

    /// The values of the headers of signatures: of the first that is there, and of the others.
    fn values<'a, 'r>(
        &self,
        family: &Family,
        head: &Head<'a>,
        room: &'r mut [&'a [u8]; MAX_FURTHER_HEADERS],
    ) -> Result<(&'a [u8], &'r [&'a [u8]]), Rejection> {
        let value = |name| signature_value(head, name, MAX_SIGNATURE_HEADER_BYTES);
        let mut first = value(&family.signature);
        let mut found = 0_usize;
        for name in &self.further {
            match (value(name), &first) {
                (Err(Rejection::MissingSignature), _) => {}
                (Err(malformed), _) => return Err(malformed),
                (Ok(value), Err(Rejection::MissingSignature)) => first = Ok(value),
                (Ok(value), _) => {
                    if let Some(place) = room.get_mut(found) {
                        *place = value;
                        found = found.saturating_add(1);
                    }
                }
            }
        }
        Ok((first?, room.get(..found).unwrap_or_default()))
    }

    /// The time, as its text stands in the signed text and as a moment.
    fn timestamp<'a>(
        &self,
        family: &Family,
        head: &Head<'a>,
        header: &'a [u8],
    ) -> Result<Option<(&'a [u8], UnixTime)>, Rejection> {
        let text = match &family.timestamp {
            None if self.form.layout.carries_time() => {
                let time = self.form.layout.time_in(header, self.form.separator)?;
                time.ok_or(Rejection::MissingTimestamp)?
            }
            None => return Ok(None),
            Some(name) => match head.single(name) {
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

fn read_id<'a>(family: &Family, head: &Head<'a>) -> Result<Option<&'a str>, Rejection> {
    let Some(header) = &family.id else {
        return Ok(None);
    };
    let id = header.text(head).map(Some);
    id.map_err(|unreadable| match unreadable {
        Unreadable::Missing => Rejection::MissingId,
        Unreadable::Malformed(why) => Rejection::MalformedId(why),
    })
}

/// Whether a signature is that of `mac`.
fn is_right<M: Mac>(mac: KeyedMac<M>, first: &Output<M>, mut others: Signatures<'_>) -> bool {
    if others.is_at_end() {
        return mac.verifies(first);
    }
    let others = iter::from_fn(|| others.next::<M>());
    mac.verifies_one_of(iter::once(first.clone()).chain(others))
}
