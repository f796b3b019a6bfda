//! Words of a command as a POSIX shell reads them, and `$'…'`.
//!
//! Nothing is expanded: a command that needs a variable or another command's output is refused.

use std::{iter::Peekable, str::Chars};

use super::Unreadable;

/// The words of the first command of `text`.
pub(super) fn words(text: &str) -> Result<Vec<String>, Unreadable> {
    let mut reader = Reader {
        rest: text.chars().peekable(),
        words: Vec::new(),
        word: None,
    };
    reader.read()?;
    Ok(reader.words)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    words: Vec<String>,
    /// The present one. `Some("")` after empty quotes.
    word: Option<String>,
}

const EXPANSION: &str =
    "the command has a variable or another command in it: write its value, or take $'…' or '…'";

impl Reader<'_> {
    fn read(&mut self) -> Result<(), Unreadable> {
        while let Some(character) = self.rest.next() {
            match character {
                '\\' => match self.rest.next() {
                    Some('\n') | None => {}
                    Some('\r') if self.rest.peek() == Some(&'\n') => {
                        self.rest.next();
                    }
                    Some(other) => self.push(other),
                },
                '\'' => self.single()?,
                '"' => self.double()?,
                '$' if self.rest.peek() == Some(&'\'') => {
                    self.rest.next();
                    self.ansi_c()?;
                }
                '$' | '`' => return Err(EXPANSION.to_owned()),
                ' ' | '\t' | '\r' => self.end_word(),
                '\n' => {
                    self.end_word();
                    if !self.words.is_empty() {
                        break;
                    }
                }
                '#' if self.word.is_none() => {
                    while self.rest.next_if(|next| *next != '\n').is_some() {}
                }
                ';' | '|' | '&' | '<' | '>' | '(' | ')' => {
                    // Text after the command does not matter. Text in the middle would change it.
                    self.end_word();
                    if self.rest.any(|next| next == '\'' || next == '"') {
                        return Err(
                            "the text is more than one command, or has unquoted signs of the shell"
                                .to_owned(),
                        );
                    }
                    break;
                }
                other => self.push(other),
            }
        }
        self.end_word();
        Ok(())
    }

    fn push(&mut self, character: char) {
        self.word.get_or_insert_default().push(character);
    }

    fn end_word(&mut self) {
        self.words.extend(self.word.take());
    }

    fn single(&mut self) -> Result<(), Unreadable> {
        self.word.get_or_insert_default();
        loop {
            match self.rest.next().ok_or("a quote is not closed")? {
                '\'' => return Ok(()),
                other => self.push(other),
            }
        }
    }

    fn double(&mut self) -> Result<(), Unreadable> {
        self.word.get_or_insert_default();
        loop {
            match self.rest.next().ok_or("a quote is not closed")? {
                '"' => return Ok(()),
                '\\' => match self.rest.next().ok_or("a quote is not closed")? {
                    '\n' => {}
                    escaped @ ('"' | '\\' | '$' | '`') => self.push(escaped),
                    other => {
                        self.push('\\');
                        self.push(other);
                    }
                },
                '$' => match self.rest.peek() {
                    Some(next) if next.is_ascii_alphanumeric() || "_{(".contains(*next) => {
                        return Err(EXPANSION.to_owned());
                    }
                    _ => self.push('$'),
                },
                '`' => return Err(EXPANSION.to_owned()),
                other => self.push(other),
            }
        }
    }

    /// `$'…'`, as bash reads it. Escapes of bytes must make UTF-8 together.
    fn ansi_c(&mut self) -> Result<(), Unreadable> {
        let mut bytes = Vec::new();
        loop {
            let character = self.rest.next().ok_or("a quote is not closed")?;
            if character == '\'' {
                break;
            }
            let character = match character {
                '\\' => match self.escape()? {
                    Escaped::Character(character) => character,
                    Escaped::Byte(byte) => {
                        bytes.push(byte);
                        continue;
                    }
                },
                other => other,
            };
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        let text = String::from_utf8(bytes).map_err(|_| "an argument is not UTF-8")?;
        self.word.get_or_insert_default().push_str(&text);
        Ok(())
    }

    fn escape(&mut self) -> Result<Escaped, Unreadable> {
        let character = self.rest.next().ok_or("a quote is not closed")?;
        Ok(match character {
            'n' => Escaped::Byte(b'\n'),
            't' => Escaped::Byte(b'\t'),
            'r' => Escaped::Byte(b'\r'),
            'a' => Escaped::Byte(7),
            'b' => Escaped::Byte(8),
            'e' | 'E' => Escaped::Byte(27),
            'f' => Escaped::Byte(12),
            'v' => Escaped::Byte(11),
            'x' => Escaped::Byte(self.digits(16, 2, 0).try_into().unwrap_or(b'?')),
            'u' | 'U' => {
                let most = if character == 'u' { 4 } else { 8 };
                let mut unit = self.digits(16, most, 0);
                // Browsers write characters beyond 16 bits as two units.
                if (0xd800..0xdc00).contains(&unit)
                    && self.rest.next_if_eq(&'\\').is_some()
                    && self.rest.next_if_eq(&'u').is_some()
                {
                    let low = self.digits(16, 4, 0);
                    unit = ((unit & 0x3ff) << 10 | (low & 0x3ff)).wrapping_add(0x1_0000);
                }
                Escaped::Character(char::from_u32(unit).ok_or("an escape is no character")?)
            }
            digit @ '0'..='7' => {
                let first = digit.to_digit(8).unwrap_or_default();
                Escaped::Byte((self.digits(8, 2, first) & 0xff).try_into().unwrap_or(b'?'))
            }
            other => Escaped::Character(other),
        })
    }

    fn digits(&mut self, radix: u32, most: usize, start: u32) -> u32 {
        let mut number = start;
        for _ in 0..most {
            let Some(digit) = self
                .rest
                .next_if(|next| next.is_digit(radix))
                .and_then(|next| next.to_digit(radix))
            else {
                break;
            };
            number = number.wrapping_mul(radix).wrapping_add(digit);
        }
        number
    }
}

