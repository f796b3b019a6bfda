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
//! The names of the headers are the receiver's owner's choice. Unico Check sends such requests.

mod algorithm;
mod config;
mod signature;

use std::{borrow::Cow, fmt};

use http::HeaderName;

pub use self::config::{RequestEncoding, SignedRequestConfig, TimestampForm};
use self::{
    algorithm::is_named,
    signature::{Signature, is_base64url},
};
use super::{
    Coverage, Verified,
    hmac_header::whole_number,
    signed_header::{SignedHeader, Unreadable},
    template::{Piece, Template},
};
use crate::{
    identity::KeyId,
    keys::{TokenAlgorithm, TokenKey},
    request::{Head, RawRequest, Single},
    setup::{BuildError, Finding, Severity},
    time::UnixTime,
    verdict::Rejection,
};

/// Longest signature header that is parsed. RSA with 8,192 bits needs 2,048 in hexadecimal; a JWS that carries its
/// payload more.
const MAX_SIGNATURE_HEADER_BYTES: usize = 8 * 1024;

/// A request signed by the private key of a certificate, ready to verify.
///
/// # Security
///
/// The algorithms are those of the [`TokenKey`]: a header or a JWS that names another, `none` included, is refused. Every
/// header that stands twice is refused, since senders, proxies and frameworks disagree on which one counts. The nonce is
/// remembered by the road: with other content it is refused, with the same it is a copy.
///
/// A key that also signs tokens makes requests of them, for whoever has seen one. So a JWS whose head says that it is a
/// token, and a text that is what a token's signature is over, are refused (RFC 8725, section 3.11), unless
/// [`accept_tokens_as_requests`](SignedRequestConfig::accept_tokens_as_requests) is set. A token whose head says nothing is
/// only kept apart by a time in the template.
///
/// # Examples
///
/// ```no_run
/// use hookgate::{
///     keys::{TokenAlgorithm, TokenKey},
///     schemes::{SignedRequest, SignedRequestConfig, TimestampForm},
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let certificate = TokenKey::der(std::fs::read("unico.crt")?, [TokenAlgorithm::Rs256]);
/// let config = SignedRequestConfig::new("x-signature")
///     .nonce("x-nonce")
///     .timestamp("x-timestamp", TimestampForm::Seconds)
///     .template("{timestamp}.{nonce}.{body}");
/// let scheme = SignedRequest::new(config, [certificate])?;
/// # let _ = scheme;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SignedRequest {
    keys: Vec<(KeyId, TokenKey)>,
    signature_header: HeaderName,
    encoding: RequestEncoding,
    template: Template,
    nonce: Option<SignedHeader>,
    timestamp: Option<SignedHeader>,
    timestamp_form: TimestampForm,
    algorithm: Option<SignedHeader>,
    accept_tokens: bool,
}

