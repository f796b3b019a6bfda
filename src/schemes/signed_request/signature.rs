//! What stands in the header of the signature, decoded.

use std::borrow::Cow;

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};

use super::RequestEncoding;
use crate::{
    keys::{TokenAlgorithm, jose::JwsHead},
    verdict::Rejection,
};

/// A signature, what it is over, and what it says of itself.
pub(super) struct Signature<'a> {
    pub(super) bytes: Vec<u8>,
    pub(super) message: Cow<'a, [u8]>,
    /// What a JWS names. It chooses among what the key allows and nothing else.
    pub(super) algorithm: Option<TokenAlgorithm>,
    pub(super) key_id: Option<String>,
}

impl<'a> Signature<'a> {
    /// Reads `header`, which should hold a signature of `text`. Unless `tokens` are taken too, neither may be a token's.
    pub(super) fn read(
        encoding: RequestEncoding,
        header: &'a [u8],
        text: Cow<'a, [u8]>,
        tokens: bool,
    ) -> Result<Self, Rejection> {
        let bytes = match encoding {
            RequestEncoding::Jws => return Self::of_jws(header, &text, tokens).map_err(malformed),
            RequestEncoding::Base64 => BASE64_STANDARD.decode(header).ok(),
            RequestEncoding::Base64Url => BASE64_URL_SAFE_NO_PAD.decode(header).ok(),
            // The decoder would pass over a `0x` before the digits.
            RequestEncoding::Hex if header.starts_with(b"0x") => None,
            RequestEncoding::Hex => const_hex::decode(header).ok(),
        };
        let bytes = bytes.ok_or_else(|| malformed("it is not in the scheme's encoding"))?;
        if !tokens && is_signed_part_of_token(&text) {
            return Err(malformed("what is signed is a token"));
        }
        Ok(Self {
            bytes,
            message: text,
            algorithm: None,
            key_id: None,
        })
    }

    /// RFC 7515, section 5.2, and appendix F where the payload is left out. Nothing that is fetched or carried in the
    /// head (`jku`, `jwk`, `x5u`, `x5c`) is read: the keys are the receiver's.
    fn of_jws(header: &'a [u8], text: &[u8], tokens: bool) -> Result<Self, &'static str> {
        const NOT_COMPACT: &str = "it is no compact JWS";
        let jws = std::str::from_utf8(header).map_err(|_| NOT_COMPACT)?;
        let (message, signature) = jws.rsplit_once('.').ok_or(NOT_COMPACT)?;
        let (head, payload) = message.split_once('.').ok_or(NOT_COMPACT)?;
        let decoded = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| NOT_COMPACT);
        let bytes = decoded(signature)?;
        let read: JwsHead = serde_json::from_slice(&decoded(head)?).map_err(|_| NOT_COMPACT)?;
        if !tokens && read.is_token() {
            return Err(
                "its JWS is a token by its head; if requests are signed so, set `accept_tokens_as_requests`",
            );
        }
        // `b64` (RFC 7797) would need `crit`, so with it is refused too.
        if read.demands_extension() {
            return Err("the head of its JWS demands an extension");
        }
        let algorithm = read.algorithm().ok_or("its algorithm is unknown")?;
        let message = if payload.is_empty() {
            let payload = BASE64_URL_SAFE_NO_PAD.encode(text);
            Cow::Owned(format!("{head}.{payload}").into_bytes())
        } else if decoded(payload)? == text {
            Cow::Borrowed(message.as_bytes())
        } else {
            return Err("the payload of its JWS is not the signed text");
        };
        Ok(Self {
            bytes,
            message,
            algorithm: Some(algorithm),
            key_id: read.key_id(),
        })
    }
}

/// Whether this is what the signature of a compact JWS is over: a head and a payload, in base64url. Whoever has seen a
/// token can take it apart and send it so, as a body or, before a dot, as a nonce. No JSON looks like it.
fn is_signed_part_of_token(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| *byte == b'.');
    let (Some(head), Some(payload), None) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    // The head first: any other text has a brace there.
    head.iter().chain(payload).all(|byte| is_base64url(*byte))
        && BASE64_URL_SAFE_NO_PAD
            .decode(head)
            .is_ok_and(|head| serde_json::from_slice::<JwsHead>(&head).is_ok())
}

/// Whether base64url has this byte (RFC 4648, section 5).
pub(super) fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

fn malformed(why: &'static str) -> Rejection {
    Rejection::MalformedSignature(why)
}
