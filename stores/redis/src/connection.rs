//! [`Connection`]: to one server, or to a cluster of them.

use std::sync::Arc;

use redis::{Cmd, RedisResult, Value, aio::ConnectionManager};
#[cfg(feature = "cluster")]
use redis::{aio::ConnectionLike, cluster_async::ClusterConnection};

use crate::gathering::Gathering;

/// Where commands go. It is cheap to clone: commands of clones travel side by side.
#[derive(Clone)]
pub(crate) enum Connection {
    /// The application's.
    Server(ConnectionManager),
    /// The store's own.
    Gathered(ConnectionManager, Arc<Gathering>),
    /// Finds the node of a key's slot, follows the slots when they move, and connects again by itself.
    #[cfg(feature = "cluster")]
    Cluster(ClusterConnection),
}

impl Connection {
    /// Sends a command, which may join others of its script. A refusal of the server is an error.
    pub(crate) async fn send(&mut self, command: &Cmd, joins: bool) -> RedisResult<Value> {
        let answer = match self {
            Self::Server(server) => server.send_packed_command(command).await?,
            Self::Gathered(server, gathering) => gathering.send(server, command, joins).await?,
            #[cfg(feature = "cluster")]
            Self::Cluster(cluster) => cluster.req_packed_command(command).await?,
        };
        answer.extract_error()
    }
}