impl SignedRequest {
    /// Requests that one of `keys` signed: several for as long as a certificate is renewed. The id of a key is its own,
    /// else its place, counted from 0.
    ///
    /// # Errors
    ///
    /// When a key cannot be used, or the settings contradict each other: a nonce or time without its placeholder, or a
    /// placeholder without its header.
    pub fn new(
        config: SignedRequestConfig,
        keys: impl IntoIterator<Item = TokenKey>,
    ) -> Result<Self, BuildError> {
        let template = Template::of_signed_request(&config.template)?;
        let names = [
            Some(&config.signature_header),
            config.nonce_header.as_ref(),
            config.timestamp_header.as_ref(),
            config.algorithm_header.as_ref(),
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
        let timestamp = signed(
            &template,
            &Piece::Timestamp,
            "timestamp header",
            config.timestamp_header.as_deref(),
        )?;
        Ok(Self {
            keys: identified(keys)?,
            signature_header: header("signature header", &config.signature_header)?,
            encoding: config.encoding,
            nonce: signed(
                &template,
                &Piece::Nonce,
                "nonce header",
                config.nonce_header.as_deref(),
            )?,
            timestamp: match config.timestamp_form {
                // Its text begins and ends by its own form, so a `.` or `:` behind it leaves one reading.
                TimestampForm::Rfc3339 => timestamp.map(SignedHeader::delimiting_itself),
                TimestampForm::Seconds | TimestampForm::Milliseconds => timestamp,
            },
            timestamp_form: config.timestamp_form,
            algorithm: match config.algorithm_header {
                // Unsigned it does no harm: it chooses among what the key allows.
                Some(name) => Some(SignedHeader::new(
                    header("algorithm header", &name)?,
                    &template,
                    &Piece::Algorithm,
                )),
                None if template.has(&Piece::Algorithm) => return Err(PLACEHOLDER_WITHOUT_HEADER),
                None => None,
            },
            template,
            accept_tokens: config.accept_tokens_as_requests,
        })
    }

    /// Whether the signed text has a time.
    pub fn has_timestamp(&self) -> bool {
        self.timestamp.is_some()
    }

    /// Whether the signed text has a nonce.
    pub fn has_nonce(&self) -> bool {
        self.nonce.is_some()
    }

    /// What the start-up check says: a certificate has ended, or has not begun, or tokens of the same key would be taken
    /// for requests. No request is refused for a certificate's dates: what counts is the key, and you named that.
    pub fn findings(&self, now: UnixTime) -> Vec<Finding> {
        let dates = self.keys.iter().map(|(_, key)| key.certificate_dates());
        let of_dates = dates.flatten().find_map(|dates| of_certificate(dates, now));
        of_dates.into_iter().chain(self.takes_tokens()).collect()
    }

    /// Whether no token's signature is over a text that the template can make.
    fn parts_tokens_from_requests(&self) -> bool {
        let pieces = self.template.pieces();
        if self.encoding == RequestEncoding::Jws {
            // What is signed is the payload: a token's claims, if the literals leave it an object.
            let begins = |text: &str| text.trim_ascii_start().starts_with(|it| it != '{');
            let ends = |text: &str| text.trim_ascii_end().ends_with(|it| it != '}');
            return matches!(pieces, [Piece::Literal(text), ..] if begins(text))
                || matches!(pieces, [.., Piece::Literal(text)] if ends(text));
        }
        // What is signed would be head and payload of a token.
        let is_foreign = |byte: u8| !(is_base64url(byte) || byte == b'.');
        let foreign =
            |it: &Piece| matches!(it, Piece::Literal(text) if text.bytes().any(is_foreign));
        !self.accept_tokens || pieces.iter().any(foreign)
    }

    /// A JWS of the body alone is a token, if the body is a token's claims and the head says nothing.
    fn takes_tokens(&self) -> Option<Finding> {
        let parts_both = self.has_timestamp() || self.parts_tokens_from_requests();
        (!parts_both).then(|| {
            Finding::new(
                Severity::Warning,
                "tokens_taken_as_requests",
                "nothing in what is signed parts requests from tokens: whoever has seen a token of the same key can \
                 send it as a request whose body is its claims",
                "let the sender sign a time too, or use the key for nothing else",
            )
        })
    }

    /// Proves the whole body, and the nonce and time that the template names.
    ///
    /// # Errors
    ///
    /// What is missing, malformed or does not match.
    pub fn verify<'a>(&self, request: RawRequest<'a>) -> Result<Verified<'a>, Rejection> {
        let head = &request.head;
        let header = self.signature_text(head)?;
        let nonce = text(self.nonce.as_ref(), head).map_err(|unreadable| match unreadable {
            Unreadable::Missing => Rejection::MissingNonce,
            Unreadable::Malformed(why) => Rejection::MalformedNonce(why),
        })?;
        let timestamp = self.timestamp(head)?;
        let algorithm = text(self.algorithm.as_ref(), head).map_err(|_| {
            Rejection::MalformedSignature("the header that names its algorithm cannot be read")
        })?;
        let signed_text = self.signed_text(
            request.body,
            nonce.unwrap_or_default(),
            timestamp.map_or("", |(text, _)| text),
            algorithm.unwrap_or_default(),
        );
        let signature = Signature::read(self.encoding, header, signed_text, self.accept_tokens)?;
        let key_id = self.key_of(&signature, algorithm)?;
        Ok(Verified::assertion_by(Coverage::Body, key_id)
            .with_nonce(nonce)
            .with_sent_at(timestamp.map(|(_, time)| time)))
    }

    /// The id of the key that made the signature, with an algorithm that it is for and that nothing contradicts.
    fn key_of(&self, signature: &Signature<'_>, named: Option<&str>) -> Result<KeyId, Rejection> {
        let fits = |algorithm: &&TokenAlgorithm| {
            named.is_none_or(|name| is_named(**algorithm, name))
                && signature.algorithm.is_none_or(|it| it == **algorithm)
        };
        let mut any_algorithm = false;
        for (id, key) in &self.keys {
            for algorithm in key.algorithms().iter().filter(fits) {
                any_algorithm = true;
                if key.verifies(
                    *algorithm,
                    signature.key_id.as_deref(),
                    &signature.message,
                    &signature.bytes,
                ) {
                    return Ok(id.clone());
                }
            }
        }
        Err(if any_algorithm {
            Rejection::SignatureMismatchUnder("its template, encoding and algorithm")
        } else {
            Rejection::MalformedSignature("its algorithm is not one that a key is for")
        })
    }

    fn signature_text<'a>(&self, head: &Head<'a>) -> Result<&'a [u8], Rejection> {
        match head.single(&self.signature_header) {
            Single::Value(value) if value.len() > MAX_SIGNATURE_HEADER_BYTES => {
                Err(Rejection::MalformedSignature("its header is too long"))
            }
            Single::Value([]) | Single::Missing => Err(Rejection::MissingSignature),
            Single::Value(value) => Ok(value),
            Single::Repeated => Err(Rejection::MalformedSignature("its header stands twice")),
        }
    }

    /// The time, as its text stands in the signed text and as a moment.
    fn timestamp<'a>(&self, head: &Head<'a>) -> Result<Option<(&'a str, UnixTime)>, Rejection> {
        let read = text(self.timestamp.as_ref(), head).map_err(|unreadable| match unreadable {
            Unreadable::Missing => Rejection::MissingTimestamp,
            Unreadable::Malformed(_) => Rejection::MalformedTimestamp,
        })?;
        let Some(text) = read else {
            return Ok(None);
        };
        let number = || whole_number(text.as_bytes());
        let time = match self.timestamp_form {
            TimestampForm::Seconds => number().map(UnixTime::from_secs),
            TimestampForm::Milliseconds => number().map(UnixTime::from_millis),
            TimestampForm::Rfc3339 => UnixTime::from_rfc3339(text),
        };
        time.map(|time| Some((text, time)))
            .ok_or(Rejection::MalformedTimestamp)
    }

    fn signed_text<'a>(
        &self,
        body: &'a [u8],
        nonce: &str,
        timestamp: &str,
        algorithm: &str,
    ) -> Cow<'a, [u8]> {
        match self.template.pieces() {
            [Piece::Body] => Cow::Borrowed(body),
            pieces => Cow::Owned(signed_text(pieces, body, nonce, timestamp, algorithm)),
        }
    }
}

