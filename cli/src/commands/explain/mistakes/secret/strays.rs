//! What stands around a secret in a configuration, and is no part of it.

use hookgate::framework::is_hidden;

use super::super::super::{
    encoded::percent_decoded,
    json_text::{Inner, values_in},
    texts::of_html,
};

/// Lines of a key's file that are tried.
const MAX_LINES: usize = 16;
/// Values of a JSON text that are tried.
const MAX_VALUES: usize = 16;
/// The longest prefix that a sender writes before a key.
const MAX_PREFIX_BYTES: usize = 8;
const TAKE_OUT: &str = "take the stray characters out of the configuration";

/// The text without something that strayed into it.
pub(super) struct Cleaned {
    pub(super) text: String,
    pub(super) mistake: &'static str,
    /// What strayed into it.
    pub(super) cause: &'static str,
    pub(super) advice: &'static str,
}

/// The readings of `text` without white space, quotes, prefixes and the like around it.
pub(super) fn cleaned(text: &str) -> Vec<Cleaned> {
    let mut found = Found {
        text,
        cleaned: Vec::new(),
    };
    let blank = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    found.add(
        blank,
        "secret_white_space",
        "the configured secret has white space around it",
        TAKE_OUT,
    );
    let unquoted = blank.trim_matches(is_quote).trim();
    found.add(
        unquoted,
        "secret_quotes",
        "the configured secret has quotes around it",
        TAKE_OUT,
    );
    for end in ["\\n", "\\r\\n", "%0A", "%0a", ";", ","] {
        if let Some(rest) = blank.strip_suffix(end) {
            found.add(
                rest,
                "secret_escape",
                "the configured secret ends with an escape or a separator",
                TAKE_OUT,
            );
        }
    }
    found.without_invisible();
    found.without_beginnings(unquoted);
    found.single_lines();
    found.in_json();
    found.unescaped(unquoted);
    found.cleaned
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\'' | '`' | '“' | '”')
}

/// What was found so far. The first cause of a reading counts.
struct Found<'t> {
    text: &'t str,
    cleaned: Vec<Cleaned>,
}

impl Found<'_> {
    fn add(
        &mut self,
        clean: &str,
        mistake: &'static str,
        cause: &'static str,
        advice: &'static str,
    ) {
        let is_known = self.cleaned.iter().any(|known| known.text == clean);
        if clean != self.text && !clean.is_empty() && !is_known {
            self.cleaned.push(Cleaned {
                text: clean.to_owned(),
                mistake,
                cause,
                advice,
            });
        }
    }

    /// A form's name, a variable's name or a sender's prefix before the secret.
    fn without_beginnings(&mut self, unquoted: &str) {
        for prefix in ["utf8:", "base64:", "hex:", "Bearer ", "sha256="] {
            if let Some(rest) = unquoted.strip_prefix(prefix) {
                self.add(
                    rest,
                    "secret_prefix",
                    "the configured secret begins with something that is not part of it",
                    "configure the secret without that beginning",
                );
            }
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | ' ');
        if let Some((name, rest)) = unquoted.split_once('=')
            && !rest.is_empty()
            && name.chars().all(is_name)
        {
            self.add(
                rest.trim_matches(is_quote),
                "secret_assignment",
                "the configured text is a whole line NAME=value, not the value alone",
                "configure what stands after the equals sign",
            );
        }
        if let Some((prefix, rest)) = unquoted.split_once('_')
            && prefix.len() <= MAX_PREFIX_BYTES
        {
            self.add(
                rest,
                "secret_prefix",
                "the secret's prefix is not part of the key",
                "configure the secret without the text up to its first underscore",
            );
        }
    }

    /// Characters that nobody sees, wherever they stand: copied from a page or a chat.
    fn without_invisible(&mut self) {
        let visible: String = self
            .text
            .chars()
            .filter(|c| !is_hidden(*c) && (!c.is_whitespace() || *c == ' '))
            .collect();
        self.add(
            visible.trim(),
            "secret_white_space",
            "the configured secret has characters in it that nobody sees",
            TAKE_OUT,
        );
    }

    /// The value of a member, where the whole text is JSON.
    fn in_json(&mut self) {
        for value in values_in(self.text.as_bytes()).into_iter().take(MAX_VALUES) {
            if let Inner::Text(value) = value {
                self.add(
                    value.trim(),
                    "secret_file",
                    "the configured text is JSON, and the secret is one of its values",
                    "configure that value alone",
                );
            }
        }
    }

    /// One line of a file, or the value of one.
    fn single_lines(&mut self) {
        for line in self.text.lines().take(MAX_LINES).map(str::trim) {
            let value = line.split_once('=').map_or(line, |(_, value)| value);
            for clean in [line, value.trim_matches(is_quote)] {
                self.add(
                    clean,
                    "secret_file",
                    "the secret is one line of a longer text",
                    "configure that line's value alone",
                );
            }
        }
    }

    /// The secret that a page's source or an address shows.
    fn unescaped(&mut self, unquoted: &str) {
        let text = |bytes| String::from_utf8(bytes).ok();
        if let Some(plain) = of_html(unquoted).and_then(text) {
            self.add(
                &plain,
                "secret_escape",
                "the configured secret is escaped for HTML (&amp;)",
                "configure it as the sender shows it on its page, not as the page's source has it",
            );
        }
        if let Some(decoded) = percent_decoded(unquoted, false).and_then(text) {
            self.add(
                &decoded,
                "secret_percent",
                "the configured secret is percent-encoded",
                "configure it decoded",
            );
        }
    }
}
