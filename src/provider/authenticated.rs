//! [`Authenticated`]: what a pack may read.

use std::ops::Range;

use bytes::Bytes;

use crate::{
    identity::ContentDigest,
    request::{Head, Unsigned},
    schemes::Verified,
    time::UnixTime,
};

/// What [`Provider::decode`](super::Provider::decode) may read: everything here but `body` and `head` is covered by the proof.
#[derive(Debug)]
#[non_exhaustive]
pub struct Authenticated<'a> {
    /// The bytes whose proof matched.
    pub bytes: &'a Bytes,
    /// The part of `bytes` that holds the proof itself: read nothing from it.
    pub proof: Option<Range<usize>>,
    /// What stood in the place of the proof when the bytes were signed.
    pub blank: &'a [u8],
    /// A digest of the covered bytes, where the scheme has one.
    pub digest: Option<ContentDigest>,
    /// The id that the signature covers, where the scheme has one.
    pub signed_id: Option<&'a str>,
    /// When this attempt was signed, where the scheme has it.
    pub sent_at: Option<UnixTime>,
    /// The whole body. For packs whose proof covers only a part of it.
    pub body: Unsigned<&'a Bytes>,
    /// The head. Not covered: it never identifies, dates or routes an event.
    pub head: Head<'a>,
}

impl<'a> Authenticated<'a> {
    /// What `verified` proves of `body`, of which `bytes` is [that part](Verified::bytes_of). For packs'
    /// own tests and measurements: a [`Delivery`](crate::delivery::Delivery) only comes of the road.
    pub fn new(
        bytes: &'a Bytes,
        verified: &'a Verified<'_>,
        body: &'a Bytes,
        head: Head<'a>,
    ) -> Self {
        let (proof, blank) = verified.proof().unzip();
        Self {
            bytes,
            proof,
            blank: blank.unwrap_or_default(),
            digest: verified.digest(),
            signed_id: verified.signed_id(),
            sent_at: verified.sent_at(),
            body: Unsigned::new(body),
            head,
        }
    }

    /// The bytes as they were signed, without the proof itself.
    pub fn signed(&self) -> Bytes {
        let Some(proof) = &self.proof else {
            return self.bytes.clone();
        };
        let before = self.bytes.get(..proof.start).unwrap_or_default();
        let behind = self.bytes.get(proof.end..).unwrap_or_default();
        [before, self.blank, behind].concat().into()
    }
}
