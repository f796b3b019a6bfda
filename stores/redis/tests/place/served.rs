//! A server of one test's own.

use hookgate_redis::RedisStore;
use hookgate_test_support::{Access, RedisServer, Server};

pub(crate) struct Served(RedisServer);

impl Server for Served {
    type Store = RedisStore;
    const LOAD: u64 = 2000;
    /// `SET … NX`, before the script.
    const BEFORE_A_TAKEOVER: usize = 1;
    /// The first command on the next connection may fail, and so may what was sent before it was there.
    const FAIL_AFTER_SILENCE: usize = 20;

    fn start() -> Option<Self> {
        RedisServer::start(&["--appendonly", "yes", "--appendfsync", "always"]).map(Self)
    }

    fn port(&self) -> u16 {
        self.0.port()
    }

    fn crash(&self) {
        self.0.crash();
    }

    fn resume(&self) {
        self.0.resume();
    }

    fn pause(&self) {
        self.0.pause();
    }

    fn unpause(&self) {
        self.0.unpause();
    }

    /// Claims have one connection in any case, and it has nothing to say of its own.
    async fn store(&self, access: Access) -> RedisStore {
        let mut settings = RedisStore::builder();
        if let Some(limit) = access.call_timeout {
            settings = settings.call_timeout(limit);
        }
        let url = self.0.url_at(access.port);
        settings.connect(&url).await.expect("connect")
    }

    fn is_statement(_: u8) -> bool {
        true
    }
}
