//! Waiting until an endpoint has nothing queued.

use std::{pin::pin, sync::Arc, time::Duration};

use super::{super::Totals, OperationError, Operations};
use crate::{
    time::{Timer, within},
    verdict::StoreError,
};

/// How often is looked.
const EVERY: Duration = Duration::from_secs(1);

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
    /// When the inbox knows no such endpoint, or said nothing of it within `limit`. The inbox's.
    pub async fn drain(
        &self,
        endpoint: &str,
        limit: Duration,
        timer: impl Timer,
        mut progress: impl FnMut(&Totals),
    ) -> Result<Drained, OperationError> {
        let timer: Arc<dyn Timer> = Arc::new(timer);
        let mut seen = None;
        let looking = async {
            loop {
                let left = seen.insert(self.totals_of(endpoint).await?);
                progress(left);
                if left.queued == 0 {
                    return Ok::<_, OperationError>(DrainEnd::Empty);
                }
                if left.is_held {
                    return Ok(DrainEnd::Held);
                }
                timer.sleep(EVERY).await;
            }
        };
        let end = within(&timer, limit, pin!(looking)).await;
        let end = end.unwrap_or(Ok(DrainEnd::TimeUp))?;
        let left = seen.ok_or(StoreError::Timeout)?;
        Ok(Drained { end, left })
    }
}
