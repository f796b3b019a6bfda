//! From bytes to an event and the parts of its identity.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{Event, ProcessUpdate, Status, SuspiciousScore, Unrecognized};
use crate::{
    json::{Json, Misfit, is_too_deep, members::Name},
    provider::Undecodable,
    time::{EventTime, UnixTime},
};

/// The only event name that has been seen.
pub(super) const UPDATE_PROCESS: &str = "update_process";

/// What identifies a notification, each part as its JSON is written; empty where it is not there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Identity<'a> {
    pub(super) shape: &'static str,
    pub(super) id: String,
    pub(super) event: Option<String>,
    pub(super) status: &'a str,
    pub(super) score: &'a str,
}

/// What a body says.
pub(super) struct Read<'a> {
    pub(super) identity: Identity<'a>,
    pub(super) time: EventTime,
    pub(super) event: Event,
}

/// Reads a body.
pub(super) fn event(body: &[u8]) -> Result<Read<'_>, Undecodable> {
    let text = std::str::from_utf8(body).map_err(|_| Undecodable("the body is not UTF-8"))?;
    if is_too_deep(body) {
        return Err(Undecodable("the body is nested too deep"));
    }
    let outer = Members::read(text)?;
    let (shape, inner) = match outer.data {
        Some(data) => ("enveloped", Members::read(data.get())?),
        None => ("flat", outer),
    };
    let id: String = inner
        .id
        .and_then(parsed)
        .filter(|id: &String| !id.is_empty())
        .ok_or(Undecodable("no `id` of text"))?;
    let name: Option<String> = match outer.event {
        None => None,
        Some(name) => Some(parsed(name).ok_or(Undecodable("the member `event` is not text"))?),
    };
    // In the key an empty name is as good as none, so it must be that for the event too.
    let name = name.filter(|name| !name.is_empty());
    let identity = Identity {
        shape,
        id,
        event: name,
        status: written(inner.status),
        score: written(inner.score),
    };
    let raw = Json::read(text).map_err(|_| NOT_AN_OBJECT)?;
    let time = outer
        .event_date
        .map_or(EventTime::Missing, EventTime::of_json);
    let event = typed(&identity, &inner, time.at(), raw);
    Ok(Read {
        identity,
        time,
        event,
    })
}

fn typed(
    identity: &Identity<'_>,
    inner: &Members<'_>,
    occurred_at: Option<UnixTime>,
    raw: Json,
) -> Event {
    let id = identity.id.clone();
    let status: Result<Option<Status>, _> = optional(inner.status);
    let score: Result<Option<i64>, _> = optional(inner.score);
    let (status, score) = match (status, score) {
        (Ok(status), Ok(score)) => (status, score),
        (Err(error), _) | (_, Err(error)) => {
            return Event::Unrecognized(Unrecognized {
                id,
                event: identity.event.clone(),
                raw,
                error,
            });
        }
    };
    match (identity.event.as_deref(), status, score) {
        (None | Some(UPDATE_PROCESS), Some(status), score) => {
            Event::ProcessUpdated(ProcessUpdate {
                id,
                status,
                score,
                event: identity.event.clone(),
                occurred_at,
                raw,
            })
        }
        (Some(name), status, Some(score)) if name != UPDATE_PROCESS => {
            Event::SuspiciousScore(SuspiciousScore {
                id,
                event: name.to_owned(),
                score,
                status,
                occurred_at,
                raw,
            })
        }
        (name, _, _) => Event::Unrecognized(Unrecognized {
            id,
            event: name.map(str::to_owned),
            raw,
            error: match name {
                // The status is missing: noticed when the object was over, so at no place of its own.
                None | Some(UPDATE_PROCESS) => Misfit::Members { line: 1, column: 1 },
                Some(_) => Misfit::UnknownName,
            },
        }),
    }
}

const NOT_AN_OBJECT: Undecodable =
    Undecodable("the body is not a JSON object, or one of its members stands twice");

fn parsed<'de, T: Deserialize<'de>>(value: &'de RawValue) -> Option<T> {
    serde_json::from_str(value.get()).ok()
}

/// `null` is as good as nothing.
fn optional<'de, T: Deserialize<'de>>(value: Option<&'de RawValue>) -> Result<Option<T>, Misfit> {
    value.map_or(Ok(None), |value| {
        serde_json::from_str(value.get()).map_err(|error| Misfit::at(&error))
    })
}

fn written(value: Option<&RawValue>) -> &str {
    match value.map(RawValue::get) {
        None | Some("null") => "",
        Some(text) => text,
    }
}

/// The members of the envelope and of its data together: the flat body has both in one.
#[derive(Default, Clone, Copy)]
struct Members<'de> {
    event_date: Option<&'de RawValue>,
    event: Option<&'de RawValue>,
    data: Option<&'de RawValue>,
    id: Option<&'de RawValue>,
    status: Option<&'de RawValue>,
    score: Option<&'de RawValue>,
}

impl<'de> Members<'de> {
    fn read(text: &'de str) -> Result<Self, Undecodable> {
        serde_json::from_str(text).map_err(|_| NOT_AN_OBJECT)
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
                    let value: &'de RawValue = map.next_value()?;
                    let place = match &*name {
                        "eventDate" => &mut members.event_date,
                        "event" => &mut members.event,
                        "data" => &mut members.data,
                        "id" => &mut members.id,
                        "status" => &mut members.status,
                        "score" => &mut members.score,
                        _ => continue,
                    };
                    // Nobody can say which one counts, so none does.
                    if place.replace(value).is_some() {
                        return Err(de::Error::custom("a member is repeated"));
                    }
                }
                Ok(members)
            }
        }

        deserializer.deserialize_map(Object)
    }
}
