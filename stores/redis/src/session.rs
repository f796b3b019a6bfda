//! One command within its time.

use std::{future::Future, time::Duration};

use hookgate::StoreError;
use redis::{Cmd, RedisResult, ScriptInvocation, Value};
use tokio::time::{Instant, timeout_at};

use crate::{connection::Connection, fault::Failure, line::Line};

/// After a server comes back, the first command finds the old connection broken.
const TRIES: usize = 2;

/// Runs `command` within `limit`, and once more where its connection broke: a command whose answer is lost
/// may have run, but all of the store's carry their owner's token and may run again.
pub(crate) async fn ask(
    line: &Line,
    limit: Duration,
    command: impl Command,
) -> Result<Value, StoreError> {
    let deadline = Instant::now() + limit;
    let mut tries = TRIES;
    loop {
        tries -= 1;
        let dialled = line.current();
        let answer = timeout_at(deadline, command.send(dialled.connection.clone())).await;
        let failure = match answer {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => Failure::from(error),
            Err(_) => Failure::timeout(),
        };
        if matches!(failure.error, StoreError::Timeout) {
            line.hang_up(&dialled);
        }
        if !failure.repeat || tries == 0 {
            return Err(failure.error);
        }
    }
}

/// What can be sent, and sent again.
pub(crate) trait Command: Sync {
    fn send(&self, connection: Connection) -> impl Future<Output = RedisResult<Value>> + Send;
}

impl Command for Cmd {
    async fn send(&self, mut connection: Connection) -> RedisResult<Value> {
        self.query_async(&mut connection).await
    }
}

/// Sends the script's digest, and its text only to a server that does not know it yet.
impl Command for ScriptInvocation<'_> {
    async fn send(&self, mut connection: Connection) -> RedisResult<Value> {
        self.invoke_async(&mut connection).await
    }
}
