//! JSON written anew in the manner of other writers, and not by way of values. So numbers, repeated members and
//! their order stay as they are.

use serde::de::IgnoredAny;

/// What stands between the tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spacing {
    /// As it is.
    Kept,
    /// Nothing.
    Compact,
    /// A blank after commas and colons, as Python writes.
    Spaced,
    /// A line for each member, with this indentation.
    Pretty(&'static str),
}

/// How texts are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// As they are.
    Kept,
    /// Only where JSON asks for it.
    Fewest,
    /// `\/` for slashes.
    Slashes,
    /// `\uXXXX` for everything outside of ASCII.
    Ascii,
    /// Both, as PHP writes.
    AsciiAndSlashes,
    /// `\u003c` for `<`, and so on for `>` and `&`, as Go writes.
    Html,
}

/// `text` in another manner. `None` where it is no JSON.
pub(crate) fn rewritten(text: &[u8], spacing: Spacing, escapes: Escapes) -> Option<Vec<u8>> {
    // Bounds the depth, too.
    serde_json::from_slice::<IgnoredAny>(text).ok()?;
    let mut writer = Writer {
        out: Vec::with_capacity(text.len().saturating_mul(2)),
        depth: 0,
        spacing,
    };
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        match first {
            b'"' => {
                let end = end_of_string(after)?;
                let (string, behind) = rest.split_at_checked(end.saturating_add(1))?;
                escaped(string, escapes, &mut writer.out)?;
                rest = behind;
            }
            b' ' | b'\t' | b'\n' | b'\r' => {
                if spacing == Spacing::Kept {
                    writer.out.push(*first);
                }
                rest = after;
            }
            b'{' | b'[' => {
                let inner = skip_blanks(after);
                if spacing != Spacing::Kept && matches!(inner.first(), Some(b'}' | b']')) {
                    writer.out.extend(inner.first().map(|end| [*first, *end])?);
                    rest = inner.get(1..)?;
                } else {
                    writer.open(*first);
                    rest = after;
                }
            }
            b'}' | b']' => {
                writer.close(*first);
                rest = after;
            }
            b',' | b':' => {
                writer.separate(*first);
                rest = after;
            }
            byte => {
                writer.out.push(*byte);
                rest = after;
            }
        }
    }
    Some(writer.out)
}

struct Writer {
    out: Vec<u8>,
    depth: usize,
    spacing: Spacing,
}

impl Writer {
    fn open(&mut self, bracket: u8) {
        self.out.push(bracket);
        self.depth = self.depth.saturating_add(1);
        self.line();
    }

    fn close(&mut self, bracket: u8) {
        self.depth = self.depth.saturating_sub(1);
        self.line();
        self.out.push(bracket);
    }

    fn separate(&mut self, mark: u8) {
        self.out.push(mark);
        match (self.spacing, mark) {
            (Spacing::Pretty(_), b',') => self.line(),
            (Spacing::Pretty(_) | Spacing::Spaced, _) => self.out.push(b' '),
            (Spacing::Kept | Spacing::Compact, _) => {}
        }
    }

    fn line(&mut self) {
        if let Spacing::Pretty(indent) = self.spacing {
            self.out.push(b'\n');
            for _ in 0..self.depth {
                self.out.extend_from_slice(indent.as_bytes());
            }
        }
    }
}

fn skip_blanks(text: &[u8]) -> &[u8] {
    text.trim_ascii_start()
}

/// The place behind a string's closing quote, counted from behind its opening one.
fn end_of_string(text: &[u8]) -> Option<usize> {
    let mut bytes = text.iter().enumerate();
    while let Some((place, byte)) = bytes.next() {
        match byte {
            b'"' => return Some(place.saturating_add(1)),
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
    None
}

fn escaped(string: &[u8], escapes: Escapes, out: &mut Vec<u8>) -> Option<()> {
    if escapes == Escapes::Kept {
        out.extend_from_slice(string);
        return Some(());
    }
    let text: String = serde_json::from_slice(string).ok()?;
    let plain = serde_json::to_string(&text).ok()?;
    for character in plain.chars() {
        let as_unit = match escapes {
            Escapes::Ascii | Escapes::AsciiAndSlashes => !character.is_ascii(),
            Escapes::Html => matches!(character, '<' | '>' | '&' | '\u{2028}' | '\u{2029}'),
            Escapes::Kept | Escapes::Fewest | Escapes::Slashes => false,
        };
        if as_unit {
            for unit in character.encode_utf16(&mut [0; 2]) {
                out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        } else if character == '/' && matches!(escapes, Escapes::Slashes | Escapes::AsciiAndSlashes)
        {
            out.extend_from_slice(b"\\/");
        } else {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;
    use serde_json::Value;

    use super::{Escapes, Spacing, rewritten};

    fn written(text: &str, spacing: Spacing, escapes: Escapes) -> String {
        String::from_utf8(rewritten(text.as_bytes(), spacing, escapes).unwrap()).unwrap()
    }

    #[test]
    fn it_writes_as_other_writers_do() {
        let text = r#"{"b": [1.0, {}, [ ]], "a/": "<í\u0031😀"}"#;
        assert_eq!(
            written(text, Spacing::Compact, Escapes::Kept),
            r#"{"b":[1.0,{},[]],"a/":"<í\u0031😀"}"#
        );
        assert_eq!(
            written(text, Spacing::Pretty("  "), Escapes::Fewest),
            "{\n  \"b\": [\n    1.0,\n    {},\n    []\n  ],\n  \"a/\": \"<í1😀\"\n}"
        );
        assert_eq!(
            written(text, Spacing::Spaced, Escapes::AsciiAndSlashes),
            r#"{"b": [1.0, {}, []], "a\/": "<\u00ed1\ud83d\ude00"}"#
        );
        assert!(written(text, Spacing::Kept, Escapes::Html).contains(r"\u003c"));
        assert_eq!(rewritten(b"{", Spacing::Compact, Escapes::Kept), None);
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::hash_map(any::<String>(), inner, 0..4)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_meaning_stays_and_serde_is_met(value in json()) {
            let compact = serde_json::to_string(&value).unwrap();
            let pretty = serde_json::to_string_pretty(&value).unwrap();
            prop_assert_eq!(written(&pretty, Spacing::Compact, Escapes::Kept), compact.clone());
            prop_assert_eq!(written(&compact, Spacing::Pretty("  "), Escapes::Kept), pretty);
            for escapes in [Escapes::Slashes, Escapes::Ascii, Escapes::AsciiAndSlashes, Escapes::Html] {
                let other = written(&compact, Spacing::Spaced, escapes);
                prop_assert_eq!(serde_json::from_str::<Value>(&other).unwrap(), value.clone());
            }
        }

        #[test]
        fn any_bytes_are_rewritten_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = rewritten(&bytes, Spacing::Pretty("\t"), Escapes::Ascii);
        }
    }
}
