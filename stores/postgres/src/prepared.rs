//! [`Prepared`]: a statement that a connection of the server may know already.
//!
//! PostgreSQL parses and plans a text each time, which costs it more than an indexed insert does. A prepared
//! statement saves that, but belongs to one connection of the server. A proxy that pools by transaction hands
//! those around: a name may be unknown there, or stand for what another client prepared. So a name here holds a
//! digest of its statement: every client that prepared the name prepared the same. The store finds out whether
//! a name is there by asking for it, since an unknown name fails before anything has run.
//!
//! It is `PREPARE` and `EXECUTE` in SQL, by the simple query protocol, which is one round trip. Each proxy has
//! its own way with prepared statements of the extended protocol, and with a driver's names for them.

use std::{
    fmt,
    sync::atomic::{AtomicU32, Ordering},
};

use hookgate::pack::ContentDigest;
use hookgate_store_kit::Failure;
use sqlx::{PgConnection, postgres::PgRow};

use crate::{
    fault::{failure, is_about_a_name},
    lock::LockLimit,
    session::{self, Ask},
    value::Value,
};

/// How often a proxy may move the session between two messages before the text is sent.
const ROUNDS: usize = 3;
/// Connections that forget each time are behind a proxy that cleans up after each transaction. A restart of a
/// large pool brings fewer unknown names in a row than this.
const MOST_FORGOTTEN: u32 = 1000;

/// A part of the last value of each call, which no statement uses. The server evaluates it before it decides how to run
/// the statement, and remembers the decision. A decision that was made while the table holds a handful of rows would be
/// to read all of them. It would stay so while the table grows to millions. No plan is worth compiling to machine
/// code either. The settings hold for the one statement.
const BY_INDEX: &str = "set_config('enable_seqscan','off',true)||set_config('jit','off',true)";

/// A statement under a name that can only mean this very statement.
#[derive(Debug)]
pub(crate) struct Prepared {
    name: String,
    /// With `$1`, `$2` … for the values, each with its type.
    text: String,
    prepare: String,
}

impl Prepared {
    /// `types` are those of the parameters, in their order.
    pub(crate) fn new(word: &str, types: &str, text: String) -> Self {
        let statement = format!("({types}, text) AS {text}");
        let digest = ContentDigest::of(statement.as_bytes());
        let (short, _) = digest.as_bytes().split_at(8);
        let name = format!("hookgate_{word}_{}", const_hex::display(short));
        Self {
            prepare: format!("PREPARE {name} {statement}"),
            name,
            text,
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The SQL that makes a connection know it.
    pub(crate) fn prepare(&self) -> &str {
        &self.prepare
    }
}

/// Whether statements are prepared. It switches itself off where that is of no use.
#[derive(Debug)]
pub(crate) struct Preparing {
    wanted: bool,
    /// Unknown names since one was known.
    forgotten: AtomicU32,
}

impl Preparing {
    pub(crate) fn new(wanted: bool) -> Self {
        Self {
            wanted,
            forgotten: AtomicU32::new(0),
        }
    }

    pub(crate) fn is_on(&self) -> bool {
        self.wanted && self.forgotten.load(Ordering::Relaxed) < MOST_FORGOTTEN
    }

    fn known(&self) {
        // Read first: it is nearly always zero, and threads then do not compete for its line of memory.
        if self.forgotten.load(Ordering::Relaxed) > 0 {
            self.forgotten.store(0, Ordering::Relaxed);
        }
    }

    fn unknown(&self) {
        let before = self.forgotten.fetch_add(1, Ordering::Relaxed);
        if before.saturating_add(1) == MOST_FORGOTTEN {
            complain();
        }
    }
}

/// A statement with its values. Answers how many rows it wrote.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) statement: &'a Prepared,
    pub(crate) values: Vec<Value>,
    pub(crate) preparing: &'a Preparing,
    pub(crate) lock: LockLimit,
}

impl Call<'_> {
    /// With its values in place. This text runs anywhere, also in a transaction that must not fail.
    pub(crate) fn text(&self) -> String {
        let text = self.statement.text.clone();
        let values = self.values.iter().enumerate();
        // From the last one on, since `$1` is in `$10` too.
        values.rev().fold(text, |text, (place, value)| {
            text.replace(&format!("${}", place.saturating_add(1)), &value.to_string())
        })
    }

