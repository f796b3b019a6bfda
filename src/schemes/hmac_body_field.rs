//! [`HmacBodyField`]: a MAC that sits inside the JSON object that it covers.
//!
//! The sender makes an object, writes it as JSON, computes the MAC, and puts that into a member of the
//! same object. Which bytes went into the MAC is the sender's secret more often than not, so it is a
//! setting:
//!
//! | [`Recipe`] | what is signed | what it covers |
//! | --- | --- | --- |
//! | [`WithoutMember`](Recipe::WithoutMember) | the object without the member | everything |
//! | [`EmptyMember`](Recipe::EmptyMember) | the object with the member as `""` | everything |
//! | [`NullMember`](Recipe::NullMember) | the object with the member as `null` | everything |
//! | [`SortedKeys`](Recipe::SortedKeys) | the object without the member, as RFC 8785 writes it | everything |
//! | [`DataOnly`](Recipe::DataOnly) | the value of one other member | that value |
//!
//! The bytes are tried as they arrived first, the pieces around the member hashed in place. Where they
//! do not match, what ECMAScript's `JSON.stringify` would have written is tried of a body of up to [100
//! KiB](HmacBodyField::REWRITE_LIMIT), and then is what counts from there on. [`diagnose`] tries them all on one captured body, and some that cover less than any
//! receiver may rely on.

use bytes::Bytes;
use hmac::{
    Hmac, Mac,
    digest::{Output, OutputSizeUser},
};
use memchr::memchr;
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{
    Coverage, Verified,
    hmac_header::{Digest, MAX_MAC_BYTES, SignatureEncoding, decode_exactly},
};
use crate::{
    identity::{ContentDigest, KeyId},
    json::{
        canonical::{self, Cut, Edit, Order, Refused, cut, find},
        members::Name,
    },
    keys::{DigestKind, Encoding, Key, LiveKeys, Secret},
    limits::BODY_LIMIT,
    request::{Head, RawRequest},
    setup::BuildError,
    time::UnixTime,
    verdict::Rejection,
};

/// Longest signature as it is written, escapes included: SHA-512 in hexadecimal, every character escaped.
const MAX_SIGNATURE_BYTES: usize = 6 * 2 * MAX_MAC_BYTES + 2;

/// Which bytes the MAC is computed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Recipe {
    /// The object without the member: `const { signature, ...signed } = event`.
    #[default]
    WithoutMember,
    /// The object with the member's value replaced by the empty text.
    EmptyMember,
    /// The object with the member's value replaced by `null`.
    NullMember,
    /// The object without the member, its keys sorted at every depth (RFC 8785).
    SortedKeys,
    /// The value of one other member and nothing else. Whatever stands beside it is unsigned.
    DataOnly,
}

impl Recipe {
    /// Every recipe.
    pub const ALL: &'static [Self] = &[
        Self::WithoutMember,
        Self::EmptyMember,
        Self::NullMember,
        Self::SortedKeys,
        Self::DataOnly,
    ];

    /// Whether the MAC covers the whole object, or only a part of it.
    pub const fn covers_all(self) -> bool {
        !matches!(self, Self::DataOnly)
    }
}

/// How one sender signs: the public, serialisable form of an [`HmacBodyField`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HmacBodyFieldConfig {
    /// The member of the top level that carries the MAC.
    pub member: String,
    /// What is signed.
    #[serde(default)]
    pub recipe: Recipe,
    /// The member that [`Recipe::DataOnly`] signs.
    #[serde(default = "data")]
    pub data_member: String,
    /// The MAC's text form.
    #[serde(default = "base64")]
    pub encoding: SignatureEncoding,
    /// The digest.
    #[serde(default)]
    pub digest: Digest,
}

fn data() -> String {
    "data".to_owned()
}

const fn base64() -> SignatureEncoding {
    SignatureEncoding::Base64
}

impl HmacBodyFieldConfig {
    /// HMAC-SHA256 in base64 over the object without `member`.
    pub fn new(member: impl Into<String>) -> Self {
        Self {
            member: member.into(),
            recipe: Recipe::default(),
            data_member: data(),
            encoding: base64(),
            digest: Digest::default(),
        }
    }
}

