//! What has changed in a user: all of them, or a part.

use std::fmt;

use serde::{
    de::{self, MapAccess},
    ser::SerializeMap,
};
use serde_json::value::RawValue;

use super::{
    Json,
    data::{About, DATA, EnvelopeSlots, ReadAbout},
    envelope::Envelope,
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

/// Whether a route answers with a part of the user (known). The route decides and never the
/// content: custom data can look like a user.
fn is_part(route: Option<&str>) -> bool {
    matches!(
        route,
        Some("/users/:userId/custom-data" | "/users/:userId/profile")
    )
}

/// `data` while the rest of the event is being read.
#[derive(Default)]
pub(crate) enum Slot<'de> {
    #[default]
    Empty,
    /// The route came before and is one of a whole user.
    User(Box<User>),
    /// The route comes later or never.
    Raw(&'de RawValue),
}

impl<'de> ReadAbout<'de> for UserUpdate {
    type Slots = Slot<'de>;

    fn take<A: MapAccess<'de>>(
        slot: &mut Slot<'de>,
        envelope: &EnvelopeSlots<'de>,
        name: &str,
        map: &mut A,
    ) -> Result<Taken, A::Error> {
        if name != DATA {
            return Ok(Taken::No);
        }
        if !matches!(slot, Slot::Empty) {
            return Err(members::repeated());
        }
        *slot = match &envelope.matched_route {
            Some(Some(route)) if !is_part(Some(route)) => Slot::User(map.next_value()?),
            _ => Slot::Raw(map.next_value()?),
        };
        Ok(Taken::Yes)
    }

    fn finish<E: de::Error>(slot: Slot<'de>, envelope: &Envelope) -> Result<Self, E> {
        match slot {
            Slot::Empty => Err(E::missing_field(DATA)),
            Slot::User(user) => Ok(Self::User(user)),
            Slot::Raw(part) if is_part(envelope.matched_route.as_deref()) => {
                Ok(Self::Part(Json::from_raw(part)))
            }
            // The inner error may quote the user.
            Slot::Raw(user) => serde_json::from_str(user.get())
                .map(Self::User)
                .map_err(|_| E::custom("`data` is not a user")),
        }
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
