//! [`Table`]: the validated name of the store's table.

use std::fmt;

use hookgate_store_kit::PlainName;

const LONGEST_NAME: usize = PlainName::LONGEST;

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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    schema: Option<PlainName>,
    name: PlainName,
}

/// The name cannot be used.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a table's name is `name` or `schema.name`, each 1 to {LONGEST_NAME} characters a-z, 0-9, _, \
     and begins with no digit"
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
    /// When it has characters that would need quoting, or is too long.
    pub fn new(name: &str) -> Result<Self, TableError> {
        let (schema, name) = match name.split_once('.') {
            Some((schema, name)) => (Some(part(schema)?), part(name)?),
            None => (None, part(name)?),
        };
        Ok(Self { schema, name })
    }

    /// The name of a table beside it, in the same schema, quoted.
    pub(crate) fn derived(&self, ending: &str) -> String {
        let schema = self.schema.as_ref().map(|schema| format!("{schema}."));
        format!("{}{}", schema.unwrap_or_default(), self.index(ending))
    }

    /// The name of an index of such a table, quoted.
    pub(crate) fn index(&self, ending: &str) -> String {
        let name = self.name.to_string();
        format!("\"{}_{ending}\"", name.trim_matches('"'))
    }

    /// The name of the index over the ends of leases and marks.
    pub(crate) fn expiry_index(&self) -> String {
        self.name.expiry_index()
    }
}

impl From<PlainName> for Table {
    fn from(name: PlainName) -> Self {
        Self { schema: None, name }
    }
}

fn part(name: &str) -> Result<PlainName, TableError> {
    PlainName::new(name).ok_or(TableError)
}

/// As it stands in a statement: quoted.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        self.name.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_may_stand_in_front_and_both_names_are_plain() {
        for good in ["dedup", "a.b", "a.order"] {
            assert!(Table::new(good).is_ok(), "{good}");
        }
        for bad in ["", ".", "a.", ".a", "a.b.c", "A.b", "a.b\"c", "a\"b.c"] {
            assert_eq!(Table::new(bad), Err(TableError), "{bad}");
        }
    }
}
