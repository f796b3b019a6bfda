//! [`HmacHeaderConfig`]: how one sender signs with a MAC in a header.

use serde::{Deserialize, Serialize};

use super::{HmacHeader, SignatureLayout, TimestampSource};
use crate::{
    schemes::{
        Digest, SignatureEncoding, Template, TimestampForm, signature_encoding,
        signed_header::{SignedHeader, header_name},
        template::{Source, TextRule},
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
    /// Their text form: hexadecimal or base64.
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
            encoding,
            template: body(),
            id_header: None,
            timestamp_header: None,
            timestamp_form: TimestampForm::Seconds,
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
        let id = id_header(config.id_header, &template)?;
        let timestamp = timestamp_source(config.timestamp_header, &config.layout)?;
        if timestamp.is_some() != template.has(&Source::Timestamp) {
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
            signature_header: header_name("signature header", &config.signature_header)?,
            layout: config.layout,
            encoding: config.encoding,
            id,
            timestamp,
            timestamp_rule: timestamp_rule(&template, config.timestamp_form)?,
            timestamp_form: config.timestamp_form,
            digest: config.digest,
            from_head: template.from_head().map(Box::new),
            template,
        })
    }
}

fn id_header(
    header: Option<String>,
    template: &Template,
) -> Result<Option<SignedHeader>, BuildError> {
    match (header, template.has(&Source::Id)) {
        (Some(name), true) => {
            let name = header_name("id header", &name)?;
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

fn timestamp_source(
    header: Option<String>,
    layout: &SignatureLayout,
) -> Result<Option<TimestampSource>, BuildError> {
    let in_layout = match layout {
        SignatureLayout::Pairs { timestamp, .. } => timestamp.clone(),
        SignatureLayout::Single { .. } | SignatureLayout::SpaceSeparated { .. } => None,
    };
    match (header, in_layout) {
        (Some(_), Some(_)) => Err(BuildError::Scheme(
            "the time is set twice: as a header and in the signature's layout",
        )),
        (Some(name), None) => {
            let name = header_name("timestamp header", &name)?;
            Ok(Some(TimestampSource::Header(name)))
        }
        (None, Some(name)) => Ok(Some(TimestampSource::Pair(name))),
        (None, None) => Ok(None),
    }
}

/// What the text of a time of this form may be.
fn timestamp_rule(template: &Template, form: TimestampForm) -> Result<TextRule, BuildError> {
    let rule = template.rule_of(&Source::Timestamp);
    let rule = match form {
        // Its text begins and ends by its own form, so any literal behind it leaves one reading.
        TimestampForm::Rfc3339 => rule.delimiting_itself(),
        _ => rule,
    };
    if rule.delimiter.is_some_and(|byte| form.may_contain(byte)) {
        return Err(BuildError::Scheme(
            "a time of this form can contain the literal beside `{timestamp}`: one signature would fit two readings",
        ));
    }
    Ok(rule)
}
