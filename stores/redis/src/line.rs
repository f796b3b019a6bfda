//! A connection that comes back by itself, also when no error said that it was gone.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::{
    Client, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tokio::runtime::Handle;

use crate::{connection::Connection, gathering::Gathering};

/// redis's manager connects again after an error. A connection that has merely gone silent, as behind a
/// firewall that dropped it, gives no error for up to a quarter of an hour. So the store dials a line of its
/// own anew after a command that took too long.
pub(crate) struct Line {
    current: Mutex<Dialled>,
    redial: Option<Redial>,
}

struct Redial {
    client: Client,
    config: ConnectionManagerConfig,
    limit: Duration,
}

impl Redial {
    /// A connection of the store's own, whose task runs on the runtime of this call.
    fn own(&self, connection: ConnectionManager) -> Connection {
        match Handle::try_current() {
            Ok(runtime) => Connection::Gathered(connection, Gathering::new(runtime, self.limit)),
            Err(_) => Connection::Server(connection),
        }
    }
}

#[derive(Clone)]
pub(crate) struct Dialled {
    pub(crate) connection: Connection,
    number: u64,
}

impl Line {
    /// Connects. No call waits longer than `limit` for its answer.
    pub(crate) async fn dial(
        client: Client,
        config: ConnectionManagerConfig,
        limit: Duration,
    ) -> RedisResult<Self> {
        let connection = ConnectionManager::new_with_config(client.clone(), config.clone()).await?;
        let redial = Redial {
            client,
            config,
            limit,
        };
        Ok(Self::new(redial.own(connection), Some(redial)))
    }

    /// The application's, or a cluster's, which replaces the connections to its nodes itself. It stays as it
    /// is.
    pub(crate) fn given(connection: Connection) -> Self {
        Self::new(connection, None)
    }

    fn new(connection: Connection, redial: Option<Redial>) -> Self {
        let current = Mutex::new(Dialled {
            connection,
            number: 0,
        });
        Self { current, redial }
    }

    pub(crate) fn current(&self) -> Dialled {
        self.lock().clone()
    }

    /// The next command connects anew, unless another one did so.
    pub(crate) fn hang_up(&self, silent: &Dialled) {
        let Some(redial) = &self.redial else {
            return;
        };
        let mut current = self.lock();
        if current.number != silent.number {
            return;
        }
        let (client, config) = (redial.client.clone(), redial.config.clone());
        let next = ConnectionManager::new_lazy_with_config(client, config);
        if let Ok(connection) = next {
            *current = Dialled {
                connection: redial.own(connection),
                number: silent.number.wrapping_add(1),
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Dialled> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line").finish_non_exhaustive()
    }
}
