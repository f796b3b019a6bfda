//! [`StoredVerdict`]: what was proved of a request when it came.

use std::{fmt, ops::Range, time::Duration};

use bytes::Bytes;

use crate::{identity::ContentDigest, request::Origin, time::UnixTime};

/// What was proved of a request when it came. A worker believes it: by then keys may have been rotated, and signature
/// headers are not kept.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredVerdict {
    /// The pack's name.
    pub pack: Box<str>,
    /// The canonical id of the tenant.
    pub tenant: Option<Box<str>>,
    /// Who proved it.
    pub proved_by: ProvedBy,
    /// The id of the key that matched.
    pub key_id: Box<str>,
    /// Which bytes the proof covers.
    pub coverage: StoredCoverage,
    /// The id that the proof covers.
    pub signed_id: Option<Box<str>>,
    /// When the attempt was signed.
    pub sent_at: Option<UnixTime>,
    /// The digest of the covered bytes, where the scheme made one.
    pub digest: Option<ContentDigest>,
    /// A type that nothing signs.
    pub claimed_type: Option<Box<str>>,
    /// When the request's head came.
    pub received_at: UnixTime,
    /// How long the event is remembered once it is handled.
    pub retain: Duration,
    /// Which of the events of the body this one is, counted from 0.
    pub position: u32,
}

/// Who proved a request. The numbers are stored data and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[non_exhaustive]
pub enum ProvedBy {
    /// Its signature.
    Signature = 0,
    /// The access rule alone: the sender signs nothing.
    Access = 1,
    /// We asked for it ourselves.
    OwnCall = 2,
    /// We read it in the sender's log of what it sent.
    SendersLog = 3,
}

impl ProvedBy {
    pub(super) fn read(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::Signature,
            1 => Self::Access,
            2 => Self::OwnCall,
            3 => Self::SendersLog,
            _ => return None,
        })
    }

    pub(crate) fn origin(self) -> Origin {
        match self {
            Self::Signature | Self::Access => Origin::Pushed,
            Self::OwnCall => Origin::Polled,
            Self::SendersLog => Origin::Reconciled,
        }
    }
}

/// Which bytes a proof covers.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoredCoverage {
    /// The whole body.
    Body,
    /// The whole body but for the proof itself.
    BodyBut {
        /// Where the proof stands.
        proof: Range<usize>,
        /// What stood there when it was signed.
        blank: Bytes,
    },
    /// This range of the body and nothing around it.
    Part(Range<usize>),
    /// These bytes, made from the body.
    Bytes(Bytes),
}

impl StoredCoverage {
    /// The covered bytes of `body`.
    pub fn bytes_of(&self, body: &Bytes) -> Bytes {
        match self {
            Self::Body | Self::BodyBut { .. } => body.clone(),
            Self::Part(range) => body
                .get(range.clone())
                .map_or_else(Bytes::new, |part| body.slice_ref(part)),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }

    /// Where the proof stands in the covered bytes, and what stood there when they were signed.
    pub(crate) fn proof(&self) -> (Option<Range<usize>>, &[u8]) {
        match self {
            Self::BodyBut { proof, blank } => (Some(proof.clone()), blank),
            Self::Body | Self::Part(_) | Self::Bytes(_) => (None, &[]),
        }
    }
}

/// Shows the kind, never the bytes.
impl fmt::Debug for StoredCoverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Body => "Body",
            Self::BodyBut { .. } => "BodyBut(..)",
            Self::Part(_) => "Part(..)",
            Self::Bytes(_) => "Bytes(..)",
        })
    }
}

/// Shows who proved it and with which key.
impl fmt::Debug for StoredVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredVerdict")
            .field("pack", &self.pack)
            .field("proved_by", &self.proved_by)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}
