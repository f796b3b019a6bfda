//! Waiting until an endpoint has nothing queued.

use std::{pin::pin, sync::Arc, time::Duration};

use super::{super::Totals, OperationError, Operations};
use crate::{
    time::{Timer, within},
    verdict::StoreError,
};

/// How often is looked.
const EVERY: Duration = Duration::from_secs(1);
/// So long the first look may take, however short the wait: who does not want to wait asks how it stands.
const FIRST_LOOK: Duration = Duration::from_secs(5);

/// How a wait for an endpoint's queue ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// Why it ended.
    pub end: DrainEnd,
    /// What was left then. Dead letters wait for a person, not for a worker.
    pub left: Totals,
}

/// Why a wait for an endpoint's queue ended. Exhaustive on purpose: only the first is success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrainEnd {
    /// Nothing is queued.
    Empty,
    /// An operator holds the endpoint: nobody will handle what is queued.
    Held,
    /// The time is over.
    TimeUp,
}

impl Operations {
    /// Waits until `endpoint` has nothing queued, for `limit` at most. Its workers have to run, and its receiver should
    /// accept nothing more. It changes nothing, so it can be broken off and begun again.
    ///
    /// `progress` is told of each look, one a second.
    ///
    /// # Errors
    ///
    /// When the inbox knows no such endpoint, or said nothing of it within `limit`, and 5 s. The inbox's.
    pub async fn drain(
        &self,
        endpoint: &str,
        limit: Duration,
        timer: impl Timer,
        mut progress: impl FnMut(&Totals),
    ) -> Result<Drained, OperationError> {
        let timer: Arc<dyn Timer> = Arc::new(timer);
        let first = within(
            &timer,
            limit.max(FIRST_LOOK),
            pin!(self.totals_of(endpoint)),
        )
        .await;
        let mut left = first.unwrap_or(Err(StoreError::Timeout.into()))?;
        progress(&left);
        let end = match end_of(&left) {
            Some(end) => end,
            None => {
                let looking = async {
                    loop {
                        timer.sleep(EVERY).await;
                        left = self.totals_of(endpoint).await?;
                        progress(&left);
                        if let Some(end) = end_of(&left) {
                            return Ok::<_, OperationError>(end);
                        }
                    }
                };
                let end = within(&timer, limit, pin!(looking)).await;
                end.unwrap_or(Ok(DrainEnd::TimeUp))?
            }
        };
        Ok(Drained { end, left })
    }
}

/// Why there is nothing to wait for, if that is so.
fn end_of(left: &Totals) -> Option<DrainEnd> {
    if left.queued == 0 {
        return Some(DrainEnd::Empty);
    }
    left.is_held.then_some(DrainEnd::Held)
}
