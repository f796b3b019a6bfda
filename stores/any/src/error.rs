//! Errors of opening a store by its URL.

/// A store could not be opened. The URL may hold a password, so no text repeats it.
#[derive(Debug, thiserror::Error)]
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
