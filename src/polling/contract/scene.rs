//! An empty store, and what every promise does with it.

use std::{fmt::Debug, time::Duration};

use super::super::{AskDue, Due, DueBatch, Expectation, Expectations, Expecting, Rate, Turn};
use crate::{
    dedup::{
        OwnerToken, Settled, StoreError,
        contract::{Passage, Terms},
    },
    identity::ExpectationKey,
};

/// The endpoint of an expectation unless it names another.
pub(super) const ENDPOINT: &str = "first";

/// An empty store, and time.
pub(super) struct Scene<'a, S, P> {
    pub(super) store: S,
    pub(super) terms: Terms,
    passage: &'a P,
}

impl<'a, S: Expectations, P: Passage> Scene<'a, S, P> {
    pub(super) fn new(store: S, passage: &'a P) -> Self {
        Self {
            store,
            terms: passage.terms(),
            passage,
        }
    }

    /// That of a number: due after a lease's time, given up after four.
    pub(super) fn expectation(&self, number: usize) -> Expectation {
        Expectation {
            key: key(number),
            endpoint: ENDPOINT.into(),
            tenant: None,
            id: format!("id {number}").into(),
            first_after: self.terms.lease,
            give_up_after: self.terms.lease * 4,
        }
    }

    /// The same, due at once.
    pub(super) fn now(&self, number: usize) -> Expectation {
        Expectation {
            first_after: Duration::ZERO,
            ..self.expectation(number)
        }
    }

    pub(super) async fn expect(&self, one: Expectation) -> Expecting {
        answered("expect", self.store.expect(&one).await)
    }

    /// Nothing is awaited yet.
    pub(super) async fn expect_new(&self, one: Expectation) {
        let expecting = self.expect(one).await;
        promise(
            "what is new is awaited",
            expecting == Expecting::New,
            &expecting,
        );
    }

    pub(super) async fn due_at(&self, endpoint: &str, limit: usize, by: usize) -> DueBatch {
        let ask = AskDue {
            endpoint,
            limit,
            lasts: self.terms.lease,
            owner: owner(by),
        };
        let batch = answered("due", self.store.due(ask).await);
        promise(
            "no more is handed out than was asked for",
            batch.rows.len() <= limit,
            &batch,
        );
        batch
    }

    pub(super) async fn due(&self, by: usize) -> DueBatch {
        self.due_at(ENDPOINT, 100, by).await
    }

    /// The one that is due.
    pub(super) async fn take(&self, by: usize) -> Due {
        let mut rows = self.due(by).await.rows;
        match (rows.pop(), rows.pop()) {
            (Some(row), None) => row,
            other => panic!("expectations contract: one is due; the store handed out {other:?}"),
        }
    }

    pub(super) async fn nothing_is_due(&self, why: &str, by: usize) {
        let batch = self.due(by).await;
        promise(why, batch.rows.is_empty(), &batch);
    }

    pub(super) async fn postpone(&self, due: &Due, by: Duration, was_asked: bool) -> Settled {
        answered("postpone", self.store.postpone(due, by, was_asked).await)
    }

    pub(super) async fn end(&self, due: &Due) -> Settled {
        answered("end", self.store.end(due).await)
    }

    pub(super) async fn turn(&self, rate: &Rate, patience: Duration) -> Turn {
        answered("turn", self.store.turn(rate, patience).await)
    }

    pub(super) async fn open(&self, endpoint: &str) -> u64 {
        answered("open", self.store.open(endpoint).await)
    }

    pub(super) async fn pass(&self, by: Duration) {
        self.passage.pass(by).await;
    }

    /// Lets what was just leased or expected become due.
    pub(super) async fn lapse(&self) {
        self.pass(self.terms.lease.saturating_add(self.terms.slack))
            .await;
    }
}

/// Ends the suite unless `kept`.
#[track_caller]
pub(super) fn promise(what: &str, kept: bool, answer: &dyn Debug) {
    assert!(
        kept,
        "expectations contract: broken promise: {what}; the store answered {answer:?}"
    );
}

#[track_caller]
pub(super) fn answered<T>(call: &str, answer: Result<T, StoreError>) -> T {
    match answer {
        Ok(answer) => answer,
        Err(error) => panic!("expectations contract: `{call}` failed: {error:?}"),
    }
}

/// The key of a number.
pub(super) fn key(number: usize) -> ExpectationKey {
    ExpectationKey::of(number.to_be_bytes(), ENDPOINT, None, "contract")
}

/// The owner of a number.
pub(super) fn owner(number: usize) -> OwnerToken {
    let number = u128::try_from(number).unwrap_or_default();
    OwnerToken::from_bytes((number + 1).to_be_bytes())
}

/// The numbers of what was handed out, in its order.
pub(super) fn numbers(batch: &DueBatch) -> Vec<usize> {
    let number = |row: &Due| (0..100).find(|number| key(*number) == row.key);
    batch.rows.iter().filter_map(number).collect()
}
