//! [`HmacHeaderConfig`]: how one sender signs with a MAC in a header.

use http::HeaderName;
use serde::{Deserialize, Serialize};

use super::{
    HmacHeader, SignatureLayout,
    family::{Family, HeaderFamily},
    parts::{Form, MAX_FURTHER_HEADERS},
};
use crate::{
    schemes::{
        Digest, SignatureEncoding, Template, TimestampForm, signature_encoding,
        signed_header::header_name,
        template::{FromRequest, Source, TextRule, headers_of},
        timestamp_form::GOES_ON,
    },
    setup::BuildError,
};

/// How one sender signs: the public, serialisable form of an [`HmacHeader`].
///
/// ```
/// use hookgate::schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding, TimestampForm};
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex)
///     .timestamp("x-timestamp", TimestampForm::Seconds)
///     .template("{timestamp}.{body}");
/// let scheme = HmacHeader::try_from(config)?;
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HmacHeaderConfig {
    /// The header that carries the signatures.
    pub signature_header: String,
    /// How it carries them.
    #[serde(default = "SignatureLayout::alone")]
    pub layout: SignatureLayout,
    /// What parts the signatures, pairs or time in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
    /// Further headers that may carry a signature.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_signature_headers: Vec<String>,
    /// Their text form: hexadecimal or a form of base64.
    #[serde(deserialize_with = "signature_encoding::of_mac")]
    pub encoding: SignatureEncoding,
    /// What is signed; see [`Template`].
    #[serde(default = "body")]
    pub template: String,
    /// The header of `{id}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id_header: Option<String>,
    /// The header of `{timestamp}`, unless the layout carries it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_header: Option<String>,
    /// The form of `{timestamp}`. Serialised as `timestamp_unit`.
    #[serde(default, rename = "timestamp_unit")]
    pub timestamp_form: TimestampForm,
    /// Other names of the headers, of which a request has either.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub or_headers: Option<HeaderFamily>,
    /// The digest.
    #[serde(default)]
    pub digest: Digest,
    /// The address that stands as `{url}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

fn body() -> String {
    "{body}".to_owned()
}

impl HmacHeaderConfig {
    /// HMAC-SHA256 over the body, the signature alone in `signature_header`.
    pub fn new(signature_header: impl Into<String>, encoding: SignatureEncoding) -> Self {
        Self {
            signature_header: signature_header.into(),
            layout: SignatureLayout::alone(),
            separator: None,
            more_signature_headers: Vec::new(),
            encoding,
            template: body(),
            id_header: None,
            timestamp_header: None,
            timestamp_form: TimestampForm::Seconds,
            or_headers: None,
            digest: Digest::Sha256,
            url: None,
        }
    }

    /// How the header carries the signatures. Default: one, and nothing else.
    #[must_use]
    pub fn layout(mut self, layout: SignatureLayout) -> Self {
        self.layout = layout;
        self
    }

    /// What parts the pairs, the signatures of a list, or the time from the signature: a blank or an ASCII sign that stands
    /// in no signature. Default: `.` for [`SignatureLayout::TimeAndSignature`], else `,`.
    #[must_use]
    pub fn separator(mut self, separator: char) -> Self {
        self.separator = Some(separator);
        self
    }

    /// A further header that may carry a signature in the same layout. Some senders sign with a second key in a header of
    /// its own, or number their headers. A request must have one of them, each once. At most 15.
    #[must_use]
    pub fn or_signed_in(mut self, header: impl Into<String>) -> Self {
        self.more_signature_headers.push(header.into());
        self
    }

    /// Other names of the headers: a request has them under the first names or under these. One family is read whole, so
    /// the id of one never goes with the signature of the other. A request that has both is taken where both say the same.
    ///
    /// ```
    /// use hookgate::schemes::{HeaderFamily, HmacHeader, HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm};
    ///
    /// # fn main() -> Result<(), hookgate::BuildError> {
    /// let config = HmacHeaderConfig::new("webhook-signature", SignatureEncoding::Base64)
    ///     .layout(SignatureLayout::SpaceSeparated { prefix: "v1,".to_owned() })
    ///     .id("webhook-id")
    ///     .timestamp("webhook-timestamp", TimestampForm::Seconds)
    ///     .template("{id}.{timestamp}.{body}")
    ///     .or_headers(HeaderFamily::new("svix-signature").id("svix-id").timestamp("svix-timestamp"));
    /// let scheme = HmacHeader::try_from(config)?;
    /// # let _ = scheme;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn or_headers(mut self, family: HeaderFamily) -> Self {
        self.or_headers = Some(family);
        self
    }

    /// The text of the time in a value of the signature's header, where the layout carries one: for tools.
    pub fn time_in<'v>(&self, value: &'v str) -> Option<&'v str> {
        let separator = self.layout.separator(self.separator).ok()?;
        let time = self.layout.time_in(value.as_bytes(), separator).ok()??;
        std::str::from_utf8(time).ok()
    }

    /// The signed text: `{id}`, `{timestamp}`, `{body}`, the other placeholders of a [`Template`], and what stands between
    /// them. Default: `{body}`.
    #[must_use]
    pub fn template(mut self, template: impl Into<String>) -> Self {
        self.template = template.into();
        self
    }

    /// The header that carries the id. The template must have `{id}`: an id that nothing signs identifies nothing.
    #[must_use]
    pub fn id(mut self, header: impl Into<String>) -> Self {
        self.id_header = Some(header.into());
        self
    }

    /// The header that carries the time, and its form. The template must have `{timestamp}`: a time that nothing signs
    /// dates nothing.
    #[must_use]
    pub fn timestamp(mut self, header: impl Into<String>, form: TimestampForm) -> Self {
        self.timestamp_header = Some(header.into());
        self.timestamp_form(form)
    }

    /// The form of a time that the layout carries. Default: seconds.
    #[must_use]
    pub fn timestamp_form(mut self, form: TimestampForm) -> Self {
        self.timestamp_form = form;
        self
    }

    /// The digest. Default: SHA-256.
    #[must_use]
    pub fn digest(mut self, digest: Digest) -> Self {
        self.digest = digest;
        self
    }

    /// The address that stands as `{url}` in the signed text: as it was entered at the sender, whole. What a request says
    /// of its own host is never signed text, since whoever sends it writes that.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }
}

