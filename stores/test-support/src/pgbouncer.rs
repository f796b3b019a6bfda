//! A proxy that hands each transaction to another connection of the server.

use std::ffi::OsString;

use tempfile::TempDir;

use crate::{
    PostgresServer, port,
    program::{self, Program},
    skip, until,
};

/// PgBouncer in front of a server, pooling by transaction, with so few connections that clients take
/// turns on each.
#[derive(Debug)]
pub struct PgBouncer {
    port: u16,
    // In this order: the program quits before its folder goes.
    _running: Program,
    _home: TempDir,
}

impl PgBouncer {
    /// `None`, said loudly, where PgBouncer is not installed.
    pub fn start(server: &PostgresServer) -> Option<Self> {
        Self::with(server, "")
    }

    /// The same, cleaning a connection after each transaction.
    pub fn start_forgetful(server: &PostgresServer) -> Option<Self> {
        Self::with(
            server,
            "server_reset_query = DISCARD ALL\nserver_reset_query_always = 1\n",
        )
    }

    fn with(server: &PostgresServer, more: &str) -> Option<Self> {
        let Some(program) = program::find("pgbouncer", &["/usr/sbin".into()]) else {
            skip("PgBouncer is not installed (no `pgbouncer`)");
            return None;
        };
        let home = TempDir::new().expect("a temporary folder");
        let port = port::free();
        let settings = home.path().join("pgbouncer.ini");
        std::fs::write(
            &settings,
            format!(
                "[databases]\n\
                 postgres = host=127.0.0.1 port={} user=postgres\n\
                 [pgbouncer]\n\
                 listen_addr = 127.0.0.1\n\
                 listen_port = {port}\n\
                 unix_socket_dir =\n\
                 auth_type = any\n\
                 pool_mode = transaction\n\
                 default_pool_size = 3\n\
                 ignore_startup_parameters = extra_float_digits\n\
                 {more}",
                server.port()
            ),
        )
        .expect("write PgBouncer's settings");
        program::give_away(home.path());
        let running = Program::start(
            &program,
            &[OsString::from("-q"), settings.into_os_string()],
            home.path(),
        );
        until("PgBouncer starts", || port::answers(port));
        Some(Self {
            port,
            _running: running,
            _home: home,
        })
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }
}
