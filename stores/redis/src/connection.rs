//! [`Connection`]: to one server, or to a cluster of them.

use redis::{Cmd, RedisResult, Value, aio::ConnectionManager};
#[cfg(feature = "cluster")]
use redis::{aio::ConnectionLike, cluster_async::ClusterConnection};

/// Where commands go. It is cheap to clone: commands of clones travel side by side.
#[derive(Clone)]
pub(crate) enum Connection {
    Server(ConnectionManager),
    /// Finds the node of a key's slot, follows the slots when they move, and connects again by itself.
    #[cfg(feature = "cluster")]
    Cluster(ClusterConnection),
}

impl Connection {
    /// Sends a command. A refusal of the server is an error.
    pub(crate) async fn send(&mut self, command: &Cmd) -> RedisResult<Value> {
        let answer = match self {
            Self::Server(server) => server.send_packed_command(command).await?,
            #[cfg(feature = "cluster")]
            Self::Cluster(cluster) => cluster.req_packed_command(command).await?,
        };
        answer.extract_error()
    }
}