impl TryFrom<HmacHeaderConfig> for HmacHeader {
    type Error = BuildError;

    fn try_from(config: HmacHeaderConfig) -> Result<Self, BuildError> {
        config.encoding.check_for_mac()?;
        let template = config.template.parse::<Template>()?;
        let template = template.with_url(config.url.as_deref())?;
        let names = HeaderFamily {
            signature_header: config.signature_header.clone(),
            id_header: config.id_header.clone(),
            timestamp_header: config.timestamp_header.clone(),
        };
        let family = Family::of(&names, &template)?;
        let carries_time = config.layout.carries_time();
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
        if matches!(&config.layout, SignatureLayout::SpaceSeparated { prefix } if prefix.is_empty())
            || matches!(&config.layout, SignatureLayout::Pairs { signature, .. } if signature.is_empty())
        {
            return Err(BuildError::Scheme(
                "a list of signatures needs the version or name that counts",
            ));
        }
        Ok(Self {
            further: further_headers(&config, &family)?,
            other: match &config.or_headers {
                Some(names) => Some(Box::new(other_family(names, &family, &template)?)),
                None => None,
            },
            family,
            form: Form {
                separator: config.layout.separator(config.separator)?,
                layout: config.layout,
                encoding: config.encoding,
            },
            timestamp_rule: timestamp_rule(&template, config.timestamp_form)?,
            timestamp_form: config.timestamp_form,
            digest: config.digest,
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

impl HmacHeaderConfig {
    pub(in crate::schemes) fn signature_headers(&self) -> Vec<&str> {
        let others = self.or_headers.iter().map(|it| &it.signature_header);
        std::iter::once(&self.signature_header)
            .chain(&self.more_signature_headers)
            .chain(others)
            .map(String::as_str)
            .collect()
    }

    pub(in crate::schemes) fn covered_headers(&self) -> Vec<&str> {
        let others = self.or_headers.iter();
        let others = others.flat_map(|it| [&it.id_header, &it.timestamp_header]);
        [&self.id_header, &self.timestamp_header]
            .into_iter()
            .chain(others)
            .flatten()
            .map(String::as_str)
            .chain(headers_of(&self.template))
            .collect()
    }
}

/// Further headers of signatures.
fn further_headers(config: &HmacHeaderConfig, own: &Family) -> Result<Vec<HeaderName>, BuildError> {
    let names = config.more_signature_headers.iter();
    let names = names.map(|name| header_name("signature header", name));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    if names.is_empty() {
        return Ok(names);
    }
    if config.layout.carries_time() || config.or_headers.is_some() {
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

/// What the text of a time of this form may be.
fn timestamp_rule(template: &Template, form: TimestampForm) -> Result<TextRule, BuildError> {
    let rule = form.rule(template.rule_of(&Source::Timestamp))?;
    if rule.delimiter.is_some_and(|byte| form.may_contain(byte)) {
        return Err(GOES_ON);
    }
    Ok(rule)
}
