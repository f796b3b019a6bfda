//! [`HmacHeader`]: a MAC over the raw body, and perhaps an id and a time, in a header.
//!
//! Most senders sign this way and differ only in names and layout, so the scheme is data: a preset is
//! a value of [`HmacHeaderConfig`], not code.
//!
//! | sender | signature header | layout | encoding | signed text | time |
//! | --- | --- | --- | --- | --- | --- |
//! | Logto | `logto-signature-sha-256` | the signature alone | hex | `{body}` | none |
//! | Standard Webhooks | `webhook-signature` | list of `v1,…` | base64 | `{id}.{timestamp}.{body}` | `webhook-timestamp`, seconds |
//! | GitHub | `x-hub-signature-256` | after `sha256=` | hex | `{body}` | none |
//! | Shopify | `x-shopify-hmac-sha256` | the signature alone | base64 | `{body}` | none |
//! | Slack | `x-slack-signature` | after `v0=` | hex | `v0:{timestamp}:{body}` | `x-slack-request-timestamp`, seconds |
//! | Stripe | `stripe-signature` | pairs: `t`, `v1` | hex | `{timestamp}.{body}` | in the pairs, seconds |

use std::iter;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{
    Hmac, Mac,
    digest::{Output, OutputSizeUser},
};
use http::HeaderName;
use memchr::memchr;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{
    Coverage, Verified,
    signed_header::{SignedHeader, Unreadable},
    template::{Piece, Template},
};
use crate::{
    keys::{DigestKind, KeyedMac, LiveKeys},
    request::{Head, RawRequest, Single},
    setup::BuildError,
    time::UnixTime,
    verdict::Rejection,
};

/// Longest signature header that is parsed. Standard Webhooks with a dozen keys in rotation needs 600
/// bytes.
const MAX_SIGNATURE_HEADER_BYTES: usize = 4096;
/// Most signatures of one header that are tried: each costs a comparison with every live key.
const MAX_SIGNATURES: usize = 16;
/// Longest time that is taken: a signed 64-bit number has 20 characters.
const MAX_TIMESTAMP_BYTES: usize = 20;
/// Longest MAC: SHA-512.
pub(super) const MAX_MAC_BYTES: usize = 64;

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

/// The text form of a MAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignatureEncoding {
    /// Hexadecimal, either case.
    Hex,
    /// Standard base64 with padding.
    Base64,
}

/// The digest under the HMAC (RFC 2104).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Digest {
    /// SHA-1: only for senders that know nothing better. Its collisions do not break HMAC.
    Sha1,
    /// SHA-256.
    #[default]
    Sha256,
    /// SHA-512.
    Sha512,
}

/// The unit of a timestamp. Fixed per sender, never guessed from its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimeUnit {
    /// Whole seconds since the epoch.
    #[default]
    Seconds,
    /// Milliseconds since the epoch.
    Milliseconds,
}

/// How one sender signs: the public, serialisable form of an [`HmacHeader`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HmacHeaderConfig {
    /// The header that carries the signatures.
    pub signature_header: String,
    /// How it carries them.
    #[serde(default = "SignatureLayout::alone")]
    pub layout: SignatureLayout,
    /// Their text form.
    pub encoding: SignatureEncoding,
    /// What is signed; see [`Template`].
    #[serde(default = "body")]
    pub template: String,
    /// The header of `{id}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_header: Option<String>,
    /// The header of `{timestamp}`, unless the layout carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_header: Option<String>,
    /// The unit of `{timestamp}`.
    #[serde(default)]
    pub timestamp_unit: TimeUnit,
    /// The digest.
    #[serde(default)]
    pub digest: Digest,
}

impl SignatureLayout {
    /// The value is one signature and nothing else.
    pub fn alone() -> Self {
        Self::Single {
            prefix: String::new(),
        }
    }
}

fn body() -> String {
    "{body}".to_owned()
}