/// A MAC inside the JSON that it covers, ready to verify. Made from an [`HmacBodyFieldConfig`] with
/// `try_from`.
///
/// # Security
///
/// Before the MAC has matched, a body gets one scan that allocates nothing and does not recurse, and
/// where its bytes do not match, one that writes it anew: time and memory are bounded by its size, which has a limit
/// of [its own](Self::REWRITE_LIMIT).
/// Whatever the recipe does not cover is not in what [`verify`](Self::verify) asserts. The raw scan looks
/// at the top level only: whoever decodes the body must refuse text that is not JSON, and members that
/// stand twice.
#[derive(Debug, Clone)]
pub struct HmacBodyField {
    config: HmacBodyFieldConfig,
}

impl TryFrom<HmacBodyFieldConfig> for HmacBodyField {
    type Error = BuildError;

    fn try_from(config: HmacBodyFieldConfig) -> Result<Self, BuildError> {
        for (what, name) in [
            ("signature member", &config.member),
            ("data member", &config.data_member),
        ] {
            // The canonical writer compares names in their written form.
            let plain = |c: char| !c.is_control() && !matches!(c, '"' | '\\');
            if name.is_empty() || !name.chars().all(plain) {
                return Err(BuildError::Name {
                    what,
                    why: "it is empty or would have to be escaped in JSON",
                });
            }
        }
        if config.member == config.data_member {
            return Err(BuildError::Scheme(
                "the signature and what it signs cannot be the same member",
            ));
        }
        Ok(Self { config })
    }
}

impl HmacBodyField {
    /// The largest body that is written anew, in bytes, a tenth of what packs take. A `body_limit` of the receiver that
    /// is more raises it.
    ///
    /// A body is written anew if its bytes as they arrived do not match, since something on the way may have re-written
    /// it: above the limit that is not tried, and a mismatch is one. With [`Recipe::SortedKeys`] every body is, so packs
    /// take none above the limit.
    ///
    /// Whoever can call has a server do it. It takes up to six times the CPU of the body's HMAC, and memory that no
    /// budget counts: at once a text of the body's size and 24 bytes for each member, 48 for each object in the wrong
    /// order.
    pub const REWRITE_LIMIT: usize = 100 * 1024;

    /// The largest body that a pack with this scheme takes, in bytes.
    pub(crate) fn body_limit(&self) -> usize {
        match self.config.recipe {
            Recipe::SortedKeys => Self::REWRITE_LIMIT,
            _ => BODY_LIMIT,
        }
    }

    /// For packs, whose names are known to be right.
    pub(crate) fn in_member(member: &str) -> Self {
        Self {
            config: HmacBodyFieldConfig::new(member),
        }
    }

    /// The same with another recipe.
    #[must_use]
    pub fn recipe(mut self, recipe: Recipe) -> Self {
        self.config.recipe = recipe;
        self
    }

    /// The settings.
    pub fn config(&self) -> &HmacBodyFieldConfig {
        &self.config
    }

