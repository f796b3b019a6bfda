//! [`open`]: from a URL to a store.

use hookgate::dedup::{BoxDedupStore, MemoryStore};

use crate::{OpenError, address::Address};

/// Opens the store that `url` names, with defaults for everything else, and makes its table where it needs
/// one.
///
/// # Errors
///
/// When the URL names no store of this program, or the store cannot be reached.
pub async fn open(url: &str) -> Result<BoxDedupStore, OpenError> {
    match Address::read(url)? {
        Address::Memory => Ok(BoxDedupStore::new(MemoryStore::new())),
        Address::Sqlite { path } => sqlite(path).await,
        Address::Postgres { url } => postgres(url).await,
        Address::Redis { url } => redis(url).await,
    }
}

#[cfg(feature = "sqlite")]
async fn sqlite(path: &str) -> Result<BoxDedupStore, OpenError> {
    let store = hookgate_sqlite::SqliteStore::open(path).await?;
    Ok(BoxDedupStore::new(store))
}

#[cfg(not(feature = "sqlite"))]
async fn sqlite(_: &str) -> Result<BoxDedupStore, OpenError> {
    Err(OpenError::NotBuilt("sqlite"))
}

#[cfg(feature = "postgres")]
async fn postgres(url: &str) -> Result<BoxDedupStore, OpenError> {
    let store = hookgate_postgres::PostgresStore::connect(url).await?;
    store
        .migrate()
        .await
        .map_err(hookgate_postgres::OpenError::from)?;
    Ok(BoxDedupStore::new(store))
}

#[cfg(not(feature = "postgres"))]
async fn postgres(_: &str) -> Result<BoxDedupStore, OpenError> {
    Err(OpenError::NotBuilt("postgres"))
}

#[cfg(feature = "redis")]
async fn redis(url: &str) -> Result<BoxDedupStore, OpenError> {
    let store = hookgate_redis::RedisStore::connect(url).await?;
    Ok(BoxDedupStore::new(store))
}

#[cfg(not(feature = "redis"))]
async fn redis(_: &str) -> Result<BoxDedupStore, OpenError> {
    Err(OpenError::NotBuilt("redis"))
}
