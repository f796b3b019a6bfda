//! Work at start, which several processes may do at once.

use std::time::Duration;

use hookgate::dedup::StoreError;
use tokio::time::{Instant, sleep};

use crate::fault::store_error;

/// Nobody waits for an answer yet.
const LONGEST: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

/// Does `work`, and repeats it as long as another process has the file.
///
/// SQLite's own `busy_timeout` is not enough. A process that switches a fresh file to WAL needs it alone, and
/// SQLite refuses it at once where waiting could block both.
pub(crate) async fn until_it_has_its_turn<T, F>(
    call_timeout: Duration,
    work: impl Fn() -> F,
) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, sqlx::Error>>,
{
    let ends = Instant::now() + LONGEST.max(call_timeout);
    loop {
        let done = tokio::time::timeout_at(ends, work()).await;
        match done.map(|done| done.map_err(store_error)) {
            Ok(Err(StoreError::Timeout)) if Instant::now() < ends => sleep(PAUSE).await,
            Ok(done) => return done,
            Err(_) => return Err(StoreError::Timeout),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        future::{pending, ready},
    };

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_never_comes_is_waited_for_within_a_limit() {
        let limit = Duration::from_secs(60);
        for (call_timeout, expected) in [(Duration::from_secs(2), LONGEST), (limit, limit)] {
            let (began, tries) = (Instant::now(), Cell::new(0));
            let busy = until_it_has_its_turn(call_timeout, || {
                tries.set(tries.get() + 1);
                ready(Err::<(), _>(sqlx::Error::PoolTimedOut))
            });
            assert!(matches!(busy.await, Err(StoreError::Timeout)));
            assert!(tries.get() > 100, "{}", tries.get());
            assert_eq!(began.elapsed().as_secs(), expected.as_secs());

            let silent = until_it_has_its_turn(call_timeout, pending::<Result<(), _>>);
            assert!(matches!(silent.await, Err(StoreError::Timeout)));
        }
    }

    #[tokio::test]
    async fn what_waiting_cannot_mend_is_told_at_once() {
        let closed =
            until_it_has_its_turn(LONGEST, || ready(Err::<(), _>(sqlx::Error::PoolClosed)));
        assert!(matches!(closed.await, Err(StoreError::Unavailable(_))));
    }
}
