//! [`Settings`]: what configurations say of headers, whatever makes the signatures.

use http::HeaderName;

use super::{
    HeaderFamily, SignatureHeaders, SignatureLayout,
    family::Family,
    parts::{Form, MAX_FURTHER_HEADERS},
};
use crate::{
    schemes::{
        SignatureEncoding, Template, TimestampForm,
        signed_header::header_name,
        template::{FromRequest, Source, headers_of},
    },
    setup::BuildError,
};

/// What a configuration says of headers.
#[derive(Clone, Copy)]
pub(in crate::schemes) struct Settings<'c> {
    pub(in crate::schemes) signature_header: &'c str,
    pub(in crate::schemes) layout: &'c SignatureLayout,
    pub(in crate::schemes) separator: Option<char>,
    pub(in crate::schemes) more_signature_headers: &'c [String],
    pub(in crate::schemes) encoding: SignatureEncoding,
    pub(in crate::schemes) template: &'c str,
    pub(in crate::schemes) id_header: Option<&'c str>,
    pub(in crate::schemes) timestamp_header: Option<&'c str>,
    pub(in crate::schemes) timestamp_form: TimestampForm,
    pub(in crate::schemes) or_headers: Option<&'c HeaderFamily>,
    pub(in crate::schemes) url: Option<&'c str>,
}

impl TryFrom<Settings<'_>> for SignatureHeaders {
    type Error = BuildError;

    fn try_from(settings: Settings<'_>) -> Result<Self, BuildError> {
        settings.encoding.check_in_header()?;
        let template = settings.template.parse::<Template>()?;
        let template = template.with_url(settings.url)?;
        let names = HeaderFamily {
            signature_header: settings.signature_header.to_owned(),
            id_header: settings.id_header.map(str::to_owned),
            timestamp_header: settings.timestamp_header.map(str::to_owned),
        };
        let family = Family::of(&names, &template)?;
        let carries_time = settings.layout.carries_time();
        if carries_time && family.timestamp.is_some() {
            return Err(BuildError::Scheme(
                "the time is set twice: as a header and in the signature's layout",
            ));
        }
        let has_time = carries_time || family.timestamp.is_some();
        if has_time != template.has(&Source::Timestamp) {
            return Err(BuildError::Scheme(
                "the template's `{timestamp}` and the source of the time go together: \
                 a time that nothing signs dates nothing",
            ));
        }
        if matches!(settings.layout, SignatureLayout::SpaceSeparated { prefix } if prefix.is_empty())
            || matches!(settings.layout, SignatureLayout::Pairs { signature, .. } if signature.is_empty())
        {
            return Err(BuildError::Scheme(
                "a list of signatures needs the version or name that counts",
            ));
        }
        Ok(Self {
            further: settings.further_headers(&family)?,
            other: match settings.or_headers {
                Some(names) => Some(Box::new(other_family(names, &family, &template)?)),
                None => None,
            },
            family,
            form: Form {
                separator: settings.layout.separator(settings.separator)?,
                layout: settings.layout.clone(),
                encoding: settings.encoding,
            },
            timestamp_rule: settings
                .timestamp_form
                .rule(template.rule_of(&Source::Timestamp))?,
            timestamp_form: settings.timestamp_form,
            from_request: FromRequest::of(&template).map(Box::new),
            template,
        })
    }
}

/// The other family, of the same shape: no part of one is ever read with the rest of the other.
fn other_family(
    names: &HeaderFamily,
    own: &Family,
    template: &Template,
) -> Result<Family, BuildError> {
    let other = Family::of(names, template)?;
    if own.timestamp.is_some() != other.timestamp.is_some() {
        return Err(BuildError::Scheme(
            "the two families of headers must carry the same: a time in one alone dates nothing",
        ));
    }
    if own.names().any(|name| other.names().any(|it| it == name)) {
        return Err(BuildError::Scheme(
            "the two families of headers cannot share one",
        ));
    }
    Ok(other)
}

impl<'c> Settings<'c> {
    /// Those that carry a signature, the one that a sender writes first.
    pub(in crate::schemes) fn signature_headers(self) -> Vec<&'c str> {
        let others = self.or_headers.iter().map(|it| &*it.signature_header);
        let more = self.more_signature_headers.iter().map(String::as_str);
        std::iter::once(self.signature_header)
            .chain(more)
            .chain(others)
            .collect()
    }

    /// Those whose values the signature covers.
    pub(in crate::schemes) fn covered_headers(self) -> Vec<&'c str> {
        let others = self.or_headers.iter();
        let others =
            others.flat_map(|it| [it.id_header.as_deref(), it.timestamp_header.as_deref()]);
        [self.id_header, self.timestamp_header]
            .into_iter()
            .chain(others)
            .flatten()
            .chain(headers_of(self.template))
            .collect()
    }

    /// The text of the time in a value of the signature's header, where the layout carries one.
    pub(in crate::schemes) fn time_in(self, value: &str) -> Option<&str> {
        let separator = self.layout.separator(self.separator).ok()?;
        let time = self.layout.time_in(value.as_bytes(), separator).ok()??;
        std::str::from_utf8(time).ok()
    }

    /// Further headers of signatures.
    fn further_headers(self, own: &Family) -> Result<Vec<HeaderName>, BuildError> {
        let names = self.more_signature_headers.iter();
        let names = names.map(|name| header_name("signature header", name));
        let names = names.collect::<Result<Vec<_>, _>>()?;
        if names.is_empty() {
            return Ok(names);
        }
        if self.layout.carries_time() || self.or_headers.is_some() {
            return Err(BuildError::Scheme(
                "several headers of signatures go with neither a time in the layout nor a second family of headers",
            ));
        }
        let is_repeated = |(place, name): (usize, &HeaderName)| {
            own.names().any(|it| it == name) || names.iter().take(place).any(|it| it == name)
        };
        if names.len() > MAX_FURTHER_HEADERS || names.iter().enumerate().any(is_repeated) {
            return Err(BuildError::Scheme(
                "the headers of signatures are at most 16, each named once",
            ));
        }
        Ok(names)
    }
}
