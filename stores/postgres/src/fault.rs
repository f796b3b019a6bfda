//! What went wrong, without anything that could be secret.

use std::io;

use hookgate::dedup::StoreError;

/// Codes with which a server says that it is not, or no longer, the one to talk to: shutting down,
/// starting up, in recovery, read-only. The next connection may reach another.
const WRONG_SERVER: [&str; 5] = ["25006", "57P01", "57P02", "57P03", "57P05"];
/// `lock_timeout`: others work on the row.
const LOCKED: &str = "55P03";
const UNDEFINED_TABLE: &str = "42P01";
/// A connection does not know the name of a prepared statement, or knows it already.
const STATEMENT_NAMES: [&str; 2] = ["26000", "42P05"];

/// Why the database could not do what was asked. No text comes from an address or from a row.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("PostgreSQL refused ({code}): {message}")]
    Refused { code: String, message: String },
    #[error("the store's table is missing: call `migrate()` once, or run what `schema()` prints")]
    NoTable,
    #[error("the connection broke: {0}")]
    Broken(io::ErrorKind),
    #[error("TLS with PostgreSQL failed")]
    Tls,
    #[error("the connection pool is closed")]
    PoolClosed,
    #[error("PostgreSQL answered what was not expected")]
    Unexpected,
}

/// How a statement failed, and what that says of its connection.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: StoreError,
    /// Repeat it on another connection: every statement of the store may be repeated.
    pub(crate) repeat: bool,
}

impl Failure {
    pub(crate) fn timeout() -> Self {
        Self {
            error: StoreError::Timeout,
            repeat: false,
        }
    }

    pub(crate) fn unexpected() -> Self {
        Self::of(Fault::Unexpected, false)
    }

    fn of(fault: Fault, repeat: bool) -> Self {
        Self {
            error: StoreError::Unavailable(fault.into()),
            repeat,
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(refusal) => {
                let code = refusal.code().unwrap_or_default().into_owned();
                if code == UNDEFINED_TABLE {
                    return Self::of(Fault::NoTable, false);
                }
                if code == LOCKED {
                    return Self::timeout();
                }
                let repeat = WRONG_SERVER.contains(&&*code);
                let message = refusal.message().to_owned();
                Self::of(Fault::Refused { code, message }, repeat)
            }
            sqlx::Error::PoolTimedOut => Self::timeout(),
            sqlx::Error::Io(error) => Self::of(Fault::Broken(error.kind()), true),
            sqlx::Error::Tls(_) => Self::of(Fault::Tls, false),
            sqlx::Error::PoolClosed => Self::of(Fault::PoolClosed, false),
            // A broken connection can look like a protocol error.
            sqlx::Error::Protocol(_) => Self::of(Fault::Unexpected, true),
            _ => Self::unexpected(),
        }
    }
}

/// Whether the server stopped at the name of a prepared statement, before it ran anything.
pub(crate) fn is_about_a_name(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|refusal| refusal.code());
    code.is_some_and(|code| STATEMENT_NAMES.contains(&&*code))
}
