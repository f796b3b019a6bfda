//! [`Engine`]: makes errors without anything that could be secret.

use std::{fmt, io};

use hookgate::dedup::StoreError;

/// An engine, by the name that its errors have in logs.
///
/// No text comes from an address, a path, a key or a value. What the engine itself says of a refusal is the one
/// exception, and [`refused`](Self::refused) leaves the choice to the store.
///
/// ```
/// use hookgate_store_kit::Engine;
///
/// let error = Engine::named("SQLite").refused(26, "file is not a database");
/// let cause = std::error::Error::source(&error).map(ToString::to_string);
/// assert_eq!(cause.as_deref(), Some("SQLite refused (26): file is not a database"));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Engine(&'static str);

/// Why an engine could not do what was asked.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("{engine} refused ({code}): {message}")]
    Refused {
        engine: &'static str,
        code: String,
        message: String,
    },
    #[error("{engine} refused ({code})")]
    RefusedWithCode { engine: &'static str, code: String },
    #[error("the store's table is missing: call `migrate()` once, or run what `schema()` prints")]
    NoTable,
    #[error("the connection to {0} broke")]
    Broken(&'static str),
    #[error("the connection to {0} broke: {1}")]
    BrokenBy(&'static str, io::ErrorKind),
    #[error("TLS with {0} failed")]
    Tls(&'static str),
    #[error("the connection pool is closed")]
    PoolClosed,
    #[error("{0} holds something else under a key of the store: change the prefix")]
    Foreign(&'static str),
    #[error("{0} answered what was not expected")]
    Unexpected(&'static str),
}

impl From<Fault> for StoreError {
    fn from(fault: Fault) -> Self {
        Self::Unavailable(fault.into())
    }
}

impl Engine {
    /// The engine of this name, such as `PostgreSQL`.
    pub const fn named(name: &'static str) -> Self {
        Self(name)
    }

    /// The engine refused, with its code and its own words. They must not repeat a value.
    pub fn refused(self, code: impl fmt::Display, message: impl Into<String>) -> StoreError {
        let (engine, code) = (self.0, code.to_string());
        let message = message.into();
        Fault::Refused {
            engine,
            code,
            message,
        }
        .into()
    }

    /// The engine refused with this code. Its words may repeat a key, so they are left out.
    pub fn refused_with(self, code: impl fmt::Display) -> StoreError {
        let (engine, code) = (self.0, code.to_string());
        Fault::RefusedWithCode { engine, code }.into()
    }

    /// The store's table is missing. The text says how to make it.
    pub fn no_table(self) -> StoreError {
        Fault::NoTable.into()
    }

    /// The connection broke.
    pub fn broken(self) -> StoreError {
        Fault::Broken(self.0).into()
    }

    /// The connection broke with this kind of error. The error itself may hold an address.
    pub fn broken_by(self, kind: io::ErrorKind) -> StoreError {
        Fault::BrokenBy(self.0, kind).into()
    }

    /// The TLS handshake failed.
    pub fn tls(self) -> StoreError {
        Fault::Tls(self.0).into()
    }

    /// The application has closed its pool.
    pub fn pool_closed(self) -> StoreError {
        Fault::PoolClosed.into()
    }

    /// Somebody else has written under a key of the store.
    pub fn foreign(self) -> StoreError {
        Fault::Foreign(self.0).into()
    }

    /// The engine answered what the store does not understand.
    pub fn unexpected(self) -> StoreError {
        Fault::Unexpected(self.0).into()
    }
}