enum Escaped {
    Character(char),
    Byte(u8),
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::words;

    fn read(text: &str) -> Vec<String> {
        words(text).unwrap_or_default()
    }

    #[test]
    fn quotes_are_read_as_a_shell_reads_them() {
        assert_eq!(read(r"a  'b c' d\ e"), ["a", "b c", "d e"]);
        assert_eq!(read(r#""a\"b\$ \n" '' """#), [r#"a"b$ \n"#, "", ""]);
        assert_eq!(read("a'b'\"c\"d"), ["abcd"]);
        assert_eq!(read("a \\\n  b \\\r\n c\nnext"), ["a", "b", "c"]);
        assert_eq!(read("a # comment 'x"), ["a"]);
        assert_eq!(read("a#b | less"), ["a#b"]);
    }

    #[test]
    fn dollar_quotes_are_read_as_bash_reads_them() {
        assert_eq!(
            read(r"$'a\n\t\'\\ \x41\u00ed\101\xc3\xad \ud83d\ude00'"),
            ["a\n\t'\\ AíAí 😀"]
        );
        assert!(words(r"$'\xff'").is_err());
        assert!(words(r"$'\ud800'").is_err());
    }

    #[test]
    fn what_a_shell_would_fill_in_is_refused() {
        for text in [
            "a $HOME", "\"$X\"", "`x`", "\"$(x)\"", "'open", "\"open", "$'open", "a & 'b'",
        ] {
            assert!(words(text).is_err(), "{text}");
        }
        assert_eq!(read("\"5$ \""), ["5$ "]);
    }

    proptest! {
        #[test]
        fn quoted_words_come_back(all in proptest::collection::vec("[^\0]{0,12}", 1..5), manner in 0..3) {
            let quote = |word: &String| match manner {
                0 => format!("'{}'", word.replace('\'', r"'\''")),
                1 => {
                    let special = |c| matches!(c, '"' | '\\' | '$' | '`');
                    let escaped: String = word
                        .chars()
                        .flat_map(|c| special(c).then_some('\\').into_iter().chain([c]))
                        .collect();
                    format!("\"{escaped}\"")
                }
                _ => format!("$'{}'", word.replace('\\', r"\\").replace('\'', r"\'")),
            };
            let text = all.iter().map(quote).collect::<Vec<_>>().join(" ");
            prop_assert_eq!(words(&text), Ok(all));
        }

        #[test]
        fn any_text_is_words_or_refused(text in any::<String>()) {
            let _ = words(&text);
        }
    }
}
