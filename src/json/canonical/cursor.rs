//! A place in a JSON text, and the tokens that can be read there.

use super::Refused;

/// Reads forward only. Whether the bytes are UTF-8 is the caller's concern: JSON's own characters are
/// ASCII, and no byte of a longer character can be taken for one.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

/// One character of a JSON string that was not written as itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escaped {
    Char(char),
    /// Half of a surrogate pair whose other half does not stand beside it.
    LoneSurrogate(u16),
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(super) fn new(text: &'a [u8]) -> Self {
        Self { text, at: 0 }
    }

    #[inline]
    pub(super) fn at(&self) -> usize {
        self.at
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    #[inline]
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    #[inline]
    pub(super) fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.skip(1);
        Some(byte)
    }

    /// Takes `byte`, if it stands here.
    #[inline]
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.skip(usize::from(here));
        here
    }

    /// Takes `byte`, which must stand here.
    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Refused> {
        self.take(byte).then_some(()).ok_or(Refused::NotJson)
    }

    /// Takes `word`, which must stand here.
    pub(super) fn expect_word(&mut self, word: &[u8]) -> Result<(), Refused> {
        if !self.rest().starts_with(word) {
            return Err(Refused::NotJson);
        }
        self.skip(word.len());
        Ok(())
    }

    #[inline]
    pub(super) fn skip_white_space(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.skip(1);
        }
    }

    /// Takes every byte up to the first for which `ends` holds.
    #[inline]
    pub(super) fn take_until(&mut self, ends: impl Fn(u8) -> bool) -> &'a [u8] {
        self.take_to(|rest| rest.iter().position(|byte| ends(*byte)))
    }

    /// Takes every byte up to the place that `find` finds, or all.
    #[inline]
    pub(super) fn take_to(&mut self, find: impl Fn(&'a [u8]) -> Option<usize>) -> &'a [u8] {
        let rest = self.rest();
        let length = find(rest).unwrap_or(rest.len());
        self.skip(length);
        rest.get(..length).unwrap_or_default()
    }

    /// What stands from `start` to here.
    #[inline]
    pub(super) fn since(&self, start: usize) -> &'a [u8] {
        self.text.get(start..self.at).unwrap_or_default()
    }

    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Reads a number by RFC 8259's grammar and gives its text.
    pub(super) fn number(&mut self) -> Result<&'a [u8], Refused> {
        let start = self.at;
        self.take(b'-');
        if !self.take(b'0') {
            self.digits()?;
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'+') {
                self.take(b'-');
            }
            self.digits()?;
        }
        Ok(self.since(start))
    }

    fn digits(&mut self) -> Result<(), Refused> {
        let digits = self.take_until(|byte| !byte.is_ascii_digit());
        (!digits.is_empty()).then_some(()).ok_or(Refused::NotJson)
    }

    /// Reads what follows a backslash; of a surrogate pair, both halves.
    pub(super) fn escape(&mut self) -> Result<Escaped, Refused> {
        Ok(Escaped::Char(match self.next() {
            Some(byte @ (b'"' | b'\\' | b'/')) => char::from(byte),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unit().map(|unit| self.character(unit)),
            _ => return Err(Refused::NotJson),
        }))
    }

    /// The character that begins with `unit`.
    fn character(&mut self, unit: u16) -> Escaped {
        if let Some(character) = char::from_u32(u32::from(unit)) {
            return Escaped::Char(character);
        }
        // The other half counts only if it stands right here; else it begins a character of its own.
        let mut ahead = self.clone();
        if ahead.expect_word(b"\\u").is_ok()
            && let Ok(second) = ahead.unit()
            && let Some(Ok(pair)) = char::decode_utf16([unit, second]).next()
        {
            *self = ahead;
            return Escaped::Char(pair);
        }
        Escaped::LoneSurrogate(unit)
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u16, Refused> {
        (0..4).try_fold(0_u16, |unit, _| {
            let digit = self.next().and_then(|byte| char::from(byte).to_digit(16));
            let digit = digit.and_then(|digit| u16::try_from(digit).ok());
            digit
                .map(|digit| (unit << 4) | digit)
                .ok_or(Refused::NotJson)
        })
    }
}
