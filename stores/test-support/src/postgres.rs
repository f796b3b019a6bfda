//! A PostgreSQL server of the test's own.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use tempfile::TempDir;

use crate::{
    port,
    program::{self, Program},
    skip, until,
};

/// A PostgreSQL server on a free port, with its data in a temporary folder.
#[derive(Debug)]
pub struct PostgresServer {
    programs: PathBuf,
    home: TempDir,
    port: u16,
    durable: bool,
    running: Mutex<Option<Program>>,
}

impl PostgresServer {
    /// One server for all tests of a process that only add tables of their own. `None`, said loudly,
    /// where PostgreSQL is not installed.
    pub fn shared() -> Option<Arc<Self>> {
        // Weak: a static drops nothing that it holds, and the server would stay.
        static SHARED: Mutex<Weak<PostgresServer>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Self::start()?);
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// A server that does not wait for the disk: it survives a crash of its own, not of the machine.
    pub fn start() -> Option<Self> {
        Self::with(false)
    }

    /// A server with the durability of production: for measurements.
    pub fn start_durable() -> Option<Self> {
        Self::with(true)
    }

    fn with(durable: bool) -> Option<Self> {
        let Some(programs) = programs() else {
            skip("PostgreSQL is not installed (no `initdb`)");
            return None;
        };
        let home = TempDir::new().expect("a temporary folder");
        program::give_away(home.path());
        let server = Self {
            programs,
            home,
            port: port::free(),
            durable,
            running: Mutex::new(None),
        };
        let mut initdb = program::unprivileged();
        initdb.push(server.program("initdb").into());
        initdb.extend(["-D".into(), server.data().into_os_string()]);
        initdb.extend(
            [
                "-U",
                "postgres",
                "--auth=trust",
                "--no-sync",
                "-E",
                "UTF8",
                "--locale=C",
            ]
            .map(OsString::from),
        );
        program::run("env", initdb);
        server.resume();
        Some(server)
    }

    /// How to reach it.
    pub fn url(&self) -> String {
        self.url_as("postgres", self.port)
    }

    /// How to reach it as another user, or through something that listens at another port.
    pub fn url_as(&self, user: &str, port: u16) -> String {
        format!("postgres://{user}@127.0.0.1:{port}/postgres?sslmode=disable")
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Ends all its processes at once, without a checkpoint: what a crash leaves behind.
    pub fn crash(&self) {
        let Some(program) = self.running().take() else {
            return;
        };
        program.signal("QUIT");
        until("PostgreSQL crashes", || !program.is_running());
    }

    /// Ends all its processes by SIGKILL. They are stopped first, so that none sees another one end.
    pub fn kill(&self) {
        let Some(program) = self.running().take() else {
            return;
        };
        program.pause();
        program.kill();
    }

    /// Whether its first process is there. It goes where the server cannot recover from a crash by itself.
    pub fn is_running(&self) -> bool {
        self.running().as_ref().is_some_and(Program::is_running)
    }

    /// Stops all its processes where they stand (SIGSTOP). Messages to them wait meanwhile.
    pub fn pause(&self) {
        if let Some(program) = &*self.running() {
            program.pause();
        }
    }

    /// Lets them go on.
    pub fn unpause(&self) {
        if let Some(program) = &*self.running() {
            program.unpause();
        }
    }

    /// Starts it again as a standby: in recovery, which serves reads only, until `pg_promote()`.
    pub fn resume_in_recovery(&self) {
        std::fs::write(self.data().join("standby.signal"), "").expect("mark it as a standby");
        self.resume();
    }

    /// Starts it again.
    pub fn resume(&self) {
        let mut arguments: Vec<OsString> = vec!["-D".into(), self.data().into_os_string()];
        let fsync = if self.durable { "on" } else { "off" };
        for setting in [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=400",
            "log_min_messages=fatal",
            &format!("port={}", self.port),
            &format!("fsync={fsync}"),
        ] {
            arguments.extend(["-c".into(), setting.into()]);
        }
        let program = Program::start(&self.program("postgres"), &arguments, self.home.path());
        *self.running() = Some(program);
        until("PostgreSQL starts", || {
            Command::new(self.program("pg_isready"))
                .args(["-h", "127.0.0.1", "-p", &self.port.to_string()])
                .stdout(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        });
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<Program>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn program(&self, name: &str) -> PathBuf {
        self.programs.join(name)
    }
}

impl Drop for PostgresServer {
    /// Quits before its folder goes.
    fn drop(&mut self) {
        self.crash();
    }
}

/// The newest installed version's programs. Debian keeps them off the path.
fn programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    let folders: Vec<PathBuf> = versions.into_iter().rev().map(|(_, path)| path).collect();
    // A link on the path may stand for this one program alone.
    let initdb = program::find("initdb", &folders)?.canonicalize().ok()?;
    initdb.parent().map(Path::to_owned)
}
