//! [`Shape`]: what a text must be to be answered.

/// What the text of a question must be: how long, and of which characters. No shape has a character of a markup language,
/// a quote or a control character.
///
/// ```
/// use hookgate::challenge::Shape;
///
/// let shape = Shape::token(4, 8);
/// assert!(shape.fits("abc-12"));
/// assert!(!shape.fits("abc"));
/// assert!(!shape.fits("abcdefghi"));
/// assert!(!shape.fits("<b>abc"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    least: usize,
    most: usize,
    letters: Letters,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    Digits,
    Hex,
    Token,
    Base64,
    Words,
}

impl Shape {
    const fn new(least: usize, most: usize, letters: Letters) -> Self {
        Self {
            least,
            most,
            letters,
        }
    }

    /// Decimal digits.
    pub const fn digits(least: usize, most: usize) -> Self {
        Self::new(least, most, Letters::Digits)
    }

    /// Hexadecimal digits and `-`: a UUID is 36 of them.
    pub const fn hex(least: usize, most: usize) -> Self {
        Self::new(least, most, Letters::Hex)
    }

    /// ASCII letters and digits, `-`, `_`: base64url without padding.
    pub const fn token(least: usize, most: usize) -> Self {
        Self::new(least, most, Letters::Token)
    }

    /// Either alphabet of base64, with padding.
    pub const fn base64(least: usize, most: usize) -> Self {
        Self::new(least, most, Letters::Base64)
    }

    /// Printable ASCII with blanks, but for `"`, `&`, `'`, `<`, `>`, `\` and the back-tick.
    pub const fn words(least: usize, most: usize) -> Self {
        Self::new(least, most, Letters::Words)
    }

    /// A text of this shape, made of hexadecimal digits.
    #[cfg(feature = "simulator")]
    pub(crate) fn sample(self, digits: &str) -> String {
        let length = self.most.min(self.least.max(16));
        let digit = |digit: char| match self.letters {
            Letters::Digits => char::from_digit(digit.to_digit(16).unwrap_or_default() % 10, 10),
            _ => Some(digit),
        };
        let digits = digits.chars().filter(char::is_ascii_hexdigit).cycle();
        digits.filter_map(digit).take(length).collect()
    }

    /// Whether `text` has this shape.
    pub fn fits(self, text: &str) -> bool {
        self.fits_bytes(text.as_bytes())
    }

    pub(super) fn fits_bytes(self, text: &[u8]) -> bool {
        (self.least..=self.most).contains(&text.len())
            && text.iter().all(|byte| self.letters.have(*byte))
    }

    /// Whether a text of this shape can have `part` in it.
    pub(super) fn may_hold(self, part: &[u8]) -> bool {
        part.len() <= self.most && part.iter().all(|byte| self.letters.have(*byte))
    }
}

impl Letters {
    fn have(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_hexdigit() || byte == b'-',
            Self::Token => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Base64 => {
                byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'+' | b'/' | b'=')
            }
            Self::Words => {
                (byte == b' ' || byte.is_ascii_graphic())
                    && !matches!(byte, b'"' | b'&' | b'\'' | b'<' | b'>' | b'\\' | b'`')
            }
        }
    }
}
