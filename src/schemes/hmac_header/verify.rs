//! Verifying a MAC in a header.

use std::iter;

use hmac::{Mac, digest::Output};

use super::{
    HmacHeader, TimestampSource,
    layout::{Signatures, value_of},
};
use crate::{
    keys::{DigestKind, KeyedMac, LiveKeys},
    request::{Head, RawRequest, Single},
    schemes::{
        Coverage, Verified,
        signed_header::{Unreadable, signature_value},
        template::{Parts, Values},
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
        let header = signature_value(head, &self.signature_header, MAX_SIGNATURE_HEADER_BYTES)?;
        let mut signatures = Signatures::of(&self.layout, self.encoding, header);
        let first = signatures.next::<M>().ok_or(Rejection::MalformedSignature(
            "it is not in the scheme's layout, encoding and length",
        ))?;
        let id = self.id(head)?;
        let timestamp = self.timestamp(head, header)?;
        let named = match &self.from_head {
            Some(from_head) => from_head.read(head)?,
            None => Values::default(),
        };
        let parts = Parts {
            id: id.unwrap_or_default().as_bytes(),
            timestamp: timestamp.map_or(&[][..], |(text, _)| text),
            ..Parts::of(head, named.as_slice(), request.body)
        };
        let digest = self.template.digest_of(request.body);

        let mut any_key = false;
        for (key_id, prepared) in keys.macs::<M>() {
            any_key = true;
            let mut mac = prepared.clone();
            let each = |piece: &[u8]| mac.update(piece);
            self.template.each(&parts, digest.as_ref(), each);
            if is_right(mac, &first, signatures.clone()) {
                return Ok(Verified::assertion(Coverage::Body, key_id)
                    .with_signed_id(id)
                    .with_sent_at(timestamp.map(|(_, time)| time)));
            }
        }
        Err(if any_key {
            Rejection::SignatureMismatch
        } else {
            Rejection::NoLiveKey
        })
    }

    fn id<'a>(&self, head: &Head<'a>) -> Result<Option<&'a str>, Rejection> {
        let Some(header) = &self.id else {
            return Ok(None);
        };
        header
            .text(head)
            .map(Some)
            .map_err(|unreadable| match unreadable {
                Unreadable::Missing => Rejection::MissingId,
                Unreadable::Malformed(why) => Rejection::MalformedId(why),
            })
    }

    /// The time, as its text stands in the signed text and as a moment.
    fn timestamp<'a>(
        &self,
        head: &Head<'a>,
        signature_text: &'a [u8],
    ) -> Result<Option<(&'a [u8], UnixTime)>, Rejection> {
        let text = match &self.timestamp {
            None => return Ok(None),
            Some(TimestampSource::Pair(name)) => {
                let mut found = signature_text
                    .split(|byte| *byte == b',')
                    .filter_map(|pair| value_of(pair, name));
                let text = found.next().ok_or(Rejection::MissingTimestamp)?;
                if found.next().is_some() {
                    return Err(Rejection::MalformedTimestamp);
                }
                text
            }
            Some(TimestampSource::Header(name)) => match head.single(name) {
                Single::Value(value) => value,
                Single::Missing => return Err(Rejection::MissingTimestamp),
                Single::Repeated => return Err(Rejection::MalformedTimestamp),
            },
        };
        if text.is_empty() {
            return Err(Rejection::MissingTimestamp);
        }
        let fits = self.timestamp_rule.check(text).is_ok();
        let time = self.timestamp_form.read(text).filter(|_| fits);
        let time = time.ok_or(Rejection::MalformedTimestamp)?;
        Ok(Some((text, time)))
    }
}

/// Whether a signature is that of `mac`.
fn is_right<M: Mac>(mac: KeyedMac<M>, first: &Output<M>, mut others: Signatures<'_>) -> bool {
    if others.is_at_end() {
        return mac.verifies(first);
    }
    let others = iter::from_fn(|| others.next::<M>());
    mac.verifies_one_of(iter::once(first.clone()).chain(others))
}
