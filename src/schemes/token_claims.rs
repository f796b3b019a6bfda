//! Telling events from the claims of a token that the same key has signed.

use serde_json::value::RawValue;

use crate::json::places::{Repeated, find};

/// Whether a body may be the claims of a token, taken out of it: nearly all tokens end.
pub(super) fn may_be_claims(body: &[u8]) -> bool {
    let is_number = |exp: &RawValue| {
        exp.get()
            .starts_with(|it: char| it == '-' || it.is_ascii_digit())
    };
    match find(body, [Some("/exp")]) {
        Ok([exp]) => exp.is_some_and(is_number),
        Err(Repeated) => true,
    }
}
