//! [`Bodies`]: what the signed body may have been, each once and within a bound. Who wrote the request also wrote what
//! it unfolds to, and must not be able to exhaust who explains it.

use std::{borrow::Cow, collections::HashSet};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::{
    case::Case,
    encoded::{MAX_BODY_BYTES, decompressed},
    finding::Trial,
};

/// The most bytes that are made of one request in one family, those of equal bodies and of broken streams too.
const MAX_MADE_BYTES: usize = 128 * 1024 * 1024;
/// The most bodies that are kept.
const MAX_BODIES: usize = 800;

/// What was done to the body, and how to mend it.
#[derive(Clone)]
pub(crate) struct Change {
    pub(crate) mistake: &'static str,
    pub(crate) cause: Cow<'static, str>,
    pub(crate) advice: &'static str,
}

/// The bodies that may have been signed, each with what was done to it.
pub(crate) struct Bodies {
    found: Vec<(Bytes, Change)>,
    /// Digests, so that a body that is dropped takes no memory.
    seen: HashSet<[u8; 32]>,
    inflated: HashSet<[u8; 32]>,
    /// How many bytes were made.
    made: usize,
}

impl Bodies {
    /// Bodies that are not this one.
    pub(crate) fn beside(body: &[u8]) -> Self {
        Self {
            found: Vec::new(),
            seen: HashSet::from([digest(body)]),
            inflated: HashSet::new(),
            made: 0,
        }
    }

    /// Whether nothing more is taken. To be asked before whatever costs much to make.
    pub(crate) fn is_full(&self) -> bool {
        self.made >= MAX_MADE_BYTES || self.found.len() >= MAX_BODIES
    }

    /// Takes a body, unless it is here. Says whether it was taken.
    pub(crate) fn add(&mut self, body: Vec<u8>, change: Change) -> bool {
        let is_open = !self.is_full();
        self.made = self.made.saturating_add(body.len());
        let is_new = is_open && self.made <= MAX_MADE_BYTES && self.seen.insert(digest(&body));
        if is_new {
            self.found.push((body.into(), change));
        }
        is_new
    }

    /// Counts a text that became too long: it was made, and is not kept.
    pub(crate) fn count(&mut self, _: TooLong) {
        self.made = self.made.saturating_add(MAX_BODY_BYTES);
    }

    /// What `stream` decompresses to, and the kind of compression. `None` for a stream that was here before, and for
    /// what is none.
    pub(crate) fn inflated(&mut self, stream: &[u8]) -> Option<(Vec<u8>, &'static str)> {
        if self.is_full() || !self.inflated.insert(digest(stream)) {
            return None;
        }
        let inflated = decompressed(stream, MAX_MADE_BYTES.saturating_sub(self.made));
        // A body counts when it is added. A broken stream comes to none.
        if inflated.plain.is_none() {
            self.made = self.made.saturating_add(inflated.made);
        }
        inflated.plain
    }

    pub(crate) fn len(&self) -> usize {
        self.found.len()
    }

    pub(crate) fn get(&self, place: usize) -> Option<(Bytes, Change)> {
        self.found.get(place).cloned()
    }

    /// The case with each of the bodies. One at a time, since each has a head of its own.
    pub(crate) fn trials(self, case: &Case) -> impl Iterator<Item = Trial> {
        self.found.into_iter().map(|(body, change)| {
            let case = case.with_body(body);
            Trial::proof(case, change.mistake, change.cause, change.advice)
        })
    }

    #[cfg(test)]
    pub(crate) fn made(&self) -> usize {
        self.made
    }
}

fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A text that became longer than [`MAX_BODY_BYTES`] while it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

/// The first of `bodies`, as many as come to `most` bytes in all. Equal ones count too, and those that became too long.
pub(crate) fn within(
    most: usize,
    bodies: impl Iterator<Item = Result<Vec<u8>, TooLong>>,
) -> impl Iterator<Item = Vec<u8>> {
    let mut room = most;
    let counted = bodies.map_while(move |body| {
        let made = body.as_ref().map_or(MAX_BODY_BYTES, Vec::len);
        room = room.checked_sub(made)?;
        Some(body)
    });
    counted.filter_map(Result::ok)
}

#[cfg(test)]
mod tests {
    use super::{Bodies, Change, MAX_BODY_BYTES, MAX_MADE_BYTES, TooLong, within};

    const CHANGE: Change = Change {
        mistake: "a_mistake",
        cause: std::borrow::Cow::Borrowed("a cause"),
        advice: "advice",
    };

    #[test]
    fn equal_bodies_are_kept_once_and_counted_each_time() {
        let mut bodies = Bodies::beside(b"whole");
        let taken = ["part", "part", "whole"].map(|body| bodies.add(body.into(), CHANGE));
        assert_eq!(taken, [true, false, false]);
        assert_eq!((bodies.len(), bodies.made()), (1, 13));
    }

    #[test]
    fn a_body_beyond_the_bound_ends_the_search() {
        let mut bodies = Bodies::beside(b"");
        assert!(!bodies.add(vec![0; MAX_MADE_BYTES + 1], CHANGE));
        assert!(bodies.is_full() && !bodies.add(b"small".to_vec(), CHANGE));
        let three = || {
            ["ab", "ab", "ab"]
                .map(|body| Ok(Vec::from(body)))
                .into_iter()
        };
        assert_eq!(within(4, three()).count(), 2);
        assert_eq!(within(6, three()).count(), 3);
    }

    #[test]
    fn a_text_that_became_too_long_counts_as_what_was_written_of_it() {
        let texts = || [Err(TooLong), Ok(b"ab".to_vec())].into_iter().cycle();
        let most = 3 * (MAX_BODY_BYTES + 2);
        assert_eq!(within(most, texts()).count(), 3);
        let mut bodies = Bodies::beside(b"");
        let counted = std::iter::repeat_with(|| bodies.count(TooLong));
        counted.take(MAX_MADE_BYTES / MAX_BODY_BYTES).for_each(drop);
        assert!(bodies.is_full());
    }
}
