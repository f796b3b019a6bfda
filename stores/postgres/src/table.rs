//! [`Table`]: the validated name of the store's table.

use std::fmt;

/// PostgreSQL cuts names at 63 bytes, and the index needs room for its own ending.
const LONGEST_NAME: usize = 48;

/// The name of the store's table, with or without a schema in front: `hookgate_dedup`,
/// `webhooks.dedup`.
///
/// Names become part of the statements, so each is a lower-case letter or `_`, followed by up to 47 more,
/// digits included.
///
/// ```
/// use hookgate_postgres::Table;
///
/// assert!(Table::new("webhooks.dedup").is_ok());
/// assert!(Table::new("dedup; DROP TABLE users").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    schema: Option<String>,
    name: String,
}

/// The name cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a table's name is `name` or `schema.name`, each 1 to {LONGEST_NAME} characters a-z, 0-9, _, \
     and begins with no digit"
)]
pub struct TableError;

impl Table {
    /// Checks the name.
    ///
    /// # Errors
    ///
    /// When it has characters that would need quoting, or is too long.
    pub fn new(name: &str) -> Result<Self, TableError> {
        let (schema, name) = match name.split_once('.') {
            Some((schema, name)) => (Some(part(schema)?), part(name)?),
            None => (None, part(name)?),
        };
        Ok(Self { schema, name })
    }

    /// The name of the index over the ends of leases and marks.
    pub(crate) fn expiry_index(&self) -> String {
        format!("\"{}_expires_at\"", self.name)
    }
}

fn part(name: &str) -> Result<String, TableError> {
    let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    let goes_on_well = name
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if begins_well && goes_on_well && name.len() <= LONGEST_NAME {
        Ok(name.to_owned())
    } else {
        Err(TableError)
    }
}

impl Default for Table {
    fn default() -> Self {
        Self {
            schema: None,
            name: "hookgate_dedup".to_owned(),
        }
    }
}

/// As it stands in a statement: quoted, since `order` and `user` are good names too.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "\"{schema}\".")?;
        }
        write!(f, "\"{}\"", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_names_are_taken() {
        for good in ["dedup", "_d1", "a.b", "order", &"x".repeat(48)] {
            assert!(Table::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            ".",
            "a.",
            ".a",
            "a.b.c",
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
            assert_eq!(Table::new(bad), Err(TableError), "{bad}");
        }
    }
}
