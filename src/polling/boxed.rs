//! The boxed twin of [`Expectations`], as `dedup::boxed`.

use std::{fmt, sync::Arc, time::Duration};

use super::{AskDue, Due, DueBatch, Expectation, Expectations, Expecting, Heard, Rate, Turn};
use crate::{
    dedup::{Boxed, OwnerToken, Promises, Settled},
    verdict::StoreError,
};

type Call<'a, T> = Boxed<'a, Result<T, StoreError>>;

/// [`Expectations`] with boxed futures. Implemented for all; never implement it by hand.
pub trait DynExpectations: Send + Sync + 'static {
    /// See [`Expectations::expect`].
    fn expect<'a>(&'a self, one: &'a Expectation) -> Call<'a, Expecting>;

    /// See [`Expectations::due`].
    fn due<'a>(&'a self, ask: AskDue<'a>) -> Call<'a, DueBatch>;

    /// See [`Expectations::postpone`].
    fn postpone<'a>(&'a self, due: &'a Due, by: Duration, was_asked: bool) -> Call<'a, Settled>;

    /// See [`Expectations::end`].
    fn end<'a>(&'a self, due: &'a Due) -> Call<'a, Settled>;

    /// See [`Expectations::turn`].
    fn turn<'a>(&'a self, rate: &'a Rate, patience: Duration) -> Call<'a, Turn>;

    /// See [`Expectations::hold`].
    fn hold<'a>(&'a self, rate: &'a Rate, lasts: Duration) -> Call<'a, ()>;

    /// See [`Expectations::heard`].
    fn heard<'a>(&'a self, endpoint: &'a str) -> Call<'a, ()>;

    /// See [`Expectations::last_heard`].
    fn last_heard<'a>(&'a self, endpoint: &'a str) -> Call<'a, Heard>;

    /// See [`Expectations::tell`].
    fn tell<'a>(
        &'a self,
        endpoint: &'a str,
        is_silent: bool,
        after: Duration,
        owner: OwnerToken,
    ) -> Call<'a, bool>;

    /// See [`Expectations::open`].
    fn open<'a>(&'a self, endpoint: &'a str) -> Call<'a, u64>;

    /// See [`Expectations::promises`].
    fn promises(&self) -> Promises;
}

impl<S: Expectations> DynExpectations for S {
    fn expect<'a>(&'a self, one: &'a Expectation) -> Call<'a, Expecting> {
        Box::pin(Expectations::expect(self, one))
    }

    fn due<'a>(&'a self, ask: AskDue<'a>) -> Call<'a, DueBatch> {
        Box::pin(Expectations::due(self, ask))
    }

    fn postpone<'a>(&'a self, due: &'a Due, by: Duration, was_asked: bool) -> Call<'a, Settled> {
        Box::pin(Expectations::postpone(self, due, by, was_asked))
    }

    fn end<'a>(&'a self, due: &'a Due) -> Call<'a, Settled> {
        Box::pin(Expectations::end(self, due))
    }

    fn turn<'a>(&'a self, rate: &'a Rate, patience: Duration) -> Call<'a, Turn> {
        Box::pin(Expectations::turn(self, rate, patience))
    }

    fn hold<'a>(&'a self, rate: &'a Rate, lasts: Duration) -> Call<'a, ()> {
        Box::pin(Expectations::hold(self, rate, lasts))
    }

    fn heard<'a>(&'a self, endpoint: &'a str) -> Call<'a, ()> {
        Box::pin(Expectations::heard(self, endpoint))
    }

    fn last_heard<'a>(&'a self, endpoint: &'a str) -> Call<'a, Heard> {
        Box::pin(Expectations::last_heard(self, endpoint))
    }

    fn tell<'a>(
        &'a self,
        endpoint: &'a str,
        is_silent: bool,
        after: Duration,
        owner: OwnerToken,
    ) -> Call<'a, bool> {
        Box::pin(Expectations::tell(self, endpoint, is_silent, after, owner))
    }

    fn open<'a>(&'a self, endpoint: &'a str) -> Call<'a, u64> {
        Box::pin(Expectations::open(self, endpoint))
    }

    fn promises(&self) -> Promises {
        Expectations::promises(self)
    }
}

/// Any store of expectations, behind one type: cheap to clone, itself an [`Expectations`].
#[derive(Clone)]
pub struct BoxExpectations(Arc<dyn DynExpectations>);

impl BoxExpectations {
    /// Puts `store` into the box.
    pub fn new(store: impl Expectations) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for BoxExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BoxExpectations")
            .field(&self.0.promises())
            .finish()
    }
}

impl Expectations for BoxExpectations {
    async fn expect(&self, one: &Expectation) -> Result<Expecting, StoreError> {
        self.0.expect(one).await
    }

    async fn due(&self, ask: AskDue<'_>) -> Result<DueBatch, StoreError> {
        self.0.due(ask).await
    }

    async fn postpone(
        &self,
        due: &Due,
        by: Duration,
        was_asked: bool,
    ) -> Result<Settled, StoreError> {
        self.0.postpone(due, by, was_asked).await
    }

    async fn end(&self, due: &Due) -> Result<Settled, StoreError> {
        self.0.end(due).await
    }

    async fn turn(&self, rate: &Rate, patience: Duration) -> Result<Turn, StoreError> {
        self.0.turn(rate, patience).await
    }

    async fn hold(&self, rate: &Rate, lasts: Duration) -> Result<(), StoreError> {
        self.0.hold(rate, lasts).await
    }

    async fn heard(&self, endpoint: &str) -> Result<(), StoreError> {
        self.0.heard(endpoint).await
    }

    async fn last_heard(&self, endpoint: &str) -> Result<Heard, StoreError> {
        self.0.last_heard(endpoint).await
    }

    async fn tell(
        &self,
        endpoint: &str,
        is_silent: bool,
        after: Duration,
        owner: OwnerToken,
    ) -> Result<bool, StoreError> {
        self.0.tell(endpoint, is_silent, after, owner).await
    }

    async fn open(&self, endpoint: &str) -> Result<u64, StoreError> {
        self.0.open(endpoint).await
    }

    fn promises(&self) -> Promises {
        self.0.promises()
    }
}
