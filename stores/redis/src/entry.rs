//! What is stored under a key: `tag owner attempt content given-up`, 21 bytes, or 29 with content, and 16 more
//! for each token that gave the key up without holding it.
//!
//! Nothing in it tells the time: the key's own time to live does, by the server's clock. A lease's key lives on
//! for [`LINGER`] after the lease has lapsed, so that the next claim knows how many came before. The rest of
//! the lease is the rest of the key's time, less [`LINGER`].

use std::time::Duration;

use hookgate::{dedup::OwnerToken, pack::ContentDigest};

/// How long a lapsed or released lease is remembered, to count the attempts by which handlers fence their
/// writes: a day, longer than any handler is meant to run. The store is told of leases only, not for how long
/// a receiver lets its handlers run (`longest_run`, 15 minutes by default).
pub(crate) const LINGER: Duration = Duration::from_secs(86_400);
/// The most tokens that are remembered of a key. Beyond that the oldest goes.
pub(crate) const MOST_GIVEN_UP: usize = 8;
/// A token's.
pub(crate) const TOKEN_BYTES: usize = 16;
/// Redis takes times to live as signed 64-bit milliseconds and adds them to the time of day.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 86_400);
/// Tag, owner and attempt.
const BYTES: usize = 21;
const CONTENT_BYTES: usize = 8;

/// The first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// A lease that runs, or has lapsed.
    Lease,
    /// A lease that its owner released, or never had.
    Released,
    /// A mark: processed, ignored or rejected.
    Mark,
}

impl Tag {
    pub(crate) const LEASE: u8 = b'L';
    const RELEASED: u8 = b'F';
    pub(crate) const PROCESSED: u8 = b'P';
    pub(crate) const IGNORED: u8 = b'I';
    pub(crate) const REJECTED: u8 = b'R';

    fn read(byte: u8) -> Option<Self> {
        match byte {
            Self::LEASE => Some(Self::Lease),
            Self::RELEASED => Some(Self::Released),
            Self::PROCESSED | Self::IGNORED | Self::REJECTED => Some(Self::Mark),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) tag: Tag,
    pub(crate) owner: OwnerToken,
    pub(crate) attempt: u32,
    content: Option<[u8; CONTENT_BYTES]>,
    given_up: Vec<OwnerToken>,
}

impl Entry {
    /// `None` for what this store did not write.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (tag, rest) = bytes.split_first()?;
        let (owner, rest) = rest.split_first_chunk()?;
        let (attempt, rest) = rest.split_first_chunk()?;
        let (content, given_up) = rest.split_at(rest.len() % TOKEN_BYTES);
        let content = match content {
            [] => None,
            content => Some(content.try_into().ok()?),
        };
        Some(Self {
            tag: Tag::read(*tag)?,
            owner: OwnerToken::from_bytes(*owner),
            attempt: u32::from_be_bytes(*attempt),
            content,
            given_up: given_up
                .as_chunks()
                .0
                .iter()
                .map(|token| OwnerToken::from_bytes(*token))
                .collect(),
        })
    }

    /// Whether a claim of `owner` must not be granted, though nobody holds the key.
    pub(crate) fn was_given_up_by(&self, owner: &OwnerToken) -> bool {
        self.given_up.contains(owner) || self.tag == Tag::Released && self.owner == *owner
    }

    /// True where either side has none.
    pub(crate) fn has_content(&self, content: Option<&ContentDigest>) -> bool {
        match (self.content, kept(content)) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        }
    }
}

/// The lease of a first claim.
pub(crate) fn first_lease(owner: &OwnerToken, content: Option<&ContentDigest>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(BYTES + CONTENT_BYTES);
    bytes.push(Tag::LEASE);
    bytes.extend_from_slice(owner.as_bytes());
    bytes.extend_from_slice(&1_u32.to_be_bytes());
    bytes.extend_from_slice(&content_bytes(content));
    bytes
}

/// The part of a content's digest that is kept. Its first 8 bytes tell contents apart well enough, since a
/// difference is an observation, not a verdict.
pub(crate) fn content_bytes(content: Option<&ContentDigest>) -> Vec<u8> {
    kept(content).map(Vec::from).unwrap_or_default()
}

fn kept(content: Option<&ContentDigest>) -> Option<[u8; CONTENT_BYTES]> {
    content.and_then(|digest| digest.as_bytes().first_chunk().copied())
}

/// As a time to live, which must be positive.
pub(crate) fn millis(duration: Duration) -> u64 {
    let duration = duration.min(LONGEST);
    let up = u64::from(!duration.subsec_nanos().is_multiple_of(1_000_000));
    u64::try_from(duration.as_millis())
        .unwrap_or(u64::MAX)
        .saturating_add(up)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let owner = OwnerToken::from_bytes([7; 16]);
        let (one, other) = (ContentDigest::of(b"one"), ContentDigest::of(b"other"));
        let with = Entry::read(&first_lease(&owner, Some(&one))).expect("an entry");
        assert_eq!((with.tag, with.owner, with.attempt), (Tag::Lease, owner, 1));
        assert!(with.has_content(Some(&one)) && with.has_content(None));
        assert!(!with.has_content(Some(&other)));
        let without = Entry::read(&first_lease(&owner, None)).expect("an entry");
        assert!(without.has_content(Some(&one)));
        assert!(!without.was_given_up_by(&owner));
    }

    #[test]
    fn tokens_that_gave_up_are_read_behind_any_content() {
        let [owner, other, third] = [7, 8, 9].map(|byte| OwnerToken::from_bytes([byte; 16]));
        let content = ContentDigest::of(b"content");
        for content in [None, Some(&content)] {
            let mut bytes = first_lease(&owner, content);
            bytes.extend_from_slice(other.as_bytes());
            bytes.extend_from_slice(third.as_bytes());
            let entry = Entry::read(&bytes).expect("an entry");
            let gave_up = [owner, other, third].map(|token| entry.was_given_up_by(&token));
            assert_eq!(gave_up, [false, true, true]);
            assert_eq!(entry.content, kept(content));
        }
    }

    #[test]
    fn what_others_wrote_is_not() {
        let good = first_lease(&OwnerToken::from_bytes([7; 16]), None);
        for length in 0..good.len() {
            assert_eq!(Entry::read(&good[..length]), None);
        }
        assert_eq!(Entry::read(&[good.as_slice(), b"x"].concat()), None);
        assert_eq!(Entry::read(&[b"x", &good[1..]].concat()), None);
    }

    #[test]
    fn a_time_to_live_is_positive_and_can_be_added_to_the_time_of_day() {
        assert_eq!(millis(Duration::ZERO), 1);
        assert_eq!(millis(Duration::from_nanos(1_000_001)), 2);
        assert_eq!(millis(Duration::MAX), 3_153_600_000_000);
    }
}
