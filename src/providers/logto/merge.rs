//! One identity for what several hooks sent.
//!
//! A hook's id is in the body that it signs, so an occurrence that several hooks subscribe to
//! arrives as bodies that differ in `hookId` alone. Real events have that member last, those of the
//! console's test button second (known).
//!
//! This works on the bytes as they arrived. Logto's own log of recent deliveries keeps no order of
//! members, so what is read back from there cannot be matched this way.

use std::{fmt, ops::Range};

use serde::de::{self, MapAccess, Visitor};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::{
    decode::{NotAnEvent, no, parse},
    members::Name,
};

/// SHA-256 of a body without its top-level member `hookId`.
///
/// Bodies that differ in the value or the place of that member alone, or in white space next to it,
/// give the same digest; any other difference gives another. Nothing is copied: the pieces before and after are hashed where
/// they are. A body without the member is hashed as it is.
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
    let cut = parse(text, HookId { body: text })
        .map_err(|_| no("the body is not a JSON object with one `hookId`"))?;
    let (before, after) = match &cut {
        Some(cut) => (body.get(..cut.start), body.get(cut.end..)),
        None => (Some(body), Some(&[][..])),
    };
    let (Some(before), Some(after)) = (before, after) else {
        return Err(no("`hookId` is not inside the body"));
    };
    let mut hash = Sha256::new();
    hash.update(before);
    hash.update(after);
    Ok(hash.finalize().into())
}

/// Finds the bytes of the member and of one comma.
struct HookId<'a> {
    body: &'a str,
}

impl<'de> Visitor<'de> for HookId<'de> {
    type Value = Option<Range<usize>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut cut = None;
        // The end of the member before this one, if there is one.
        let mut before: Option<usize> = None;
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            let end = self.end_of(value);
            if name == "hookId" {
                if cut.is_some() {
                    return Err(de::Error::duplicate_field("hookId"));
                }
                // From the end of the member before: its comma goes too. The first member has none,
                // so the comma behind it goes.
                cut = Some(match before {
                    Some(start) => start..end,
                    None => self.start_of_first()..self.comma_after(end),
                });
            }
            before = Some(end);
        }
        Ok(cut)
    }
}

impl HookId<'_> {
    /// Where a value ends. The value is a piece of the body, so addresses tell where.
    fn end_of(&self, value: &RawValue) -> usize {
        let start = value.get().as_ptr().addr();
        let offset = start.saturating_sub(self.body.as_ptr().addr());
        offset.saturating_add(value.get().len())
    }

    /// Behind the object's opening brace.
    fn start_of_first(&self) -> usize {
        self.body
            .find('{')
            .map_or(0, |brace| brace.saturating_add(1))
    }

    /// Behind the comma that follows `end`, or `end` if the object closes there.
    fn comma_after(&self, end: usize) -> usize {
        let rest = self.body.get(end..).unwrap_or_default();
        let trimmed = rest.trim_start();
        match trimmed.strip_prefix(',') {
            Some(behind) => self.body.len().saturating_sub(behind.len()),
            None => end,
        }
    }
}
