//! Keeping tokens of the same key apart from requests.

use super::SignedRequest;
use crate::{
    keys::jose::{JwsHead, base64url},
    schemes::SignatureEncoding,
    setup::{Finding, Severity},
};

impl SignedRequest {
    /// Whether no token's signature is over a text that the template can make.
    fn parts_tokens_from_requests(&self) -> bool {
        let mut known = self.template.known_texts();
        if self.encoding == SignatureEncoding::Jws {
            // What is signed is the payload: a token's claims, if the literals leave it an object.
            let begins = |text: &str| text.trim_ascii_start().starts_with(|it| it != '{');
            let ends = |text: &str| text.trim_ascii_end().ends_with(|it| it != '}');
            let first = known.clone().next().flatten();
            let last = known.next_back().flatten();
            return first.is_some_and(begins) || last.is_some_and(ends);
        }
        // What is signed would be head and payload of a token.
        let is_foreign = |byte: u8| !(base64url::has(byte) || byte == b'.');
        let has_foreign = |text: &str| text.bytes().any(is_foreign);
        !self.accept_tokens || known.flatten().any(has_foreign)
    }

    /// Whether a token that does not say what it is would pass, with its claims as the body.
    pub(super) fn may_take_claims(&self) -> bool {
        self.encoding == SignatureEncoding::Jws
            && !self.accept_tokens
            && self.timestamp.is_none()
            && !self.parts_tokens_from_requests()
    }

    /// A JWS of the body alone is a token, if the body is a token's claims and the head says nothing.
    pub(super) fn takes_tokens(&self) -> Option<Finding> {
        let parts_both = self.timestamp.is_some() || self.parts_tokens_from_requests();
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
}

/// Whether this is what the signature of a compact JWS is over: a head and a payload, in base64url. Whoever has seen a
/// token can take it apart and send it so, as a body or, before a dot, as a nonce. No JSON looks like it.
pub(super) fn is_signed_part_of_token(text: &[u8]) -> bool {
    let mut parts = text.split(|byte| *byte == b'.');
    let (Some(head), Some(payload), None) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    // The head first: any other text has a brace there.
    head.iter().chain(payload).all(|byte| base64url::has(*byte)) && JwsHead::read(head).is_some()
}
