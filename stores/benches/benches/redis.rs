//! Redis, without persistence: nothing but round trips.

use hookgate::EventKey;
use hookgate_redis::RedisStore;
use hookgate_test_support::RedisServer;
use redis::{Client, aio::ConnectionManager};

use crate::measure::{Side, Store, compare, head};

/// Two round trips that write the same, over two connections, as the store's.
#[derive(Clone)]
struct Bare([ConnectionManager; 2]);

impl Side for Bare {
    async fn handle(&self, key: EventKey) {
        let name = format!("bare:{{{key}}}");
        for (condition, mut connection) in ["NX", "XX"].into_iter().zip(self.0.clone()) {
            let () = redis::cmd("SET")
                .arg(&name)
                .arg(&[0_u8; 21][..])
                .arg(condition)
                .arg("PX")
                .arg(3_600_000)
                .query_async(&mut connection)
                .await
                .expect("set");
        }
    }
}

pub(crate) async fn run() {
    let Some(server) = RedisServer::start(&[]) else {
        return;
    };
    let client = Client::open(server.url()).expect("an address");
    let connect = async || {
        ConnectionManager::new(client.clone())
            .await
            .expect("connect")
    };
    let bare = [connect().await, connect().await];
    let store = RedisStore::connect(&server.url()).await.expect("connect");
    let info: redis::InfoDict = redis::cmd("INFO")
        .arg("server")
        .query_async(&mut connect().await)
        .await
        .expect("what it says of itself");
    let version: String = info.get("redis_version").expect("its version");
    head("Redis", &[("version", version)]);
    for under_way in [1, 32] {
        compare("Redis", Store(store.clone()), Bare(bare.clone()), under_way).await;
    }
}
