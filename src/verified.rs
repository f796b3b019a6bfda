//! [`Verified`]: the proof that a scheme found.

use bytes::Bytes;

use crate::{clock::UnixTime, keys::KeyId};

/// Who wrote which bytes, and what else the proof covers.
///
/// Only schemes make one, through [`Verified::assertion`]; search for that name to review every place
/// that claims a proof.
#[derive(Debug)]
pub struct Verified<'a> {
    coverage: Coverage,
    key_id: &'a KeyId,
    signed_id: Option<&'a str>,
    sent_at: Option<UnixTime>,
}

/// Which bytes the proof covers. Everything after verification reads these and nothing else.
#[derive(Debug)]
#[non_exhaustive]
pub enum Coverage {
    /// The whole body, as it arrived.
    Body,
    /// These bytes, made from the body.
    Bytes(Bytes),
}

impl<'a> Verified<'a> {
    /// Asserts that the key `key_id` proves `coverage`. For scheme authors: call it only after a
    /// constant-time comparison succeeded.
    pub fn assertion(coverage: Coverage, key_id: &'a KeyId) -> Self {
        Self {
            coverage,
            key_id,
            signed_id: None,
            sent_at: None,
        }
    }

    /// The proof covers this id.
    #[must_use]
    pub fn with_signed_id(mut self, id: Option<&'a str>) -> Self {
        self.signed_id = id;
        self
    }

    /// The proof covers this time, made anew for each attempt.
    #[must_use]
    pub fn with_sent_at(mut self, time: Option<UnixTime>) -> Self {
        self.sent_at = time;
        self
    }

    /// The id of the key that matched.
    pub fn key_id(&self) -> &'a KeyId {
        self.key_id
    }

    /// The id that the proof covers.
    pub fn signed_id(&self) -> Option<&'a str> {
        self.signed_id
    }

    /// When this attempt was signed.
    pub fn sent_at(&self) -> Option<UnixTime> {
        self.sent_at
    }

    pub(crate) fn bytes_of(&self, body: &Bytes) -> Bytes {
        match &self.coverage {
            Coverage::Body => body.clone(),
            Coverage::Bytes(bytes) => bytes.clone(),
        }
    }
}
