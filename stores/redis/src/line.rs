//! A connection that comes back by itself, also when no error said that it was gone.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use redis::{
    Client, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use crate::connection::Connection;

/// redis's manager connects again after an error. A connection that has merely gone silent, as behind a
/// firewall that dropped it, gives no error for up to a quarter of an hour. So the store dials a line of its
/// own anew after a command that took too long.
pub(crate) struct Line {
    current: Mutex<Dialled>,
    redial: Option<(Client, ConnectionManagerConfig)>,
}

#[derive(Clone)]
pub(crate) struct Dialled {
    pub(crate) connection: Connection,
    number: u64,
}

impl Line {
    /// Connects.
    pub(crate) async fn dial(client: Client, config: ConnectionManagerConfig) -> RedisResult<Self> {
        let connection = ConnectionManager::new_with_config(client.clone(), config.clone()).await?;
        let connection = Connection::Server(connection);
        Ok(Self::new(connection, Some((client, config))))
    }

    /// The application's, or a cluster's, which replaces the connections to its nodes itself. It stays as it
    /// is.
    pub(crate) fn given(connection: Connection) -> Self {
        Self::new(connection, None)
    }

    fn new(connection: Connection, redial: Option<(Client, ConnectionManagerConfig)>) -> Self {
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
        let Some((client, config)) = &self.redial else {
            return;
        };
        let mut current = self.lock();
        if current.number != silent.number {
            return;
        }
        let next = ConnectionManager::new_lazy_with_config(client.clone(), config.clone());
        if let Ok(connection) = next {
            *current = Dialled {
                connection: Connection::Server(connection),
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
