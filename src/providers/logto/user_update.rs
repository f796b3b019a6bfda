//! What has changed in a user: all of them, or a part.

use std::fmt;

use serde::{
    de::{self, MapAccess},
    ser::SerializeMap,
};
use serde_json::value::RawValue;

use super::{
    data::{About, DATA, ReadAbout},
    envelope::Envelope,
    json::Json,
    members::{self, Taken},
    user::User,
};

/// What has changed in a user.
#[derive(Clone)]
#[non_exhaustive]
pub enum UserUpdate {
    /// The user as they are now.
    User(Box<User>),
    /// Only the custom data or the profile as it is now; `matched_route` tells which, and the user
    /// is the parameter `userId`.
    Part(Json),
}

/// Routes that answer with a part of the user (known). The route decides and never the content:
/// custom data can look like a user.
const PARTS: [&str; 2] = ["/users/:userId/custom-data", "/users/:userId/profile"];

impl<'de> ReadAbout<'de> for UserUpdate {
    type Slots = Option<&'de RawValue>;

    fn take<A: MapAccess<'de>>(
        slot: &mut Self::Slots,
        name: &str,
        map: &mut A,
    ) -> Result<Taken, A::Error> {
        match name {
            DATA => members::fill(slot, map),
            _ => Ok(Taken::No),
        }
    }

    fn finish<E: de::Error>(slot: Self::Slots, envelope: &Envelope) -> Result<Self, E> {
        let data = slot.ok_or_else(|| E::missing_field(DATA))?;
        let route = envelope.matched_route.as_deref().unwrap_or_default();
        if PARTS.contains(&route) {
            return Ok(Self::Part(Json::from_raw(data)));
        }
        // The inner error may quote the user.
        serde_json::from_str(data.get())
            .map(|user| Self::User(Box::new(user)))
            .map_err(|_| E::custom("`data` is not a user"))
    }
}

impl About for UserUpdate {
    fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match self {
            Self::User(user) => map.serialize_entry(DATA, user),
            Self::Part(part) => map.serialize_entry(DATA, part),
        }
    }

    fn user_id<'a>(&'a self, envelope: &'a Envelope) -> Option<&'a str> {
        match self {
            Self::User(user) => Some(&user.id),
            Self::Part(_) => envelope.param("userId"),
        }
    }
}

impl fmt::Debug for UserUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => user.fmt(f),
            Self::Part(_) => f.write_str("Part(..)"),
        }
    }
}
