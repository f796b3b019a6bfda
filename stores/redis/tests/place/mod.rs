//! A store under a prefix of its own.
#![allow(dead_code, reason = "each test program needs a part of it")]

mod served;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use hookgate_redis::{Prefix, RedisStore};
use hookgate_test_support::RedisServer;
#[allow(unused_imports, reason = "each test program needs a part of it")]
pub(crate) use served::Served;

/// For tests that are not about limits of time, on a machine that may be busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server to put keys on: the one that the environment names, or one of the tests' own.
pub(crate) struct Place {
    url: String,
    _server: Option<Arc<RedisServer>>,
}

impl Place {
    /// `None` where there is no server to be had.
    pub(crate) fn find() -> Option<Self> {
        if let Ok(url) = std::env::var("TEST_REDIS_URL") {
            return Some(Self { url, _server: None });
        }
        let server = RedisServer::shared()?;
        Some(Self {
            url: server.url(),
            _server: Some(server),
        })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A store under a fresh prefix.
    pub(crate) async fn store(&self) -> RedisStore {
        RedisStore::builder()
            .prefix(fresh_prefix())
            .call_timeout(PATIENCE)
            .connect(&self.url)
            .await
            .expect("connect")
    }
}

impl hookgate_test_support::Place for Place {
    type Store = RedisStore;

    fn find() -> Option<Self> {
        Self::find()
    }

    async fn store(&self) -> RedisStore {
        self.store().await
    }
}

/// A prefix that nobody else has.
pub(crate) fn fresh_prefix() -> Prefix {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Prefix::new(&format!("test:{}:{number}", std::process::id())).expect("a prefix")
}

pub(crate) async fn store_under(prefix: Prefix, url: &str) -> RedisStore {
    RedisStore::builder()
        .prefix(prefix)
        .connect(url)
        .await
        .expect("connect")
}
