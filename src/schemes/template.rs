//! [`Template`]: which text a MAC is computed over.

use std::{fmt, str::FromStr};

use crate::error::BuildError;

/// The signed text, written as the senders document it: `{body}`, `{timestamp}.{body}`,
/// `{id}.{timestamp}.{body}`, `v0:{timestamp}:{body}`.
///
/// `{body}` must stand exactly once, `{id}` and `{timestamp}` at most once. A placeholder that takes
/// text from a header must be parted from the next one towards `{body}` by a literal, and that text may
/// then not contain the literal's byte that it touches: otherwise one signature would fit two readings.
#[derive(Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    Literal(Box<str>),
    Id,
    Timestamp,
    Body,
}

impl Template {
    /// The body alone.
    pub fn body() -> Self {
        Self(vec![Piece::Body])
    }

    /// `{id}.{timestamp}.{body}`.
    pub(crate) fn id_timestamp_body() -> Self {
        let dot = || Piece::Literal(".".into());
        Self(vec![Piece::Id, dot(), Piece::Timestamp, dot(), Piece::Body])
    }

    /// `{timestamp}` and `{body}`, with literals before and between, neither of them empty if given.
    pub(crate) fn timestamp_body(before: Option<&str>, between: &str) -> Self {
        let before = before.map(|text| Piece::Literal(text.into()));
        let rest = [
            Piece::Timestamp,
            Piece::Literal(between.into()),
            Piece::Body,
        ];
        Self(before.into_iter().chain(rest).collect())
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    pub(crate) fn has(&self, piece: &Piece) -> bool {
        self.0.contains(piece)
    }

    /// The byte that the text of `piece` may not contain: the nearest one of the literal between it and
    /// the body. The signed text can then be read in one way only, from both ends towards the body.
    pub(crate) fn delimiter_of(&self, piece: &Piece) -> Option<u8> {
        let at = self.0.iter().position(|known| known == piece)?;
        let body = self.0.iter().position(|known| *known == Piece::Body)?;
        let (neighbour, before_body) = if at < body {
            (at.checked_add(1)?, true)
        } else {
            (at.checked_sub(1)?, false)
        };
        match self.0.get(neighbour) {
            Some(Piece::Literal(text)) if before_body => text.bytes().next(),
            Some(Piece::Literal(text)) => text.bytes().next_back(),
            _ => None,
        }
    }
}

impl FromStr for Template {
    type Err = BuildError;

    fn from_str(text: &str) -> Result<Self, BuildError> {
        let unusable = |why| BuildError::Name {
            what: "template",
            why,
        };
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal.into()));
            }
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| unusable("a `{` is not closed"))?;
            pieces.push(match name {
                "id" => Piece::Id,
                "timestamp" => Piece::Timestamp,
                "body" => Piece::Body,
                _ => {
                    return Err(unusable(
                        "the placeholders are `{id}`, `{timestamp}` and `{body}`",
                    ));
                }
            });
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.into()));
        }
        let count = |piece| pieces.iter().filter(|known| **known == piece).count();
        if count(Piece::Body) != 1 {
            return Err(unusable("`{body}` must stand exactly once"));
        }
        if count(Piece::Id) > 1 || count(Piece::Timestamp) > 1 {
            return Err(unusable("`{id}` and `{timestamp}` may stand only once"));
        }
        let template = Self(pieces);
        for piece in [Piece::Id, Piece::Timestamp] {
            if !template.has(&piece) {
                continue;
            }
            let Some(delimiter) = template.delimiter_of(&piece) else {
                return Err(unusable(
                    "a literal must part `{id}` and `{timestamp}` from the next placeholder \
                     towards `{body}`, or one signature would fit two readings",
                ));
            };
            if piece == Piece::Timestamp && (delimiter.is_ascii_digit() || delimiter == b'-') {
                return Err(unusable(
                    "the literal beside `{timestamp}` must differ from what a number consists of, \
                     or one signature would fit two readings",
                ));
            }
        }
        Ok(template)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| match piece {
            Piece::Literal(text) => f.write_str(text),
            Piece::Id => f.write_str("{id}"),
            Piece::Timestamp => f.write_str("{timestamp}"),
            Piece::Body => f.write_str("{body}"),
        })
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({self})")
    }
}
