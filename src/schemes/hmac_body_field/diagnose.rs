//! [`diagnose`]: how a captured body is signed.

use hmac::Mac;

use super::{HmacBodyField, HmacBodyFieldConfig, Recipe};
use crate::{
    json::{canonical::cut, members::Name},
    keys::{DigestKind, Encoding, Key, LiveKeys, Secret},
    request::{Head, RawRequest},
    schemes::{
        Scheme,
        digest::with_mac,
        shared_secret::{find_key, read_mac_in_json},
    },
    setup::BuildError,
    time::UnixTime,
};

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

/// Finds out how a body is signed, for an operator who has captured one and knows the secret's text. Tries every
/// recipe, and the usual lists of attributes, with the secret's text read in every encoding. The rest of `config` is
/// taken as it is.
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
    with_mac!(config.digest, M => signs::<M>(body, config, &signed, keys))
}

fn signs<M: Mac + DigestKind + 'static>(
    body: &[u8],
    config: &HmacBodyFieldConfig,
    signed: &str,
    keys: LiveKeys<'_>,
) -> bool {
    cut(body, &config.member)
        .ok()
        .and_then(|at| read_mac_in_json::<M>(at.value(body), config.encoding).ok())
        .is_some_and(|signature| find_key::<M>(&[signed.as_bytes()], &signature, keys).is_some())
}
