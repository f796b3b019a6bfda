//! JSON written anew in the manner of other writers, and not by way of values. So numbers, repeated members and
//! their order stay as they are.

mod difference;
mod escapes;
mod layout;
mod values;

use std::{borrow::Cow, rc::Rc};

use serde::de::IgnoredAny;

use super::bodies::TooLong;

pub(crate) use self::{
    difference::difference,
    escapes::{Escapes, escapes_of},
    layout::{Layout, layouts, likely_layouts},
    values::{Inner, values_in},
};

/// A piece of JSON that is no white space.
enum Token<'a> {
    /// `{` or `[`.
    Open(u8),
    /// `}` or `]`.
    Close(u8),
    Comma,
    Colon,
    /// As it stands in the document, and what it says.
    Text(&'a [u8], Cow<'a, str>),
    /// A number, `true`, `false` or `null`.
    Word(&'a [u8]),
}

impl Token<'_> {
    /// Whether both say the same, in whatever escapes.
    fn means(&self, other: &Token<'_>) -> bool {
        match (self, other) {
            (Self::Text(_, text), Token::Text(_, other)) => text == other,
            (Self::Word(word), Token::Word(other)) => word == other,
            (Self::Open(it), Token::Open(other)) | (Self::Close(it), Token::Close(other)) => {
                it == other
            }
            (Self::Comma, Token::Comma) | (Self::Colon, Token::Colon) => true,
            _ => false,
        }
    }

    fn write(&self, escapes: &Escapes, out: &mut Vec<u8>) {
        match self {
            Self::Open(byte) | Self::Close(byte) => out.push(*byte),
            Self::Comma => out.push(b','),
            Self::Colon => out.push(b':'),
            Self::Word(word) => out.extend_from_slice(word),
            Self::Text(raw, text) => match escapes {
                Escapes::Kept => out.extend_from_slice(raw),
                Escapes::As(manner) => manner.write(text, out),
            },
        }
    }
}

/// A JSON text in its tokens.
pub(crate) struct Document<'a> {
    tokens: Vec<Token<'a>>,
    /// The white space before each token, and behind the last.
    gaps: Vec<&'a [u8]>,
}

impl<'a> Document<'a> {
    /// `None` where it is no JSON, or a text in it is no Unicode.
    pub(crate) fn read(text: &'a [u8]) -> Option<Self> {
        // Bounds the depth, too.
        serde_json::from_slice::<IgnoredAny>(text).ok()?;
        let (mut tokens, mut gaps) = (Vec::new(), Vec::new());
        let mut rest = text;
        loop {
            let after = rest.trim_ascii_start();
            gaps.push(rest.get(..rest.len().saturating_sub(after.len()))?);
            let Some(first) = after.first() else {
                return Some(Self { tokens, gaps });
            };
            let length = match first {
                b'"' => end_of_string(after.get(1..)?)?.saturating_add(1),
                byte if b"{}[],:".contains(byte) => 1,
                _ => after
                    .iter()
                    .position(|byte| byte.is_ascii_whitespace() || b",]}".contains(byte))
                    .unwrap_or(after.len()),
            };
            let (token, behind) = after.split_at_checked(length)?;
            tokens.push(match first {
                b'{' | b'[' => Token::Open(*first),
                b'}' | b']' => Token::Close(*first),
                b',' => Token::Comma,
                b':' => Token::Colon,
                b'"' => {
                    let plain = token.get(1..length.saturating_sub(1))?;
                    let text = if plain.contains(&b'\\') {
                        Cow::Owned(serde_json::from_slice(token).ok()?)
                    } else {
                        Cow::Borrowed(std::str::from_utf8(plain).ok()?)
                    };
                    Token::Text(token, text)
                }
                _ => Token::Word(token),
            });
            rest = behind;
        }
    }

    /// In another manner.
    pub(crate) fn written(&self, layout: &Layout, escapes: &Escapes) -> Result<Vec<u8>, TooLong> {
        layout.write(self, escapes)
    }

    /// With its own white space.
    pub(crate) fn with_escapes(&self, escapes: &Escapes) -> Vec<u8> {
        let mut out = Vec::new();
        for (gap, token) in self.gaps.iter().zip(&self.tokens) {
            out.extend_from_slice(gap);
            token.write(escapes, &mut out);
        }
        out.extend_from_slice(self.gaps.last().copied().unwrap_or_default());
        out
    }

    /// The places, of which `None` is too many to try each with and without a blank: behind colons and commas, and
    /// where there are few inside of brackets too.
    fn places(&self, most: usize) -> Option<Vec<usize>> {
        let behind = |place: &usize| place.checked_sub(1).and_then(|it| self.tokens.get(it));
        let of = |with_brackets: bool| -> Vec<usize> {
            let places = 1..self.tokens.len();
            places
                .filter(|place| match (behind(place), self.tokens.get(*place)) {
                    (Some(Token::Comma | Token::Colon), _) => true,
                    (Some(Token::Open(_)), _) | (_, Some(Token::Close(_))) => with_brackets,
                    _ => false,
                })
                .collect()
        };
        [of(true), of(false)]
            .into_iter()
            .find(|places| places.len() <= most)
    }

    /// Every mixture of blanks and none behind colons and commas, and inside of brackets: for writers by hand. Nothing
    /// where there are more than `most` such places.
    pub(crate) fn mixtures(self: Rc<Self>, most: usize) -> impl Iterator<Item = Vec<u8>> {
        let places = self.places(most).unwrap_or_default();
        let number = 1_usize.checked_shl(u32::try_from(places.len()).unwrap_or(u32::MAX));
        (0..number.unwrap_or(0)).map(move |mixture| {
            let mut out = Vec::new();
            for (place, token) in self.tokens.iter().enumerate() {
                let at = places.iter().position(|known| *known == place);
                if at.is_some_and(|at| mixture >> at & 1 == 1) {
                    out.push(b' ');
                }
                token.write(&Escapes::Kept, &mut out);
            }
            out
        })
    }

    /// With lists for empty objects, or the other way round, as PHP confuses them.
    pub(crate) fn with_other_empties(&self) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        for (from, open, close) in [(b'{', b'[', b']'), (b'[', b'{', b'}')] {
            let mut out = Vec::new();
            let mut tokens = self.tokens.iter().peekable();
            while let Some(token) = tokens.next() {
                match (token, tokens.peek()) {
                    (Token::Open(it), Some(Token::Close(_))) if *it == from => {
                        out.extend([open, close]);
                        tokens.next();
                    }
                    _ => token.write(&Escapes::Kept, &mut out),
                }
            }
            found.push(out);
        }
        found
    }
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

#[cfg(test)]
mod tests;
