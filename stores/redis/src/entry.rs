//! What is stored under a key: `tag owner attempt content given-up`, 21 bytes, or 29 with content, and 16 more
//! for each token that gave the key up without holding it.
//!
//! Nothing in it tells the time: the key's own time to live does, by the server's clock. A lease's key lives on
//! for [`LINGER`] after the lease has lapsed, so that the next claim knows how many came before. The rest of
//! the lease is the rest of the key's time, less [`LINGER`].

use std::time::Duration;

use hookgate::{dedup::OwnerToken, pack::ContentDigest};
use hookgate_store_kit::{
    RowState,
    retention::{LAPSED_LEASES_STAY, TOKEN_BYTES},
    rounding::{self, kept},
};

/// How long a lapsed or released lease is remembered.
pub(crate) const LINGER: Duration = LAPSED_LEASES_STAY;
/// Tag, owner and attempt.
const BYTES: usize = 21;
const CONTENT_BYTES: usize = 8;

/// The first byte.
pub(crate) const fn tag(state: RowState) -> u8 {
    match state {
        RowState::InProgress => b'L',
        RowState::Released => b'F',
        RowState::Processed => b'P',
        RowState::Ignored => b'I',
        RowState::Rejected => b'R',
        RowState::Queued => b'Q',
        RowState::Dead => b'D',
    }
}

fn read_tag(tag: u8) -> Option<RowState> {
    Some(match tag {
        b'L' => RowState::InProgress,
        b'F' => RowState::Released,
        b'P' => RowState::Processed,
        b'I' => RowState::Ignored,
        b'R' => RowState::Rejected,
        b'Q' => RowState::Queued,
        b'D' => RowState::Dead,
        _ => return None,
    })
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) state: RowState,
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
            state: read_tag(*tag)?,
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
        self.given_up.contains(owner) || self.state == RowState::Released && self.owner == *owner
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
    bytes.extend_from_slice(&plain(RowState::InProgress, owner, 1));
    bytes.extend_from_slice(&content_bytes(content));
    bytes
}

/// An entry without content, whose key nobody gave up.
pub(crate) fn plain(state: RowState, owner: &OwnerToken, attempt: u32) -> [u8; BYTES] {
    let mut bytes = [tag(state); BYTES];
    let parts = owner
        .as_bytes()
        .iter()
        .copied()
        .chain(attempt.to_be_bytes());
    for (byte, part) in bytes.iter_mut().skip(1).zip(parts) {
        *byte = part;
    }
    bytes
}

/// What is kept of a content.
pub(crate) fn content_bytes(content: Option<&ContentDigest>) -> Vec<u8> {
    kept(content).map(Vec::from).unwrap_or_default()
}

/// As a time to live, in milliseconds, which must be positive.
pub(crate) fn lives(duration: Duration) -> u64 {
    rounding::millis(duration).unsigned_abs().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let owner = OwnerToken::from_bytes([7; 16]);
        let (one, other) = (ContentDigest::of(b"one"), ContentDigest::of(b"other"));
        let with = Entry::read(&first_lease(&owner, Some(&one))).expect("an entry");
        let state = RowState::InProgress;
        assert_eq!((with.state, with.owner, with.attempt), (state, owner, 1));
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
    fn a_tag_is_read_as_it_was_written() {
        for state in [
            RowState::InProgress,
            RowState::Released,
            RowState::Processed,
            RowState::Ignored,
            RowState::Rejected,
            RowState::Queued,
            RowState::Dead,
        ] {
            assert_eq!(read_tag(tag(state)), Some(state));
        }
    }

    #[test]
    fn a_time_to_live_is_positive() {
        assert_eq!(lives(Duration::ZERO), 1);
        assert_eq!(lives(Duration::from_nanos(1_000_001)), 2);
    }
}
