//! [`Escapes`]: how the characters of texts are written.

use std::collections::BTreeSet;

use super::{Document, Token};

/// How texts are escaped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// As they are.
    Kept,
    As(Manner),
}

/// Which characters a writer escapes beyond those that it must.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Manner {
    /// The characters of ASCII that it writes as `\uXXXX`, a bit each.
    ascii: u128,
    wide: Wide,
    /// `\/` for slashes.
    slash: bool,
    /// `\u003C` in place of `\u003c`, for characters of ASCII and for others: PHP writes them differently.
    upper: [bool; 2],
}

/// The characters outside of ASCII that a writer escapes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wide {
    Plain,
    /// U+2028 and U+2029, which end a line in JavaScript.
    Separators,
    /// Those of two units.
    Pairs,
    All,
}

impl Wide {
    fn has(self, character: char) -> bool {
        match self {
            Self::Plain => false,
            Self::Separators => matches!(character, '\u{2028}' | '\u{2029}'),
            Self::Pairs => character.len_utf16() == 2,
            Self::All => !character.is_ascii(),
        }
    }
}

const fn mask(mut characters: &[u8]) -> u128 {
    let mut mask = 0;
    while let [first, rest @ ..] = characters {
        mask |= bit_of(*first);
        characters = rest;
    }
    mask
}

const fn bit_of(byte: u8) -> u128 {
    if byte < 128 { 1 << byte } else { 0 }
}

/// Every character but letters and digits.
const fn marks() -> u128 {
    let mut mask = 0;
    let mut byte: u8 = 0x20;
    while byte < 0x80 {
        if !byte.is_ascii_alphanumeric() {
            mask |= bit_of(byte);
        }
        byte += 1;
    }
    mask
}

/// The sets of characters that writers are known to escape, the likeliest first.
const SETS: [u128; 10] = [
    0,
    // HTML: Go, Rails.
    mask(b"<>&"),
    // Gson; .NET's older writers.
    mask(b"<>&'="),
    mask(b"<>&'"),
    mask(b"<>&'\""),
    // .NET today.
    mask(b"<>&'\"+`\x7f"),
    mask(b"<>&'\"+`"),
    mask(b"<>"),
    // Whoever encodes all but letters and digits.
    marks(),
    marks() & !mask(b" ,-._"),
];

/// The characters that some writer may escape by itself, the likeliest first.
const SUSPECTS: &[u8] = b"<>&'\"+=@%`\x7f#$!*?;:()-_,.~|^[]{}\\ ";
/// Each more doubles the manners.
const MAX_SUSPECTS: usize = 9;

/// The manners in which the texts of `document` can be written differently: first those of known writers, then every
/// mixture of the characters that are in it.
pub(crate) fn escapes_of(document: &Document<'_>) -> Vec<Escapes> {
    let present = Present::of(document);
    let suspects: Vec<u128> = SUSPECTS
        .iter()
        .map(|byte| bit_of(*byte))
        .filter(|bit| present.ascii & bit != 0)
        .take(MAX_SUSPECTS)
        .collect();
    let mixtures = (0..1_usize << suspects.len()).map(|mixture| {
        let chosen = suspects.iter().enumerate();
        chosen
            .filter(|(place, _)| mixture >> place & 1 == 1)
            .fold(0, |mask, (_, bit)| mask | bit)
    });
    let mut seen = BTreeSet::new();
    let mut all = vec![Escapes::Kept];
    for ascii in SETS.into_iter().chain(mixtures) {
        for manner in present.manners(ascii & present.ascii) {
            if seen.insert(manner) {
                all.push(Escapes::As(manner));
            }
        }
    }
    all
}

/// The characters of a document's texts.
#[derive(Default)]
struct Present {
    ascii: u128,
    separators: bool,
    pairs: bool,
    wide: bool,
}

impl Present {
    fn of(document: &Document<'_>) -> Self {
        let mut present = Self::default();
        for token in &document.tokens {
            let Token::Text(_, text) = token else {
                continue;
            };
            for character in text.chars() {
                match u8::try_from(character) {
                    Ok(byte) => present.ascii |= bit_of(byte),
                    Err(_) => {
                        present.separators |= Wide::Separators.has(character);
                        present.pairs |= Wide::Pairs.has(character);
                    }
                }
                present.wide |= !character.is_ascii();
            }
        }
        present
    }

    /// That escape these characters of ASCII, with each manner for the others that makes a difference here.
    fn manners(&self, ascii: u128) -> Vec<Manner> {
        let mut all = Vec::new();
        for (wide, differs) in [
            (Wide::Plain, true),
            (Wide::All, self.wide),
            (Wide::Pairs, self.pairs),
            (Wide::Separators, self.separators),
        ] {
            for slash in [false, true] {
                for upper in [[false; 2], [true; 2], [true, false], [false, true]] {
                    let matters = [ascii != 0, wide != Wide::Plain];
                    let cased = upper
                        .iter()
                        .zip(matters)
                        .all(|(upper, matters)| matters || !upper);
                    let has_slash = self.ascii & bit_of(b'/') != 0 && ascii & bit_of(b'/') == 0;
                    if differs && (!slash || has_slash) && cased {
                        all.push(Manner {
                            ascii,
                            wide,
                            slash,
                            upper,
                        });
                    }
                }
            }
        }
        all
    }
}

impl Manner {
    /// No escape but those that JSON asks for.
    #[cfg(test)]
    pub(super) const FEWEST: Self = Self {
        ascii: 0,
        wide: Wide::Plain,
        slash: false,
        upper: [false; 2],
    };

    /// Writes `text` in quotes.
    pub(super) fn write(&self, text: &str, out: &mut Vec<u8>) {
        out.push(b'"');
        for character in text.chars() {
            let is_unit = match u8::try_from(character) {
                Ok(byte) if byte < 128 => self.ascii & bit_of(byte) != 0,
                _ => self.wide.has(character),
            };
            let short = match character {
                '"' => Some(b'"'),
                '\\' => Some(b'\\'),
                '\u{8}' => Some(b'b'),
                '\u{c}' => Some(b'f'),
                '\n' => Some(b'n'),
                '\r' => Some(b'r'),
                '\t' => Some(b't'),
                '/' if self.slash => Some(b'/'),
                _ => None,
            };
            if is_unit || character < ' ' && short.is_none() {
                self.units(character, out);
            } else if let Some(short) = short {
                out.extend([b'\\', short]);
            } else {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        out.push(b'"');
    }

    fn units(&self, character: char, out: &mut Vec<u8>) {
        let [upper, upper_wide] = self.upper;
        for unit in character.encode_utf16(&mut [0; 2]) {
            let unit = if character.is_ascii() && upper || !character.is_ascii() && upper_wide {
                format!("\\u{unit:04X}")
            } else {
                format!("\\u{unit:04x}")
            };
            out.extend_from_slice(unit.as_bytes());
        }
    }
}
