//! [`Piece`]: a literal or a placeholder of a template.

use std::fmt;

use http::HeaderName;

use super::{body_digest::BodyDigest, rules::MAX_TEXT_BYTES};
use crate::schemes::end_to_end::check_end_to_end;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(Box<str>),
    /// The address that settings name. Empty until they have done so.
    Url(Box<str>),
    /// A text of the request, and where it ends, where the template says that.
    Taken(Source, Option<Extent>),
    Body,
    BodyDigest(BodyDigest),
}

/// Where a placeholder's text ends, whatever stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// After so many bytes.
    Bytes(usize),
    /// Where an RFC 3339 date and time ends. None is the beginning or the end of a longer one.
    Rfc3339,
}

/// Where a placeholder's text is taken from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::schemes) enum Source {
    Id,
    /// Of signed requests alone.
    #[cfg(feature = "jwt")]
    Nonce,
    Timestamp,
    /// Of signed requests alone.
    #[cfg(feature = "jwt")]
    Algorithm,
    Method,
    Path,
    Header(HeaderName),
}

/// The placeholders of one kind of template.
pub(super) struct Placeholders {
    named: &'static [Source],
    unknown: &'static str,
}

pub(super) const OF_MACS: Placeholders = Placeholders {
    named: &[Source::Id, Source::Timestamp, Source::Method, Source::Path],
    unknown: "the placeholders are `{id}`, `{timestamp}`, `{method}`, `{path}`, `{url}`, `{header:name}` and `{body}`",
};

#[cfg(feature = "jwt")]
pub(super) const OF_SIGNED_REQUESTS: Placeholders = Placeholders {
    named: &[
        Source::Nonce,
        Source::Timestamp,
        Source::Algorithm,
        Source::Method,
        Source::Path,
    ],
    unknown: "the placeholders are `{nonce}`, `{timestamp}`, `{algorithm}`, `{method}`, `{path}`, `{url}`, \
              `{header:name}` and `{body}`",
};

impl Placeholders {
    /// The placeholder that stands as `text` between braces.
    pub(super) fn read(&self, text: &str) -> Result<Piece, &'static str> {
        let (name, rest) = match text.split_once(':') {
            Some((name, rest)) => (name, Some(rest)),
            None => (text, None),
        };
        match (name, rest) {
            ("body", None) => Ok(Piece::Body),
            ("body", Some(digest)) => Ok(Piece::BodyDigest(BodyDigest::read(digest)?)),
            ("url", None) => Ok(Piece::Url("".into())),
            ("header", Some(rest)) => {
                let (header, length) = match rest.split_once(':') {
                    Some((header, length)) => (header, Some(length)),
                    None => (rest, None),
                };
                let is_lower = !header.bytes().any(|byte| byte.is_ascii_uppercase());
                let header = HeaderName::from_bytes(header.as_bytes()).ok();
                let header = header
                    .filter(|_| is_lower)
                    .ok_or("`{header:name}` must name a header in lower case")?;
                check_end_to_end(&header)?;
                taken(Source::Header(header), length)
            }
            (name, length) => {
                let named = self.named.iter().find(|source| source.name() == name);
                taken(named.ok_or(self.unknown)?.clone(), length)
            }
        }
    }
}

fn taken(source: Source, extent: Option<&str>) -> Result<Piece, &'static str> {
    const WRONG: &str =
        "a placeholder's length must be a number of bytes from 1 to 256, or `rfc3339` for a time";
    let extent = extent
        .map(|text| {
            if text == RFC3339 && source == Source::Timestamp {
                return Ok(Extent::Rfc3339);
            }
            let number = text
                .parse::<usize>()
                .ok()
                .filter(|it| (1..=MAX_TEXT_BYTES).contains(it));
            // One form of each number, so that a template is shown as it was written.
            let number = number.filter(|it| it.to_string() == text);
            number.map(Extent::Bytes).ok_or(WRONG)
        })
        .transpose()?;
    Ok(Piece::Taken(source, extent))
}

/// As it stands in the place of a length.
const RFC3339: &str = "rfc3339";

impl Source {
    fn name(&self) -> &str {
        match self {
            Self::Id => "id",
            #[cfg(feature = "jwt")]
            Self::Nonce => "nonce",
            Self::Timestamp => "timestamp",
            #[cfg(feature = "jwt")]
            Self::Algorithm => "algorithm",
            Self::Method => "method",
            Self::Path => "path",
            Self::Header(name) => name.as_str(),
        }
    }
}

/// As it stands in a template.
impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Url(_) => f.write_str("{url}"),
            Self::Body => f.write_str("{body}"),
            Self::BodyDigest(digest) => write!(f, "{{body:{digest}}}"),
            Self::Taken(source, extent) => {
                let header = match source {
                    Source::Header(_) => "header:",
                    _ => "",
                };
                write!(f, "{{{header}{}", source.name())?;
                match extent {
                    None => {}
                    Some(Extent::Bytes(length)) => write!(f, ":{length}")?,
                    Some(Extent::Rfc3339) => write!(f, ":{RFC3339}")?,
                }
                f.write_str("}")
            }
        }
    }
}
