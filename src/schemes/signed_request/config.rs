//! [`SignedRequestConfig`]: how one sender signs its requests.

use serde::{Deserialize, Serialize};

/// The text form of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RequestEncoding {
    /// Standard base64 with padding.
    #[default]
    Base64,
    /// base64url without padding (RFC 7515, section 2).
    Base64Url,
    /// Hexadecimal, either case.
    Hex,
    /// A compact JWS (RFC 7515) whose payload is the signed text; it may be left out (appendix F: detached).
    Jws,
}

/// The form of a time. Fixed per sender, never guessed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TimestampForm {
    /// Whole seconds since the epoch.
    #[default]
    Seconds,
    /// Milliseconds since the epoch.
    Milliseconds,
    /// An RFC 3339 date and time with its offset.
    Rfc3339,
}

/// How one sender signs: the public, serialisable form of a [`SignedRequest`](super::SignedRequest) but for its keys.
///
/// ```
/// use hookgate::schemes::{RequestEncoding, SignedRequestConfig, TimestampForm};
///
/// let config = SignedRequestConfig::new("x-signature")
///     .nonce("x-nonce")
///     .timestamp("x-timestamp", TimestampForm::Seconds)
///     .template("{timestamp}.{nonce}.{body}")
///     .encoding(RequestEncoding::Base64);
/// # let _ = config;
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedRequestConfig {
    pub(crate) signature_header: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) nonce_header: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) timestamp_header: Option<String>,
    #[serde(default)]
    pub(crate) timestamp_form: TimestampForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) algorithm_header: Option<String>,
    #[serde(default = "body")]
    pub(crate) template: String,
    #[serde(default)]
    pub(crate) encoding: RequestEncoding,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) accept_tokens_as_requests: bool,
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
            encoding: RequestEncoding::default(),
            accept_tokens_as_requests: false,
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

    /// The signed text: `{nonce}`, `{timestamp}`, `{algorithm}`, `{body}` and what stands between them. `{body}` must
    /// stand once; a literal must part each other placeholder from the next towards the body. Default: `{body}`.
    #[must_use]
    pub fn template(mut self, template: impl Into<String>) -> Self {
        self.template = template.into();
        self
    }

    /// The text form of the signature. Default: base64.
    #[must_use]
    pub fn encoding(mut self, encoding: RequestEncoding) -> Self {
        self.encoding = encoding;
        self
    }

    /// Takes a JWS whose head says that it is a token (`typ` is `JWT`, `at+jwt` or another of them), and a signed text
    /// that is what a token's signature is over.
    ///
    /// For senders whose library writes `typ: JWT` into every JWS. Whoever has seen a token that the same key signed can
    /// then send it as a request whose body is its claims, unless the template has a time (RFC 8725, sections 2.8 and
    /// 3.11). Default: refused.
    #[must_use]
    pub fn accept_tokens_as_requests(mut self) -> Self {
        self.accept_tokens_as_requests = true;
        self
    }
}