    /// Proves the object, or what of it the recipe covers.
    ///
    /// # Errors
    ///
    /// What is missing, malformed or does not match.
    pub fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        if keys.iter().next().is_none() {
            return Err(Rejection::NoLiveKey);
        }
        match self.config.digest {
            Digest::Sha1 => self.prove::<Hmac<Sha1>>(request, keys),
            Digest::Sha256 => self.prove::<Hmac<Sha256>>(request, keys),
            Digest::Sha512 => self.prove::<Hmac<Sha512>>(request, keys),
        }
    }

    /// Tries the bytes as they arrived, then as ECMAScript writes them.
    fn prove<'a, M: Mac + DigestKind>(
        &self,
        request: RawRequest<'_>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let body = request.body;
        let at = find(body, &self.config.member).map_err(unreadable)?;
        let signature = read_signature::<M>(at.value(body), self.config.encoding)?;
        let proved = |coverage, key_id| {
            Verified::assertion(coverage, key_id).with_digest(digest_of::<M>(&signature))
        };
        if let Some((pieces, coverage)) = self.raw(body, &at)? {
            if let Some(key_id) = find_key::<M>(&pieces, &signature, keys) {
                return Ok(proved(coverage, key_id));
            }
            let set = request.body_limit.unwrap_or_default();
            if body.len() > Self::REWRITE_LIMIT.max(set) {
                return Err(Rejection::SignatureMismatch);
            }
        }
        let canonical = self.canonical(body)?;
        let key_id =
            find_key::<M>(&[&canonical], &signature, keys).ok_or(Rejection::SignatureMismatch)?;
        Ok(proved(Coverage::Bytes(Bytes::from(canonical)), key_id))
    }

    /// What is signed if nothing re-wrote the text, in place, and what that covers.
    fn raw<'b>(
        &self,
        body: &'b [u8],
        at: &Cut,
    ) -> Result<Option<(Pieces<'b>, Coverage)>, Rejection> {
        let blanked = |blank| {
            let [before, behind] = at.around_value(body);
            ([before, blank, behind], Coverage::BodyBut(at.value.clone()))
        };
        Ok(Some(match self.config.recipe {
            Recipe::WithoutMember => {
                let [before, behind] = at.pieces(body);
                ([before, behind, &[]], Coverage::BodyBut(at.member.clone()))
            }
            Recipe::EmptyMember => blanked(b"\"\""),
            Recipe::NullMember => blanked(b"null"),
            Recipe::SortedKeys => return Ok(None),
            Recipe::DataOnly => {
                let data = self.data(body)?;
                ([data.value(body), &[], &[]], Coverage::Part(data.value))
            }
        }))
    }

    /// What is signed if something re-wrote the text.
    fn canonical(&self, body: &[u8]) -> Result<Vec<u8>, Rejection> {
        let member = &*self.config.member;
        let (text, order, edit) = match self.config.recipe {
            Recipe::WithoutMember => (body, Order::Received, Edit::Omit(member)),
            Recipe::EmptyMember => (body, Order::Received, Edit::Replace(member, "\"\"")),
            Recipe::NullMember => (body, Order::Received, Edit::Replace(member, "null")),
            Recipe::SortedKeys => (body, Order::Sorted, Edit::Omit(member)),
            Recipe::DataOnly => (self.data(body)?.value(body), Order::Received, Edit::None),
        };
        canonical::edited(text, order, edit).map_err(unreadable)
    }

    fn data(&self, body: &[u8]) -> Result<Cut, Rejection> {
        cut(body, &self.config.data_member).map_err(|refused| match refused {
            Refused::Missing => Rejection::MalformedSignature("what it signs is missing"),
            other => unreadable(other),
        })
    }
}

/// What is signed, one after the other.
type Pieces<'b> = [&'b [u8]; 3];

/// Why a body has no signature to compare.
fn unreadable(refused: Refused) -> Rejection {
    match refused {
        Refused::Missing => Rejection::MissingSignature,
        Refused::Repeated => Rejection::MalformedSignature("a member stands twice"),
        Refused::TooDeep => Rejection::MalformedSignature("the body is nested too deep"),
        Refused::NotFinite => Rejection::MalformedSignature("a number is not finite"),
        Refused::LoneSurrogate => Rejection::MalformedSignature("a text has a lone surrogate"),
        Refused::NotUtf8 | Refused::NotJson | Refused::NotAnObject => {
            Rejection::MalformedSignature("the body that should carry it is not a JSON object")
        }
    }
}

/// The decoded MAC of a body.
fn read_signature<M: OutputSizeUser>(
    value: &[u8],
    encoding: SignatureEncoding,
) -> Result<Output<M>, Rejection> {
    let mut signature = Output::<M>::default();
    let mut decode = |text: &[u8]| decode_exactly(encoding, text, &mut signature);
    let readable = match value {
        _ if value.len() > MAX_SIGNATURE_BYTES => false,
        // Base64 has slashes, which some writers escape.
        value if memchr(b'\\', value).is_some() => {
            serde_json::from_slice(value).is_ok_and(|Name(text)| decode(text.as_bytes()))
        }
        [b'"', text @ .., b'"'] => decode(text),
        _ => false,
    };
    readable
        .then_some(signature)
        .ok_or(Rejection::MalformedSignature(
            "it is not in the scheme's encoding and length",
        ))
}

/// The MAC is a digest of the covered bytes already, the same for every way of writing them.
fn digest_of<M: OutputSizeUser>(signature: &Output<M>) -> ContentDigest {
    match signature.as_slice().try_into() {
        Ok(mac) => ContentDigest::from_bytes(mac),
        Err(_) => ContentDigest::of(signature),
    }
}