fn of_certificate((begin, end): (UnixTime, UnixTime), now: UnixTime) -> Option<Finding> {
    let (code, what, advice) = if end < now {
        (
            "certificate_ended",
            "a certificate of signed requests has ended: the sender may stop to sign with its key",
            "give the sender a new one, and the receiver both meanwhile",
        )
    } else if begin > now {
        (
            "certificate_not_begun",
            "a certificate of signed requests is not valid yet",
            "see whether the clock is right",
        )
    } else {
        return None;
    };
    Some(Finding::new(Severity::Warning, code, what, advice))
}

/// The signed text, put together as the template says.
pub(crate) fn signed_text(
    pieces: &[Piece],
    body: &[u8],
    nonce: &str,
    timestamp: &str,
    algorithm: &str,
) -> Vec<u8> {
    let pieces = pieces.iter().map(|piece| match piece {
        Piece::Literal(text) => text.as_bytes(),
        Piece::Nonce => nonce.as_bytes(),
        Piece::Timestamp => timestamp.as_bytes(),
        Piece::Algorithm => algorithm.as_bytes(),
        Piece::Body => body,
        // Not a placeholder of such templates.
        Piece::Id => &[],
    });
    pieces.collect::<Vec<_>>().concat()
}

const PLACEHOLDER_WITHOUT_HEADER: BuildError =
    BuildError::Scheme("the template of signed requests has a placeholder whose header is not set");

/// The header of a placeholder: both or neither.
fn signed(
    template: &Template,
    piece: &Piece,
    what: &'static str,
    name: Option<&str>,
) -> Result<Option<SignedHeader>, BuildError> {
    match (name, template.has(piece)) {
        (Some(name), true) => Ok(Some(SignedHeader::new(
            header(what, name)?,
            template,
            piece,
        ))),
        (None, false) => Ok(None),
        (Some(_), false) => Err(BuildError::Scheme(
            "signed requests have a nonce or time whose placeholder is not in the template: \
             what nothing signs stops no replay",
        )),
        (None, true) => Err(PLACEHOLDER_WITHOUT_HEADER),
    }
}

fn header(what: &'static str, name: &str) -> Result<HeaderName, BuildError> {
    HeaderName::from_bytes(name.as_bytes()).map_err(|_| BuildError::Name {
        what,
        why: "it is not a header name",
    })
}

fn text<'a>(header: Option<&SignedHeader>, head: &Head<'a>) -> Result<Option<&'a str>, Unreadable> {
    header.map(|header| header.text(head)).transpose()
}

fn identified(
    keys: impl IntoIterator<Item = TokenKey>,
) -> Result<Vec<(KeyId, TokenKey)>, BuildError> {
    let mut identified: Vec<(KeyId, TokenKey)> = Vec::new();
    for (place, key) in keys.into_iter().enumerate() {
        key.validate()?;
        let id: KeyId = match key.id() {
            Some(id) => id.into(),
            None => place.to_string().into(),
        };
        if identified.iter().any(|(other, _)| *other == id) {
            let place = place.saturating_add(1);
            return Err(BuildError::RepeatedKeyId { place });
        }
        identified.push((id, key));
    }
    if identified.is_empty() {
        return Err(BuildError::NoKey);
    }
    Ok(identified)
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("keys", &self.keys)
            .field("template", &self.template)
            .field("encoding", &self.encoding)
            .finish_non_exhaustive()
    }
}
