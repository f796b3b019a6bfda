//! What a sender that signs some members writes.

use super::{SignedMembers, text::the_one_of};
use crate::json::places::{around, find, written};

impl SignedMembers {
    /// `body` with the MAC of its signed members. `None` where they have no text, or the MAC has no place: where it stands in
    /// an object, the body must have that.
    pub(crate) fn signed(&self, body: &[u8], secret: &[u8]) -> Option<Vec<u8>> {
        let values = self.read(body).ok()?.values;
        let text = self.joined(&values);
        let mac = self
            .config
            .digest
            .mac(secret, [text.as_bytes()].into_iter());
        let mac = format!("\"{}\"", self.config.encoding.encode(&mac));
        let signed = self.with_signature(body, &mac)?;
        // A body that cannot be read, for a value that is no UTF-8 perhaps, reads as if no member were there. Whoever verifies
        // must find what was signed.
        let read = self.read(&signed).ok()?;
        (read.signature.is_some() && read.values == values).then_some(signed)
    }

    /// `body` with `null` in the place of the MAC.
    pub(crate) fn unsigned(&self, body: &[u8]) -> Option<Vec<u8>> {
        self.with_signature(body, "null")
    }

    /// `body` with `value`, which is JSON, in the place of the MAC.
    fn with_signature(&self, body: &[u8], value: &str) -> Option<Vec<u8>> {
        let item = match &self.config.list {
            Some(list) => Some(the_one_of(list, body).ok()?),
            None => None,
        };
        let outer = item.map_or(body, |item| item.get().as_bytes());
        let changed = match &self.config.within {
            Some(within) => {
                let [object] = find(outer, [Some(within)]).ok()?;
                let object = object?;
                let changed = written(object.get().as_bytes(), &self.config.signature, value)?;
                let (before, behind) = around(outer, object)?;
                [before, &changed, behind].concat()
            }
            None => written(outer, &self.config.signature, value)?,
        };
        Some(match item {
            Some(item) => {
                let (before, behind) = around(body, item)?;
                [before, &changed, behind].concat()
            }
            None => changed,
        })
    }
}
