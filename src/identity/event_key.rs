//! [`EventKey`]: the identity under which an event is handled once.

use super::hex_text::hex_text;

/// The identity under which an event is handled once: 32 bytes, the same for every copy.
///
/// It holds a digest, so a store that keeps it keeps no personal data. `Debug` and `Display` show
/// it as hex.
///
/// ```
/// use hookgate::EventKey;
///
/// // As a store keeps it, and reads it again.
/// let key = EventKey::from_bytes([0xab; 32]);
/// assert_eq!(key.to_string(), "ab".repeat(32));
/// assert_eq!(EventKey::from_bytes(*key.as_bytes()), key);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey([u8; 32]);

impl EventKey {
    /// From stored bytes, for store authors. Keys of deliveries are only made by the road.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the text that `Display` writes, as an operator has it from a log line. `None` for any other.
    ///
    /// ```
    /// use hookgate::EventKey;
    ///
    /// let key = EventKey::from_bytes([7; 32]);
    /// assert_eq!(EventKey::from_hex(&key.to_string()), Some(key));
    /// assert_eq!(EventKey::from_hex("07"), None);
    /// ```
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        // A prefix `0x`, which the decoder takes, is not written.
        let is_whole = text.len() == 64;
        (is_whole && const_hex::decode_to_slice(text, &mut bytes).is_ok()).then_some(Self(bytes))
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

hex_text!(EventKey);
