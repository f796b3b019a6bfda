//! [`Table`]: the validated name of the store's table.

use std::fmt;

const LONGEST_NAME: usize = 48;

/// The name of the store's table: `hookgate_dedup`.
///
/// It becomes part of the statements, so it is a lower-case letter or `_`, followed by up to 47 more, digits
/// included.
///
/// ```
/// use hookgate_sqlite::Table;
///
/// assert!(Table::new("webhook_dedup").is_ok());
/// assert!(Table::new("dedup; DROP TABLE users").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table(String);

/// The name cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a table's name is 1 to {LONGEST_NAME} characters a-z, 0-9 and _, not beginning with a digit or \
     with `sqlite_`"
)]
pub struct TableError;

impl Table {
    /// Checks the name.
    ///
    /// # Errors
    ///
    /// When it has characters that would need quoting, is too long, or is one of SQLite's own.
    pub fn new(name: &str) -> Result<Self, TableError> {
        let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
        let goes_on_well = name
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let fits = name.len() <= LONGEST_NAME && !name.starts_with("sqlite_");
        if begins_well && goes_on_well && fits {
            Ok(Self(name.to_owned()))
        } else {
            Err(TableError)
        }
    }

    /// The name of the index over the ends of leases and marks.
    pub(crate) fn expiry_index(&self) -> String {
        format!("\"{}_expires_at\"", self.0)
    }
}

impl Default for Table {
    fn default() -> Self {
        Self("hookgate_dedup".to_owned())
    }
}

/// As it stands in a statement: quoted, since `order` and `user` are good names too.
impl fmt::Display for Table {
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
            assert!(Table::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "a.b",
            "1a",
            "A",
            "a-b",
            "a b",
            "a\"b",
            "a'b",
            "ä",
            "a\0",
            "sqlite_x",
            &"x".repeat(49),
        ] {
            assert_eq!(Table::new(bad), Err(TableError), "{bad}");
        }
    }
}
