//! [`find`]: the members that are read of a body that is otherwise left alone.
//!
//! A place in a body is written as a JSON Pointer (RFC 6901) through objects: `/data/id`. No name in it has a `/` or a `~`.

use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::members::Name;

/// A member that counts stands twice: readers disagree on which one does.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Repeated;

/// The values at these places, in one pass. A body that is no JSON object
/// has none of them.
///
/// # Errors
///
/// When a member on the way to a place stands twice.
pub(crate) fn find<'a, const N: usize>(
    body: &'a [u8],
    places: [Option<&str>; N],
) -> Result<[Option<&'a RawValue>; N], Repeated> {
    let mut repeated = false;
    let found = Members {
        places,
        repeated: &mut repeated,
    }
    .read(serde_json::Deserializer::from_slice(body));
    if repeated {
        return Err(Repeated);
    }
    Ok(found.unwrap_or([None; N]))
}

/// Whether `text` is a place.
pub(crate) fn is_place(text: &str) -> bool {
    let names = text.strip_prefix('/');
    names.is_some_and(|names| !names.contains('~') && names.split('/').all(|it| !it.is_empty()))
}

/// A place in words: `/data/id` is `data.id`.
pub(crate) fn in_words(at: &str) -> String {
    format!("`{}`", at.trim_start_matches('/').replace('/', "."))
}

/// Whether `value` is a list with an item, and `holds` for each of its items.
pub(crate) fn each_item<'a>(value: &'a RawValue, holds: impl FnMut(&'a RawValue) -> bool) -> bool {
    let mut json = serde_json::Deserializer::from_str(value.get());
    Items(holds).deserialize(&mut json).is_ok_and(|any| any)
}

/// Reads one list, item by item, for as long as the function says so. Nothing of it is kept.
pub(crate) struct Items<F>(pub(crate) F);

impl<'de, F: FnMut(&'de RawValue) -> bool> DeserializeSeed<'de> for Items<F> {
    type Value = bool;

    fn deserialize<D: de::Deserializer<'de>>(self, json: D) -> Result<bool, D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de, F: FnMut(&'de RawValue) -> bool> Visitor<'de> for Items<F> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<bool, A::Error> {
        let mut any = false;
        while let Some(item) = items.next_element::<&RawValue>()? {
            if !(self.0)(item) {
                return Ok(false);
            }
            any = true;
        }
        Ok(any)
    }
}

/// `body` with `value`, which is JSON, at the place. A member of the top level that is missing is added. `None` where there is
/// no room for it, or the body is no JSON object.
#[cfg(feature = "simulator")]
pub(crate) fn written(body: &[u8], at: &str, value: &str) -> Option<Vec<u8>> {
    let [found] = find(body, [Some(at)]).ok()?;
    if let Some(old) = found {
        let (before, behind) = around(body, old)?;
        return Some([before, value.as_bytes(), behind].concat());
    }
    let name = at.strip_prefix('/').filter(|it| !it.contains('/'))?;
    with_member(body, name, value)
}

/// `body` with one more member at its end: a name that needs no escapes, and a value, which is JSON. `None` where the body is no
/// JSON object.
#[cfg(feature = "simulator")]
pub(crate) fn with_member(body: &[u8], name: &str, value: &str) -> Option<Vec<u8>> {
    // Read first: what is no JSON would be it without what stands behind its last brace. Blanks in it stay. Those around it
    // go.
    let object: &RawValue = serde_json::from_slice(body).ok()?;
    let members = object.get().strip_suffix('}')?;
    let comma = if members.trim_end() == "{" { "" } else { "," };
    Some(format!("{members}{comma}\"{name}\":{value}}}").into_bytes())
}

/// What stands before and behind `value`, which is a piece of `body`.
#[cfg(feature = "simulator")]
pub(crate) fn around<'b>(body: &'b [u8], value: &RawValue) -> Option<(&'b [u8], &'b [u8])> {
    // The value is a piece of the body, so addresses tell where.
    let start = value.get().as_ptr().addr();
    let start = start.checked_sub(body.as_ptr().addr())?;
    let behind = body.get(start.checked_add(value.get().len())?..)?;
    Some((body.get(..start)?, behind))
}

/// The text, where the value is one and says something.
pub(crate) fn text(value: &RawValue) -> Option<String> {
    let text: String = serde_json::from_str(value.get()).ok()?;
    (!text.is_empty()).then_some(text)
}

