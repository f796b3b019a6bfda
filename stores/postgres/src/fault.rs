//! What went wrong, without anything that could be secret.

use hookgate::dedup::StoreError;
use hookgate_store_kit::{Engine, Failure};

/// Its errors repeat neither an address nor a row.
pub(crate) const POSTGRES: Engine = Engine::named("PostgreSQL");

/// Codes with which a server says that it is not, or no longer, the one to talk to: shutting down,
/// starting up, in recovery, read-only. The next connection may reach another. The server also closes a connection whose
/// transaction was idle for too long (25P03), and has rolled that back.
const WRONG_SERVER: [&str; 6] = ["25006", "25P03", "57P01", "57P02", "57P03", "57P05"];
/// `lock_timeout`: others work on the row.
const LOCKED: &str = "55P03";
/// The class of refused logins. Its words name user, database and the client's address.
const NO_LOGIN: &str = "28";
const UNDEFINED_TABLE: &str = "42P01";
/// A connection does not know the name of a prepared statement, or knows it already.
const STATEMENT_NAMES: [&str; 2] = ["26000", "42P05"];

/// With the server's words, which repeat no value of a statement that has digests, tokens and numbers alone.
pub(crate) fn failure(error: sqlx::Error) -> Failure {
    failure_with(error, |code, words| POSTGRES.refused(code, words))
}

/// Without the server's words: they may show what a statement's values hold.
pub(crate) fn wordless_failure(error: sqlx::Error) -> Failure {
    failure_with(error, |code, _| POSTGRES.refused_with(code))
}

fn failure_with(error: sqlx::Error, refused: impl Fn(&str, &str) -> StoreError) -> Failure {
    match error {
        sqlx::Error::Database(refusal) => {
            let code = refusal.code().unwrap_or_default();
            if code == UNDEFINED_TABLE {
                return POSTGRES.no_table().into();
            }
            if code == LOCKED {
                return StoreError::Timeout.into();
            }
            let error = if code.starts_with(NO_LOGIN) {
                POSTGRES.refused_with(format_args!("{code}, the login"))
            } else {
                refused(&code, refusal.message())
            };
            if WRONG_SERVER.contains(&&*code) {
                Failure::of_connection(error)
            } else {
                Failure::last(error)
            }
        }
        sqlx::Error::PoolTimedOut => StoreError::Timeout.into(),
        sqlx::Error::Io(error) => Failure::of_connection(POSTGRES.broken_by(error.kind())),
        sqlx::Error::Tls(_) => POSTGRES.tls().into(),
        sqlx::Error::PoolClosed => POSTGRES.pool_closed().into(),
        // A broken connection can look like a protocol error.
        sqlx::Error::Protocol(_) => Failure::of_connection(POSTGRES.unexpected()),
        _ => POSTGRES.unexpected().into(),
    }
}

/// Whether a statement waited for others for as long as it may.
pub(crate) fn is_about_a_lock(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|refusal| refusal.code());
    code.is_some_and(|code| code == LOCKED)
}

/// Whether the server stopped at the name of a prepared statement, before it ran anything.
pub(crate) fn is_about_a_name(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|refusal| refusal.code());
    code.is_some_and(|code| STATEMENT_NAMES.contains(&&*code))
}

#[cfg(test)]
mod tests {
    use std::{
        error::Error,
        fmt::{self, Display},
    };

    use sqlx::error::{DatabaseError, ErrorKind};

    use super::*;

    #[derive(Debug)]
    struct Refusal(&'static str, &'static str);

    impl Display for Refusal {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.1)
        }
    }

    impl Error for Refusal {}

    impl DatabaseError for Refusal {
        fn message(&self) -> &str {
            self.1
        }

        fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
            Some(self.0.into())
        }

        fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
            self
        }

        fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
            self
        }

        fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
            self
        }

        fn kind(&self) -> ErrorKind {
            ErrorKind::Other
        }
    }

    fn cause(code: &'static str, message: &'static str) -> String {
        let error = sqlx::Error::Database(Box::new(Refusal(code, message)));
        let error = failure(error).error;
        error.source().map(ToString::to_string).unwrap_or_default()
    }

    #[test]
    fn a_refused_login_names_neither_user_nor_address() {
        let message =
            "no pg_hba.conf entry for host \"192.0.2.7\", user \"app\", database \"shop\"";
        assert_eq!(
            cause("28000", message),
            "PostgreSQL refused (28000, the login)"
        );
        let message = "permission denied for table hookgate_dedup";
        assert_eq!(
            cause("42501", message),
            format!("PostgreSQL refused (42501): {message}")
        );
    }
}
