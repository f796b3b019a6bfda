//! One command within its time.

use std::time::Duration;

use hookgate::dedup::StoreError;
use redis::Value;
use tokio::time::{Instant, timeout_at};

use crate::{
    fault::{REDIS, failure},
    line::Line,
    script::Statement,
};

/// After a server comes back, the first command finds the old connection broken.
const TRIES: usize = 2;

/// Sends `statement` within `limit`, and once more where its connection broke. A command whose answer is lost
/// may have run. All of the store's carry their owner's token and may run again.
pub(crate) async fn ask(
    line: &Line,
    limit: Duration,
    statement: &Statement<'_>,
) -> Result<Value, StoreError> {
    let deadline = Instant::now() + limit;
    let mut tries = TRIES;
    let mut has_broken = false;
    loop {
        tries -= 1;
        let mut dialled = line.current();
        let answer = timeout_at(deadline, statement.send(&mut dialled.connection)).await;
        let failure = match answer {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => failure(error),
            Err(_) => StoreError::Timeout.into(),
        };
        if matches!(failure.error, StoreError::Timeout) {
            line.hang_up(&dialled);
        }
        if !failure.repeat || tries == 0 {
            return Err(match failure.error {
                // What was refused is the repeat: the first try may have been done.
                StoreError::Full if has_broken => REDIS.broken(),
                error => error,
            });
        }
        has_broken = true;
    }
}
