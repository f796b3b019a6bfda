//! [`Expectation`], [`Due`]: what is awaited. [`Rate`], [`Turn`]: how often may be asked.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    dedup::OwnerToken,
    identity::{ExpectationKey, TenantId},
};

/// A process whose end is awaited.
///
/// [`Fallback::expectation`](super::Fallback::expectation) makes one. A store keeps it until it ends.
#[derive(Clone, PartialEq, Eq)]
pub struct Expectation {
    /// Whose end is awaited. A second one with this key changes nothing.
    pub key: ExpectationKey,
    /// The endpoint's name.
    pub endpoint: Arc<str>,
    /// The canonical id of the tenant, where the endpoint serves many.
    pub tenant: Option<TenantId>,
    /// The sender's id of the process.
    pub id: Box<str>,
    /// How long from now until it is first asked for.
    pub first_after: Duration,
    /// How long from now until it is given up.
    pub give_up_after: Duration,
}

/// Shows no tenant and no id.
impl fmt::Debug for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expectation")
            .field("key", &self.key)
            .field("endpoint", &self.endpoint)
            .field("first_after", &self.first_after)
            .field("give_up_after", &self.give_up_after)
            .finish_non_exhaustive()
    }
}

/// What became of a wish to await a process. Exhaustive on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expecting {
    /// It is awaited from now on.
    New,
    /// It was awaited already: the first one's times count.
    Known,
}

/// What a runner asks for.
#[derive(Debug, Clone, Copy)]
pub struct AskDue<'a> {
    /// The endpoint.
    pub endpoint: &'a str,
    /// How many at most.
    pub limit: usize,
    /// How long the leases last.
    pub lasts: Duration,
    /// Holds all of them. Made by the caller, another one each time.
    pub owner: OwnerToken,
}

/// What is due, under leases.
#[derive(Debug, Default)]
pub struct DueBatch {
    /// Those that are due, the longest first.
    pub rows: Vec<Due>,
    /// In how long the next one of the endpoint is due, where one is left. Zero where more is due now.
    pub next_due: Option<Duration>,
}

/// An expectation that is due, under a lease. A lease that lapses makes it due again.
pub struct Due {
    /// Whose end is awaited.
    pub key: ExpectationKey,
    /// Who holds the lease.
    pub owner: OwnerToken,
    /// The canonical id of the tenant.
    pub tenant: Option<TenantId>,
    /// The sender's id of the process.
    pub id: Box<str>,
    /// How often it was asked for.
    pub asked: u32,
    /// For how long it has been awaited.
    pub age: Duration,
    /// How long until it is given up. Zero from then on.
    pub left: Duration,
}

/// Shows no tenant and no id.
impl fmt::Debug for Due {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Due")
            .field("key", &self.key)
            .field("asked", &self.asked)
            .field("age", &self.age)
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}

/// How often an API may be asked, by all who share a name. The expectations' store counts, so all instances share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    name: Arc<str>,
    every: Duration,
}

impl Rate {
    /// One question `every` so often. `name` stands for what the API counts by, such as an account. It is stored: no secret.
    ///
    /// Questions are spread evenly. So a window of the sender's never holds more than its length divided by `every`, and
    /// one more where a question was under way for longer than the next.
    ///
    /// ```
    /// use std::time::Duration;
    /// use hookgate::polling::Rate;
    ///
    /// let rate = Rate::every("account 4711", Duration::from_millis(110)); // 9 a second
    /// assert_eq!(rate.name(), "account 4711");
    /// ```
    pub fn every(name: impl Into<Arc<str>>, every: Duration) -> Self {
        Self {
            name: name.into(),
            every,
        }
    }

    /// The same for one account of many.
    pub(super) fn of_account(&self, account: &str) -> Self {
        Self::every(format!("{}/{account}", self.name), self.every)
    }

    /// What the API counts by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The time between two questions.
    pub fn pause(&self) -> Duration {
        self.every
    }
}

/// When an endpoint last took a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Heard {
    /// How long ago. Since the store was first asked, where none came.
    pub ago: Duration,
    /// Whether somebody was told of a silence that goes on.
    pub is_told: bool,
}

/// When a question may be asked. Exhaustive on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// After so long. This moment is the caller's, and nobody else's.
    In(Duration),
    /// Not as early as the caller would wait. Nothing was given to it. It may come again after so long.
    Later(Duration),
}
