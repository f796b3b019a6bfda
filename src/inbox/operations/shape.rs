//! [`Shape`]: the form of a JSON text, without its values.

use std::{cell::Cell, fmt};

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

/// So many members or items are shown of one object or list.
const MOST: usize = 32;
/// So many levels are shown.
const DEEPEST: u8 = 8;
/// So many values are shown of one text: more are no help to a reader.
const MOST_OF_ALL: usize = 1000;

/// The names of members that are shown: those of known envelopes. Any other name may be personal, as in a table of users
/// by their addresses.
///
/// Attributes of CloudEvents 1.0, then names that the first senders and presets have in their envelopes.
const LABELS: [&str; 34] = [
    "id",
    "source",
    "specversion",
    "type",
    "datacontenttype",
    "dataschema",
    "subject",
    "time",
    "data",
    "data_base64",
    "action",
    "application",
    "applicationId",
    "created",
    "createdAt",
    "error",
    "event",
    "eventType",
    "hookId",
    "interactionEvent",
    "ip",
    "matchedRoute",
    "method",
    "object",
    "operationId",
    "params",
    "path",
    "payload",
    "processId",
    "sessionId",
    "status",
    "timestamp",
    "userAgent",
    "userId",
];

/// The form of a JSON text, without its values. Names of members are shown where they are those of known envelopes.
///
/// ```
/// use hookgate::inbox::Shape;
///
/// let body = br#"{"event":"User.Created","maria@example.com":{"age":41},"data":[true,null]}"#;
/// let shape = Shape::of(body).unwrap().to_string();
/// assert_eq!(shape, r#"{event: text of 12, *: {*: number}, data: [boolean, null]}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A text.
    Text {
        /// Its length in UTF-8.
        bytes: usize,
    },
    /// A list: its first 32 items.
    List {
        /// The forms of these.
        items: Vec<Shape>,
        /// How many more there are.
        more: usize,
    },
    /// An object: its first 32 members.
    Object {
        /// The names, where they are known labels, and the forms of the values.
        members: Vec<(Option<&'static str>, Shape)>,
        /// How many more there are.
        more: usize,
    },
    /// Something more than eight levels deep, or behind 1,000 other values.
    Beyond,
}

impl Shape {
    /// The form of `text`. `None` where it is no JSON.
    pub fn of(text: &[u8]) -> Option<Self> {
        let mut json = serde_json::Deserializer::from_slice(text);
        let left = Cell::new(MOST_OF_ALL);
        let reading = Reading {
            depth: 0,
            left: &left,
        };
        let shape = reading.deserialize(&mut json).ok()?;
        json.end().ok()?;
        Some(shape)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean => f.write_str("boolean"),
            Self::Number => f.write_str("number"),
            Self::Text { bytes } => write!(f, "text of {bytes}"),
            Self::Beyond => f.write_str("…"),
            Self::List { items, more } => {
                f.write_str("[")?;
                for (place, item) in items.iter().enumerate() {
                    f.write_str(between(place))?;
                    item.fmt(f)?;
                }
                and_more(f, *more)?;
                f.write_str("]")
            }
            Self::Object { members, more } => {
                f.write_str("{")?;
                for (place, (name, value)) in members.iter().enumerate() {
                    write!(f, "{}{}: ", between(place), name.unwrap_or("*"))?;
                    value.fmt(f)?;
                }
                and_more(f, *more)?;
                f.write_str("}")
            }
        }
    }
}

fn between(place: usize) -> &'static str {
    if place == 0 { "" } else { ", " }
}

fn and_more(f: &mut fmt::Formatter<'_>, more: usize) -> fmt::Result {
    if more == 0 {
        return Ok(());
    }
    write!(f, ", {more} more")
}

/// Reads a value of this level.
#[derive(Clone, Copy)]
struct Reading<'a> {
    depth: u8,
    /// How many values may still be shown.
    left: &'a Cell<usize>,
}

impl Reading<'_> {
    fn deeper(self) -> Self {
        let depth = self.depth.saturating_add(1);
        Self { depth, ..self }
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, value: D) -> Result<Shape, D::Error> {
        let left = self.left.get();
        if self.depth >= DEEPEST || left == 0 {
            IgnoredAny::deserialize(value)?;
            return Ok(Shape::Beyond);
        }
        self.left.set(left.saturating_sub(1));
        value.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Boolean)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Shape, E> {
        let bytes = text.len();
        Ok(Shape::Text { bytes })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Shape, A::Error> {
        let mut items = Vec::new();
        while items.len() < MOST {
            match list.next_element_seed(self.deeper())? {
                Some(item) => items.push(item),
                None => return Ok(Shape::List { items, more: 0 }),
            }
        }
        let mut more: usize = 0;
        while list.next_element::<IgnoredAny>()?.is_some() {
            more = more.saturating_add(1);
        }
        Ok(Shape::List { items, more })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Shape, A::Error> {
        let mut members = Vec::new();
        let mut more: usize = 0;
        while let Some(name) = object.next_key::<String>()? {
            if members.len() >= MOST {
                object.next_value::<IgnoredAny>()?;
                more = more.saturating_add(1);
                continue;
            }
            let name = LABELS.into_iter().find(|label| *label == name);
            let value = object.next_value_seed(self.deeper())?;
            members.push((name, value));
        }
        Ok(Shape::Object { members, more })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn shown(text: &str) -> Option<String> {
        Shape::of(text.as_bytes()).map(|shape| shape.to_string())
    }

    #[test]
    fn each_kind_of_value_is_shown_as_a_kind() {
        for (text, shape) in [
            ("null", "null"),
            (" false ", "boolean"),
            ("-12", "number"),
            ("123456789012345678901234567890", "number"),
            (r#""\u00fc""#, "text of 2"),
            ("[]", "[]"),
            ("{}", "{}"),
            (r#"[1,"a",[2]]"#, "[number, text of 1, [number]]"),
            (
                r#"{"id":"x","cpf":"12345678909"}"#,
                "{id: text of 1, *: text of 11}",
            ),
        ] {
            assert_eq!(shown(text).as_deref(), Some(shape), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_has_no_shape() {
        // The last is JSON, and no number that a reader of the crate takes.
        for text in ["", "{", "[1,]", "{} {}", "a=b", "{\"a\":1}x", "1e400"] {
            assert_eq!(shown(text), None, "{text}");
        }
        assert_eq!(Shape::of(b"\xff"), None);
    }

    #[test]
    fn what_is_large_or_deep_is_cut() {
        let list = format!("[{}]", vec!["1"; 100].join(","));
        assert!(shown(&list).unwrap().ends_with("number, 68 more]"));
        let members = (0..40).map(|n| format!("\"{n}\":0")).collect::<Vec<_>>();
        let object = format!("{{{}}}", members.join(","));
        assert!(shown(&object).unwrap().ends_with("number, 8 more}"));
        let deep = format!("{}1{}", "[".repeat(20), "]".repeat(20));
        assert_eq!(
            shown(&deep).unwrap(),
            format!("{}…{}", "[".repeat(8), "]".repeat(8))
        );
        let wide = format!("[{}]", vec![list.as_str(); 100].join(","));
        let wide = format!("[{}]", vec![wide.as_str(); 100].join(","));
        let numbers = shown(&wide).unwrap().matches("number").count();
        assert!((900..1000).contains(&numbers), "{numbers}");
        // A body may be nested as deep as its sender likes.
        assert_eq!(shown(&"[".repeat(100_000)), None);
    }
}
