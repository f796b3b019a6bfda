//! [`SignedRequest`]: a signature over the raw body, and perhaps a nonce and a time, by the private key of a
//! certificate (feature `jwt`).
//!
//! | part | where it stands | setting |
//! | --- | --- | --- |
//! | signature | a header, in base64, base64url, hexadecimal or as a compact JWS | [`SignedRequestConfig::new`], [`encoding`](SignedRequestConfig::encoding) |
//! | nonce | a header | [`nonce`](SignedRequestConfig::nonce) |
//! | time | a header, in seconds, milliseconds or RFC 3339 | [`timestamp`](SignedRequestConfig::timestamp) |
//! | algorithm | a header, or the head of the JWS | [`algorithm`](SignedRequestConfig::algorithm) |
//! | signed text | the body, and what the template puts around it | [`template`](SignedRequestConfig::template) |
//!
//! The receiver's owner chooses the names of the headers. Unico Check sends such requests.

mod algorithm;
mod config;
mod signature;
mod tokens;
mod verify;

use std::borrow::Cow;

use http::HeaderName;

pub use self::config::SignedRequestConfig;
use self::signature::read_jws;
use super::{
    Scheme, SignatureEncoding, Signs, Template, TimestampForm, Verified,
    signed_header::SignedHeader, template::FromRequest,
};
use crate::{
    keys::{KeyKind, LiveKeys},
    request::RawRequest,
    setup::Finding,
    verdict::Rejection,
};

/// A request signed by the private key of a certificate, ready to verify. Made from a [`SignedRequestConfig`] with
/// `try_from`; its keys are those of a [`Keyring`](crate::keys::Keyring).
///
/// # Security
///
/// The algorithms are those of the [`VerifyingKey`](crate::keys::VerifyingKey): a header or a JWS that names another, `none` included, is refused. Every
/// header that stands twice is refused, since senders, proxies and frameworks disagree on which one counts. The nonce is
/// remembered by the road: with other content it is refused, with the same it is a copy.
///
/// A key that also signs tokens makes requests of them, for whoever has seen one. So a JWS whose head says that it is a
/// token is refused (RFC 8725, section 3.11). So is a text that has the form of what a token's signature is over.
/// [`accept_tokens_as_requests`](SignedRequestConfig::accept_tokens_as_requests) lifts both. A token whose head says
/// nothing is only kept apart by a time in the template.
///
/// A JWS may name its key (`kid`): a key with another name is then not tried. Of the others, at most eight are.
///
/// # Examples
///
/// ```no_run
/// use hookgate::{
///     keys::{JwsAlgorithm, VerifyingKey},
///     providers::preset::Preset,
///     schemes::{SignedRequest, SignedRequestConfig, TimestampForm},
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let certificate = VerifyingKey::der(std::fs::read("unico.crt")?, [JwsAlgorithm::Rs256]);
/// let config = SignedRequestConfig::new("x-signature")
///     .nonce("x-nonce")
///     .timestamp("x-timestamp", TimestampForm::Seconds)
///     .template("{timestamp}.{nonce}.{body}");
/// let pack = Preset::custom("acme", SignedRequest::try_from(config)?, certificate);
/// # let _ = pack;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct SignedRequest {
    signature_header: HeaderName,
    encoding: SignatureEncoding,
    template: Template,
    nonce: Option<SignedHeader>,
    timestamp: Option<SignedHeader>,
    timestamp_form: TimestampForm,
    algorithm: Option<SignedHeader>,
    accept_tokens: bool,
    from_request: Option<FromRequest>,
}

impl Scheme for SignedRequest {
    fn signs(&self) -> Signs {
        Signs {
            time: self.timestamp.is_some(),
            nonce: self.nonce.is_some(),
            verbatim: self.encoding != SignatureEncoding::Jws && self.template.holds_body(),
            ..Signs::body()
        }
    }

    fn takes(&self, kind: KeyKind) -> bool {
        kind == KeyKind::Public
    }

    /// Whether tokens of the same key would be taken for requests.
    fn findings(&self) -> Vec<Finding> {
        Vec::from_iter(self.takes_tokens())
    }

    fn names_keys(&self) -> bool {
        self.encoding == SignatureEncoding::Jws
    }

    /// The `kid` of a JWS. Signatures in other encodings name no key.
    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection> {
        if self.encoding != SignatureEncoding::Jws {
            return Ok(None);
        }
        let jws = read_jws(self.signature_text(&request.head)?)?;
        Ok(jws.head.into_key_id().map(Cow::Owned))
    }

    /// Proves the whole body, and what else the template names.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.prove(request, keys)
    }
}