/// The first live key that gives the MAC over the pieces.
fn find_key<'a, M: Mac + DigestKind>(
    pieces: &[&[u8]],
    signature: &Output<M>,
    keys: LiveKeys<'a>,
) -> Option<&'a KeyId> {
    keys.iter()
        .find(|key| {
            key.mac::<M>().is_some_and(|prepared| {
                let mut mac = prepared.clone();
                for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
                    mac.update(piece);
                }
                mac.verifies(signature)
            })
        })
        .map(Key::id)
}

/// What a captured body turned out to be signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnosis {
    /// What is signed.
    pub signed: Signed,
    /// How the secret is written.
    pub secret: Encoding,
}

/// What a MAC may cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signed {
    /// One of the recipes.
    Recipe(Recipe),
    /// The values of these members, one after the other with the separator between them. Covers no data,
    /// so no receiver takes it: anyone who sees one delivery could change what it says.
    Attributes {
        /// The members, in order.
        members: &'static [&'static str],
        /// What stands between their values.
        separator: &'static str,
    },
}

/// What is proved is in the body.
static NO_HEADERS: Vec<(&str, &str)> = Vec::new();

/// Lists of members that senders are seen to sign, the likeliest first.
const ATTRIBUTES: [&[&str]; 5] = [
    &["id"],
    &["id", "source", "type", "time"],
    &["id", "source", "time", "type"],
    &["id", "time"],
    &["id", "type", "time"],
];

/// Finds out how a body is signed, for an operator who has captured one and knows the secret's text:
/// tries every recipe, and the usual lists of attributes, with the secret's text read in every encoding.
/// The rest of `config` is taken as it is.
///
/// A tool for a terminal, not for a receiver: it says what would match, whether or not it is safe.
///
/// # Errors
///
/// When the settings are not usable.
pub fn diagnose(
    body: &[u8],
    secret: &str,
    config: &HmacBodyFieldConfig,
) -> Result<Vec<Diagnosis>, BuildError> {
    let scheme = HmacBodyField::try_from(config.clone())?;
    let head = Head::new("POST", "/", &NO_HEADERS);
    let request = RawRequest::new(head, body).body_limit(Some(body.len()));
    let mut found = Vec::new();
    for encoding in [Encoding::Utf8, Encoding::Base64, Encoding::Hex] {
        let Ok(secret) = Secret::parse(secret, encoding) else {
            continue;
        };
        let keys = [Key::new("0", secret)];
        let keys = LiveKeys::new(&keys, UnixTime::EPOCH);
        let mut matched = |signed| {
            found.push(Diagnosis {
                signed,
                secret: encoding,
            })
        };
        for recipe in Recipe::ALL {
            if scheme.clone().recipe(*recipe).verify(request, keys).is_ok() {
                matched(Signed::Recipe(*recipe));
            }
        }
        for members in ATTRIBUTES {
            for separator in ["", ".", ":", "|", "\n"] {
                if (members.len() > 1 || separator.is_empty())
                    && signs_attributes(body, config, members, separator, keys)
                {
                    matched(Signed::Attributes { members, separator });
                }
            }
        }
    }
    Ok(found)
}

fn signs_attributes(
    body: &[u8],
    config: &HmacBodyFieldConfig,
    members: &[&str],
    separator: &str,
    keys: LiveKeys<'_>,
) -> bool {
    let text_of = |member: &&str| {
        let at = cut(body, member).ok()?;
        let Name(text) = serde_json::from_slice(at.value(body)).ok()?;
        Some(text.into_owned())
    };
    let Some(values) = members.iter().map(text_of).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let signed = values.join(separator);
    match config.digest {
        Digest::Sha1 => signs::<Hmac<Sha1>>(body, config, &signed, keys),
        Digest::Sha256 => signs::<Hmac<Sha256>>(body, config, &signed, keys),
        Digest::Sha512 => signs::<Hmac<Sha512>>(body, config, &signed, keys),
    }
}

fn signs<M: Mac + DigestKind>(
    body: &[u8],
    config: &HmacBodyFieldConfig,
    signed: &str,
    keys: LiveKeys<'_>,
) -> bool {
    cut(body, &config.member)
        .ok()
        .and_then(|at| read_signature::<M>(at.value(body), config.encoding).ok())
        .is_some_and(|signature| find_key::<M>(&[signed.as_bytes()], &signature, keys).is_some())
}
