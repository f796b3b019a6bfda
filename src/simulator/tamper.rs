//! Changes that leave a text what it is: JSON, hex, base64, a token.

use std::ops::Range;

use serde::de::IgnoredAny;

/// Length of the shortest signature that is known: a MAC by SHA-1 in base64 without padding. What stands beside signatures
/// is shorter: their prefix, a time.
const SHORTEST_SIGNATURE: usize = 27;

/// Each signature of a header, or of a member of a body, wrong in one character.
pub(super) fn signatures(value: &str) -> String {
    let ends = |it: char| !it.is_ascii_alphanumeric() && !"+/=_-.".contains(it);
    let is_signature = |text: &str| text.len() >= SHORTEST_SIGNATURE;
    if !value.split(ends).any(is_signature) {
        return with_another_character(value);
    }
    let pieces = value.split_inclusive(ends);
    let changed = pieces.map(|piece| match piece.trim_end_matches(ends) {
        text if is_signature(text) => {
            let end = piece.strip_prefix(text).unwrap_or_default();
            with_another_character(text) + end
        }
        _ => piece.to_owned(),
    });
    changed.collect()
}

fn with_another_character(text: &str) -> String {
    // Not the last ones: in base64 they may be padding, or carry bits that must be zero.
    let place = text.len().saturating_sub(8);
    let characters = text.char_indices();
    let changed = characters.map(|(index, character)| match u8::try_from(character) {
        _ if index != place => character,
        Ok(byte) if byte.is_ascii_alphanumeric() => char::from(another(byte)),
        _ => 'A',
    });
    changed.collect()
}

/// `text` with another letter or digit, the one nearest to the middle of `range`. `None` where it has none.
pub(super) fn with_another_letter(text: &[u8], range: Range<usize>) -> Option<Vec<u8>> {
    nearest_first(text, range).next()
}

/// JSON that is not what it was in `range`, which is one of its values.
pub(super) fn json(text: &[u8], range: Range<usize>) -> Vec<u8> {
    let is_json = |text: &Vec<u8>| serde_json::from_slice::<IgnoredAny>(text).is_ok();
    // Of an object the names are left alone: without one of its members it may be another kind of thing.
    let is_object = text.get(range.start) == Some(&b'{');
    if !is_object && let Some(changed) = nearest_first(text, range.clone()).find(is_json) {
        return changed;
    }
    let (head, tail) = text.split_at(range.start.saturating_add(1).min(text.len()));
    let more: &[u8] = match (head.last(), tail.trim_ascii_start().first()) {
        (Some(b'{'), Some(b'}')) => b"\"tampered\":true",
        (Some(b'{'), _) => b"\"tampered\":true,",
        (Some(b'['), Some(b']')) => b"true",
        (Some(b'['), _) => b"true,",
        // At the begin of a text.
        _ => b" ",
    };
    [head, more, tail].concat()
}

/// `text` with another letter or digit, for each that it has in `range`, from the middle outwards. Those that have one on
/// either side come first: an escape keeps its letter then, and the end of base64 the bits that must be zero.
fn nearest_first(text: &[u8], range: Range<usize>) -> impl Iterator<Item = Vec<u8>> {
    let middle = range.start.saturating_add(range.len() / 2);
    let is_letter = |at: usize| text.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let is_within = |at: usize| is_letter(at.saturating_sub(1)) && is_letter(at.saturating_add(1));
    let mut places: Vec<usize> = range.filter(|at| is_letter(*at)).collect();
    places.sort_by_key(|at| (!is_within(*at), at.abs_diff(middle)));
    places.into_iter().map(|place| {
        let mut changed = text.to_vec();
        if let Some(byte) = changed.get_mut(place) {
            *byte = another(*byte);
        }
        changed
    })
}

/// Another letter or digit of its class: a hex digit stays one, and a number gets no zero before it.
const fn another(byte: u8) -> u8 {
    match byte {
        b'0'..=b'8' | b'a'..=b'e' | b'g'..=b'y' | b'A'..=b'E' | b'G'..=b'Y' => byte + 1,
        b'9' => b'1',
        b'f' | b'z' => b'a',
        _ => b'A',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_changed_stays_what_it_was() {
        let texts: [(&[u8], &[u8]); 5] = [
            (br#"{"a":"x\nbcd"}"#, br#"{"a":"x\nccd"}"#),
            (br#"{"a":"\u00e9f"}"#, br#"{"a":"\u10e9f"}"#),
            (b"eyJh.eyJz--_-_abcd.c2ln", b"eyJh.eyKz--_-_abcd.c2ln"),
            (b"n=199", b"n=119"),
            (b"-a-", b"-b-"),
        ];
        for (text, expected) in texts {
            let changed = with_another_letter(text, 0..text.len()).unwrap();
            assert_eq!(
                changed.escape_ascii().to_string(),
                expected.escape_ascii().to_string()
            );
        }
    }

    #[test]
    fn a_value_of_json_is_another_one_and_json() {
        for (text, range, expected) in [
            (r#"{"a":1}"#, 0..7, r#"{"tampered":true,"a":1}"#),
            ("{ }", 0..3, r#"{"tampered":true }"#),
            (r#"{"a":""}"#, 5..7, r#"{"a":" "}"#),
            (r#"{"a":[]}"#, 5..7, r#"{"a":[true]}"#),
            (r#"{"a":"{\"b\":1}"}"#, 5..16, r#"{"a":"{\"c\":1}"}"#),
            (r#"{"a":1}"#, 5..6, r#"{"a":2}"#),
        ] {
            let changed = json(text.as_bytes(), range);
            assert_eq!(String::from_utf8_lossy(&changed), expected);
        }
    }
}
