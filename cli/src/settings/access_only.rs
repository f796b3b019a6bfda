//! [`AccessOnly`]: a sender that signs nothing. The access rule lets it in, and its events are any JSON.

use hookgate::{
    BuildError, Rejection,
    json::{ByName, Json},
    pack::{
        Authenticated, Contents, Decoded, EventType, KeyParts, LiveKeys, Provider, RawRequest,
        SenderProfile, Single, Undecodable,
    },
    schemes::Verified,
    tenants::{Keys, Tenants},
};
use http::HeaderName;
use serde::Deserialize;

use crate::settings::{any_event::AnyEvent, refused::Refused};

/// The pack's name: part of every event key.
pub(crate) const NAME: &str = "access-only";

/// The settings.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessOnlyConfig {
    #[serde(default)]
    identity: IdentityRule,
    /// Where the body has the event's type.
    type_member: Option<String>,
}

/// What identifies an event.
#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum IdentityRule {
    /// The digest of the body.
    #[default]
    Digest,
    /// A member of the body, as a JSON Pointer (RFC 6901) through objects.
    Member(String),
    /// A header.
    Header(String),
}

/// The pack.
pub(crate) struct AccessOnly {
    identity: Identity,
    event_type: Option<Place>,
    keys: Keys,
}

enum Identity {
    Digest,
    Member(Place),
    Header(HeaderName),
}

/// Names of members, from the top.
struct Place(Vec<String>);

impl AccessOnlyConfig {
    pub(crate) fn pack(self) -> Result<AccessOnly, Refused> {
        Ok(AccessOnly {
            identity: match self.identity {
                IdentityRule::Digest => Identity::Digest,
                IdentityRule::Member(at) => Identity::Member(Place::of(&at, "identity")?),
                IdentityRule::Header(name) => Identity::Header(
                    HeaderName::try_from(name)
                        .map_err(|_| malformed("`identity`: no header can have this name"))?,
                ),
            },
            event_type: self
                .type_member
                .map(|at| Place::of(&at, "type_member"))
                .transpose()?,
            keys: Keys::NotNeeded,
        })
    }

    /// The header that identifies an event.
    pub(crate) fn id_header(&self) -> Option<&str> {
        match &self.identity {
            IdentityRule::Header(name) => Some(name),
            IdentityRule::Digest | IdentityRule::Member(_) => None,
        }
    }
}

impl AccessOnly {
    pub(crate) fn tenants(mut self, tenants: Tenants) -> Self {
        self.keys = tenants.into();
        self
    }
}

impl Place {
    fn of(pointer: &str, setting: &str) -> Result<Self, Refused> {
        let names = pointer
            .strip_prefix('/')
            .filter(|names| !names.contains('~'));
        let names = names.ok_or_else(|| {
            malformed(&format!(
                "`{setting}`: a member is written as `/id` or `/data/id`"
            ))
        })?;
        Ok(Self(names.split('/').map(str::to_owned).collect()))
    }

    /// The value there. A name on the way that stands twice is no way: readers disagree on which one counts.
    fn find(&self, body: &Json) -> Option<Json> {
        let mut value = body.clone();
        for name in &self.0 {
            let members: ByName<Json> = value.parse().ok()?;
            value = members.get(name)?.clone();
        }
        Some(value)
    }
}

impl Provider for AccessOnly {
    type Event = AnyEvent;

    fn name(&self) -> &str {
        NAME
    }

    fn profile(&self) -> SenderProfile {
        SenderProfile::unknown()
    }

    fn keys(&self) -> Keys {
        self.keys.clone()
    }

    fn validate(&self) -> Result<(), BuildError> {
        Ok(())
    }

    fn needs_access(&self) -> bool {
        true
    }

    fn verify<'a>(&self, _: RawRequest<'a>, _: LiveKeys<'a>) -> Result<Verified<'a>, Rejection> {
        Ok(Verified::by_access())
    }

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<AnyEvent>, Undecodable> {
        let signed = authenticated.signed();
        let body: Json =
            serde_json::from_slice(&signed).map_err(|_| Undecodable("the body is no JSON"))?;
        let mut decoded = Decoded::new(
            self.parts(authenticated, &signed, &body)?,
            AnyEvent::default(),
        );
        let event_type = self.event_type.as_ref().and_then(|place| place.find(&body));
        if let Some(Ok(name)) = event_type.map(|value| value.parse::<String>()) {
            decoded = decoded.event_type(EventType::unknown(name));
        }
        Ok(decoded.into())
    }
}

impl AccessOnly {
    fn parts(
        &self,
        authenticated: &Authenticated<'_>,
        signed: &[u8],
        body: &Json,
    ) -> Result<KeyParts, Undecodable> {
        match &self.identity {
            Identity::Digest => Ok(KeyParts::of_digest(signed)),
            Identity::Member(place) => {
                let why = "no single member of text or number identifies the event";
                let value = place.find(body).ok_or(Undecodable(why))?;
                if let Ok(text) = value.parse::<String>() {
                    // A number and a text of its digits are two ids.
                    return match &*text {
                        "" => Err(Undecodable(why)),
                        text => Ok(KeyParts::of(format!("\"{text}"))),
                    };
                }
                // As it is written: a parsed number has as many digits as its type, and two ids would become one.
                let is_number = value.parse::<serde_json::Number>().is_ok();
                let number = is_number.then(|| KeyParts::of(value.get()));
                number.ok_or(Undecodable(why))
            }
            Identity::Header(name) => match authenticated.head.single(name) {
                Single::Value(id) if !id.is_empty() => Ok(KeyParts::of(id)),
                _ => Err(Undecodable(
                    "the header that identifies the event is missing, or stands twice",
                )),
            },
        }
    }
}

fn malformed(what: &str) -> Refused {
    Refused::Malformed(format!("`settings`: {what}"))
}
