//! [`Verified`]: the proof that a scheme found.

use std::{
    borrow::Cow,
    ops::Range,
    sync::{Arc, LazyLock},
    time::Duration,
};

use bytes::Bytes;

use crate::{
    identity::{ContentDigest, KeyId},
    time::UnixTime,
};

/// Who wrote which bytes, and what else the proof covers.
///
/// Only schemes make one, through [`Verified::assertion`]; search for that name to review every place
/// that claims a proof.
#[derive(Debug)]
pub struct Verified<'a> {
    coverage: Coverage,
    key_id: &'a KeyId,
    /// Whether the key proved only who calls.
    by_caller: bool,
    signed_id: Option<Cow<'a, str>>,
    nonce: Option<Cow<'a, str>>,
    sent_at: Option<UnixTime>,
    validity: Validity,
    digest: Option<ContentDigest>,
}

/// From when until when a proof is good, as it says itself.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Validity {
    pub(crate) from: Option<UnixTime>,
    /// From then on it is not.
    pub(crate) until: Option<UnixTime>,
    pub(crate) leeway: Duration,
}

/// Which bytes the proof covers. Everything after verification reads these and nothing else.
#[derive(Debug)]
#[non_exhaustive]
pub enum Coverage {
    /// The whole body, as it arrived.
    Body,
    /// The whole body but for one range of it, which holds the proof itself.
    BodyBut {
        /// The range. A pack that decodes such a body gets it as
        /// [`Authenticated::proof`](crate::provider::Authenticated) and reads nothing from it.
        proof: Range<usize>,
        /// What stood in its place when it was signed.
        blank: &'static [u8],
    },
    /// This range of the body and nothing around it.
    Part(Range<usize>),
    /// These bytes, made from the body.
    Bytes(Bytes),
}

/// Stands for a key's id where nothing is signed.
static BY_ACCESS: LazyLock<KeyId> = LazyLock::new(|| "access".into());

impl<'a> Verified<'a> {
    /// Asserts that the key `key_id` proves `coverage`. For scheme authors: call it only after a
    /// constant-time comparison succeeded.
    pub fn assertion(coverage: Coverage, key_id: &'a KeyId) -> Self {
        Self {
            coverage,
            key_id,
            by_caller: false,
            signed_id: None,
            nonce: None,
            sent_at: None,
            validity: Validity::default(),
            digest: None,
        }
    }

    /// For packs whose sender signs nothing: whoever passed the access rule is believed all of the body. The
    /// key's id is then `access`.
    ///
    /// Such a pack must also say that it [needs access](crate::provider::Provider::needs_access): without that, the
    /// road refuses what it verified.
    pub fn by_access() -> Self {
        Self::assertion(Coverage::Body, &BY_ACCESS)
    }

    /// For schemes whose sender signs nothing of its events, and shows a token: whoever has that of the key `key_id` is
    /// believed all of the body. For scheme authors: call it only after a constant-time comparison succeeded.
    pub fn by_caller(key_id: &'a KeyId) -> Self {
        Self {
            by_caller: true,
            ..Self::assertion(Coverage::Body, key_id)
        }
    }

    /// Whether the access rule is all the proof there is.
    pub(crate) fn is_by_access(&self) -> bool {
        Arc::ptr_eq(self.key_id, &BY_ACCESS)
    }

    /// Whether something signs the covered bytes.
    pub(crate) fn is_signed(&self) -> bool {
        !self.by_caller && !self.is_by_access()
    }

    /// The proof covers this id.
    #[must_use]
    pub fn with_signed_id(mut self, id: Option<impl Into<Cow<'a, str>>>) -> Self {
        self.signed_id = id.map(Into::into);
        self
    }

    /// The proof covers this text, which the sender uses for one event only. The road remembers it: with another event
    /// it is refused.
    #[must_use]
    pub fn with_nonce(mut self, nonce: Option<impl Into<Cow<'a, str>>>) -> Self {
        self.nonce = nonce.map(Into::into);
        self
    }

    /// The proof covers this time, made anew for each attempt.
    #[must_use]
    pub fn with_sent_at(mut self, time: Option<UnixTime>) -> Self {
        self.sent_at = time;
        self
    }

    /// The proof says from when until when it is good. Each may be off by `leeway`: the clocks of two machines differ. The road
    /// refuses what comes before or after, unless the receiver checks no time.
    #[must_use]
    pub fn with_validity(
        mut self,
        from: Option<UnixTime>,
        until: Option<UnixTime>,
        leeway: Duration,
    ) -> Self {
        self.validity = Validity {
            from,
            until,
            leeway,
        };
        self
    }

    /// A digest of the covered bytes that the scheme had to compute anyway. A pack may take it as the
    /// event's content digest instead of hashing the bytes once more.
    #[must_use]
    pub fn with_digest(mut self, digest: ContentDigest) -> Self {
        self.digest = Some(digest);
        self
    }

    /// The id of the key that matched.
    pub fn key_id(&self) -> &KeyId {
        self.key_id
    }

    /// The id that the proof covers.
    pub fn signed_id(&self) -> Option<&str> {
        self.signed_id.as_deref()
    }

    /// The text that the proof covers and that is used once.
    pub fn nonce(&self) -> Option<&str> {
        self.nonce.as_deref()
    }

    /// When this attempt was signed.
    pub fn sent_at(&self) -> Option<UnixTime> {
        self.sent_at
    }

    /// From when until when the proof is good.
    pub(crate) fn validity(&self) -> Validity {
        self.validity
    }

    /// A digest of the covered bytes, where the scheme has one.
    pub fn digest(&self) -> Option<ContentDigest> {
        self.digest
    }

    /// Which bytes the proof covers.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The covered bytes of `body`, which must be the one that was verified.
    pub fn bytes_of(&self, body: &Bytes) -> Bytes {
        match &self.coverage {
            Coverage::Body | Coverage::BodyBut { .. } => body.clone(),
            // A range that is not of this body covers nothing.
            Coverage::Part(range) => body
                .get(range.clone())
                .map_or_else(Bytes::new, |part| body.slice_ref(part)),
            Coverage::Bytes(bytes) => bytes.clone(),
        }
    }

    /// The part of the authenticated bytes that holds the proof itself, and what stood there when they were signed.
    pub(crate) fn proof(&self) -> Option<(Range<usize>, &'static [u8])> {
        match &self.coverage {
            Coverage::BodyBut { proof, blank } => Some((proof.clone(), blank)),
            Coverage::Body | Coverage::Part(_) | Coverage::Bytes(_) => None,
        }
    }
}