impl HmacHeaderConfig {
    /// HMAC-SHA256 over the body, the signature alone in `signature_header`.
    pub fn new(signature_header: impl Into<String>, encoding: SignatureEncoding) -> Self {
        Self {
            signature_header: signature_header.into(),
            layout: SignatureLayout::alone(),
            encoding,
            template: body(),
            id_header: None,
            timestamp_header: None,
            timestamp_unit: TimeUnit::Seconds,
            digest: Digest::Sha256,
        }
    }
}

/// A MAC in a header, ready to verify. Made from an [`HmacHeaderConfig`] with `try_from`.
///
/// # Security
///
/// Every live key is tried with every signature of the header; comparisons are those of the digest
/// crate, in constant time, over decoded bytes. A header that stands twice is refused, since senders,
/// proxies and frameworks disagree on which one counts.
#[derive(Debug, Clone)]
pub struct HmacHeader {
    signature_header: HeaderName,
    layout: SignatureLayout,
    encoding: SignatureEncoding,
    template: Template,
    id: Option<SignedHeader>,
    timestamp: Option<TimestampSource>,
    timestamp_unit: TimeUnit,
    digest: Digest,
}

/// Where the time stands: in a header of its own, or beside the signatures.
#[derive(Debug, Clone)]
pub(crate) enum TimestampSource {
    Header(HeaderName),
    /// The pair of this name in the signature's header.
    Pair(String),
}

impl TryFrom<HmacHeaderConfig> for HmacHeader {
    type Error = BuildError;

    fn try_from(config: HmacHeaderConfig) -> Result<Self, BuildError> {
        let template: Template = config.template.parse()?;
        let header = |what, name: String| {
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| BuildError::Name {
                what,
                why: "it is not a header name",
            })
        };
        let id = match (config.id_header, template.has(&Piece::Id)) {
            (Some(name), true) => {
                let name = header("id header", name)?;
                Some(SignedHeader::new(name, &template, &Piece::Id))
            }
            (None, false) => None,
            (Some(_), false) => {
                return Err(BuildError::Scheme(
                    "an id header is set, but the template has no `{id}`: \
                     an id that nothing signs identifies nothing",
                ));
            }
            (None, true) => {
                return Err(BuildError::Scheme(
                    "the template has `{id}`, but no id header is set",
                ));
            }
        };
        let in_layout = match &config.layout {
            SignatureLayout::Pairs { timestamp, .. } => timestamp.clone(),
            SignatureLayout::Single { .. } | SignatureLayout::SpaceSeparated { .. } => None,
        };
        let timestamp = match (config.timestamp_header, in_layout) {
            (Some(_), Some(_)) => {
                return Err(BuildError::Scheme(
                    "the time is set twice: as a header and in the signature's layout",
                ));
            }
            (Some(name), None) => Some(TimestampSource::Header(header("timestamp header", name)?)),
            (None, Some(name)) => Some(TimestampSource::Pair(name)),
            (None, None) => None,
        };
        if timestamp.is_some() != template.has(&Piece::Timestamp) {
            return Err(BuildError::Scheme(
                "the template's `{timestamp}` and the source of the time go together: \
                 a time that nothing signs dates nothing",
            ));
        }
        if matches!(&config.layout, SignatureLayout::SpaceSeparated { prefix } if prefix.is_empty())
            || matches!(&config.layout, SignatureLayout::Pairs { signature, .. } if signature.is_empty())
        {
            return Err(BuildError::Scheme(
                "a list of signatures needs the version or name that counts",
            ));
        }
        Ok(Self {
            signature_header: header("signature header", config.signature_header)?,
            layout: config.layout,
            encoding: config.encoding,
            template,
            id,
            timestamp,
            timestamp_unit: config.timestamp_unit,
            digest: config.digest,
        })
    }
}

