//! What came from outside, in characters that only show themselves.

use std::fmt::{self, Write};

/// Whether a character commands whoever shows it: a terminal obeys C0 and C1 controls, and the rest turns, hides or
/// splits the text around it. The joiners U+200C and U+200D are not among these: languages and emoji need them.
const fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            // Tags: a text that nobody sees.
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// Takes text for a line: what is hidden becomes `\n`, `\u{1b}` and the like, so that a line stays one.
pub(super) struct Escaping<'a>(pub(super) &'a mut String);

impl fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if is_hidden(character) {
                self.0.extend(character.escape_default());
            } else {
                self.0.push(character);
            }
        }
        Ok(())
    }
}

/// A text with what is hidden spelled.
pub(crate) fn spelled(text: &str) -> String {
    let mut spelled = String::new();
    // Never fails.
    let _ = Escaping(&mut spelled).write_str(text);
    spelled
}

/// The same JSON, with `\uXXXX` for what is hidden. JSON's own white space stays: strings hold none of it.
pub(crate) fn json(text: Vec<u8>) -> Vec<u8> {
    // Most of what is written.
    if !text.iter().any(|byte| *byte >= 0x7f) {
        return text;
    }
    let mut escaped = Vec::with_capacity(text.len().saturating_add(64));
    for character in String::from_utf8_lossy(&text).chars() {
        if character > '\u{1f}' && is_hidden(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
            }
        } else {
            escaped.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_hidden, json, spelled};

    #[test]
    fn what_a_terminal_obeys_or_a_reader_does_not_see_is_spelled() {
        assert_eq!(
            spelled("a\u{1b}[31m\u{9b}1m\n\t\u{7f}"),
            r"a\u{1b}[31m\u{9b}1m\n\t\u{7f}"
        );
        assert_eq!(
            spelled("\u{202e}\u{2066}\u{2028}\u{feff}\u{e0041}"),
            r"\u{202e}\u{2066}\u{2028}\u{feff}\u{e0041}"
        );
        let text = "Mar\u{ed}a \u{928}\u{94d}\u{200d} \u{1f469}\u{200d}\u{1f680}";
        assert_eq!(spelled(text), text);
    }

    #[test]
    fn the_named_ranges_are_hidden_from_end_to_end() {
        let ranges = [
            ('\0', '\u{1f}'),
            ('\u{7f}', '\u{9f}'),
            ('\u{61c}', '\u{61c}'),
            ('\u{200e}', '\u{200f}'),
            ('\u{2028}', '\u{2029}'),
            ('\u{202a}', '\u{202e}'),
            ('\u{2066}', '\u{2069}'),
        ];
        for (first, last) in ranges {
            assert!((first..=last).all(is_hidden), "{first:?}");
        }
        assert!(
            (' '..='~')
                .chain("\u{a0}\u{200c}\u{200d}\u{2027}\u{202f}\u{2070}".chars())
                .all(|it| !is_hidden(it))
        );
    }

    proptest! {
        #[test]
        fn json_means_the_same_and_has_nothing_hidden(text in any::<String>(), pretty in any::<bool>()) {
            let value = serde_json::json!({ text.clone(): [text, "\u{9b}\u{7f}\u{202e}\u{e0001}"] });
            let written = if pretty {
                serde_json::to_vec_pretty(&value)
            } else {
                serde_json::to_vec(&value)
            };
            let escaped = json(written.unwrap_or_default());
            let shown = String::from_utf8(escaped.clone()).unwrap_or_default();
            prop_assert!(shown.chars().all(|it| it == '\n' || !is_hidden(it)), "{shown:?}");
            let read: serde_json::Value = serde_json::from_slice(&escaped).unwrap_or_default();
            prop_assert_eq!(read, value);
        }

        #[test]
        fn a_line_has_nothing_hidden(text in any::<String>()) {
            prop_assert!(!spelled(&text).chars().any(is_hidden));
        }
    }
}
