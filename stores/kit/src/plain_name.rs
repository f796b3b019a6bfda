//! [`PlainName`]: a name that can stand in a statement.

use std::fmt;

/// A name of a table or a schema that needs no quoting: a lower-case letter or `_`, followed by up to 47 more, digits
/// included.
///
/// Names become part of statements, so nothing else is taken. It is written in quotes all the same, since `order` and
/// `user` are good names too.
///
/// ```
/// use hookgate_store_kit::PlainName;
///
/// let name = PlainName::new("order").expect("a plain name");
/// assert_eq!(name.to_string(), "\"order\"");
/// assert!(PlainName::new("dedup; DROP TABLE users").is_none());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainName(String);

impl PlainName {
    /// The most characters. PostgreSQL cuts names at 63 bytes, and the index needs room for its own ending.
    pub const LONGEST: usize = 48;

    /// Checks the name. `None` where it has other characters, is empty or is too long.
    pub fn new(name: &str) -> Option<Self> {
        let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        let goes_on_well = name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let fits = name.len() <= Self::LONGEST;
        (begins_well && goes_on_well && fits).then(|| Self(name.to_owned()))
    }

    /// What the names of an inbox's own tables begin with, unless told otherwise: `hookgate_inbox`.
    pub fn of_inbox() -> Self {
        Self("hookgate_inbox".to_owned())
    }

    /// The index over the ends of leases and marks of this table, in quotes.
    pub fn expiry_index(&self) -> String {
        format!("\"{}_expires_at\"", self.0)
    }
}

/// The table of a store that was not told another name: `hookgate_dedup`.
impl Default for PlainName {
    fn default() -> Self {
        Self("hookgate_dedup".to_owned())
    }
}

/// As it stands in a statement: quoted.
impl fmt::Display for PlainName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_taken() {
        for good in ["dedup", "_d1", "order", &"x".repeat(48)] {
            assert!(PlainName::new(good).is_some(), "{good}");
        }
        for bad in [
            "",
            ".",
            "a.b",
            "1a",
            "A",
            "a-b",
            "a b",
            "a\"b",
            "a'b",
            "ä",
            "a\0",
            &"x".repeat(49),
        ] {
            assert_eq!(PlainName::new(bad), None, "{bad}");
        }
    }
}
