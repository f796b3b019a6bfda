//! From bytes to an event.
//!
//! Logto writes `event` first, so its type is known before the rest is read, and one pass is
//! enough. Where it comes later (`adaptiveMfaResult` stands before it), and where something does
//! not fit, a second look finds the name first. Order decides about speed, never about the result.

use std::fmt;

use serde::{
    Deserializer,
    de::{self, MapAccess, Visitor},
};

use super::{
    Json, Misfit,
    event::{Event, TAG},
    members::Name,
    name::EventName,
    unrecognized::Unrecognized,
};
use crate::{
    json::{Once, is_too_deep},
    time::EventTime,
};

/// A body that is no Logto event at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a Logto event: {reason}")]
pub struct NotAnEvent {
    reason: &'static str,
}

impl NotAnEvent {
    /// What is wrong: a fixed text, nothing of the body.
    pub fn reason(self) -> &'static str {
        self.reason
    }
}

pub(super) const fn no(reason: &'static str) -> NotAnEvent {
    NotAnEvent { reason }
}

impl Event {
    /// Reads a body. The event is not a verified one: that is what a receiver is for.
    ///
    /// An unknown name, or members that do not fit their type, give [`Event::Unrecognized`].
    ///
    /// # Errors
    ///
    /// When the body is not UTF-8, not a JSON object whose members have names in Unicode, nested
    /// deeper than 128 levels, or has not exactly one member `event` with text.
    ///
    /// # Examples
    ///
    /// ```
    /// use hookgate::providers::logto::Event;
    ///
    /// let body = br#"{"event":"Role.Deleted","createdAt":"2026-11-21T23:35:19.850Z","hookId":"h"}"#;
    /// let event = Event::from_slice(body)?;
    /// assert!(matches!(event, Event::RoleDeleted(_)));
    ///
    /// let body = br#"{"event":"Some.New.Event","createdAt":"2026-11-21T23:35:19.850Z"}"#;
    /// assert_eq!(Event::from_slice(body)?.name(), "Some.New.Event");
    /// # Ok::<(), hookgate::providers::logto::NotAnEvent>(())
    /// ```
    pub fn from_slice(body: &[u8]) -> Result<Self, NotAnEvent> {
        let text = std::str::from_utf8(body).map_err(|_| no("the body is not UTF-8"))?;
        if is_too_deep(body) {
            return Err(no("the body is nested too deep"));
        }
        match parse(text, NameFirst) {
            Ok(event) => Ok(event),
            Err(_) => from_any_order(text),
        }
    }
}

/// The slow road: names are looked for before anything else is read.
fn from_any_order(text: &str) -> Result<Event, NotAnEvent> {
    let head = parse(text, HeadVisitor).map_err(|_| no("the body is not a JSON object"))?;
    let name = match head.event {
        Once::Here(_) => {
            let text: Option<String> = head.event.read();
            text.ok_or(no("the member `event` is not text"))?
        }
        Once::Missing => return Err(no("the member `event` is missing")),
        Once::Repeated => return Err(no("the member `event` is repeated")),
    };
    let error = match EventName::from_text(&name) {
        None => Misfit::UnknownName,
        Some(known) => match parse(text, NameAnywhere(known)) {
            Ok(event) => return Ok(event),
            Err(error) => Misfit::at(&error),
        },
    };
    Ok(Event::Unrecognized(Unrecognized {
        name,
        raw: Json::read(text).map_err(|_| no("the body is not a JSON object"))?,
        error,
        time: time_of(head.created_at),
        hook_id: head.hook_id.read(),
    }))
}

/// Reads a text that is one object and nothing else.
fn parse<'de, V: Visitor<'de>>(text: &'de str, visitor: V) -> Result<V::Value, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = json.deserialize_map(visitor)?;
    json.end()?;
    Ok(value)
}

/// The fast road: a known name is the first member.
struct NameFirst;

impl<'de> Visitor<'de> for NameFirst {
    type Value = Event;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Event, A::Error> {
        let first: Option<Name<'de>> = map.next_key()?;
        if first.is_none_or(|Name(name)| name != TAG) {
            return Err(de::Error::custom("`event` is not first"));
        }
        let Name(name) = map.next_value()?;
        let name = EventName::from_text(&name).ok_or_else(|| de::Error::custom("unknown name"))?;
        let mut event = Event::read(name, &mut map)?;
        match take_tag(&mut event) {
            None => Ok(event),
            Some(_) => Err(de::Error::duplicate_field(TAG)),
        }
    }
}

/// The name is known from elsewhere; it is still one of the members.
struct NameAnywhere(EventName);

impl<'de> Visitor<'de> for NameAnywhere {
    type Value = Event;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Event, A::Error> {
        let mut event = Event::read(self.0, &mut map)?;
        take_tag(&mut event);
        Ok(event)
    }
}

/// No type claims the member `event`, so one that was among the rest is with the unknown ones.
fn take_tag(event: &mut Event) -> Option<Json> {
    event.extra_mut()?.remove(TAG)
}

/// The members that are needed even of an event that fits no type.
#[derive(Default)]
struct Head<'de> {
    event: Once<'de>,
    created_at: Once<'de>,
    hook_id: Once<'de>,
}

/// Of two times nobody can say which one counts, so there is one that cannot be read.
fn time_of(member: Once<'_>) -> EventTime {
    match member {
        Once::Missing => EventTime::Missing,
        Once::Here(value) => EventTime::of_json(value),
        Once::Repeated => EventTime::Unreadable,
    }
}

struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Head<'de>, A::Error> {
        let mut head = Head::default();
        while let Some((Name(name), value)) = map.next_entry()? {
            match &*name {
                TAG => head.event.set(value),
                "createdAt" => head.created_at.set(value),
                "hookId" => head.hook_id.set(value),
                _ => {}
            }
        }
        Ok(head)
    }
}
