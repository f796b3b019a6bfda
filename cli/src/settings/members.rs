//! [`Settings`]: the scheme's own fields, next to `access`.

use std::collections::BTreeMap;

use hookgate::{
    access::Bearer,
    dedup::MemoryStore,
    json::{ByName, Json},
    token::TokenIssuer,
};
use serde::de::DeserializeOwned;

use crate::{
    output::fault,
    settings::{
        access::{AccessRule, Gates},
        challenge::Answers,
        refused::Refused,
        token_endpoint::TokenEndpointRule,
    },
};

pub(crate) const ACCESS: &str = "access";
/// The token endpoint that `listen` has, and whose tokens the access rule may ask for.
pub(crate) const TOKEN_ENDPOINT: &str = "token_endpoint";
/// The media types that are taken, in place of the pack's.
const MEDIA_TYPES: &str = "media_types";
/// The largest body that is taken, in bytes.
const BODY_LIMIT: &str = "body_limit";
/// Bodies may have been compressed with gzip after they had been signed.
pub(crate) const ACCEPT_GZIP: &str = "accept_gzip";
/// A record without a media type gets the first that is taken: for vectors that hold the signed headers alone.
pub(crate) const ASSUME_MEDIA_TYPE: &str = "assume_media_type";
/// Whether the question of a sender is answered, and with which secret.
const CHALLENGE: &str = "challenge";
/// Which senders of CloudEvents may send.
const WEB_HOOKS: &str = "web_hooks";
/// The members that are the receiver's, and not the scheme's.
pub(crate) const OF_RECEIVER: [&str; 8] = [
    CHALLENGE,
    WEB_HOOKS,
    ACCESS,
    TOKEN_ENDPOINT,
    MEDIA_TYPES,
    BODY_LIMIT,
    ACCEPT_GZIP,
    ASSUME_MEDIA_TYPE,
];

/// The members of `settings`.
#[derive(Default)]
pub(crate) struct Settings(ByName<Json>);

impl Settings {
    /// Reads the JSON text of `settings`.
    pub(crate) fn read(text: Option<&str>) -> Result<Self, Refused> {
        match text {
            None => Ok(Self::default()),
            // The one error that is not about syntax: a name that comes twice.
            Some(text) => serde_json::from_str(text).map(Self).map_err(|_| {
                malformed("not an object, or one of its members stands twice".to_owned())
            }),
        }
    }

    /// What the sender must present, and from where.
    pub(crate) fn gates(&self) -> Result<Gates, Refused> {
        // Its faults are told, whether the rule asks for its tokens or not.
        let issuer = self.issuer()?;
        match self.member::<AccessRule>(ACCESS)? {
            None => Ok(Gates::default()),
            Some(rule) => rule.gates(issuer.as_ref()),
        }
    }

    /// The rules about tokens, for who asks what is wrong with one.
    pub(crate) fn bearers(&self) -> Result<Vec<Bearer>, Refused> {
        let issuer = self.issuer()?;
        let rule = self.member::<AccessRule>(ACCESS)?;
        Ok(rule.map_or_else(Vec::new, |rule| rule.bearers(issuer.as_ref())))
    }

    /// The token endpoint, where it is set.
    pub(crate) fn token_endpoint(&self) -> Result<Option<TokenEndpointRule>, Refused> {
        self.member(TOKEN_ENDPOINT)
    }

    /// One that issues nothing: its rule for tokens is what counts.
    fn issuer(&self) -> Result<Option<TokenIssuer>, Refused> {
        let rule = self.token_endpoint()?;
        rule.map(|rule| rule.issuer(MemoryStore::new())).transpose()
    }

    /// The scheme's fields: all members except `access`.
    pub(crate) fn of_scheme<C: DeserializeOwned>(&self) -> Result<C, Refused> {
        let fields: BTreeMap<&str, &Json> = self.fields().collect();
        serde_json::to_string(&fields)
            .and_then(|text| serde_json::from_str(&text))
            .map_err(|error| malformed(fault::describe(&error)))
    }

    /// The media types that are taken, where they are set.
    pub(crate) fn media_types(&self) -> Result<Option<Vec<String>>, Refused> {
        let list: Option<Vec<String>> = self.member(MEDIA_TYPES)?;
        let is_media_type = |text: &String| {
            let plain =
                |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-._/".contains(c);
            text.split('/').count() == 2 && text.len() <= 128 && text.chars().all(plain)
        };
        match &list {
            Some(list) if list.is_empty() || !list.iter().all(is_media_type) => Err(malformed(
                "`media_types`: a list of media types in lower case, without parameters".to_owned(),
            )),
            _ => Ok(list),
        }
    }

    /// The largest body, where it is set.
    pub(crate) fn body_limit(&self) -> Result<Option<usize>, Refused> {
        self.member(BODY_LIMIT)
    }

    /// Whether bodies may be compressed.
    pub(crate) fn accepts_gzip(&self) -> Result<bool, Refused> {
        Ok(self.member(ACCEPT_GZIP)?.unwrap_or_default())
    }

    /// Whether a request without a media type is taken for one that has it.
    pub(crate) fn assumes_media_type(&self) -> Result<bool, Refused> {
        Ok(self.member(ASSUME_MEDIA_TYPE)?.unwrap_or_default())
    }

    /// Whether the question of the sender is answered.
    pub(crate) fn answers(&self) -> Result<Answers, Refused> {
        Answers::read(self.member(CHALLENGE)?, self.member(WEB_HOOKS)?)
    }

    fn member<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Refused> {
        let text = self.0.get(name).map(Json::get);
        text.map(serde_json::from_str)
            .transpose()
            .map_err(|error| malformed(format!("`{name}`: {}", fault::describe(&error))))
    }

    /// For packs that leave nothing to be set.
    pub(crate) fn of_nothing_else(&self) -> Result<(), Refused> {
        match self.fields().next() {
            None => Ok(()),
            Some(_) => Err(malformed(
                "unknown member, expected `access` at most".to_owned(),
            )),
        }
    }

    fn fields(&self) -> impl Iterator<Item = (&str, &Json)> {
        self.0
            .iter()
            .filter(|(name, _)| !OF_RECEIVER.contains(name))
    }
}

fn malformed(what: String) -> Refused {
    Refused::Malformed(format!("`settings`: {what}"))
}
