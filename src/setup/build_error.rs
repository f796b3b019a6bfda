//! [`BuildError`]: a receiver was configured in a way that cannot be right.

use std::{fmt, time::Duration};

use super::SecretError;

/// A receiver was configured in a way that cannot be right. Returned at start, never later.
///
/// `Debug` reads as the text: a `main` that returns `Result<(), Box<dyn Error>>` prints that.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A secret cannot be right.
    #[error("a secret cannot be used: {0}")]
    Secret(#[from] SecretError),
    /// A credential of an access rule or of a client of the token endpoint cannot be right.
    #[error("{what} cannot be used: {flaw}")]
    Credential {
        /// Which one.
        what: &'static str,
        /// What is wrong with it.
        flaw: SecretError,
    },
    /// A name is empty, too long or has characters that cannot be in it. It is not shown: a key may
    /// stand where a name should.
    #[error("the {what} is not usable: {why}")]
    Name {
        /// Which name.
        what: &'static str,
        /// What to change.
        why: &'static str,
    },
    /// A range of addresses cannot be right. It is not shown: a key may stand where a range should.
    #[error("the {what} number {place} is not usable: {why}")]
    Range {
        /// What it is for.
        what: &'static str,
        /// Its place in the list, counted from 1.
        place: usize,
        /// What to change.
        why: &'static str,
    },
    /// The pack has no key.
    #[error("no key: give the pack at least one secret")]
    NoKey,
    /// Two keys of a ring have the same id. It is not shown: a key may stand where an id should.
    #[error("key number {place} of the ring has the id of one before it")]
    RepeatedKeyId {
        /// The second one's place in the ring, counted from 1.
        place: usize,
    },
    /// No dedup store was chosen.
    #[error(
        "no dedup store: call `.dedup(MemoryStore::new())` for one process, \
         or give a store that is shared and survives restarts"
    )]
    NoDedupStore,
    /// The target has no clock of its own, as `wasm32-unknown-unknown`.
    #[error("this target has no clock: give one that asks the host, `.clock(…)`")]
    NoClock,
    /// Marks would be forgotten while their deliveries are still accepted or sent again: a replay
    /// gap.
    #[error(
        "retention {retention:?} is too short for the window and the sender's retries: \
         raise it to {least:?} or narrow the window"
    )]
    RetentionTooShort {
        /// What was set.
        retention: Duration,
        /// The least that is safe: the window's past and future and a margin of 60 s or more, or the
        /// sender's retry horizon where that is longer.
        least: Duration,
    },
    /// A limit or duration that must be positive is zero.
    #[error("{0} must be greater than zero")]
    Zero(&'static str),
    /// Settings of the receiver that cannot be, by themselves or beside each other.
    #[error("{0}")]
    Receiver(&'static str),
    /// A setting of an access rule, of networks or of a key set that cannot be.
    #[error("{0}")]
    Access(&'static str),
    /// A key that cannot be used for what it is given for.
    #[error("{0}")]
    UnfitKey(&'static str),
    /// Settings of a scheme that cannot be, by themselves or beside each other.
    #[error("{0}")]
    Scheme(&'static str),
    /// Settings of a pack that cannot be, by themselves or beside each other.
    #[error("{0}")]
    Pack(&'static str),
    /// Settings of the token endpoint that cannot be, by themselves or beside each other.
    #[error("{0}")]
    TokenEndpoint(&'static str),
    /// Settings of a worker that cannot be.
    #[error("{0}")]
    Worker(&'static str),
    /// Settings of a fallback that cannot be, by themselves or beside those of its receiver.
    #[error("{0}")]
    Fallback(&'static str),
    /// Settings of a reconciler that cannot be, by themselves or beside those of its receiver.
    #[error("{0}")]
    Reconciler(&'static str),
    /// A finding is acknowledged that no start-up check knows.
    #[error("no finding is called `{code}`; there are: {}", .known.join(", "))]
    UnknownFinding {
        /// What was acknowledged.
        code: &'static str,
        /// What can be: the library's codes, then those that the pack has now.
        known: Vec<&'static str>,
    },
    /// A danger is acknowledged. It has to be removed, or stays in the log of each start.
    #[error("`{0}` is a danger here, and a danger cannot be acknowledged")]
    DangerAcknowledged(&'static str),
    /// The operating system gave no randomness.
    #[error("the operating system gave no randomness for owner tokens")]
    Randomness,
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
