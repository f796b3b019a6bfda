//! [`Prefix`]: what the names of the store's keys begin with.

use std::fmt;

use hookgate::EventKey;

const LONGEST: usize = 64;

/// What the names of the store's keys begin with: `hookgate:dedup`, for keys such as
/// `hookgate:dedup:{4f2a…}`.
///
/// The digest stands in braces. A cluster hashes just that. So every later key beside an event's, under the
/// same digest, has the same slot.
///
/// ```
/// use hookgate_redis::Prefix;
///
/// assert!(Prefix::new("shop:webhooks").is_ok());
/// assert!(Prefix::new("{shop}").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix(String);

/// The prefix cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a prefix is 1 to {LONGEST} characters of a-z, A-Z, 0-9, `_`, `-`, `.` and `:`")]
pub struct PrefixError;

/// Its text, which a `main` that returns a `Box<dyn Error>` prints.
impl fmt::Debug for PrefixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Prefix {
    /// Checks the prefix.
    ///
    /// # Errors
    ///
    /// When it is empty, too long or has other characters: a brace would decide the slot.
    pub fn new(prefix: &str) -> Result<Self, PrefixError> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b':');
        if prefix.is_empty() || prefix.len() > LONGEST || !prefix.bytes().all(plain) {
            return Err(PrefixError);
        }
        Ok(Self(prefix.to_owned()))
    }

    pub(crate) fn key(&self, key: &EventKey) -> String {
        format!("{}:{{{key}}}", self.0)
    }
}

impl Default for Prefix {
    fn default() -> Self {
        Self("hookgate:dedup".to_owned())
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_its_digest_as_hash_tag() {
        let key = EventKey::from_bytes([0xab; 32]);
        assert_eq!(
            Prefix::default().key(&key),
            format!("hookgate:dedup:{{{}}}", "ab".repeat(32))
        );
    }

    #[test]
    fn nothing_can_move_the_hash_tag() {
        for bad in ["", "{", "}", "a{b}", "a b", "a\n", "ä", &"x".repeat(65)] {
            assert_eq!(Prefix::new(bad), Err(PrefixError), "{bad}");
        }
    }
}
