//! Text from outside, in characters that only show themselves.

use std::fmt::{
    Write, {self},
};

use hookgate::framework::is_hidden;

/// Takes text for a line. Hidden characters become `\n`, `\u{1b}` and the like, so that a line stays one line.
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

/// A text with its hidden characters spelled.
pub(crate) fn spelled(text: &str) -> String {
    let mut spelled = String::new();
    // Never fails.
    let _ = Escaping(&mut spelled).write_str(text);
    spelled
}

/// The same JSON, with `\uXXXX` for hidden characters. JSON's own white space stays: strings hold none of it.
pub(crate) fn json(text: Vec<u8>) -> Vec<u8> {
    // Most text is written in this way.
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

    /// `Default_Ignorable_Code_Point` in `DerivedCoreProperties.txt` of Unicode 16.0, range by range.
    const IGNORABLE: [(u32, u32); 17] = [
        (0xad, 0xad),
        (0x34f, 0x34f),
        (0x61c, 0x61c),
        (0x115f, 0x1160),
        (0x17b4, 0x17b5),
        (0x180b, 0x180f),
        (0x200b, 0x200f),
        (0x202a, 0x202e),
        (0x2060, 0x206f),
        (0x3164, 0x3164),
        (0xfe00, 0xfe0f),
        (0xfeff, 0xfeff),
        (0xffa0, 0xffa0),
        (0xfff0, 0xfff8),
        (0x1bca0, 0x1bca3),
        (0x1d173, 0x1d17a),
        (0xe0000, 0xe0fff),
    ];

    #[test]
    fn what_unicode_lets_a_screen_ignore_is_spelled_but_for_joiners_and_emoji() {
        for code in IGNORABLE.iter().flat_map(|(first, last)| *first..=*last) {
            let text = char::from_u32(code).unwrap().to_string();
            if ["\u{200c}", "\u{200d}", "\u{fe0e}", "\u{fe0f}"].contains(&text.as_str()) {
                assert_eq!(spelled(&text), text);
            } else {
                assert_eq!(spelled(&text), format!("\\u{{{code:x}}}"));
            }
        }
        assert_eq!(spelled("a\u{2800}b"), r"a\u{2800}b");
    }

    #[test]
    fn text_that_shows_stays_as_it_is() {
        let text = "\u{2764}\u{fe0f} \u{1820}\u{1821} \u{d55c}\u{ae00} \u{1780}\u{17b6} \u{2801}\u{28ff} \u{ff9f}\u{ffa1}\u{fffc}\u{fffd}";
        assert_eq!(spelled(text), text);
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
