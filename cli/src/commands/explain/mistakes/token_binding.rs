//! Tokens that bind the body: what one shows by itself.

use hookgate::{
    Rejection,
    schemes::{JwtBinding, JwtBodyHashConfig},
};

use super::super::{
    case::Case,
    court::Ruling,
    finding::{Confidence, Finding},
    signing::tokens_of,
};

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    let (Some(scheme), Ruling::Rejected(rejection)) = (tokens_of(case), ruling) else {
        return Vec::new();
    };
    let (mistake, cause, advice) = match rejection {
        Rejection::MissingSignature => (
            "signature_missing",
            format!("the request is not signed: {}", missing(&scheme)),
            "have the sender sign its events, and look for what drops the token on the way",
        ),
        Rejection::MalformedSignature(why) => (
            "signature_malformed",
            format!("the token: {why}"),
            "compare the token with the sender's documentation: `alg`, `typ`, and the claim of the digest",
        ),
        Rejection::SignedForAnother(why) => (
            "token_for_another",
            format!("a key of the receiver signed the token, but {why}"),
            "compare `iss`, `aud` and the other claims with the settings: another use of the key is no event",
        ),
        Rejection::MissingId | Rejection::MalformedId(_) => (
            "signed_id",
            "the token's `jti` is missing, or is no text of at most 256 bytes".to_owned(),
            "take `jti` for the id only where the sender documents it",
        ),
        Rejection::MissingNonce | Rejection::MalformedNonce(_) => (
            "signed_nonce",
            "the token's `jti` is missing, or is no text of at most 256 bytes".to_owned(),
            "take `jti` for a nonce only where the sender documents it",
        ),
        _ => return Vec::new(),
    };
    let certain = Confidence::Certain;
    vec![Finding::sign(certain, mistake, cause, advice)]
}

fn missing(scheme: &JwtBodyHashConfig) -> String {
    match &scheme.binding {
        JwtBinding::Digest { header, .. } | JwtBinding::Detached { header, .. } => {
            format!("there is no header {header}, or it is empty")
        }
        JwtBinding::Member(place) => format!("the body has no member {place}"),
        _ => "the body is empty or JSON, and no token".to_owned(),
    }
}
