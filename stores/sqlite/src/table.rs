//! [`Table`]: the validated name of the store's table.

use std::fmt;

use hookgate_store_kit::PlainName;

const LONGEST_NAME: usize = PlainName::LONGEST;

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table(PlainName);

/// The name cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a table's name is 1 to {LONGEST_NAME} characters a-z, 0-9 and _, not beginning with a digit or \
     with `sqlite_`"
)]
pub struct TableError;

/// Its text, which a `main` that returns a `Box<dyn Error>` prints.
impl fmt::Debug for TableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Table {
    /// Checks the name.
    ///
    /// # Errors
    ///
    /// When it has characters that would need quoting, is too long, or is one of SQLite's own.
    pub fn new(name: &str) -> Result<Self, TableError> {
        let own = name.starts_with("sqlite_");
        let name = PlainName::new(name).filter(|_| !own);
        name.map(Self).ok_or(TableError)
    }

    pub(crate) fn plain(&self) -> &PlainName {
        &self.0
    }

    /// The name of the index over the ends of leases and marks.
    pub(crate) fn expiry_index(&self) -> String {
        self.0.expiry_index()
    }
}

/// As it stands in a statement: quoted.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_taken_and_none_of_sqlites_own() {
        assert!(Table::new("order").is_ok());
        for bad in ["", "a.b", "a\"b", "sqlite_x"] {
            assert_eq!(Table::new(bad), Err(TableError), "{bad}");
        }
    }
}
