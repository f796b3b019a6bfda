//! The digest of an object's text without some of its members.

use std::{fmt, ops::Range};

use serde::de::{self, MapAccess, Visitor};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::members::Name;

/// SHA-256 of the text of an object without the members of its top level that `names` lists. `names` has each once.
///
/// Two texts that differ in the value or the place of such a member alone, or in white space next to it, have the same
/// digest. Any other difference gives another one. Nothing is copied: the pieces that are left are hashed where they
/// are. A text without such members is hashed as it is.
///
/// # Errors
///
/// When the text is not one JSON object, or such a member stands twice.
pub(crate) fn digest_without(text: &str, names: &[&str]) -> Result<[u8; 32], serde_json::Error> {
    let mut json = serde_json::Deserializer::from_str(text);
    let cuts = de::Deserializer::deserialize_map(&mut json, Members { text, names })?;
    json.end()?;
    let mut hash = Sha256::new();
    let mut at = 0;
    for cut in cuts {
        hash.update(text.get(at..cut.start).unwrap_or_default());
        at = cut.end;
    }
    hash.update(text.get(at..).unwrap_or_default());
    Ok(hash.finalize().into())
}

/// Finds the bytes of each such member, with one comma.
struct Members<'t, 'n> {
    text: &'t str,
    names: &'n [&'n str],
}

impl<'t> Visitor<'t> for Members<'t, '_> {
    type Value = Vec<Range<usize>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut cuts: Vec<Range<usize>> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        // The end of the member before this one, if one is left of those before it.
        let mut before: Option<usize> = None;
        while let Some((Name(name), value)) = map.next_entry::<Name<'t>, &'t RawValue>()? {
            let end = self.end_of(value);
            if let Some(known) = self.names.iter().find(|known| **known == name) {
                if seen.contains(known) {
                    return Err(de::Error::custom("a member stands twice"));
                }
                seen.push(known);
                // From the end of the member before: its comma goes too. A first member has none, so the comma
                // behind it goes.
                let cut = match before {
                    Some(start) => start..end,
                    None => {
                        let start = cuts
                            .last()
                            .map_or_else(|| self.start_of_first(), |cut| cut.end);
                        start..self.comma_after(end)
                    }
                };
                cuts.push(cut);
                before = before.map(|_| end);
            } else {
                before = Some(end);
            }
        }
        Ok(cuts)
    }
}

impl Members<'_, '_> {
    /// Where a value ends. The value is a piece of the text, so addresses tell where.
    fn end_of(&self, value: &RawValue) -> usize {
        let start = value.get().as_ptr().addr();
        let offset = start.saturating_sub(self.text.as_ptr().addr());
        offset.saturating_add(value.get().len())
    }

    /// Behind the object's opening brace.
    fn start_of_first(&self) -> usize {
        self.text
            .find('{')
            .map_or(0, |brace| brace.saturating_add(1))
    }

    /// Behind the comma that follows `end`, or `end` if the object closes there.
    fn comma_after(&self, end: usize) -> usize {
        let rest = self.text.get(end..).unwrap_or_default();
        match rest.trim_start().strip_prefix(',') {
            Some(behind) => self.text.len().saturating_sub(behind.len()),
            None => end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> [u8; 32] {
        digest_without(text, &["x", "y"]).unwrap()
    }

    #[test]
    fn what_is_left_is_hashed_wherever_the_members_stood() {
        let left = Sha256::digest(r#"{"a":1,"b":{"x":2}}"#);
        for text in [
            r#"{"a":1,"b":{"x":2}}"#,
            r#"{"x":7,"a":1,"b":{"x":2}}"#,
            r#"{"x":7,"y":8,"a":1,"b":{"x":2}}"#,
            r#"{"y":8,"a":1,"x":7,"b":{"x":2}}"#,
            r#"{"a":1,"x":7,"\u0079":8,"b":{"x":2}}"#,
            r#"{"a":1,"x":7,"b":{"x":2},"y":",\"}"}"#,
            r#"{"x" : 7 ,"a":1,"b":{"x":2}}"#,
        ] {
            assert_eq!(of(text), *left, "{text}");
        }
        assert_eq!(of(r#"{"y":1,"x":2}"#), *Sha256::digest("{}"));
        assert_ne!(of(r#"{"x":7,"a":2,"b":{"x":2}}"#), *left);
        assert_ne!(of(r#"{"a":1,"b":{"x":3}}"#), *left);
    }

    #[test]
    fn what_is_no_object_with_one_such_member_has_no_digest() {
        for text in [
            r#"{"x":1,"x":1}"#,
            r#"{"x":1,"\u0078":1}"#,
            r#"{"x":1"#,
            r#"{"x":1} {}"#,
            "[]",
            "",
        ] {
            assert!(digest_without(text, &["x"]).is_err(), "{text}");
        }
    }
}
