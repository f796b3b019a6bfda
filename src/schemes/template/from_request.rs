//! [`FromRequest`]: what a template takes from a request beside id, time and the body itself.

use http::HeaderName;

use super::{
    MAX_HEADERS, Misfit, Template, TextRule,
    body_digest::{BodyDigest, DigestText},
    piece::Source,
};
use crate::{
    request::{Head, Single},
    verdict::Rejection,
};

/// What a template takes from a request beside the body and what a scheme has settings for: method, path, headers, the
/// body's digest. Most take nothing of that.
#[derive(Debug, Clone)]
pub(crate) struct FromRequest {
    method: Option<TextRule>,
    path: Option<TextRule>,
    headers: Vec<(HeaderName, TextRule)>,
    digest: Option<BodyDigest>,
}

/// The values of the headers, in the template's order.
#[derive(Default)]
pub(crate) struct Values<'a> {
    found: [&'a [u8]; MAX_HEADERS],
    count: usize,
}

impl<'a> Values<'a> {
    pub(crate) fn as_slice(&self) -> &[&'a [u8]] {
        self.found.get(..self.count).unwrap_or_default()
    }
}

impl FromRequest {
    /// Of `template`, if it takes anything of that.
    pub(crate) fn of(template: &Template) -> Option<Self> {
        let rule = |source: Source| template.has(&source).then(|| template.rule_of(&source));
        let header = |source: &Source| match source {
            Source::Header(name) => Some((name.clone(), template.rule_of(source))),
            _ => None,
        };
        let from_request = Self {
            method: rule(Source::Method),
            path: rule(Source::Path),
            headers: template.taken().filter_map(header).collect(),
            digest: template.digest(),
        };
        let takes_any = from_request.method.is_some()
            || from_request.path.is_some()
            || !from_request.headers.is_empty()
            || from_request.digest.is_some();
        takes_any.then_some(from_request)
    }

    /// Reads the headers and checks all that the template takes.
    ///
    /// # Errors
    ///
    /// When a header is missing or stands twice, or a text would give the signed text a second reading.
    pub(crate) fn read<'a>(&self, head: &Head<'a>) -> Result<Values<'a>, Rejection> {
        if let Some(rule) = self.method {
            let fits = rule.check(head.method.as_bytes());
            fits.map_err(|_| {
                malformed("the method that it covers makes the signed text ambiguous")
            })?;
        }
        if let Some(rule) = self.path {
            check_target(rule, head).map_err(|_| {
                malformed("the path that it covers makes the signed text ambiguous")
            })?;
        }
        let mut values = Values {
            count: self.headers.len().min(MAX_HEADERS),
            ..Values::default()
        };
        for ((name, rule), found) in self.headers.iter().zip(&mut values.found) {
            *found = value(head, name, *rule)?;
        }
        Ok(values)
    }

    /// The text of the body's digest, where it has a place.
    pub(crate) fn digest_of(&self, body: &[u8]) -> Option<DigestText> {
        self.digest.map(|digest| digest.of(body))
    }

    /// The headers that it reads, in the template's order, each with the length of its value, where that is set.
    #[cfg(feature = "simulator")]
    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, Option<usize>)> {
        let headers = self.headers.iter();
        headers.map(|(name, rule)| (name.as_str(), rule.length))
    }
}

fn value<'a>(head: &Head<'a>, name: &HeaderName, rule: TextRule) -> Result<&'a [u8], Rejection> {
    let value = match head.single(name) {
        Single::Value(value) if !value.is_empty() => value,
        Single::Value(_) | Single::Missing => {
            return Err(malformed("a header that it covers is missing"));
        }
        Single::Repeated => return Err(malformed("a header that it covers stands twice")),
    };
    rule.check(value).map_err(|_| {
        malformed("a header that it covers is too long, or makes the signed text ambiguous")
    })?;
    // Saved requests are text, and must be judged alike.
    if std::str::from_utf8(value).is_err() {
        return Err(malformed("a header that it covers is not UTF-8"));
    }
    Ok(value)
}

/// A server limits the length of a target.
fn check_target(rule: TextRule, head: &Head<'_>) -> Result<(), Misfit> {
    let path = head.path.as_bytes();
    match head.query {
        Some(query) => rule.check_pieces(&[path, b"?", query.as_bytes()]),
        None => rule.check_pieces(&[path]),
    }
}

fn malformed(why: &'static str) -> Rejection {
    Rejection::MalformedSignature(why)
}
