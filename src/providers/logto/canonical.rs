//! One identity for what Logto sends and what its log shows of it.
//!
//! The log keeps JSON in a form of its own (`jsonb`, known): without the order of members, and with numbers written anew.
//! The canonical form of RFC 8785 is the same for both.

use crate::{
    identity::KeyParts,
    json::canonical::{Edit, Order, Refused, edited, rfc8785},
    provider::Undecodable,
};

/// What identifies `body`, beside its hook where each hook's event is one.
///
/// A text with half of a surrogate pair has no canonical form. Logto's database keeps none either, so such an event is never
/// in the log, and its bytes identify it.
pub(super) fn canonical_parts(body: &[u8], without_hook: bool) -> Result<KeyParts, Undecodable> {
    let canonical = if without_hook {
        match edited(body, Order::Sorted, Edit::Omit("hookId")) {
            Err(Refused::Missing) => rfc8785(body),
            canonical => canonical,
        }
    } else {
        rfc8785(body)
    };
    let mut parts = KeyParts::new();
    match canonical {
        Ok(text) => parts.part("canonical").digest_of(&text),
        Err(Refused::LoneSurrogate) => parts.part("as sent").digest_of(body),
        Err(Refused::Repeated) => return Err(Undecodable("a member of the body is repeated")),
        Err(_) => return Err(Undecodable("the body has no canonical form")),
    };
    Ok(parts)
}
