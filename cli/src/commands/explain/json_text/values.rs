//! The values inside of a JSON text, at any depth: one of them may be the body that was signed.

use std::collections::{BTreeMap, VecDeque};

use serde_json::value::RawValue;

/// The most values that are looked at, those near the top first.
const MAX_VALUES: usize = 256;

/// A value inside of a text.
pub(crate) enum Inner<'t> {
    /// What a string says.
    Text(String),
    /// An object or a list, as it stands in the text. Borrowed, since nested ones hold each other.
    Part(&'t str),
}

/// The strings, objects and lists inside of `text`, which is an object, a list or a string. Empty where it is no JSON.
pub(crate) fn values_in(text: &[u8]) -> Vec<Inner<'_>> {
    let Ok(whole) = serde_json::from_slice::<&RawValue>(text) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut left = VecDeque::from([whole]);
    let mut is_whole = true;
    while let Some(value) = left.pop_front() {
        let json = value.get();
        match json.as_bytes().first() {
            Some(b'"') => found.extend(serde_json::from_str(json).ok().map(Inner::Text)),
            Some(b'{' | b'[') => {
                if !is_whole {
                    found.push(Inner::Part(json));
                }
                let room = MAX_VALUES.saturating_sub(found.len().saturating_add(left.len()));
                left.extend(children(json).into_iter().take(room));
            }
            _ => {}
        }
        is_whole = false;
    }
    found
}

/// The members of an object, or the items of a list, that are no numbers or words.
fn children(json: &str) -> Vec<&RawValue> {
    let mut values = if json.starts_with('[') {
        serde_json::from_str::<Vec<&RawValue>>(json).unwrap_or_default()
    } else {
        let members = serde_json::from_str::<BTreeMap<String, &RawValue>>(json);
        members
            .map(|it| it.into_values().collect())
            .unwrap_or_default()
    };
    values.retain(|value| value.get().starts_with(['"', '{', '[']));
    values
}

#[cfg(test)]
mod tests {
    use super::{Inner, MAX_VALUES, values_in};

    fn texts(json: &str) -> Vec<String> {
        let values = values_in(json.as_bytes()).into_iter();
        values
            .map(|value| match value {
                Inner::Text(text) => text,
                Inner::Part(part) => part.to_owned(),
            })
            .collect()
    }

    #[test]
    fn every_value_is_found_as_it_stands_those_near_the_top_first() {
        assert_eq!(
            texts(r#"{"a":{"b":[ "x\n", {"c" : 1} ]},"d":"e","f":2}"#),
            [
                r#"{"b":[ "x\n", {"c" : 1} ]}"#,
                "e",
                r#"[ "x\n", {"c" : 1} ]"#,
                "x\n",
                r#"{"c" : 1}"#,
            ]
        );
        assert_eq!(texts(r#""{\"a\":1}""#), [r#"{"a":1}"#]);
        assert!(texts("{\"a\":").is_empty());
    }

    #[test]
    fn many_values_and_deep_ones_are_looked_at_within_a_bound() {
        let many = format!("[{}0]", "\"x\",".repeat(5000));
        assert!(texts(&many).len() <= MAX_VALUES);
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(texts(&deep).len() <= MAX_VALUES);
    }
}
