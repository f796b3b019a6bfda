//! What stands in the header of the signature, decoded.

use std::borrow::Cow;

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use serde::{Deserialize, de::IgnoredAny};

use super::RequestEncoding;
use crate::{access::TokenAlgorithm, error::Rejection};

/// A signature, what it is over, and what it says of itself.
pub(super) struct Signature<'a> {
    pub(super) bytes: Vec<u8>,
    pub(super) message: Cow<'a, [u8]>,
    /// What a JWS names. It chooses among what the key allows and nothing else.
    pub(super) algorithm: Option<TokenAlgorithm>,
    pub(super) key_id: Option<String>,
}

impl<'a> Signature<'a> {
    /// Reads `header`, which should hold a signature of `text`.
    pub(super) fn read(
        encoding: RequestEncoding,
        header: &'a [u8],
        text: Cow<'a, [u8]>,
    ) -> Result<Self, Rejection> {
        let bytes = match encoding {
            RequestEncoding::Jws => return Self::of_jws(header, &text).map_err(malformed),
            RequestEncoding::Base64 => BASE64_STANDARD.decode(header).ok(),
            RequestEncoding::Base64Url => BASE64_URL_SAFE_NO_PAD.decode(header).ok(),
            // The decoder would pass over a `0x` before the digits.
            RequestEncoding::Hex if header.starts_with(b"0x") => None,
            RequestEncoding::Hex => const_hex::decode(header).ok(),
        };
        let bytes = bytes.ok_or_else(|| malformed("it is not in the scheme's encoding"))?;
        Ok(Self {
            bytes,
            message: text,
            algorithm: None,
            key_id: None,
        })
    }

    /// RFC 7515, section 5.2, and appendix F where the payload is left out. Nothing that is fetched or carried in the
    /// head (`jku`, `jwk`, `x5u`, `x5c`) is read: the keys are the receiver's.
    fn of_jws(header: &'a [u8], text: &[u8]) -> Result<Self, &'static str> {
        const NOT_COMPACT: &str = "it is no compact JWS";
        let jws = std::str::from_utf8(header).map_err(|_| NOT_COMPACT)?;
        let (message, signature) = jws.rsplit_once('.').ok_or(NOT_COMPACT)?;
        let (head, payload) = message.split_once('.').ok_or(NOT_COMPACT)?;
        let decoded = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| NOT_COMPACT);
        let bytes = decoded(signature)?;
        let read: JwsHead = serde_json::from_slice(&decoded(head)?).map_err(|_| NOT_COMPACT)?;
        // `b64` (RFC 7797) would need `crit`, so with it is refused too.
        if read.crit.is_some() {
            return Err("the head of its JWS demands an extension");
        }
        let algorithm = TokenAlgorithm::from_name(&read.alg);
        let algorithm = algorithm.ok_or("its algorithm is unknown")?;
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
            key_id: read.kid,
        })
    }
}

fn malformed(why: &'static str) -> Rejection {
    Rejection::MalformedSignature(why)
}

/// All that is read of a JWS's head.
#[derive(Deserialize)]
struct JwsHead {
    alg: String,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
}
