//! [`Family`]: the headers that belong together.

use std::collections::HashSet;

use http::HeaderName;
use serde::{Deserialize, Serialize};

use crate::{
    request::{Head, Single},
    schemes::{
        Template,
        signed_header::{SignedHeader, header_name},
        template::Source,
    },
    setup::BuildError,
    verdict::Rejection,
};

/// The names of the headers of one family: that of the signature, and those of what it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HeaderFamily {
    /// The header that carries the signatures.
    pub signature_header: String,
    /// The header of `{id}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_header: Option<String>,
    /// The header of `{timestamp}`, unless the layout carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_header: Option<String>,
}

impl HeaderFamily {
    /// The signature's header alone.
    pub fn new(signature_header: impl Into<String>) -> Self {
        Self {
            signature_header: signature_header.into(),
            id_header: None,
            timestamp_header: None,
        }
    }

    /// The header that carries the id.
    #[must_use]
    pub fn id(mut self, header: impl Into<String>) -> Self {
        self.id_header = Some(header.into());
        self
    }

    /// The header that carries the time.
    #[must_use]
    pub fn timestamp(mut self, header: impl Into<String>) -> Self {
        self.timestamp_header = Some(header.into());
        self
    }
}

/// The headers that belong together, ready to be looked up.
#[derive(Debug, Clone)]
pub(super) struct Family {
    pub(super) signature: HeaderName,
    pub(super) id: Option<SignedHeader>,
    pub(super) timestamp: Option<HeaderName>,
    /// The names in this order, for one look into the head.
    all: Vec<HeaderName>,
}

/// What a head has of a family's headers.
pub(super) struct Found<'a> {
    pub(super) signature: Single<'a>,
    pub(super) id: Single<'a>,
    pub(super) timestamp: Single<'a>,
}

impl Family {
    pub(super) fn of(names: &HeaderFamily, template: &Template) -> Result<Self, BuildError> {
        let timestamp = names.timestamp_header.as_deref();
        let mut family = Self {
            signature: header_name("signature header", &names.signature_header)?,
            id: id_header(names.id_header.as_deref(), template)?,
            timestamp: timestamp
                .map(|name| header_name("timestamp header", name))
                .transpose()?,
            all: Vec::new(),
        };
        family.all = family.names().cloned().collect();
        if family.all.iter().collect::<HashSet<_>>().len() < family.all.len() {
            return Err(BuildError::Scheme(
                "signature, id and timestamp cannot stand in the same header",
            ));
        }
        Ok(family)
    }

    /// Looks all of its headers up at once.
    pub(super) fn found<'a>(&self, head: &Head<'a>) -> Found<'a> {
        if let [signature] = &*self.all {
            return Found {
                signature: head.single(signature),
                id: Single::Missing,
                timestamp: Single::Missing,
            };
        }
        let [signature, second, third] = head.singles_of(&self.all);
        match &self.id {
            Some(_) => Found {
                signature,
                id: second,
                timestamp: third,
            },
            None => Found {
                signature,
                id: Single::Missing,
                timestamp: second,
            },
        }
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &HeaderName> {
        let id = self.id.as_ref().map(SignedHeader::name);
        [Some(&self.signature), id, self.timestamp.as_ref()]
            .into_iter()
            .flatten()
    }

    /// Whether the head has any of its headers.
    fn is_in(&self, head: &Head<'_>) -> bool {
        self.names()
            .any(|name| head.single(name) != Single::Missing)
    }

    /// The one of the two that `head` has: one of them whole, so never the id of one with the signature of the other.
    ///
    /// # Errors
    ///
    /// When it has both, and they do not say the same.
    pub(super) fn chosen<'f>(
        &'f self,
        other: &'f Self,
        head: &Head<'_>,
    ) -> Result<&'f Self, Rejection> {
        if !other.is_in(head) {
            return Ok(self);
        }
        if !self.is_in(head) {
            return Ok(other);
        }
        let mut pairs = self.names().zip(other.names());
        if pairs.all(|(own, others)| head.single(own) == head.single(others)) {
            return Ok(self);
        }
        Err(Rejection::MalformedSignature(
            "it stands under two names, and what belongs to them differs",
        ))
    }
}

fn id_header(
    header: Option<&str>,
    template: &Template,
) -> Result<Option<SignedHeader>, BuildError> {
    match (header, template.has(&Source::Id)) {
        (Some(name), true) => {
            let name = header_name("id header", name)?;
            Ok(Some(SignedHeader::new(name, template, &Source::Id)))
        }
        (None, false) => Ok(None),
        (Some(_), false) => Err(BuildError::Scheme(
            "an id header is set, but the template has no `{id}`: \
             an id that nothing signs identifies nothing",
        )),
        (None, true) => Err(BuildError::Scheme(
            "the template has `{id}`, but no id header is set",
        )),
    }
}
