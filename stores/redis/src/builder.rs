//! [`RedisStoreBuilder`]: what can be set.

use std::time::Duration;

use hookgate_store_kit::limits::CALL_TIMEOUT;
use redis::{
    Client,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

use crate::{OpenError, Prefix, RedisStore, connection::Connection, fault::failure, line::Line};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// The longest pause between tries to connect again, so that service resumes soon after the server does.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);
/// Tries of one command to connect again. The call's limit ends them in any case.
const RECONNECTS: usize = 4;

/// Settings of a [`RedisStore`]. Every one has a default.
///
/// ```no_run
/// use std::time::Duration;
/// use hookgate_redis::{Prefix, RedisStore};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let store = RedisStore::builder()
///     .prefix(Prefix::new("billing:dedup")?)
///     .call_timeout(Duration::from_secs(1))
///     .connect_timeout(Duration::from_millis(500))
///     .connect("redis://cache.internal/0")
///     .await?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use]
pub struct RedisStoreBuilder {
    prefix: Prefix,
    call_timeout: Duration,
    connect_timeout: Duration,
}

impl RedisStoreBuilder {
    pub(crate) fn new() -> Self {
        Self {
            prefix: Prefix::default(),
            call_timeout: CALL_TIMEOUT,
            connect_timeout: CONNECT_TIMEOUT,
        }
    }

    /// What the names of the store's keys begin with. Default: `hookgate:dedup`.
    pub fn prefix(mut self, prefix: Prefix) -> Self {
        self.prefix = prefix;
        self
    }

    /// How long a call may take, a new connection included. Default: 2 s, as the receiver's `store_timeout`.
    pub fn call_timeout(mut self, limit: Duration) -> Self {
        self.call_timeout = limit;
        self
    }

    /// How long one try to connect may take. Default: 1 s.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// Connects to the server at `url`: one connection for claims, and one for heartbeats and settles.
    /// Both come back by themselves.
    ///
    /// # Errors
    ///
    /// When the address cannot be read, or the server does not answer or refuses.
    pub async fn connect(self, url: &str) -> Result<RedisStore, OpenError> {
        let client = Client::open(url).map_err(|_| OpenError::Address)?;
        // redis's own defaults are half a second for an answer and no limit to the pauses. The call's limit
        // ends a wait for an answer, so that wait needs no second timer.
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(None)
            .set_connection_timeout(Some(self.connect_timeout))
            .set_max_delay(LONGEST_PAUSE)
            .set_number_of_retries(RECONNECTS);
        let dial = async || {
            Line::dial(client.clone(), config.clone(), self.call_timeout)
                .await
                .map_err(|error| failure(error).error)
        };
        let (claims, leases) = (dial().await?, dial().await?);
        Ok(RedisStore::new(
            claims,
            leases,
            self.prefix,
            self.call_timeout,
        ))
    }

    /// Connects to the cluster of which `urls` are some nodes: one connection for claims and one for
    /// heartbeats and settles, each to all nodes. Where a slot moves, or a replica is promoted, commands
    /// follow.
    ///
    /// A failover forgets what had not reached the replica: see the [crate's documentation](crate).
    ///
    /// # Errors
    ///
    /// When an address cannot be read, or no node answers.
    ///
    /// ```no_run
    /// use hookgate_redis::RedisStore;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let nodes = ["redis://node-1.internal", "redis://node-2.internal"];
    /// let store = RedisStore::builder().connect_cluster(nodes).await?;
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "cluster")]
    pub async fn connect_cluster<'u>(
        self,
        urls: impl IntoIterator<Item = &'u str>,
    ) -> Result<RedisStore, OpenError> {
        let client = redis::cluster::ClusterClient::builder(urls)
            .response_timeout(self.call_timeout)
            .connection_timeout(self.connect_timeout)
            .max_retry_wait(u64::try_from(LONGEST_PAUSE.as_millis()).unwrap_or(u64::MAX))
            .build()
            .map_err(|_| OpenError::Address)?;
        let dial = async || match client.get_async_connection().await {
            Ok(connection) => Ok(Line::given(Connection::Cluster(connection))),
            Err(error) => Err(failure(error).error),
        };
        let (claims, leases) = (dial().await?, dial().await?);
        Ok(RedisStore::new(
            claims,
            leases,
            self.prefix,
            self.call_timeout,
        ))
    }

    /// Uses the application's own connections, one for claims and one for heartbeats and settles. They may
    /// be clones of one: commands of clones travel side by side, and none waits for another, unless the
    /// application sends commands that block.
    ///
    /// Their timeouts are the application's. The store's limit counts on top. The store replaces a connection
    /// of its own that has gone silent. It does not replace these, so set a TCP user timeout or keepalive on
    /// them.
    ///
    /// ```
    /// use hookgate_redis::RedisStore;
    /// use redis::aio::ConnectionManager;
    ///
    /// fn store(connection: ConnectionManager) -> RedisStore {
    ///     RedisStore::builder().connections(connection.clone(), connection)
    /// }
    /// # let _ = store;
    /// ```
    pub fn connections(self, claims: ConnectionManager, leases: ConnectionManager) -> RedisStore {
        let given = |connection| Line::given(Connection::Server(connection));
        let (claims, leases) = (given(claims), given(leases));
        RedisStore::new(claims, leases, self.prefix, self.call_timeout)
    }
}