    /// Its text where it is to be made known and run, in one transaction.
    fn prepare_and_execute(&self) -> String {
        let both = format!("{}; {self}", self.statement.prepare);
        self.lock.ahead_of(both)
    }

    /// Runs it by `run` in whichever way the connection knows.
    pub(crate) async fn ask_by<T>(
        &self,
        connection: &mut PgConnection,
        run: impl AsyncFn(&mut PgConnection, String) -> Result<T, sqlx::Error>,
    ) -> Result<T, Failure> {
        if self.preparing.is_on() {
            for _ in 0..ROUNDS {
                let known = run(connection, self.to_string()).await;
                if let Some(answer) = known_there(known)? {
                    self.preparing.known();
                    return Ok(answer);
                }
                self.preparing.unknown();
                let made = run(connection, self.prepare_and_execute()).await;
                if let Some(answer) = known_there(made)? {
                    return Ok(answer);
                }
            }
        }
        let alone = self.lock.ahead_of(self.text());
        run(connection, alone).await.map_err(failure)
    }
}

/// As it is run where it is known.
impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EXECUTE {}(", self.statement.name)?;
        for value in &self.values {
            write!(f, "{value},")?;
        }
        write!(
            f,
            "{BY_INDEX}||set_config('lock_timeout','{}',true))",
            self.lock
        )
    }
}

impl Ask for Call<'_> {
    type Answer = u64;

    async fn ask(&self, connection: &mut PgConnection) -> Result<u64, Failure> {
        self.ask_by(connection, session::write).await
    }
}

/// A statement that answers rows.
#[derive(Debug)]
pub(crate) struct Query<'a>(pub(crate) Call<'a>);

impl Ask for Query<'_> {
    type Answer = Vec<PgRow>;

    async fn ask(&self, connection: &mut PgConnection) -> Result<Vec<PgRow>, Failure> {
        self.0.ask_by(connection, session::read_all).await
    }
}

/// `None` where the server stopped at the statement's name: nothing has run then.
fn known_there<T>(answer: Result<T, sqlx::Error>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if is_about_a_name(&error) => Ok(None),
        Err(error) => Err(failure(error)),
    }
}

#[cfg(feature = "tracing")]
fn complain() {
    tracing::warn!(
        target: "hookgate",
        "prepared statements are forgotten after each use, so the dedup store goes on without them: \
         build it with `prepared(false)`"
    );
}

#[cfg(not(feature = "tracing"))]
fn complain() {}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn statement(table: &str) -> Prepared {
        Prepared::new(
            "claim",
            "bytea, bigint",
            format!("UPDATE {table} SET n = $2::bigint WHERE k = $1::bytea"),
        )
    }

    #[test]
    fn a_name_stands_for_one_text() {
        let (one, same, other) = (statement("a"), statement("a"), statement("b"));
        assert_eq!(one.name(), same.name());
        assert_ne!(one.name(), other.name());
        let types = Prepared::new("claim", "bytea, integer", one.text.clone());
        assert_ne!(one.name(), types.name());
        // PostgreSQL would cut a longer one, and its digest with it.
        assert!(one.name().len() < 64, "{}", one.name());
    }

    #[test]
    fn the_text_and_the_call_have_the_same_values() {
        let (statement, preparing) = (statement("a"), Preparing::new(true));
        let call = Call {
            statement: &statement,
            values: vec![Value::Bytes([0xab; 32]), Value::Number(-7)],
            preparing: &preparing,
            lock: LockLimit::of_call(Duration::from_secs(2)),
        };
        let key = "ab".repeat(32);
        assert_eq!(
            call.text(),
            format!(r"UPDATE a SET n = '-7'::bigint WHERE k = E'\\x{key}'::bytea")
        );
        assert_eq!(
            call.to_string(),
            format!(
                r"EXECUTE {}(E'\\x{key}','-7',{BY_INDEX}||set_config('lock_timeout','1500',true))",
                statement.name()
            )
        );
    }
}
