//! [`SignedRequestConfig`]: how one sender signs its requests.

use serde::{Deserialize, Serialize};

use super::SignedRequest;
use crate::{
    schemes::{
        SignatureEncoding, Template, TimestampForm,
        signed_header::{SignedHeader, header_name},
        template::{FromRequest, Source, headers_of},
    },
    setup::BuildError,
};

/// How one sender signs: the public, serialisable form of a [`SignedRequest`](super::SignedRequest).
///
/// ```
/// use hookgate::schemes::{SignatureEncoding, SignedRequest, SignedRequestConfig, TimestampForm};
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let config = SignedRequestConfig::new("x-signature")
///     .nonce("x-nonce")
///     .timestamp("x-timestamp", TimestampForm::Seconds)
///     .template("{timestamp}.{nonce}.{body}")
///     .encoding(SignatureEncoding::Base64);
/// let scheme = SignedRequest::try_from(config)?;
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SignedRequestConfig {
    /// The header that carries the signature.
    pub signature_header: String,
    /// The header of `{nonce}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce_header: Option<String>,
    /// The header of `{timestamp}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp_header: Option<String>,
    /// The form of `{timestamp}`.
    #[serde(default)]
    pub timestamp_form: TimestampForm,
    /// The header that names the algorithm.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm_header: Option<String>,
    /// What is signed.
    #[serde(default = "body")]
    pub template: String,
    /// The signature's text form.
    #[serde(default)]
    pub encoding: SignatureEncoding,
    /// Whether tokens are taken too.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accept_tokens_as_requests: bool,
    /// The address that stands as `{url}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

fn body() -> String {
    "{body}".to_owned()
}

impl SignedRequestConfig {
    /// The signature over the body, in base64, in the header `signature_header`.
    pub fn new(signature_header: impl Into<String>) -> Self {
        Self {
            signature_header: signature_header.into(),
            nonce_header: None,
            timestamp_header: None,
            timestamp_form: TimestampForm::default(),
            algorithm_header: None,
            template: body(),
            encoding: SignatureEncoding::default(),
            accept_tokens_as_requests: false,
            url: None,
        }
    }

    /// The header that carries a text that is used once. The template must have `{nonce}`: one that nothing signs
    /// stops no replay.
    #[must_use]
    pub fn nonce(mut self, header: impl Into<String>) -> Self {
        self.nonce_header = Some(header.into());
        self
    }

    /// The header that carries the time, and its form. The template must have `{timestamp}`: a time that nothing signs
    /// dates nothing.
    #[must_use]
    pub fn timestamp(mut self, header: impl Into<String>, form: TimestampForm) -> Self {
        self.timestamp_header = Some(header.into());
        self.timestamp_form = form;
        self
    }

    /// The header that names the algorithm: as tokens spell it (`RS256`), as Java does (`SHA256withRSA`), or the
    /// digest alone (`SHA256`). It only chooses among those that the key is for.
    #[must_use]
    pub fn algorithm(mut self, header: impl Into<String>) -> Self {
        self.algorithm_header = Some(header.into());
        self
    }

    /// The signed text: the placeholders of a [`Template`], with `{nonce}` and `{algorithm}` in the place of `{id}`, and what
    /// stands between them. Default: `{body}`.
    #[must_use]
    pub fn template(mut self, template: impl Into<String>) -> Self {
        self.template = template.into();
        self
    }

    /// The text form of the signature. Default: base64.
    #[must_use]
    pub fn encoding(mut self, encoding: SignatureEncoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// The address that stands as `{url}` in the signed text: as it was entered at the sender, whole. What a request says
    /// of its own host is never signed text, since whoever sends it writes that.
    #[must_use]
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Takes a JWS whose head says that it is a token (`typ` is `JWT`, `at+jwt` or another of them), and one over a body
    /// with the `exp` of a token. Takes a signed text too that has the form of what a token's signature is over.
    ///
    /// For senders whose library writes `typ: JWT` into every JWS. Unless the template has a time, whoever has seen a
    /// token that the same key signed can then send it as a request. The token's claims are its body (RFC 8725,
    /// sections 2.8 and 3.11). Default: refused.
    #[must_use]
    pub fn accept_tokens_as_requests(mut self) -> Self {
        self.accept_tokens_as_requests = true;
        self
    }
}

impl SignedRequestConfig {
    fn check_names(&self) -> Result<(), BuildError> {
        let names = [
            Some(&self.signature_header),
            self.nonce_header.as_ref(),
            self.timestamp_header.as_ref(),
            self.algorithm_header.as_ref(),
        ];
        let names: Vec<&String> = names.into_iter().flatten().collect();
        let repeated = |(place, name): (usize, &&String)| {
            let mut before = names.iter().take(place);
            before.any(|other| other.eq_ignore_ascii_case(name))
        };
        if names.iter().enumerate().any(repeated) {
            return Err(BuildError::Scheme(
                "two parts of a signed request cannot stand in the same header",
            ));
        }
        Ok(())
    }
}

impl TryFrom<SignedRequestConfig> for SignedRequest {
    type Error = BuildError;

    /// # Errors
    ///
    /// When the settings contradict each other: a nonce or time without its placeholder, or a placeholder without its
    /// header.
    fn try_from(config: SignedRequestConfig) -> Result<Self, BuildError> {
        let template = Template::of_signed_request(&config.template)?;
        let template = template.with_url(config.url.as_deref())?;
        config.check_names()?;
        let timestamp = signed(
            &template,
            &Source::Timestamp,
            "timestamp header",
            config.timestamp_header.as_deref(),
        )?;
        Ok(Self {
            signature_header: header_name("signature header", &config.signature_header)?,
            encoding: config.encoding,
            nonce: signed(
                &template,
                &Source::Nonce,
                "nonce header",
                config.nonce_header.as_deref(),
            )?,
            timestamp: match timestamp {
                Some(header) => Some(header.of_time(config.timestamp_form)?),
                None => None,
            },
            timestamp_form: config.timestamp_form,
            algorithm: match config.algorithm_header {
                // Unsigned it does no harm: it chooses among what the key allows.
                Some(name) => Some(SignedHeader::new(
                    header_name("algorithm header", &name)?,
                    &template,
                    &Source::Algorithm,
                )),
                None if template.has(&Source::Algorithm) => return Err(PLACEHOLDER_WITHOUT_HEADER),
                None => None,
            },
            from_request: FromRequest::of(&template),
            template,
            accept_tokens: config.accept_tokens_as_requests,
        })
    }
}

impl SignedRequestConfig {
    pub(in crate::schemes) fn covered_headers(&self) -> Vec<&str> {
        // It may be read without being covered: it chooses among what the key allows.
        let algorithm = self.algorithm_header.as_ref();
        let algorithm = algorithm.filter(|_| self.template.contains("{algorithm"));
        [
            self.nonce_header.as_ref(),
            self.timestamp_header.as_ref(),
            algorithm,
        ]
        .into_iter()
        .flatten()
        .map(String::as_str)
        .chain(headers_of(&self.template))
        .collect()
    }
}

const PLACEHOLDER_WITHOUT_HEADER: BuildError =
    BuildError::Scheme("the template of signed requests has a placeholder whose header is not set");

/// The header of a placeholder: both or neither.
fn signed(
    template: &Template,
    source: &Source,
    what: &'static str,
    name: Option<&str>,
) -> Result<Option<SignedHeader>, BuildError> {
    match (name, template.has(source)) {
        (Some(name), true) => Ok(Some(SignedHeader::new(
            header_name(what, name)?,
            template,
            source,
        ))),
        (None, false) => Ok(None),
        (Some(_), false) => Err(BuildError::Scheme(
            "signed requests have a nonce or time whose placeholder is not in the template: \
             what nothing signs stops no replay",
        )),
        (None, true) => Err(PLACEHOLDER_WITHOUT_HEADER),
    }
}
