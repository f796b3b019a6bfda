//! The columns of a store's table, in every SQL store.

/// The column of the tokens that gave a key up. Tables of an earlier build lack it.
pub const NOTES: &str = "given_up";

/// Those that every statement of this release needs.
pub const COLUMNS: [&str; 7] = [
    "event_key",
    "owner",
    "attempt",
    "state",
    "content",
    "expires_at",
    NOTES,
];

/// The columns' names as they stand in an `IN (…)`.
///
/// ```
/// use hookgate_store_kit::schema::quoted_columns;
///
/// assert!(quoted_columns().starts_with("'event_key', 'owner', "));
/// ```
pub fn quoted_columns() -> String {
    format!("'{}'", COLUMNS.join("', '"))
}
