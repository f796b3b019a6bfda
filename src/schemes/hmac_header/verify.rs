//! Verifying a MAC in a header.

use std::iter;

use hmac::{Mac, digest::Output};

use super::{
    HmacHeader,
    family::Family,
    parts::{MAX_FURTHER_HEADERS, Signatures},
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
        let family = match &self.other {
            Some(other) => self.family.chosen(other, head)?,
            None => &self.family,
        };
        let mut room = [&[][..]; MAX_FURTHER_HEADERS];
        let (header, further) = self.values(family, head, &mut room)?;
        let mut signatures = Signatures::of(&self.form, header, further);
        let first = signatures.next::<M>().ok_or(Rejection::MalformedSignature(
            "it is not in the scheme's layout, encoding and length",
        ))?;
        let id = read_id(family, head)?;
        let timestamp = self.timestamp(family, head, header)?;
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

    /// The values of the headers of signatures: of the first that is there, and of the others.
    fn values<'a, 'r>(
        &self,
        family: &Family,
        head: &Head<'a>,
        room: &'r mut [&'a [u8]; MAX_FURTHER_HEADERS],
    ) -> Result<(&'a [u8], &'r [&'a [u8]]), Rejection> {
        let value = |name| signature_value(head, name, MAX_SIGNATURE_HEADER_BYTES);
        let mut first = value(&family.signature);
        if self.further.is_empty() {
            return Ok((first?, &[]));
        }
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
        let fits = self.timestamp_rule.check(text).is_ok();
        let time = self.timestamp_form.read(text).filter(|_| fits);
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
