//! From bytes to an event: its identity first, which is all that may be missing nowhere.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, MapAccess, Visitor},
};

use super::{Event, State, TransactionStatus, Unrecognized, status::Milestone};
use crate::{
    json::{Json, Misfit, Once, is_too_deep, members::Name},
    provider::Undecodable,
};

/// What identifies a notification.
pub(super) struct Identity {
    pub(super) id: String,
    pub(super) milestone: Milestone,
}

/// Reads a body.
pub(super) fn event(body: &[u8]) -> Result<(Identity, Event), Undecodable> {
    let text = std::str::from_utf8(body).map_err(|_| Undecodable("the body is not UTF-8"))?;
    if is_too_deep(body) {
        return Err(Undecodable("the body is nested too deep"));
    }
    let members: Members<'_> =
        serde_json::from_str(text).map_err(|_| Undecodable("the body is not a JSON object"))?;
    let identity = members.identity()?;
    let event = match &identity.milestone {
        Milestone::State(_) => read(text, &identity.id, Event::Process)?,
        Milestone::Status(_) => read(text, &identity.id, Event::Transaction)?,
    };
    Ok((identity, event))
}

fn read<T: DeserializeOwned>(
    text: &str,
    id: &str,
    known: fn(T) -> Event,
) -> Result<Event, Undecodable> {
    serde_json::from_str(text).map(known).or_else(|error| {
        Ok(Event::Unrecognized(Unrecognized {
            id: id.to_owned(),
            raw: Json::read(text).map_err(|_| Undecodable("the body is not a JSON object"))?,
            error: Misfit::at(&error),
        }))
    })
}

/// The members that identify, in either generation.
#[derive(Default)]
struct Members<'de> {
    process_id: Once<'de>,
    state: Once<'de>,
    id: Once<'de>,
    status: Once<'de>,
}

fn read_one<'de, T: Deserialize<'de>>(
    member: Once<'de>,
    why: &'static str,
) -> Result<T, Undecodable> {
    member.read().ok_or(Undecodable(why))
}

impl Members<'_> {
    /// The generations are told apart by their members (known). A current body may gain an `id` one day, so
    /// that generation is looked for first.
    fn identity(&self) -> Result<Identity, Undecodable> {
        let (id, milestone) = if !self.process_id.is_missing() || self.id.is_missing() {
            let id = read_one(self.process_id, "no single `processId` of text")?;
            let state: State = read_one(self.state, "no single `state` of text")?;
            (id, state.into())
        } else {
            let id = read_one(self.id, "no single `id` of text")?;
            let why = "no single `status`, a whole number or a text";
            let status: TransactionStatus = read_one(self.status, why)?;
            (id, status.into())
        };
        let id: String = id;
        if id.is_empty() {
            return Err(Undecodable("the id is empty"));
        }
        Ok(Identity { id, milestone })
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Members::default();
                while let Some(Name(name)) = map.next_key()? {
                    let value = map.next_value()?;
                    match &*name {
                        "processId" => members.process_id.set(value),
                        "state" => members.state.set(value),
                        "id" => members.id.set(value),
                        "status" => members.status.set(value),
                        _ => {}
                    }
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Object)
    }
}
