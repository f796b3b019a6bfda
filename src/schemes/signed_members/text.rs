//! What of a body is signed. Whoever verifies and whoever signs reads it here.

use serde_json::{Map, Value, value::RawValue};

use super::{SignedMembers, config::MAX_MEMBERS};
use crate::json::places::{Repeated, each_item, find};

/// The values of the signed members, in their order, and the member of the signature.
pub(super) struct Read<'b> {
    pub(super) values: Vec<String>,
    pub(super) signature: Option<&'b RawValue>,
}

const REPEATED: &str = "a member that counts stands twice";

impl SignedMembers {
    /// Reads `body`.
    ///
    /// # Errors
    ///
    /// When the object is not there, or is one of several; when a value has no text, or would give the signed text a second
    /// reading.
    pub(super) fn read<'b>(&self, body: &'b [u8]) -> Result<Read<'b>, &'static str> {
        let object = self.object(body)?;
        let mut places = [None; MAX_MEMBERS + 1];
        let wanted = self.config.members.iter().chain([&self.config.signature]);
        for (place, wanted) in places.iter_mut().zip(wanted) {
            *place = Some(&**wanted);
        }
        let found = find(object, places).map_err(|Repeated| REPEATED)?;
        let mut found = found.into_iter();
        let values = self.config.members.iter().zip(&mut found);
        let values = values.map(|(at, value)| self.value(at, value));
        Ok(Read {
            values: values.collect::<Result<_, _>>()?,
            signature: found.next().flatten(),
        })
    }

    /// The text of the object that holds the members.
    fn object<'b>(&self, body: &'b [u8]) -> Result<&'b [u8], &'static str> {
        let mut object = body;
        if let Some(list) = &self.config.list {
            object = the_one_of(list, body)?.get().as_bytes();
        }
        if let Some(within) = &self.config.within {
            let [found] = find(object, [Some(within)]).map_err(|Repeated| REPEATED)?;
            let found = found.ok_or("the body has no object of the name that is signed")?;
            object = found.get().as_bytes();
        }
        Ok(object)
    }

    /// The text of the value of the member at `at`.
    fn value(&self, at: &str, value: Option<&RawValue>) -> Result<String, &'static str> {
        const NO_TEXT: &str =
            "a value that it covers is neither a text, nor a number, nor true or false";
        let Some(value) = value else {
            return Ok(String::new());
        };
        let text = match value.get() {
            "null" => String::new(),
            text if text.starts_with('"') => serde_json::from_str(text).map_err(|_| NO_TEXT)?,
            text if text.starts_with(['[', '{']) => return Err(NO_TEXT),
            // A number as it stands there: no reader may round it.
            text => text.to_owned(),
        };
        let is_free = self.config.free_member.as_deref() == Some(at);
        if !is_free && text.contains(self.config.separator) {
            return Err("a value that it covers contains the sign that ends it in the signed text");
        }
        Ok(text)
    }

    /// The signed text.
    pub(super) fn joined(&self, values: &[String]) -> String {
        let mut separator = [0; 4];
        values.join(self.config.separator.encode_utf8(&mut separator))
    }

    /// An object of the signed members, each as a text.
    pub(super) fn written(&self, values: Vec<String>) -> Vec<u8> {
        let mut object = Map::new();
        for (at, value) in self.config.members.iter().zip(values) {
            put(&mut object, at.trim_start_matches('/'), value);
        }
        Value::Object(object).to_string().into_bytes()
    }
}

/// Puts `value` into the member at `place` of `object`: `amount/value`.
fn put(object: &mut Map<String, Value>, place: &str, value: String) {
    match place.split_once('/') {
        None => {
            object.insert(place.to_owned(), Value::String(value));
        }
        Some((outer, inner)) => {
            let outer = object.entry(outer).or_insert_with(|| Map::new().into());
            // No place stands inside of another.
            if let Value::Object(outer) = outer {
                put(outer, inner, value);
            }
        }
    }
}

/// The item of the list at `at`, which must have one.
pub(super) fn the_one_of<'b>(at: &str, body: &'b [u8]) -> Result<&'b RawValue, &'static str> {
    let [list] = find(body, [Some(at)]).map_err(|Repeated| REPEATED)?;
    let mut one = None;
    let mut several = false;
    let is_list = list.is_some_and(|list| {
        each_item(list, |item| {
            several |= one.replace(item).is_some();
            !several
        })
    });
    match one {
        _ if several => Err("the list has several items, and each would be an event of its own"),
        Some(one) if is_list => Ok(one),
        _ => Err("the body has no list with an item"),
    }
}
