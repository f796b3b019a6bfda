//! What an event is read from and identified by.

use bytes::Bytes;
use serde::de::IgnoredAny;

use crate::{
    json::{ByName, is_too_deep},
    provider::{Authenticated, Undecodable},
    schemes::{Coverage, Signs, Verified},
};

/// The bytes of `body` that are proved.
pub(super) fn covered<'b>(verified: &'b Verified<'_>, body: &'b [u8]) -> &'b [u8] {
    match verified.coverage() {
        Coverage::Body | Coverage::BodyBut { .. } => body,
        Coverage::Part(range) => body.get(range.clone()).unwrap_or_default(),
        Coverage::Bytes(bytes) => bytes,
    }
}

/// What is signed, without the proof.
///
/// # Errors
///
/// A scheme whose proof stands in JSON looked at the top level only: a text that is not a JSON object, or has a member
/// twice, is refused here.
pub(super) fn signed_part(
    signs: Signs,
    authenticated: &Authenticated<'_>,
) -> Result<Bytes, Undecodable> {
    let signed = authenticated.signed();
    let is_object = |text| serde_json::from_slice::<ByName<IgnoredAny>>(text).is_ok();
    if signs.within_json && signs.all && (is_too_deep(&signed) || !is_object(&signed)) {
        return Err(Undecodable(
            "the body is not a JSON object, or one of its members stands twice",
        ));
    }
    Ok(signed)
}
