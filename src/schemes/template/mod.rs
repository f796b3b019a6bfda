//! [`Template`]: which text is signed.

mod body_digest;
mod from_request;
mod parts;
mod piece;
mod rules;

use std::{fmt, str::FromStr};

#[cfg(feature = "jwt")]
pub(super) use self::from_request::Values;
#[cfg(feature = "jwt")]
use self::piece::OF_SIGNED_REQUESTS;
use self::piece::{OF_MACS, Piece, Placeholders};
pub(super) use self::{
    body_digest::BodyDigest,
    piece::Source,
    rules::{MAX_TEXT_BYTES, Misfit, TextRule},
};
pub(crate) use self::{body_digest::DigestText, from_request::FromRequest, parts::Parts};
use crate::setup::BuildError;

/// The most headers that a template names with `{header:name}`. Senders sign one or two.
pub(super) const MAX_HEADERS: usize = 8;

/// The signed text, written as the senders document it: `{body}`, `{timestamp}.{body}`,
/// `{id}.{timestamp}.{body}`, `v0:{timestamp}:{body}`.
///
/// | placeholder | stands for |
/// | --- | --- |
/// | `{body}` | the body, as it arrived |
/// | `{body:sha256:hex}` | a digest of it: `sha256`, `sha384` or `sha512`, in an encoding of MACs, hexadecimal in lower case |
/// | `{id}` | what the scheme's id header says |
/// | `{timestamp}` | the time, as its text stands in the request |
/// | `{method}` | the request's method, as it was sent |
/// | `{path}` | the path of the request's target, as it was sent, and where there is one the query behind its `?` |
/// | `{url}` | the address that the scheme's settings name. Never what `Host` or a forwarding header says |
/// | `{header:name}` | the value of another header, which must stand once, in UTF-8. Never one of the host or of the connection |
///
/// The body, or its digest, must stand exactly once, everything else at most once. `{timestamp:10}` is a text of 10
/// bytes; `{id:36}`, `{header:name:36}` and the others likewise. Another length is refused. `{timestamp:rfc3339}` is an RFC
/// 3339 date and time of whatever length.
///
/// # One signed text has one reading
///
/// Otherwise one signature would fit two requests. Read a signed text from its two ends towards the body. Then each part
/// ends where its own rule says, whatever the body is:
///
/// - A literal, and `{url}`, is known.
/// - A placeholder with a length ends after so many bytes. A time of RFC 3339 ends where its form does: none is the
///   beginning or the end of a longer one.
/// - Between two literals, or a literal and an end, at most one placeholder has no such end. The literal towards the
///   body then ends it, with what has one beside it: none of these texts may contain the byte of that literal which is
///   met first. A request whose text does is refused.
/// - In front of the body, `{timestamp:rfc3339}` ends it too: none of these texts may contain a colon, and the first one of
///   such a time stands behind its first 13 bytes.
///
/// What is left in the middle is the body. So no two requests whose parts differ have the same signed text. In the place
/// of the body may stand its digest, of a fixed length: two bodies of one digest are not known for these digests.
///
/// A template of which that does not hold is refused: `{id}{body}`, `{id}{timestamp}.{body}`.
#[derive(Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

impl Template {
    /// The body alone.
    pub fn body() -> Self {
        Self(vec![Piece::Body])
    }

    /// With the placeholders of signed requests: `{nonce}` and `{algorithm}` in the place of `{id}`.
    #[cfg(feature = "jwt")]
    pub(crate) fn of_signed_request(text: &str) -> Result<Self, BuildError> {
        Self::read(text, &OF_SIGNED_REQUESTS)
    }

    /// Whether it is the body and nothing else.
    #[cfg(feature = "public-keys")]
    pub(super) fn is_body(&self) -> bool {
        matches!(&*self.0, [Piece::Body])
    }

    /// Whether the body itself stands in it, and not a digest of it.
    pub(super) fn holds_body(&self) -> bool {
        self.0.contains(&Piece::Body)
    }

