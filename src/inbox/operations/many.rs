//! What is done to all events that a filter means.

use std::{collections::HashSet, fmt, time::Duration};

use super::{
    super::{Filter, Inbox},
    OperationError, Operations,
};
use crate::{identity::EventKey, verdict::StoreError};

/// How many events are asked for, or erased, at once.
const PAGE: usize = 500;

/// How many dead letters an operation may change. One of the two has to be said: a filter that means more than its author
/// believes is the usual mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Bound {
    /// So many: the number that [`Operations::count`] has said. Where another number is meant, nothing is done.
    Exactly(u64),
    /// So many at most, the oldest first.
    AtMost(u64),
}

/// What an operation over many events has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Done {
    /// How many were changed.
    pub changed: u64,
    /// How many were no dead letters any more when their turn came: somebody else has changed them.
    pub gone: u64,
}

/// How far an operation over many events has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many are done, or were seen.
    pub done: u64,
    /// How many there are, where that is known.
    pub of: Option<u64>,
}

/// `3 of 10`.
impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.of {
            Some(of) => write!(f, "{} of {of}", self.done),
            None => write!(f, "{}", self.done),
        }
    }
}

/// What is done to one dead letter.
#[derive(Clone, Copy)]
enum Deed<'a> {
    Replay(&'a str),
    Discard,
}

impl Operations {
    /// How many dead letters `filter` means: the dry run of [`replay_all`](Self::replay_all) and
    /// [`discard_all`](Self::discard_all). It reads the list, page by page.
    ///
    /// # Errors
    ///
    /// The inbox's.
    pub async fn count(&self, filter: &Filter) -> Result<u64, StoreError> {
        Ok(self.dead(filter, usize::MAX).await?.len() as u64)
    }

    /// Replays all dead letters that `filter` means, the oldest first. Their history says `why`.
    ///
    /// They are looked up before the first is replayed. So one that dies again meanwhile is not replayed again.
    ///
    /// # Errors
    ///
    /// When the filter means everything, or another number than was said. The inbox's, with what was done before.
    pub async fn replay_all(
        &self,
        filter: &Filter,
        bound: Bound,
        why: &str,
        progress: impl FnMut(Progress),
    ) -> Result<Done, OperationError> {
        self.all(filter, bound, Deed::Replay(why), progress).await
    }

    /// Discards all dead letters that `filter` means, the oldest first.
    ///
    /// # Errors
    ///
    /// As [`replay_all`](Self::replay_all).
    pub async fn discard_all(
        &self,
        filter: &Filter,
        bound: Bound,
        progress: impl FnMut(Progress),
    ) -> Result<Done, OperationError> {
        self.all(filter, bound, Deed::Discard, progress).await
    }

    /// Discards all dead letters that died longer ago than `age`. Says how many.
    ///
    /// # Errors
    ///
    /// The inbox's, with what was done before.
    pub async fn prune(
        &self,
        age: Duration,
        mut progress: impl FnMut(Progress),
    ) -> Result<Done, OperationError> {
        let mut done = Done::default();
        loop {
            let erased = self.0.erase(age, PAGE).await;
            let erased = erased.map_err(|error| OperationError::Store { done, error })?;
            if erased == 0 {
                return Ok(done);
            }
            done.changed = done.changed.saturating_add(erased);
            progress(Progress {
                done: done.changed,
                of: None,
            });
        }
    }

    async fn all(
        &self,
        filter: &Filter,
        bound: Bound,
        deed: Deed<'_>,
        mut progress: impl FnMut(Progress),
    ) -> Result<Done, OperationError> {
        if !filter.narrows() {
            return Err(OperationError::NoFilter);
        }
        let keys = match bound {
            Bound::AtMost(most) => self.dead(filter, size(most)).await?,
            Bound::Exactly(said) => {
                // One more shows that there are more.
                let keys = self.dead(filter, size(said.saturating_add(1))).await?;
                if keys.len() as u64 != said {
                    return Err(OperationError::OtherNumber { said });
                }
                keys
            }
        };
        let of = Some(keys.len() as u64);
        let mut done = Done::default();
        for (number, key) in (1..).zip(&keys) {
            let changed = match deed {
                Deed::Replay(why) => self.0.replay(key, why).await,
                Deed::Discard => self.0.discard(key).await,
            };
            match changed {
                Ok(true) => done.changed = done.changed.saturating_add(1),
                Ok(false) => done.gone = done.gone.saturating_add(1),
                Err(error) => return Err(OperationError::Store { done, error }),
            }
            progress(Progress { done: number, of });
        }
        Ok(done)
    }

    /// The dead letters that `filter` means, `most` at most, the oldest first.
    async fn dead(&self, filter: &Filter, most: usize) -> Result<Vec<EventKey>, StoreError> {
        let dead = Filter {
            dead: filter.dead.or(Some(true)),
            ..filter.clone()
        };
        let (mut keys, mut seen) = (Vec::new(), HashSet::new());
        let mut after = None;
        while keys.len() < most {
            let limit = PAGE.min(most.saturating_sub(keys.len()));
            let page = self.0.list(&dead, after.as_ref(), limit).await?;
            let rows = page.rows.iter().filter(|row| row.stands.is_dead());
            // One that was replayed and died again between two pages is in both.
            keys.extend(rows.map(|row| row.key).filter(|key| seen.insert(*key)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        Ok(keys)
    }
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
