//! [`HmacHeaderConfig`]: how one sender signs with a MAC in a header.

use serde::{Deserialize, Serialize};

use super::HmacHeader;
use crate::{
    schemes::{
        Digest, HeaderFamily, SignatureEncoding, SignatureLayout, TimestampForm,
        signature_encoding, signature_headers::Settings,
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
    /// What is signed; see [`Template`](crate::schemes::Template).
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
        self.settings().time_in(value)
    }

    /// The signed text: `{id}`, `{timestamp}`, `{body}`, the other placeholders of a
    /// [`Template`](crate::schemes::Template), and what stands between
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
        Ok(Self {
            headers: config.settings().try_into()?,
            digest: config.digest,
        })
    }
}

impl HmacHeaderConfig {
    /// What it says of headers.
    pub(in crate::schemes) fn settings(&self) -> Settings<'_> {
        Settings {
            signature_header: &self.signature_header,
            layout: &self.layout,
            separator: self.separator,
            more_signature_headers: &self.more_signature_headers,
            encoding: self.encoding,
            template: &self.template,
            id_header: self.id_header.as_deref(),
            timestamp_header: self.timestamp_header.as_deref(),
            timestamp_form: self.timestamp_form,
            or_headers: self.or_headers.as_ref(),
            url: self.url.as_deref(),
        }
    }
}
