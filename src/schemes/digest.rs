//! [`Digest`]: the digest under a MAC.

use serde::{Deserialize, Serialize};

use crate::setup::{Finding, Severity};

/// The digest under the HMAC (RFC 2104).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Digest {
    /// SHA-1: only for senders that know nothing better. Its collisions do not break HMAC. A scheme has one digest, so it
    /// is never taken beside another.
    Sha1,
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Digest {
    /// A note, since the receiver's owner cannot change what the sender does.
    pub(super) fn finding(self) -> Option<Finding> {
        (self == Self::Sha1).then(|| {
            Finding::new(
                Severity::Note,
                "older_digest",
                "the sender signs by SHA-1: nobody is known to forge such a MAC, but auditors ask for SHA-256",
                "choose SHA-256 where the sender offers it, and change both ends together",
            )
        })
    }
}

/// Uses the MAC type of a [`Digest`]. `with_mac!(digest, M => self.prove::<M>(request))` is
///
/// ```text
/// match digest {
///     Digest::Sha1 => { type M = Hmac<Sha1>; self.prove::<M>(request) }
///     Digest::Sha256 => { type M = Hmac<Sha256>; self.prove::<M>(request) }
///     Digest::Sha384 => { type M = Hmac<Sha384>; self.prove::<M>(request) }
///     Digest::Sha512 => { type M = Hmac<Sha512>; self.prove::<M>(request) }
/// }
/// ```
macro_rules! with_mac {
    ($digest:expr, $mac:ident => $used:expr) => {
        match $digest {
            $crate::schemes::Digest::Sha1 => {
                type $mac = hmac::Hmac<sha1::Sha1>;
                $used
            }
            $crate::schemes::Digest::Sha256 => {
                type $mac = hmac::Hmac<sha2::Sha256>;
                $used
            }
            $crate::schemes::Digest::Sha384 => {
                type $mac = hmac::Hmac<sha2::Sha384>;
                $used
            }
            $crate::schemes::Digest::Sha512 => {
                type $mac = hmac::Hmac<sha2::Sha512>;
                $used
            }
        }
    };
}

pub(super) use with_mac;

#[cfg(feature = "simulator")]
impl Digest {
    /// The MAC of the pieces, one after the other.
    pub(crate) fn mac<'p>(self, key: &[u8], pieces: impl Iterator<Item = &'p [u8]>) -> Vec<u8> {
        fn of<'p, M: hmac::Mac + hmac::KeyInit>(
            key: &[u8],
            pieces: impl Iterator<Item = &'p [u8]>,
        ) -> Vec<u8> {
            // HMAC takes keys of any length, so the default, a signature of nothing, is never sent.
            <M as hmac::KeyInit>::new_from_slice(key)
                .map(|mut mac| {
                    pieces.for_each(|piece| mac.update(piece));
                    mac.finalize().into_bytes().to_vec()
                })
                .unwrap_or_default()
        }
        with_mac!(self, M => of::<M>(key, pieces))
    }
}