impl HmacHeader {
    /// For presets, whose parts are known to fit: a MAC over the body alone.
    pub(crate) fn of_parts(
        signature_header: HeaderName,
        layout: SignatureLayout,
        encoding: SignatureEncoding,
        digest: Digest,
    ) -> Self {
        Self {
            signature_header,
            layout,
            encoding,
            template: Template::body(),
            id: None,
            timestamp: None,
            timestamp_unit: TimeUnit::Seconds,
            digest,
        }
    }

    /// For presets: another signed text, and where its id and time stand.
    pub(crate) fn signing(
        mut self,
        template: Template,
        id: Option<HeaderName>,
        timestamp: Option<(TimestampSource, TimeUnit)>,
    ) -> Self {
        self.id = id.map(|name| SignedHeader::new(name, &template, &Piece::Id));
        if let Some((source, unit)) = timestamp {
            self.timestamp = Some(source);
            self.timestamp_unit = unit;
        }
        self.template = template;
        self
    }

    /// Whether the signed text has an id.
    pub fn has_signed_id(&self) -> bool {
        self.id.is_some()
    }

    /// Whether the signed text has a time.
    pub fn has_timestamp(&self) -> bool {
        self.timestamp.is_some()
    }

    /// Proves the whole body, and the id and time that the template names.
    ///
    /// # Errors
    ///
    /// What is missing, malformed or does not match.
    pub fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        match self.digest {
            Digest::Sha1 => self.prove::<Hmac<Sha1>>(request, keys),
            Digest::Sha256 => self.prove::<Hmac<Sha256>>(request, keys),
            Digest::Sha512 => self.prove::<Hmac<Sha512>>(request, keys),
        }
    }

    fn prove<'a, M: Mac + DigestKind>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let header = self.signature_text(&request.head)?;
        let mut signatures = Signatures {
            layout: &self.layout,
            encoding: self.encoding,
            rest: Some(header),
            seen: 0,
        };
        let first = signatures.next::<M>().ok_or(Rejection::MalformedSignature(
            "it is not in the scheme's layout, encoding and length",
        ))?;
        let id = self.id(&request.head)?;
        let timestamp = self.timestamp(&request.head, header)?;

        let mut any_key = false;
        for key in keys.iter() {
            any_key = true;
            let Some(prepared) = key.mac::<M>() else {
                continue;
            };
            let mut mac = prepared.clone();
            for piece in self.template.pieces() {
                mac.update(match piece {
                    Piece::Literal(text) => text.as_bytes(),
                    Piece::Id => id.unwrap_or_default().as_bytes(),
                    Piece::Timestamp => timestamp.map_or(&[][..], |(text, _)| text),
                    Piece::Body => request.body,
                    // Not placeholders of such templates.
                    #[cfg(feature = "jwt")]
                    Piece::Nonce | Piece::Algorithm => &[],
                });
            }
            if is_right(mac, &first, signatures.clone()) {
                return Ok(Verified::assertion(Coverage::Body, key.id())
                    .with_signed_id(id)
                    .with_sent_at(timestamp.map(|(_, time)| time)));
            }
        }
        Err(if any_key {
            Rejection::SignatureMismatch
        } else {
            Rejection::NoLiveKey
        })
    }

    fn signature_text<'a>(&self, head: &Head<'a>) -> Result<&'a [u8], Rejection> {
        match head.single(&self.signature_header) {
            Single::Value(value) if value.len() > MAX_SIGNATURE_HEADER_BYTES => {
                Err(Rejection::MalformedSignature("its header is too long"))
            }
            Single::Value(value) => Ok(value),
            Single::Missing => Err(Rejection::MissingSignature),
            Single::Repeated => Err(Rejection::MalformedSignature("its header stands twice")),
        }
    }

    fn id<'a>(&self, head: &Head<'a>) -> Result<Option<&'a str>, Rejection> {
        let Some(header) = &self.id else {
            return Ok(None);
        };
        header
            .text(head)
            .map(Some)
            .map_err(|unreadable| match unreadable {
                Unreadable::Missing => Rejection::MissingId,
                Unreadable::Malformed(why) => Rejection::MalformedId(why),
            })
    }

    /// The time, as its text stands in the signed text and as a moment.
    fn timestamp<'a>(
        &self,
        head: &Head<'a>,
        signature_text: &'a [u8],
    ) -> Result<Option<(&'a [u8], UnixTime)>, Rejection> {
        let text = match &self.timestamp {
            None => return Ok(None),
            Some(TimestampSource::Pair(name)) => {
                let mut found = signature_text
                    .split(|byte| *byte == b',')
                    .filter_map(|pair| value_of(pair, name));
                let text = found.next().ok_or(Rejection::MissingTimestamp)?;
                if found.next().is_some() {
                    return Err(Rejection::MalformedTimestamp);
                }
                text
            }
            Some(TimestampSource::Header(name)) => match head.single(name) {
                Single::Value(value) => value,
                Single::Missing => return Err(Rejection::MissingTimestamp),
                Single::Repeated => return Err(Rejection::MalformedTimestamp),
            },
        };
        if text.is_empty() {
            return Err(Rejection::MissingTimestamp);
        }
        let number = whole_number(text).ok_or(Rejection::MalformedTimestamp)?;
        let time = match self.timestamp_unit {
            TimeUnit::Seconds => UnixTime::from_secs(number),
            TimeUnit::Milliseconds => UnixTime::from_millis(number),
        };
        Ok(Some((text, time)))
    }
}