    pub(super) fn has(&self, source: &Source) -> bool {
        self.taken().any(|taken| taken == source)
    }

    /// What the text of `source` may be. Of what it has no place for: anything.
    pub(super) fn rule_of(&self, source: &Source) -> TextRule {
        let rules = rules::of(&self.0).unwrap_or_default();
        let mut rules = rules.into_iter();
        rules
            .find(|(ruled, _)| ruled == source)
            .map_or(TextRule::ANY, |(_, rule)| rule)
    }

    /// The same with `url` in its place.
    ///
    /// # Errors
    ///
    /// When it has a place and there is no address, or the other way round; when the address cannot be one.
    pub(crate) fn with_url(mut self, url: Option<&str>) -> Result<Self, BuildError> {
        let places = self.0.iter_mut().filter_map(|piece| match piece {
            Piece::Url(text) => Some(text),
            _ => None,
        });
        let mut places = places.peekable();
        match (url, places.peek()) {
            (None, None) => {}
            (Some(_), None) => {
                return Err(BuildError::Scheme(
                    "an address is set, but the template has no `{url}`",
                ));
            }
            (None, Some(_)) => {
                return Err(BuildError::Scheme(
                    "the template has `{url}`, but no address is set",
                ));
            }
            (Some(url), Some(_)) => {
                check_url(url)?;
                places.for_each(|place| *place = url.into());
            }
        }
        Ok(self)
    }

    /// What is taken from the request.
    fn taken(&self) -> impl Iterator<Item = &Source> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Taken(source, _) => Some(source),
            _ => None,
        })
    }

    /// Its pieces: a text that settings say, or `None` for what a request says.
    #[cfg(feature = "jwt")]
    pub(super) fn known_texts(&self) -> impl DoubleEndedIterator<Item = Option<&str>> + Clone {
        self.0.iter().map(|piece| match piece {
            Piece::Literal(text) | Piece::Url(text) => Some(&**text),
            _ => None,
        })
    }

    fn digest(&self) -> Option<BodyDigest> {
        self.0.iter().find_map(|piece| match piece {
            Piece::BodyDigest(digest) => Some(*digest),
            _ => None,
        })
    }

    fn read(text: &str, placeholders: &Placeholders) -> Result<Self, BuildError> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, after)) = rest.split_once('{') {
            if !literal.is_empty() {
                pieces.push(Piece::Literal(literal.into()));
            }
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| unusable("a `{` is not closed"))?;
            pieces.push(placeholders.read(name).map_err(unusable)?);
            rest = after;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Literal(rest.into()));
        }
        rules::check(&pieces).map_err(unusable)?;
        Ok(Self(pieces))
    }
}

fn unusable(why: &'static str) -> BuildError {
    BuildError::Name {
        what: "template",
        why,
    }
}

/// An absolute address. Its scheme is in lower case: [`rules`] relies on its first byte.
pub(super) fn check_url(url: &str) -> Result<(), BuildError> {
    let has_scheme = url.starts_with("https://") || url.starts_with("http://");
    let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic());
    let is_address = url.parse::<http::Uri>().is_ok_and(|it| it.host().is_some());
    if has_scheme && is_plain && is_address {
        return Ok(());
    }
    Err(BuildError::Name {
        what: "address",
        why: "it is not an `https://` or `http://` address as it was entered at the sender",
    })
}

impl FromStr for Template {
    type Err = BuildError;

    fn from_str(text: &str) -> Result<Self, BuildError> {
        Self::read(text, &OF_MACS)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|piece| piece.fmt(f))
    }
}

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({self})")
    }
}

/// Whether the text of a template has the address in it.
pub(super) fn signs_url(template: &str) -> bool {
    template.contains("{url}")
}

/// The names of the headers in the text of a template.
pub(super) fn headers_of(template: &str) -> impl Iterator<Item = &str> {
    let named = template.split("{header:").skip(1);
    named.filter_map(|rest| rest.split(['}', ':']).next())
}
