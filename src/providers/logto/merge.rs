//! One identity for what several hooks sent.
//!
//! A hook's id is in the body that it signs, so an occurrence that several hooks subscribe to
//! arrives as bodies that differ in `hookId` alone. Real events have that member last, those of the
//! console's test button second (known).
//!
//! This works on the bytes as they arrived. Logto's own log of recent deliveries keeps no order of
//! members, so what is read back from there cannot be matched this way.

use super::decode::{NotAnEvent, no};
use crate::json::digest_without;

/// SHA-256 of a body without its top-level member `hookId`.
///
/// Bodies that differ in the value or the place of that member alone, or in white space next to it,
/// give the same digest. Any other difference gives another one. A body without the member is hashed as it is.
///
/// # Errors
///
/// When the body is not a UTF-8 JSON object, or the member is repeated.
///
/// # Examples
///
/// ```
/// use hookgate::providers::logto::digest_without_hook_id;
///
/// let one = digest_without_hook_id(br#"{"event":"PostSignIn","userId":"u","hookId":"a"}"#)?;
/// let other = digest_without_hook_id(br#"{"event":"PostSignIn","hookId":"b","userId":"u"}"#)?;
/// assert_eq!(one, other);
/// # Ok::<(), hookgate::providers::logto::NotAnEvent>(())
/// ```
pub fn digest_without_hook_id(body: &[u8]) -> Result<[u8; 32], NotAnEvent> {
    let text = std::str::from_utf8(body).map_err(|_| no("the body is not UTF-8"))?;
    digest_without(text, &["hookId"])
        .map_err(|_| no("the body is not a JSON object with one `hookId`"))
}
