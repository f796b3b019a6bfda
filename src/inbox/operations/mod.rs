//! [`Operations`]: what an operator does with an inbox.
//!
//! | file | holds |
//! | --- | --- |
//! | `many` | what is done to all events that a filter means |
//! | `drain` | waiting until an endpoint has nothing queued |
//! | `masked` | one event without anything of its sender's |
//! | `shape` | the form of a JSON text, without its values |

mod drain;
mod many;
mod masked;
mod shape;

use std::fmt;

pub use self::{
    drain::{DrainEnd, Drained},
    many::{Bound, Done, Progress},
    masked::{Masked, MaskedRequest},
    shape::Shape,
};
use super::{BoxInbox, Filter, Inbox, Kept, Page, Position, StoredDelivery, Totals, Unreadable};
use crate::{identity::EventKey, verdict::StoreError};

/// What an operator does with an inbox, whatever its engine. The command `hookgate inbox` is made of it.
///
/// Each event changes in one commit of its own. So a run that is broken off, by an error or since its future was dropped,
/// has lost and repeated nothing: what it had not reached is as it was.
///
/// ```
/// use hookgate::inbox::{Bound, Filter, MemoryInbox, Operations};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let operations = Operations::new(MemoryInbox::new());
/// let filter = Filter::dead().of_endpoint("logto");
/// // First see how many are meant, then do it to as many and no others.
/// let count = operations.count(&filter).await?;
/// let done = operations
///     .replay_all(&filter, Bound::Exactly(count), "the table is back", |progress| println!("{progress}"))
///     .await?;
/// assert_eq!(done.changed, count);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Operations(BoxInbox);

impl Operations {
    /// The operations of `inbox`.
    pub fn new(inbox: impl Inbox) -> Self {
        Self(BoxInbox::new(inbox))
    }

    /// See [`Inbox::totals`]. [`Totals::findings`] says what is wrong with them.
    ///
    /// # Errors
    ///
    /// The inbox's.
    pub async fn totals(&self) -> Result<Vec<Totals>, StoreError> {
        self.0.totals().await
    }

    /// See [`Inbox::list`].
    ///
    /// # Errors
    ///
    /// The inbox's.
    pub async fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.0.list(filter, after, limit).await
    }

    /// One event, without anything that its sender wrote but known labels. `None` where nothing is kept of `key`.
    ///
    /// # Errors
    ///
    /// The inbox's.
    pub async fn show(&self, key: &EventKey) -> Result<Option<Masked>, StoreError> {
        let kept = self.0.read(key).await?;
        Ok(kept.map(Masked::of))
    }

    /// One event with all that is kept of it: **its sender's own text, personal data included**. `None` where nothing is
    /// kept of `key`.
    ///
    /// # Errors
    ///
    /// The inbox's.
    pub async fn show_personal_data(&self, key: &EventKey) -> Result<Option<Opened>, StoreError> {
        let kept = self.0.read(key).await?;
        Ok(kept.map(|kept| Opened {
            delivery: StoredDelivery::from_bytes(kept.payload.clone()),
            kept,
        }))
    }

    /// See [`Inbox::replay`].
    ///
    /// # Errors
    ///
    /// The inbox's.
    pub async fn replay(&self, key: &EventKey, why: &str) -> Result<bool, StoreError> {
        self.0.replay(key, why).await
    }

    /// See [`Inbox::discard`].
    ///
    /// # Errors
    ///
    /// The inbox's.
    pub async fn discard(&self, key: &EventKey) -> Result<bool, StoreError> {
        self.0.discard(key).await
    }

    /// Stops the work of an endpoint, while accepting goes on. It has no end by itself: see [`Inbox::hold`].
    ///
    /// # Errors
    ///
    /// When the inbox knows no such endpoint, since a hold under a wrong name stops nothing. The inbox's.
    pub async fn hold(&self, endpoint: &str) -> Result<(), OperationError> {
        self.totals_of(endpoint).await?;
        Ok(self.0.hold(endpoint, true).await?)
    }

    /// Lets the work of an endpoint go on: ends a [hold](Self::hold), and a pause that its handler's failures have made.
    ///
    /// # Errors
    ///
    /// When the inbox knows no such endpoint. The inbox's.
    pub async fn resume(&self, endpoint: &str) -> Result<(), OperationError> {
        self.totals_of(endpoint).await?;
        self.0.hold(endpoint, false).await?;
        Ok(self.0.resume(endpoint).await?)
    }

    async fn totals_of(&self, endpoint: &str) -> Result<Totals, OperationError> {
        let mut all = self.0.totals().await?.into_iter();
        all.find(|totals| *totals.endpoint == *endpoint)
            .ok_or(OperationError::UnknownEndpoint)
    }
}

/// One event with all that is kept of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Opened {
    /// What the inbox keeps.
    pub kept: Kept,
    /// The request and what was proved of it.
    pub delivery: Result<StoredDelivery, Unreadable>,
}

/// Why an operation was not done, or not to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OperationError {
    /// The filter means everything. [`Filter::narrows`] says which do not.
    #[error(
        "the filter means every dead letter: name an endpoint, a type, a reason, a key or a time"
    )]
    NoFilter,
    /// Another number is meant than [was said](Bound::Exactly). Nothing was done.
    #[error("another number of dead letters is meant than was said: nothing was done")]
    OtherNumber {
        /// The number that was said.
        said: u64,
    },
    /// The inbox knows no such endpoint.
    #[error("the inbox knows no endpoint of this name")]
    UnknownEndpoint,
    /// The inbox failed.
    #[error("the inbox failed{}", Halfway(.done))]
    Store {
        /// What was done before.
        done: Done,
        /// What it said.
        #[source]
        error: StoreError,
    },
}

impl From<StoreError> for OperationError {
    fn from(error: StoreError) -> Self {
        let done = Done::default();
        Self::Store { done, error }
    }
}

struct Halfway<'a>(&'a Done);

impl fmt::Display for Halfway<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.changed {
            0 => Ok(()),
            changed => write!(f, " after {changed} were done"),
        }
    }
}
