//! [`Signatures`]: what the header's value carries, taken apart.

use memchr::{memchr, memrchr};

use super::{Proof, SignatureLayout};
use crate::schemes::SignatureEncoding;

/// Most signatures of one request that are looked at: each costs a comparison with every live key.
const MAX_SIGNATURES: usize = 16;

/// Most headers of signatures beside the first.
pub(super) const MAX_FURTHER_HEADERS: usize = MAX_SIGNATURES - 1;

/// How signatures stand in a header.
#[derive(Debug, Clone)]
pub(in crate::schemes) struct Form {
    pub(super) layout: SignatureLayout,
    pub(super) separator: u8,
    pub(super) encoding: SignatureEncoding,
}

/// The signatures of a request, one after the other: nearly always there is just one.
#[derive(Clone)]
pub(in crate::schemes) struct Signatures<'a> {
    form: &'a Form,
    rest: Option<&'a [u8]>,
    /// The values of further headers.
    further: &'a [&'a [u8]],
    seen: usize,
}

impl<'a> Signatures<'a> {
    pub(super) fn of(form: &'a Form, header: &'a [u8], further: &'a [&'a [u8]]) -> Self {
        let rest = match form.layout {
            // The time is none of them, in whatever digits it is written.
            SignatureLayout::TimeAndList => {
                split_first(header, form.separator).map(|(_, signatures)| signatures)
            }
            _ => Some(header),
        };
        Self {
            form,
            rest,
            further,
            seen: 0,
        }
    }

    /// Whether there is nothing more to read.
    pub(in crate::schemes) fn is_at_end(&self) -> bool {
        self.rest.is_none() && self.further.is_empty()
    }

    /// The next one that counts and can be decoded. What cannot, or has another length, can match
    /// nothing and is passed over: another may still be right.
    pub(in crate::schemes) fn next<'k, P: Proof<'k>>(&mut self, proof: &P) -> Option<P::Signature> {
        while self.seen < MAX_SIGNATURES {
            self.seen = self.seen.saturating_add(1);
            let text = self.next_text()?;
            let decoded = text.and_then(|text| proof.decode(self.form.encoding, text));
            if decoded.is_some() {
                return decoded;
            }
        }
        None
    }

    /// The text of the next part, if it is that of a signature; `None` at the end.
    fn next_text(&mut self) -> Option<Option<&'a [u8]>> {
        let rest = match self.rest.take() {
            Some(rest) => rest,
            None => {
                let (next, further) = self.further.split_first()?;
                self.further = further;
                next
            }
        };
        let separator = self.form.separator;
        Some(match &self.form.layout {
            // An empty prefix is not compared: comparing nothing with an empty string's dangling
            // pointer costs 90 ns on processors with masked vector loads.
            SignatureLayout::Single { prefix } if prefix.is_empty() => Some(rest),
            SignatureLayout::Single { prefix } => rest.strip_prefix(prefix.as_bytes()),
            SignatureLayout::SpaceSeparated { prefix } => {
                self.part(rest, separator).strip_prefix(prefix.as_bytes())
            }
            SignatureLayout::List | SignatureLayout::TimeAndList => {
                Some(self.part(rest, separator).trim_ascii())
            }
            SignatureLayout::Pairs { signature, .. } => {
                value_of(self.part(rest, separator), signature)
            }
            SignatureLayout::TimeAndSignature => {
                split_last(rest, separator).map(|(_, signature)| signature)
            }
        })
    }

    /// What stands before the next separator; the rest stays for later.
    fn part(&mut self, rest: &'a [u8], separator: u8) -> &'a [u8] {
        match split_first(rest, separator) {
            Some((part, after)) => {
                self.rest = Some(after);
                part
            }
            None => rest,
        }
    }
}

/// What stands before the first `separator` of `text`, and what behind it.
pub(super) fn split_first(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    around(text, memchr(separator, text)?)
}

/// What stands before the last `separator` of `text`, and what behind it.
pub(super) fn split_last(text: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    around(text, memrchr(separator, text)?)
}

fn around(text: &[u8], place: usize) -> Option<(&[u8], &[u8])> {
    Some((text.get(..place)?, text.get(place.checked_add(1)?..)?))
}

/// The value of a `name=value` pair, if it has this name.
pub(super) fn value_of<'a>(pair: &'a [u8], name: &str) -> Option<&'a [u8]> {
    pair.trim_ascii()
        .strip_prefix(name.as_bytes())?
        .strip_prefix(b"=")
}
