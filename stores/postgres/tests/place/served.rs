//! A server of one test's own.

use hookgate_postgres::PostgresStore;
use hookgate_test_support::{Access, PostgresServer, Server};

pub(crate) struct Served(PostgresServer);

impl Server for Served {
    type Store = PostgresStore;
    const LOAD: u64 = 600;
    const BEFORE_A_TAKEOVER: usize = 2;
    const FAIL_AFTER_SILENCE: usize = 0;

    fn start() -> Option<Self> {
        PostgresServer::start().map(Self)
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

    async fn store(&self, access: Access) -> PostgresStore {
        let mut settings = PostgresStore::builder().prepared(!access.plain);
        if access.alone {
            settings = settings.connections(1);
        }
        if let Some(limit) = access.call_timeout {
            settings = settings.call_timeout(limit);
        }
        let url = self.0.url_as("postgres", access.port);
        let store = settings.connect(&url).await.expect("connect");
        store.migrate().await.expect("migrate");
        store
    }

    /// Of the simple query protocol. A pool's pings are none.
    fn is_statement(first: u8) -> bool {
        first == b'Q'
    }
}