/// Digits with an optional minus sign, nothing else: no plus sign, space, fraction or exponent.
pub(super) fn whole_number(text: &[u8]) -> Option<i64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    if text.len() > MAX_TIMESTAMP_BYTES || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

fn split_once(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = memchr(at, text)?;
    Some((text.get(..place)?, text.get(place.checked_add(1)?..)?))
}

/// The signatures of one header, one after the other: nearly always there is just one.
#[derive(Clone)]
struct Signatures<'a> {
    layout: &'a SignatureLayout,
    encoding: SignatureEncoding,
    rest: Option<&'a [u8]>,
    seen: usize,
}

impl<'a> Signatures<'a> {
    /// The next one that counts and can be decoded. What cannot, or has another length, can match
    /// nothing and is passed over: another of the header may still be right.
    fn next<M: OutputSizeUser>(&mut self) -> Option<Output<M>> {
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
            if text.is_some_and(|text| decode_exactly(self.encoding, text, &mut mac)) {
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
fn value_of<'a>(pair: &'a [u8], name: &str) -> Option<&'a [u8]> {
    pair.trim_ascii()
        .strip_prefix(name.as_bytes())?
        .strip_prefix(b"=")
}

/// Decodes `text` if it is exactly `into.len()` bytes long when decoded.
pub(super) fn decode_exactly(encoding: SignatureEncoding, text: &[u8], into: &mut [u8]) -> bool {
    match encoding {
        // The length is compared first: the decoder would pass over a `0x` before the digits.
        SignatureEncoding::Hex => {
            text.len() == into.len().saturating_mul(2)
                && const_hex::decode_to_slice(text, into).is_ok()
        }
        SignatureEncoding::Base64 => {
            // The decoder wants room for whole groups of three bytes.
            let mut room = [0; MAX_MAC_BYTES + 3];
            match STANDARD.decode_slice(text, &mut room) {
                Ok(length) if length == into.len() => room.get(..length).is_some_and(|decoded| {
                    into.copy_from_slice(decoded);
                    true
                }),
                _ => false,
            }
        }
    }
}

/// Whether a signature is that of `mac`.
fn is_right<M: Mac>(mac: KeyedMac<M>, first: &Output<M>, mut others: Signatures<'_>) -> bool {
    if others.rest.is_none() {
        return mac.verifies(first);
    }
    let others = iter::from_fn(|| others.next::<M>());
    mac.verifies_one_of(iter::once(first.clone()).chain(others))
}
