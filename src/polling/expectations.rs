//! [`Expectations`]: the store of what is awaited.

use std::{future::Future, time::Duration};

use super::{AskDue, Due, DueBatch, Expectation, Expecting, Heard, Rate, Turn};
use crate::{
    dedup::{OwnerToken, Promises, Settled},
    verdict::StoreError,
};

/// Keeps what is awaited, hands out what is due, and grants the questions.
///
/// It is a trait of its own, apart from [`DedupStore`](crate::dedup::DedupStore): an endpoint may have its claims in Redis
/// and its expectations in PostgreSQL. Prove an implementation with the public suite `hookgate::polling::contract` (feature
/// `testing`).
///
/// # Rules for implementations
///
/// - **One write decides.** Of two who ask at once, one gets an expectation that is due.
/// - A lease moves the time at which the expectation is due to now + [`AskDue::lasts`], and notes the owner. So one whose
///   holder died is due again by itself.
/// - [`postpone`](Self::postpone) and [`end`](Self::end) change what the owner of the lease holds, and nothing else.
/// - What is due is found by an index: nothing is read that is not due.
/// - **Turns are given by the store**, in one write: two callers never get the same moment. A [`Turn::Later`] takes nothing.
/// - Tenant and id came from outside, and stand in no statement's text and in no error.
/// - The engine's clock counts, and all times are rounded up.
#[diagnostic::on_unimplemented(
    message = "`{Self}` keeps no expectations",
    label = "not an `Expectations`",
    note = "it takes a store that is open: one of hookgate's store crates, or `MemoryExpectations::new()` for one process"
)]
pub trait Expectations: Send + Sync + 'static {
    /// Awaits a process. Where it is awaited already, nothing changes.
    fn expect(
        &self,
        one: &Expectation,
    ) -> impl Future<Output = Result<Expecting, StoreError>> + Send;

    /// Leases what is due.
    fn due(&self, ask: AskDue<'_>) -> impl Future<Output = Result<DueBatch, StoreError>> + Send;

    /// Gives a lease back: due again at now + `by`. `was_asked` counts one more question.
    fn postpone(
        &self,
        due: &Due,
        by: Duration,
        was_asked: bool,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// It is awaited no more.
    fn end(&self, due: &Due) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// The next moment of `rate` that nobody has, where it is at most `patience` ahead.
    fn turn(
        &self,
        rate: &Rate,
        patience: Duration,
    ) -> impl Future<Output = Result<Turn, StoreError>> + Send;

    /// No turn of `rate` is given before now + `lasts`. One that would be later anyway stays so.
    fn hold(
        &self,
        rate: &Rate,
        lasts: Duration,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// An endpoint has taken a delivery now.
    fn heard(&self, endpoint: &str) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// When an endpoint last took a delivery.
    fn last_heard(&self, endpoint: &str) -> impl Future<Output = Result<Heard, StoreError>> + Send;

    /// Notes that somebody is told of a silence of `after` or longer, or of its end. `true` for the one caller who is to tell:
    /// it was noted otherwise before, and is so. A silence ends with a delivery that came since it was told, and with nothing else.
    /// A repeated call of the `owner` who has noted it last says `true` again: it may have missed the answer.
    fn tell(
        &self,
        endpoint: &str,
        is_silent: bool,
        after: Duration,
        owner: OwnerToken,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// How many of an endpoint are awaited.
    fn open(&self, endpoint: &str) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Whether it survives a restart and is shared, and how many it holds.
    fn promises(&self) -> Promises;
}
