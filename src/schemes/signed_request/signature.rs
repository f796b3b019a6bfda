//! What stands in the header of the signature, decoded.

use std::borrow::Cow;

use super::tokens::is_signed_part_of_token;
use crate::{
    keys::{JwsAlgorithm, jose::CompactJws},
    schemes::SignatureEncoding,
    verdict::Rejection,
};

/// A signature, what it is over, and what it says of itself.
pub(super) struct Signature<'a> {
    pub(super) bytes: Vec<u8>,
    pub(super) message: Cow<'a, [u8]>,
    /// What a JWS names. It chooses among what the key allows and nothing else.
    pub(super) algorithm: Option<JwsAlgorithm>,
    pub(super) key_id: Option<String>,
}

impl<'a> Signature<'a> {
    /// Reads `header`, which should hold a signature of `text`. Unless `tokens` are taken too, neither may be a token's.
    pub(super) fn read(
        encoding: SignatureEncoding,
        header: &'a [u8],
        text: Cow<'a, [u8]>,
        tokens: bool,
    ) -> Result<Self, Rejection> {
        if encoding == SignatureEncoding::Jws {
            return Self::of_jws(read_jws(header)?, &text, tokens).map_err(malformed);
        }
        let bytes = encoding.decode(header);
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
    fn of_jws(jws: CompactJws<'a>, text: &[u8], tokens: bool) -> Result<Self, &'static str> {
        if !tokens && jws.head.is_token() {
            return Err(
                "its JWS is a token by its head; if requests are signed so, set `accept_tokens_as_requests`",
            );
        }
        // `b64` (RFC 7797) would need `crit`, so with it is refused too.
        if jws.head.demands_extension() {
            return Err("the head of its JWS demands an extension");
        }
        let algorithm = jws.head.algorithm().ok_or("its algorithm is unknown")?;
        let message = if jws.is_detached() {
            Cow::Owned(jws.message_over(text))
        } else if jws.payload().ok_or(NOT_COMPACT)? == text {
            Cow::Borrowed(jws.message())
        } else {
            return Err("the payload of its JWS is not the signed text");
        };
        Ok(Self {
            message,
            algorithm: Some(algorithm),
            key_id: jws.head.into_key_id(),
            bytes: jws.signature,
        })
    }
}

const NOT_COMPACT: &str = "it is no compact JWS";

/// The JWS that `header` holds.
pub(super) fn read_jws(header: &[u8]) -> Result<CompactJws<'_>, Rejection> {
    CompactJws::read(header).ok_or_else(|| malformed(NOT_COMPACT))
}

fn malformed(why: &'static str) -> Rejection {
    Rejection::MalformedSignature(why)
}
