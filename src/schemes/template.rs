//! [`Template`]: which text is signed.

use std::{fmt, str::FromStr};

use crate::setup::BuildError;

/// The signed text, written as the senders document it: `{body}`, `{timestamp}.{body}`,
/// `{id}.{timestamp}.{body}`, `v0:{timestamp}:{body}`.
///
/// `{body}` must stand exactly once, `{id}` and `{timestamp}` at most once. A placeholder that takes text from a header
/// must be parted from the next one towards `{body}` by a literal. That text may then not contain the literal's byte
/// that it touches: otherwise one signature would fit two readings.
#[derive(Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(Box<str>),
    Id,
    /// Of signed requests alone.
    #[cfg(feature = "jwt")]
    Nonce,
    Timestamp,
    /// Of signed requests alone.
    #[cfg(feature = "jwt")]
    Algorithm,
    Body,
}

/// The placeholders of one kind of template.
struct Placeholders {
    pieces: &'static [Piece],
    unknown: &'static str,
    repeated: &'static str,
    adjacent: &'static str,
}

const OF_MACS: Placeholders = Placeholders {
    pieces: &[Piece::Id, Piece::Timestamp, Piece::Body],
    unknown: "the placeholders are `{id}`, `{timestamp}` and `{body}`",
    repeated: "`{id}` and `{timestamp}` may stand only once",
    adjacent: "a literal must part `{id}` and `{timestamp}` from the next placeholder towards `{body}`, or one \
               signature would fit two readings",
};

#[cfg(feature = "jwt")]
const OF_SIGNED_REQUESTS: Placeholders = Placeholders {
    pieces: &[
        Piece::Nonce,
        Piece::Timestamp,
        Piece::Algorithm,
        Piece::Body,
    ],
    unknown: "the placeholders are `{nonce}`, `{timestamp}`, `{algorithm}` and `{body}`",
    repeated: "`{nonce}`, `{timestamp}` and `{algorithm}` may stand only once",
    adjacent: "a literal must part `{nonce}`, `{timestamp}` and `{algorithm}` from the next placeholder towards \
               `{body}`, or one signature would fit two readings",
};

/// What stands in the places of a template. What it has no place for is left out.
#[derive(Clone, Copy, Default)]
pub(crate) struct Parts<'a> {
    pub(crate) id: &'a [u8],
    pub(crate) timestamp: &'a [u8],
    #[cfg(feature = "jwt")]
    pub(crate) nonce: &'a [u8],
    #[cfg(feature = "jwt")]
    pub(crate) algorithm: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl Piece {
    /// As it stands in a template.
    fn as_str(&self) -> &str {
        match self {
            Self::Literal(text) => text,
            Self::Id => "{id}",
            #[cfg(feature = "jwt")]
            Self::Nonce => "{nonce}",
            Self::Timestamp => "{timestamp}",
            #[cfg(feature = "jwt")]
            Self::Algorithm => "{algorithm}",
            Self::Body => "{body}",
        }
    }
}

impl Template {
    /// The body alone.
    pub fn body() -> Self {
        Self(vec![Piece::Body])
    }

    #[cfg(feature = "jwt")]
    pub(super) fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// The signed text, piece by piece. Whoever verifies and whoever signs reads it here.
    pub(super) fn text<'a>(&'a self, parts: Parts<'a>) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().map(move |piece| match piece {
            Piece::Literal(text) => text.as_bytes(),
            Piece::Id => parts.id,
            Piece::Timestamp => parts.timestamp,
            #[cfg(feature = "jwt")]
            Piece::Nonce => parts.nonce,
            #[cfg(feature = "jwt")]
            Piece::Algorithm => parts.algorithm,
            Piece::Body => parts.body,
        })
    }

    pub(super) fn has(&self, piece: &Piece) -> bool {
        self.0.contains(piece)
    }

    /// The byte that the text of `piece` may not contain: the nearest one of the literal between it and
    /// the body. The signed text can then be read in one way only, from both ends towards the body.
    pub(super) fn delimiter_of(&self, piece: &Piece) -> Option<u8> {
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
        Self::read(text, &OF_MACS)
    }
}

impl Template {
    /// With the placeholders of signed requests: `{nonce}`, `{timestamp}`, `{algorithm}`, `{body}`.
    #[cfg(feature = "jwt")]
    pub(crate) fn of_signed_request(text: &str) -> Result<Self, BuildError> {
        Self::read(text, &OF_SIGNED_REQUESTS)
    }

    fn read(text: &str, placeholders: &Placeholders) -> Result<Self, BuildError> {
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
            let is_named = |piece: &&Piece| {
                let written = piece.as_str().strip_prefix('{');
                written.and_then(|it| it.strip_suffix('}')) == Some(name)
            };
            let known = placeholders.pieces.iter().find(is_named);
            pieces.push(known.ok_or_else(|| unusable(placeholders.unknown))?.clone());
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.into()));
        }
        let count = |piece: Piece| pieces.iter().filter(|known| **known == piece).count();
        if count(Piece::Body) != 1 {
            return Err(unusable("`{body}` must stand exactly once"));
        }
        if placeholders.pieces.iter().any(|it| count(it.clone()) > 1) {
            return Err(unusable(placeholders.repeated));
        }
        let template = Self(pieces);
        for piece in placeholders.pieces {
            if *piece == Piece::Body || !template.has(piece) {
                continue;
            }
            let delimiter = template
                .delimiter_of(piece)
                .ok_or_else(|| unusable(placeholders.adjacent))?;
            if *piece == Piece::Timestamp && (delimiter.is_ascii_digit() || delimiter == b'-') {
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
        self.0
            .iter()
            .try_for_each(|piece| f.write_str(piece.as_str()))
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({self})")
    }
}
