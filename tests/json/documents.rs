//! Makes JSON documents from a seed: the same ones here and for the recording with Node.

use std::collections::HashSet;

/// The seed of the recorded documents.
pub(crate) const SEED: u64 = 0x5eed_0ffa_cade;

/// Deep enough to matter, far from the limit of 128.
const DEEPEST: u32 = 7;

/// The document of one number. It has no repeated members and no number beyond a double's range:
/// Node takes those, and this library refuses them.
pub(crate) fn document(number: u64) -> String {
    let mut maker = Maker {
        state: SEED ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        text: String::new(),
        left: 0,
    };
    // Most documents are small, some have hundreds of values.
    maker.left = match maker.below(20) {
        0 => 60,
        1..=4 => 20,
        _ => 8,
    };
    maker.white_space();
    maker.value(0);
    maker.white_space();
    maker.text
}

struct Maker {
    state: u64,
    text: String,
    /// The number of values that may still come.
    left: u32,
}

impl Maker {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        let place = self.below(choices.len() as u64) as usize;
        choices[place]
    }

    fn white_space(&mut self) {
        if self.below(3) == 0 {
            for _ in 0..=self.below(3) {
                let space = self.of(&[" ", "\n", "\r", "\t", "\r\n", "  "]);
                self.text.push_str(space);
            }
        }
    }

    fn value(&mut self, depth: u32) {
        self.left = self.left.saturating_sub(1);
        let nested = depth < DEEPEST && self.left > 0;
        match self.below(if depth == 0 { 14 } else { 10 }) {
            0..=2 => self.number(),
            3..=5 => {
                let (text, _) = self.string();
                self.text.push_str(&text);
            }
            6 => {
                let word = self.of(&["true", "false", "null"]);
                self.text.push_str(word);
            }
            7 if nested => self.list(depth),
            8.. if nested => self.object(depth),
            _ => self.number(),
        }
    }

    fn list(&mut self, depth: u32) {
        self.text.push('[');
        self.white_space();
        let values = self.below(6);
        for place in 0..values {
            if place > 0 {
                self.text.push(',');
            }
            self.white_space();
            self.value(depth + 1);
            self.white_space();
        }
        self.text.push(']');
    }

    fn object(&mut self, depth: u32) {
        self.text.push('{');
        self.white_space();
        // More than 16 members take another way of finding repeated ones.
        let members = if self.below(40) == 0 {
            24
        } else {
            self.below(7)
        };
        let mut names = HashSet::new();
        for _ in 0..members {
            let (name, units) = self.name();
            let first = names.is_empty();
            if !names.insert(units) {
                continue;
            }
            if !first {
                self.text.push(',');
            }
            self.white_space();
            self.text.push_str(&name);
            self.white_space();
            self.text.push(':');
            self.white_space();
            self.value(depth + 1);
            self.white_space();
        }
        self.text.push('}');
    }

    /// A name as it is written, and its UTF-16 code units.
    fn name(&mut self) -> (String, Vec<u16>) {
        let plain = match self.below(6) {
            0 => self.below(12).to_string(),
            1 => self
                .of(&[
                    "4294967293",
                    "4294967294",
                    "4294967295",
                    "4294967296",
                    "9007199254740991",
                    "99999999999999999999",
                    "-0",
                    "-1",
                    "00",
                    "01",
                    "1.0",
                    "1e3",
                    " 1",
                ])
                .to_owned(),
            2 => self
                .of(&[
                    "__proto__",
                    "constructor",
                    "prototype",
                    "toString",
                    "toJSON",
                    "length",
                    "hasOwnProperty",
                    "",
                    "signature",
                    "data",
                ])
                .to_owned(),
            3 => (self.next() as u32).to_string(),
            _ => return self.string(),
        };
        let units = plain.encode_utf16().collect();
        // Sometimes a character of it is escaped, which changes nothing.
        let written: String = plain
            .chars()
            .map(|character| match self.below(8) {
                0 => format!("\\u{:04x}", u32::from(character)),
                _ => character.to_string(),
            })
            .collect();
        (format!("\"{written}\""), units)
    }

    /// A string as it is written, and its UTF-16 code units.
    fn string(&mut self) -> (String, Vec<u16>) {
        let (mut text, mut units) = (String::from("\""), Vec::new());
        for _ in 0..self.below(9) {
            match self.below(12) {
                0 => {
                    let (escape, unit) = self.of(&[
                        ("\\\"", b'"'),
                        ("\\\\", b'\\'),
                        ("\\/", b'/'),
                        ("\\b", 8),
                        ("\\f", 12),
                        ("\\n", b'\n'),
                        ("\\r", b'\r'),
                        ("\\t", b'\t'),
                    ]);
                    text.push_str(escape);
                    units.push(u16::from(unit));
                }
                // Any code unit, halves of pairs included.
                1 => {
                    let unit = self.next() as u16;
                    self.escape(unit, &mut text, &mut units);
                }
                2 => {
                    let unit = (self.next() % 0xa0) as u16;
                    self.escape(unit, &mut text, &mut units);
                }
                3 => {
                    let unit = 0xd800 | (self.next() % 0x800) as u16;
                    self.escape(unit, &mut text, &mut units);
                }
                4 => {
                    let high = 0xd800 | (self.next() % 0x400) as u16;
                    let low = 0xdc00 | (self.next() % 0x400) as u16;
                    self.escape(high, &mut text, &mut units);
                    self.escape(low, &mut text, &mut units);
                }
                5 | 6 => {
                    let character = self.of(&[
                        '\u{7f}',
                        '\u{80}',
                        'é',
                        'ß',
                        '\u{2028}',
                        '\u{2029}',
                        '\u{feff}',
                        '\u{ffff}',
                        '\u{fffd}',
                        '\u{d7ff}',
                        '\u{e000}',
                        '漢',
                        '😀',
                        '\u{10ffff}',
                        '/',
                        '\'',
                    ]);
                    text.push(character);
                    units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
                }
                _ => {
                    let word = self.of(&[
                        "a", "Z9", "id_front", " ", "{", "}", "[", "]", ",", ":", "1e5",
                    ]);
                    text.push_str(word);
                    units.extend(word.encode_utf16());
                }
            }
        }
        text.push('"');
        (text, units)
    }

    fn escape(&mut self, unit: u16, text: &mut String, units: &mut Vec<u16>) {
        let hex = format!("{unit:04x}");
        text.push_str("\\u");
        for digit in hex.chars() {
            text.push(match self.below(2) {
                0 => digit,
                _ => digit.to_ascii_uppercase(),
            });
        }
        units.push(unit);
    }

    fn number(&mut self) {
        let number = self.any_number();
        let finite = number.parse::<f64>().is_ok_and(f64::is_finite);
        self.text.push_str(if finite { &number } else { "1e308" });
    }

    fn any_number(&mut self) -> String {
        match self.below(12) {
            0 => self.below(1000).to_string(),
            1 => format!("-{}", self.below(10)),
            2 => self
                .of(&[
                    "-0",
                    "-0.0",
                    "0e0",
                    "0E-5",
                    "1.0",
                    "1.50",
                    "1e21",
                    "1e20",
                    "123456789012345680000",
                    "999999999999999900000",
                    "1e-6",
                    "1e-7",
                    "0.000001",
                    "9007199254740991",
                    "9007199254740992",
                    "9007199254740993",
                    "-9007199254740993",
                    "5e-324",
                    "2e-324",
                    "3e-324",
                    "2.2250738585072014e-308",
                    "2.2250738585072011e-308",
                    "1.7976931348623157e308",
                    "1.7976931348623158e308",
                    "1e-400",
                    "0.1",
                    "0.30000000000000004",
                    "4.35",
                    "1e+5",
                    "1E+05",
                    "12e00000003",
                ])
                .to_owned(),
            // Any double, in the two forms that Rust has.
            3 => format!("{:e}", f64::from_bits(self.next())),
            4 => format!("{}", f64::from_bits(self.next() >> 2)),
            5 => format!("{:E}", f64::from_bits(self.next())),
            // Long runs of digits: more than a double keeps.
            6 => {
                let mut digits = (1 + self.below(9)).to_string();
                for _ in 0..self.below(40) {
                    digits.push_str(&self.below(10).to_string());
                }
                digits
            }
            7 => format!("0.{}{}", "0".repeat(self.below(12) as usize), self.next()),
            8 => format!("{}.{}", self.below(100_000), self.next()),
            9 => format!(
                "-{}.{}e-{}",
                self.below(10),
                self.below(1000),
                self.below(330)
            ),
            10 => format!("{}e{}", self.next(), self.below(300)),
            _ => self.next().to_string(),
        }
    }
}
