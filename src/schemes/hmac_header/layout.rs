//! [`SignatureLayout`]: how a header carries its signatures.

use hmac::digest::{Output, OutputSizeUser};
use memchr::memchr;
use serde::{Deserialize, Serialize};

use crate::schemes::SignatureEncoding;

/// Most signatures of one header that are tried: each costs a comparison with every live key.
const MAX_SIGNATURES: usize = 16;

/// How the header's value carries its signatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignatureLayout {
    /// The value is one signature, after a prefix (`sha256=`, `v0=`, or none).
    Single {
        /// What stands before the signature.
        #[serde(default)]
        prefix: String,
    },
    /// Signatures separated by spaces, each after a version prefix (`v1,`). Those of other versions
    /// are passed over, so that a sender can add one.
    SpaceSeparated {
        /// The version that counts.
        prefix: String,
    },
    /// `name=value` pairs separated by commas: signatures under one name, perhaps repeated, and the
    /// time under another. Pairs of other names are passed over.
    Pairs {
        /// The name of signatures.
        signature: String,
        /// The name of the time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timestamp: Option<String>,
    },
}

impl SignatureLayout {
    /// The value is one signature and nothing else.
    pub fn alone() -> Self {
        Self::Single {
            prefix: String::new(),
        }
    }

    /// The value is one signature after `prefix`.
    pub fn after(prefix: impl Into<String>) -> Self {
        Self::Single {
            prefix: prefix.into(),
        }
    }

    /// The header's value with these signatures, the first alone where there is room for one.
    #[cfg(feature = "simulator")]
    pub(super) fn write(&self, signatures: &[String], time: &str) -> String {
        match self {
            Self::Single { prefix } => {
                let signature = signatures.first().map_or("", String::as_str);
                format!("{prefix}{signature}")
            }
            Self::SpaceSeparated { prefix } => {
                let list = signatures.iter().map(|it| format!("{prefix}{it}"));
                list.collect::<Vec<_>>().join(" ")
            }
            Self::Pairs {
                signature,
                timestamp,
            } => {
                let time = timestamp.iter().map(|name| format!("{name}={time}"));
                let pairs = signatures.iter().map(|it| format!("{signature}={it}"));
                time.chain(pairs).collect::<Vec<_>>().join(",")
            }
        }
    }
}

fn split_once(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = memchr(at, text)?;
    Some((text.get(..place)?, text.get(place.checked_add(1)?..)?))
}

/// The signatures of one header, one after the other: nearly always there is just one.
#[derive(Clone)]
pub(super) struct Signatures<'a> {
    layout: &'a SignatureLayout,
    encoding: SignatureEncoding,
    rest: Option<&'a [u8]>,
    seen: usize,
}

impl<'a> Signatures<'a> {
    pub(super) fn of(
        layout: &'a SignatureLayout,
        encoding: SignatureEncoding,
        header: &'a [u8],
    ) -> Self {
        Self {
            layout,
            encoding,
            rest: Some(header),
            seen: 0,
        }
    }

    /// Whether there is nothing more to read.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_none()
    }

    /// The next one that counts and can be decoded. What cannot, or has another length, can match
    /// nothing and is passed over: another of the header may still be right.
    pub(super) fn next<M: OutputSizeUser>(&mut self) -> Option<Output<M>> {
        while self.seen < MAX_SIGNATURES {
            self.seen = self.seen.saturating_add(1);
            let rest = self.rest.take()?;
            let text = match self.layout {
                // An empty prefix is not compared: comparing nothing with an empty string's dangling
                // pointer costs 90 ns on processors with masked vector loads.
                SignatureLayout::Single { prefix } if prefix.is_empty() => Some(rest),
                SignatureLayout::Single { prefix } => rest.strip_prefix(prefix.as_bytes()),
                SignatureLayout::SpaceSeparated { prefix } => {
                    self.part(rest, b' ').strip_prefix(prefix.as_bytes())
                }
                SignatureLayout::Pairs { signature, .. } => {
                    value_of(self.part(rest, b','), signature)
                }
            };
            let mut mac = Output::<M>::default();
            if text.is_some_and(|text| self.encoding.decode_mac(text, &mut mac)) {
                return Some(mac);
            }
        }
        None
    }

    /// What stands before the next separator; the rest stays for later.
    fn part(&mut self, rest: &'a [u8], separator: u8) -> &'a [u8] {
        match split_once(rest, separator) {
            Some((part, after)) => {
                self.rest = Some(after);
                part
            }
            None => rest,
        }
    }
}

/// The value of a `name=value` pair, if it has this name.
pub(super) fn value_of<'a>(pair: &'a [u8], name: &str) -> Option<&'a [u8]> {
    pair.trim_ascii()
        .strip_prefix(name.as_bytes())?
        .strip_prefix(b"=")
}
