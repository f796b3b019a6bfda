//! [`Parameters`]: what a token request asks with, from a form or from JSON.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, IgnoredAny, MapAccess, Visitor},
};
use zeroize::Zeroizing;

use super::{form, grant::Refused};
use crate::{json::members::Name, request::Head};

pub(super) const JSON: &str = "application/json";
/// A token request has about six parameters: whoever sends more than this wants them read.
const MAX_PARAMETERS: usize = 64;

const NAMES: [&str; 9] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "scope",
    "assertion",
    "user",
    "password",
];

/// The parameters that are known. Without a value they count as left out (RFC 6749, section 3.2).
#[derive(Default)]
pub(super) struct Parameters {
    pub(super) grant_type: Option<Zeroizing<String>>,
    pub(super) client_id: Option<Zeroizing<String>>,
    pub(super) client_secret: Option<Zeroizing<String>>,
    pub(super) scope: Option<Zeroizing<String>>,
    pub(super) client_assertion: Option<Zeroizing<String>>,
    pub(super) client_assertion_type: Option<Zeroizing<String>>,
    pub(super) assertion: Option<Zeroizing<String>>,
    pub(super) user: Option<Zeroizing<String>>,
    pub(super) password: Option<Zeroizing<String>>,
    /// Nobody is known to log in with a user and a password in a form.
    pub(super) are_json: bool,
}

impl Parameters {
    /// Reads the body as its media type says.
    pub(super) fn read(head: &Head<'_>, body: &[u8]) -> Result<Self, Refused> {
        match is_json(head) {
            true => Self::of_json(body),
            false => Self::of_form(body),
        }
    }

    /// Reads `application/x-www-form-urlencoded`. No parameter may stand twice (RFC 6749, section 3.2), unknown ones
    /// included.
    fn of_form(body: &[u8]) -> Result<Self, Refused> {
        let mut parameters = Self::default();
        let mut names = Vec::new();
        for pair in form::pairs(body) {
            let (name, value) = pair.ok_or(Refused::InvalidRequest("the form cannot be read"))?;
            if names.contains(&name) {
                return Err(Refused::InvalidRequest("a parameter stands twice"));
            }
            if names.len() >= MAX_PARAMETERS {
                return Err(Refused::InvalidRequest("too many parameters"));
            }
            if let Some(slot) = parameters.slot(&name) {
                *slot = Some(value).filter(|value| !value.is_empty());
            }
            names.push(name);
        }
        Ok(parameters)
    }

    /// Reads a JSON object. A known member may stand once and must be a text.
    fn of_json(body: &[u8]) -> Result<Self, Refused> {
        serde_json::from_slice(body).map_err(|_| {
            Refused::InvalidRequest(
                "the body is no JSON object with each parameter once, as a text",
            )
        })
    }

    fn slot(&mut self, name: &str) -> Option<&mut Option<Zeroizing<String>>> {
        let place = NAMES.iter().position(|known| *known == name)?;
        self.slots().into_iter().nth(place)
    }

    /// In the order of [`NAMES`].
    fn slots(&mut self) -> [&mut Option<Zeroizing<String>>; NAMES.len()] {
        [
            &mut self.grant_type,
            &mut self.client_id,
            &mut self.client_secret,
            &mut self.client_assertion,
            &mut self.client_assertion_type,
            &mut self.scope,
            &mut self.assertion,
            &mut self.user,
            &mut self.password,
        ]
    }
}

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Parameters;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parameters, A::Error> {
                let mut parameters = Parameters {
                    are_json: true,
                    ..Parameters::default()
                };
                while let Some(Name(name)) = map.next_key()? {
                    match parameters.slot(&name) {
                        None => drop(map.next_value::<IgnoredAny>()?),
                        Some(Some(_)) => return Err(de::Error::custom("a parameter stands twice")),
                        Some(slot) => *slot = Some(Zeroizing::new(map.next_value()?)),
                    }
                }
                for slot in parameters.slots() {
                    slot.take_if(|value| value.is_empty());
                }
                Ok(parameters)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

/// The head was checked: the media type is one of the two.
fn is_json(head: &Head<'_>) -> bool {
    head.media_type().eq_ignore_ascii_case(JSON.as_bytes())
}
