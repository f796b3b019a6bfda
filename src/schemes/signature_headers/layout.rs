//! [`SignatureLayout`]: how a header carries its signatures.

use serde::{Deserialize, Serialize};

use super::parts;
use crate::{setup::BuildError, verdict::Rejection};

/// How the header's value carries its signatures.
///
/// | layout | value | separator |
/// | --- | --- | --- |
/// | [`Single`](Self::Single) | `sha256=5257a8…` | none |
/// | [`SpaceSeparated`](Self::SpaceSeparated) | `v1,K5oZ… v1,Ht0e…` | a blank |
/// | [`List`](Self::List) | `5257a8…,0f3c5d…` | `,` or what is set |
/// | [`Pairs`](Self::Pairs) | `t=1492774577,v1=5257a8…` | `,` or what is set |
/// | [`TimeAndSignature`](Self::TimeAndSignature) | `1492774577.5257a8…` | `.` or what is set |
/// | [`TimeAndList`](Self::TimeAndList) | `1492774577,5257a8…,0f3c5d…` | `,` or what is set |
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
    /// Signatures one after the other, each alone: without a version and without a name.
    List,
    /// `name=value` pairs: signatures under one name, perhaps repeated, and the time under another. Pairs of other names
    /// are passed over.
    Pairs {
        /// The name of signatures.
        signature: String,
        /// The name of the time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        timestamp: Option<String>,
    },
    /// The time, then one signature. The last separator parts them, so the time may contain it too.
    TimeAndSignature,
    /// The time, then signatures one after the other, each alone. The first separator ends the time.
    TimeAndList,
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

    /// Whether the time stands beside the signature.
    pub(super) const fn carries_time(&self) -> bool {
        match self {
            Self::TimeAndSignature | Self::TimeAndList => true,
            Self::Pairs { timestamp, .. } => timestamp.is_some(),
            Self::Single { .. } | Self::SpaceSeparated { .. } | Self::List => false,
        }
    }

    /// The byte that parts what the value carries: `set`, or that which senders use.
    pub(super) fn separator(&self, set: Option<char>) -> Result<u8, BuildError> {
        let usual = match self {
            Self::Pairs { .. } | Self::List | Self::TimeAndList => b',',
            Self::TimeAndSignature => b'.',
            Self::Single { .. } | Self::SpaceSeparated { .. } if set.is_some() => {
                return Err(BuildError::Scheme(
                    "a separator is set, but the layout is neither pairs, nor a list, nor a time and a signature",
                ));
            }
            Self::Single { .. } | Self::SpaceSeparated { .. } => b' ',
        };
        let Some(set) = set else {
            return Ok(usual);
        };
        // What may stand in a signature, or in a pair, parts none.
        let parts =
            |byte: &u8| *byte == b' ' || byte.is_ascii_punctuation() && !b"+/=-_".contains(byte);
        u8::try_from(set)
            .ok()
            .filter(parts)
            .ok_or(BuildError::Scheme(
                "the separator must be a blank or an ASCII sign that stands in no signature",
            ))
    }

    /// The text of the time in `value`, where the layout carries one.
    ///
    /// # Errors
    ///
    /// When it stands twice.
    pub(super) fn time_in<'v>(
        &self,
        value: &'v [u8],
        separator: u8,
    ) -> Result<Option<&'v [u8]>, Rejection> {
        match self {
            Self::TimeAndSignature => Ok(parts::split_last(value, separator).map(|(time, _)| time)),
            Self::TimeAndList => Ok(parts::split_first(value, separator).map(|(time, _)| time)),
            Self::Pairs {
                timestamp: Some(name),
                ..
            } => {
                let mut found = value
                    .split(|byte| *byte == separator)
                    .filter_map(|pair| parts::value_of(pair, name));
                match (found.next(), found.next()) {
                    (_, Some(_)) => Err(Rejection::MalformedTimestamp),
                    (first, None) => Ok(first),
                }
            }
            _ => Ok(None),
        }
    }

    /// The header's value with these signatures, the first alone where there is room for one.
    #[cfg(feature = "simulator")]
    pub(super) fn write(&self, separator: u8, signatures: &[String], time: &str) -> String {
        let separator = char::from(separator).to_string();
        let first = signatures.first().map_or("", String::as_str);
        match self {
            Self::Single { prefix } => format!("{prefix}{first}"),
            Self::TimeAndSignature => format!("{time}{separator}{first}"),
            Self::List => signatures.join(&separator),
            Self::TimeAndList => {
                let all = std::iter::once(time).chain(signatures.iter().map(String::as_str));
                all.collect::<Vec<_>>().join(&separator)
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
                time.chain(pairs).collect::<Vec<_>>().join(&separator)
            }
        }
    }
}
