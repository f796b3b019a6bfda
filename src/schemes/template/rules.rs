//! [`TextRule`]: what a placeholder's text may be, so that a signed text has one reading. [`Template`](super::Template)
//! says why that is enough.

use memchr::memchr;

use super::{
    MAX_HEADERS,
    piece::{Extent, Piece, Source},
};

/// Longest text that is taken of what has a header of its own. Known senders stay below 64 bytes.
pub(in crate::schemes) const MAX_TEXT_BYTES: usize = 256;

/// What the text of a placeholder may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::schemes) struct TextRule {
    pub(super) length: Option<usize>,
    /// Whether it ends where its own form does, so that nothing has to part it from what stands beside it.
    pub(in crate::schemes) ends_itself: bool,
    /// The byte that ends it in the signed text.
    pub(in crate::schemes) delimiter: Option<u8>,
}

/// How a text breaks its rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::schemes) struct Misfit(pub(in crate::schemes) &'static str);

impl TextRule {
    pub(super) const ANY: Self = Self {
        length: None,
        ends_itself: false,
        delimiter: None,
    };

    const fn of(extent: Option<Extent>) -> Self {
        let (length, ends_itself) = match extent {
            None => (None, false),
            Some(Extent::Bytes(length)) => (Some(length), false),
            Some(Extent::Rfc3339) => (None, true),
        };
        Self {
            length,
            ends_itself,
            ..Self::ANY
        }
    }

    /// Whether its end is known without a literal.
    const fn has_end(self) -> bool {
        self.length.is_some() || self.ends_itself
    }

    /// For texts whose form says where they end, read from either side: any of its bytes may be the delimiter.
    pub(in crate::schemes) fn delimiting_itself(self) -> Self {
        match self.length {
            None => Self::ANY,
            Some(_) => self,
        }
    }

    /// Whether `text` may stand in the place of the placeholder.
    pub(in crate::schemes) fn check(self, text: &[u8]) -> Result<(), Misfit> {
        if text.len() > MAX_TEXT_BYTES {
            return Err(Misfit("it is too long"));
        }
        if !self.fits(text.len()) {
            return Err(OTHER_LENGTH);
        }
        if self.is_ended_in(text) {
            return Err(AMBIGUOUS);
        }
        Ok(())
    }

    /// As [`check`](Self::check), for a text in pieces that has a limit elsewhere.
    pub(super) fn check_pieces(self, pieces: &[&[u8]]) -> Result<(), Misfit> {
        if !self.fits(pieces.iter().map(|piece| piece.len()).sum()) {
            return Err(OTHER_LENGTH);
        }
        if pieces.iter().any(|piece| self.is_ended_in(piece)) {
            return Err(AMBIGUOUS);
        }
        Ok(())
    }

    /// Whether a text of the placeholder may be so long.
    fn fits(self, length: usize) -> bool {
        self.length.is_none_or(|known| known == length)
    }

    fn is_ended_in(self, text: &[u8]) -> bool {
        self.delimiter
            .is_some_and(|byte| memchr(byte, text).is_some())
    }
}

const OTHER_LENGTH: Misfit = Misfit("it has another length than the template says");
const AMBIGUOUS: Misfit = Misfit("it contains the byte that ends it in the signed text");

type Rules = Vec<(Source, TextRule)>;

/// Whether a text that is signed by `pieces` has one reading.
pub(super) fn check(pieces: &[Piece]) -> Result<(), &'static str> {
    let of_body = |piece: &&Piece| matches!(piece, Piece::Body | Piece::BodyDigest(_));
    if pieces.iter().filter(of_body).count() != 1 {
        return Err("`{body}` must stand exactly once");
    }
    let is_placeholder = |piece: &Piece| !matches!(piece, Piece::Literal(_));
    let same = |piece: &Piece, other: &Piece| match (piece, other) {
        (Piece::Taken(source, _), Piece::Taken(other, _)) => source == other,
        _ => is_placeholder(piece) && piece == other,
    };
    for (place, piece) in pieces.iter().enumerate() {
        if pieces.iter().take(place).any(|other| same(piece, other)) {
            return Err("each placeholder may stand only once");
        }
    }
    let rules = of(pieces)?;
    let headers = rules
        .iter()
        .filter(|(source, _)| matches!(source, Source::Header(_)));
    if headers.count() > MAX_HEADERS {
        return Err("it takes more than 8 headers");
    }
    let mut times = rules
        .iter()
        .filter(|(source, _)| *source == Source::Timestamp);
    let in_number = |byte: u8| byte.is_ascii_digit() || byte == b'-';
    if times.any(|(_, rule)| rule.delimiter.is_some_and(in_number)) {
        return Err(
            "the literal beside `{timestamp}` must differ from what a number consists of, \
             or one signature would fit two readings",
        );
    }
    Ok(())
}

/// The rule of each text that is taken.
pub(super) fn of(pieces: &[Piece]) -> Result<Rules, &'static str> {
    let is_body = |piece: &Piece| matches!(piece, Piece::Body | Piece::BodyDigest(_));
    let body = pieces.iter().position(is_body).unwrap_or_default();
    let before = pieces.iter().take(body);
    let behind = pieces.iter().skip(body.saturating_add(1)).rev();
    let first = |text: &str| text.bytes().next();
    let last = |text: &str| text.bytes().next_back();
    // Every address begins so. How it ends, a template by itself does not know. The same goes for a time of RFC 3339: its
    // first colon stands behind its first 13 bytes.
    let mut rules = of_side(before, first, Some(b'h'), Some(b':'))?;
    rules.extend(of_side(behind, last, None, None)?);
    Ok(rules)
}

/// Of the pieces on one side of the body, from the end of the text towards it. `met` is the byte of a literal that is
/// met first, `of_url` that of the address, and `in_time` one that tells where a time of RFC 3339 begins.
fn of_side<'p>(
    pieces: impl Iterator<Item = &'p Piece>,
    met: fn(&str) -> Option<u8>,
    of_url: Option<u8>,
    in_time: Option<u8>,
) -> Result<Rules, &'static str> {
    let mut rules = Rules::new();
    let mut run = Rules::new();
    for piece in pieces {
        match piece {
            Piece::Taken(source, extent) => {
                let rule = TextRule::of(*extent);
                if rule.ends_itself && in_time.is_some() && run.iter().any(|(_, it)| !it.has_end())
                {
                    rules.extend(ended(&mut run, in_time)?);
                }
                run.push((source.clone(), rule));
            }
            Piece::Literal(text) => rules.extend(ended(&mut run, met(text))?),
            Piece::Url(_) => rules.extend(ended(&mut run, of_url)?),
            Piece::Body | Piece::BodyDigest(_) => {}
        }
    }
    rules.extend(ended(&mut run, None)?);
    Ok(rules)
}

/// The rules of a run of texts without a literal between them, which `delimiter` ends, if anything does.
fn ended(run: &mut Rules, delimiter: Option<u8>) -> Result<Rules, &'static str> {
    let mut run = std::mem::take(run);
    let without_end = run.iter().filter(|(_, rule)| !rule.has_end()).count();
    match (without_end, delimiter) {
        (0, _) => Ok(run),
        (1, Some(_)) => {
            for (_, rule) in &mut run {
                rule.delimiter = delimiter;
            }
            Ok(run)
        }
        _ => Err(
            "a literal must part a placeholder without a length from the next one towards `{body}`, \
             or one signature would fit two readings",
        ),
    }
}
