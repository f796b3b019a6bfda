//! [`SignedHeader`]: a header whose text is part of what is signed.

use http::HeaderName;

#[cfg(feature = "jwt")]
use super::TimestampForm;
use super::{
    end_to_end::check_end_to_end,
    template::{Misfit, Source, Template, TextRule},
};
use crate::{
    request::{Head, Single},
    setup::BuildError,
    verdict::Rejection,
};

/// A header whose text is signed, and what that may be.
#[derive(Debug, Clone)]
pub(super) struct SignedHeader {
    name: HeaderName,
    rule: TextRule,
}

/// Why there is no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unreadable {
    Missing,
    Malformed(&'static str),
}

impl SignedHeader {
    /// The header `name`, whose text stands in the place of `source` in the template.
    pub(super) fn new(name: HeaderName, template: &Template, source: &Source) -> Self {
        Self {
            name,
            rule: template.rule_of(source),
        }
    }

    /// For the text of a time of this form.
    #[cfg(feature = "jwt")]
    pub(super) fn of_time(mut self, form: TimestampForm) -> Result<Self, BuildError> {
        self.rule = form.rule(self.rule)?;
        Ok(self)
    }

    pub(super) fn name(&self) -> &HeaderName {
        &self.name
    }

    #[cfg(feature = "jwt")]
    pub(super) fn text<'a>(&self, head: &Head<'a>) -> Result<&'a str, Unreadable> {
        self.text_of(head.single(&self.name))
    }

    /// The text, where the header was looked up already.
    pub(super) fn text_of<'a>(&self, found: Single<'a>) -> Result<&'a str, Unreadable> {
        let value = match found {
            Single::Value(value) if !value.is_empty() => value,
            Single::Value(_) | Single::Missing => return Err(Unreadable::Missing),
            Single::Repeated => return Err(Unreadable::Malformed("its header stands twice")),
        };
        let fits = self.rule.check(value);
        fits.map_err(|Misfit(why)| Unreadable::Malformed(why))?;
        std::str::from_utf8(value).map_err(|_| Unreadable::Malformed("it is not UTF-8"))
    }
}

/// The name of a header that a configuration gives; `what` says which.
pub(super) fn header_name(what: &'static str, name: &str) -> Result<HeaderName, BuildError> {
    let refused = |why| BuildError::Name { what, why };
    let name = HeaderName::from_bytes(name.as_bytes());
    let name = name.map_err(|_| refused("it is not a header name"))?;
    check_end_to_end(&name).map_err(refused)?;
    Ok(name)
}

/// The value of the header that carries the signature, of at most `limit` bytes. It may be empty.
pub(super) fn signature_value<'a>(
    head: &Head<'a>,
    name: &HeaderName,
    limit: usize,
) -> Result<&'a [u8], Rejection> {
    value_of_signature(head.single(name), limit)
}

/// The same, where the header was looked up already.
pub(super) fn value_of_signature(found: Single<'_>, limit: usize) -> Result<&[u8], Rejection> {
    match found {
        Single::Value(value) if value.len() > limit => {
            Err(Rejection::MalformedSignature("its header is too long"))
        }
        Single::Value(value) => Ok(value),
        Single::Missing => Err(Rejection::MissingSignature),
        Single::Repeated => Err(Rejection::MalformedSignature("its header stands twice")),
    }
}
