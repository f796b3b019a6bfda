//! Errors of opening a store by its URL.

use std::fmt;

/// A store could not be opened. The URL may hold a password, so no text repeats it.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// No store has this scheme.
    #[error("a store's URL begins with `memory:`, `sqlite:`, `postgres://` or `redis://`")]
    Scheme,
    /// The memory store has no settings in its URL.
    #[error("the memory store's URL is `memory:` and nothing else")]
    Memory,
    /// SQLite needs a file: a database in memory would be forgotten.
    #[error("SQLite's URL is `sqlite:` and the path of a file, without settings")]
    SqlitePath,
    /// Only SQLite and PostgreSQL keep an inbox.
    #[error("an inbox's URL begins with `sqlite:` or `postgres://`")]
    NoInbox,
    /// A name of [`InboxTables`](crate::InboxTables) is none for a table. It says whose.
    #[error(
        "the {0} cannot be called so: names have a-z, 0-9 and _, on PostgreSQL perhaps after a schema"
    )]
    Table(&'static str),
    /// The engine is known, but this program was built without it.
    #[error("this program was built without the feature `{0}` of hookgate-stores")]
    NotBuilt(&'static str),
    /// SQLite could not be opened.
    #[cfg(feature = "sqlite")]
    #[error(transparent)]
    Sqlite(#[from] hookgate_sqlite::OpenError),
    /// PostgreSQL could not be reached.
    #[cfg(feature = "postgres")]
    #[error(transparent)]
    Postgres(#[from] hookgate_postgres::OpenError),
    /// Redis could not be reached.
    #[cfg(feature = "redis")]
    #[error(transparent)]
    Redis(#[from] hookgate_redis::OpenError),
}

/// Its text and its cause, which a `main` that returns a `Box<dyn Error>` prints.
impl fmt::Debug for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(error) => error.fmt(f),
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => error.fmt(f),
            #[cfg(feature = "redis")]
            Self::Redis(error) => error.fmt(f),
            Self::Scheme
            | Self::Memory
            | Self::SqlitePath
            | Self::NoInbox
            | Self::Table(_)
            | Self::NotBuilt(_) => fmt::Display::fmt(self, f),
        }
    }
}