/// Reads one object. Each place begins with a member of it.
struct Members<'p, 'r, const N: usize> {
    places: [Option<&'p str>; N],
    repeated: &'r mut bool,
}

impl<const N: usize> Members<'_, '_, N> {
    fn read<'a, R: serde_json::de::Read<'a>>(
        self,
        mut json: serde_json::Deserializer<R>,
    ) -> Result<[Option<&'a RawValue>; N], serde_json::Error> {
        let found = self.deserialize(&mut json)?;
        json.end()?;
        Ok(found)
    }
}

impl<'de, const N: usize> DeserializeSeed<'de> for Members<'_, '_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn deserialize<D: de::Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de, const N: usize> Visitor<'de> for Members<'_, '_, N> {
    type Value = [Option<&'de RawValue>; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut found, mut seen) = ([None; N], [false; N]);
        while let Some(Name(name)) = map.next_key()? {
            let here = self.places.map(|place| {
                let (first, rest) = parts(place?)?;
                (first == name).then_some(rest)
            });
            if here.iter().all(Option::is_none) {
                map.next_value::<de::IgnoredAny>()?;
                continue;
            }
            let value = map.next_value::<&RawValue>()?;
            for (rest, seen) in here.iter().zip(&mut seen) {
                if rest.is_some() && std::mem::replace(seen, true) {
                    *self.repeated = true;
                    return Err(de::Error::custom("a member stands twice"));
                }
            }
            for (rest, found) in here.iter().zip(&mut found) {
                if *rest == Some("") {
                    *found = Some(value);
                }
            }
            let places = here.map(|rest| rest.filter(|rest| !rest.is_empty()));
            if places.iter().any(Option::is_some) {
                let repeated = &mut *self.repeated;
                let inside = Members { places, repeated };
                let inside = inside.read(serde_json::Deserializer::from_str(value.get()));
                if *self.repeated {
                    return Err(de::Error::custom("a member stands twice"));
                }
                // What is no object has no members.
                for (inside, found) in inside.unwrap_or([None; N]).into_iter().zip(&mut found) {
                    *found = inside.or(*found);
                }
            }
        }
        Ok(found)
    }
}

/// The first name of a place, and the place from there.
fn parts(place: &str) -> Option<(&str, &str)> {
    let place = place.strip_prefix('/')?;
    place.split_at_checked(place.find('/').unwrap_or(place.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<const N: usize>(
        body: &str,
        places: [&str; N],
    ) -> Result<[Option<String>; N], Repeated> {
        let found = find(body.as_bytes(), places.map(Some))?;
        Ok(found.map(|value| value.and_then(text)))
    }

    fn of_event(body: &str) -> Result<[Option<String>; 2], Repeated> {
        read(body, ["/id", "/type"])
    }

    #[test]
    fn only_text_at_the_place_counts() {
        let both = Ok([Some("evt_1".to_owned()), Some("paid".to_owned())]);
        for body in [
            r#"{"a":{"id":"no"},"type":"paid","id":"evt_1"}"#,
            r#"{"i\u0064":"evt\u005f1","type":"paid"}"#,
        ] {
            assert_eq!(of_event(body), both, "{body}");
        }
        for body in [
            r#"{"id":17,"type":null}"#,
            r#"{"id":"","type":{}}"#,
            r#"["id","evt_1"]"#,
            r#"{"id":"evt_1"} trailing"#,
            r#"{"id":"evt_1""#,
            "token=1&id=2",
            "",
        ] {
            assert_eq!(of_event(body), Ok([None, None]), "{body}");
        }
    }

    #[cfg(feature = "simulator")]
    #[test]
    fn only_an_object_gets_one_more_member() {
        for (body, expected) in [
            ("{}", r#"{"mac":1}"#),
            ("{ }\n", r#"{ "mac":1}"#),
            (" {\"a\":{} }\t", r#"{"a":{} ,"mac":1}"#),
        ] {
            let written = written(body.as_bytes(), "/mac", "1").unwrap();
            assert_eq!(std::str::from_utf8(&written), Ok(expected), "{body}");
        }
        // The form feed and the vertical tab are no blanks of JSON's.
        for body in [
            "{}\x0c",
            "\x0b{}",
            "{\"a\":1\x0c}",
            "[]",
            "{}}",
            "{},{}",
            "",
        ] {
            assert_eq!(written(body.as_bytes(), "/mac", "1"), None, "{body:?}");
        }
    }

    #[test]
    fn a_place_leads_through_objects() {
        let places = ["/data/id", "/data/at", "/type"];
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            read(
                r#"{"id":"no","data":{"x":{"id":"no"},"at":"now","id":"d"},"type":"t"}"#,
                places
            ),
            Ok([text("d"), text("now"), text("t")])
        );
        assert_eq!(
            read(r#"{"data":["id"],"type":"t"}"#, places),
            Ok([None, None, text("t")])
        );
        // One place inside of another.
        let found = find(br#"{"data":{"id":1}}"#, [Some("/data"), Some("/data/id")]);
        let found = found.map(|found| found.map(|value| value.map(RawValue::get)));
        assert_eq!(found, Ok([Some(r#"{"id":1}"#), Some("1")]));
    }

    #[test]
    fn a_member_that_stands_twice_identifies_nothing() {
        for body in [
            r#"{"id":"a","id":"b"}"#,
            r#"{"id":17,"i\u0064":"b"}"#,
            r#"{"type":"a","type":"a","id":"b"}"#,
        ] {
            assert_eq!(of_event(body), Err(Repeated), "{body}");
        }
        for body in [
            r#"{"data":{"id":"a"},"data":{"id":"b"}}"#,
            r#"{"data":{"id":"a","id":"b"}}"#,
            r#"{"data":{},"data":{"id":"b"}}"#,
        ] {
            assert_eq!(read(body, ["/data/id"]), Err(Repeated), "{body}");
        }
    }
}
