//! A Redis server of the test's own.

use std::{
    ffi::OsString,
    io::{Read, Write},
    net::{Ipv4Addr, TcpStream},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use tempfile::TempDir;

use crate::{
    port,
    program::{self, Program},
    skip, until,
};

/// A Redis server on a free port, with its data in a temporary folder.
#[derive(Debug)]
pub struct RedisServer {
    program: PathBuf,
    settings: Vec<String>,
    home: TempDir,
    port: u16,
    running: Mutex<Option<Program>>,
}

impl RedisServer {
    /// One server for all tests of a process that only add keys of their own. `None`, said loudly,
    /// where Redis is not installed.
    pub fn shared() -> Option<Arc<Self>> {
        // Weak: a static drops nothing that it holds, and the server would stay.
        static SHARED: Mutex<Weak<RedisServer>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Self::start(&[])?);
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// A server that keeps everything in memory, unless `settings` (`["--appendonly", "yes"]`) say
    /// otherwise.
    pub fn start(settings: &[&str]) -> Option<Self> {
        let Some(program) = program::find("redis-server", &[]) else {
            skip("Redis is not installed (no `redis-server`)");
            return None;
        };
        let home = TempDir::new().expect("a temporary folder");
        program::give_away(home.path());
        let server = Self {
            program,
            settings: settings.iter().map(ToString::to_string).collect(),
            home,
            port: port::free(),
            running: Mutex::new(None),
        };
        server.resume();
        Some(server)
    }

    /// A cluster of `nodes` servers without replicas, each with its share of the slots. They write
    /// everything to disk, and go on without those that are missing.
    pub fn start_cluster(nodes: u16) -> Option<Vec<Self>> {
        const SLOTS: u16 = 16384;
        let mut cluster = Vec::new();
        let mut buses = Vec::new();
        for node in 0..nodes {
            let bus = port::free().to_string();
            let mut settings = vec!["--cluster-enabled", "yes", "--cluster-port", &bus];
            settings.extend(["--cluster-require-full-coverage", "no"]);
            settings.extend(["--appendonly", "yes", "--appendfsync", "always"]);
            let server = Self::start(&settings)?;
            let (first, end) = (SLOTS / nodes * node, SLOTS / nodes * (node + 1));
            let last = if node + 1 == nodes { SLOTS } else { end } - 1;
            server.send(&format!("CLUSTER ADDSLOTSRANGE {first} {last}"));
            cluster.push(server);
            buses.push(bus);
        }
        for (server, bus) in cluster.iter().zip(&buses).skip(1) {
            cluster[0].send(&format!("CLUSTER MEET 127.0.0.1 {} {bus}", server.port));
        }
        until("the nodes agree", || {
            cluster.iter().all(|server| {
                let info = server.send("CLUSTER INFO");
                info.contains("cluster_state:ok")
                    && info.contains(&format!("cluster_known_nodes:{nodes}"))
            })
        });
        Some(cluster)
    }

    /// How to reach it.
    pub fn url(&self) -> String {
        self.url_at(self.port)
    }

    /// How to reach it through something that listens at another port.
    pub fn url_at(&self, port: u16) -> String {
        format!("redis://127.0.0.1:{port}/")
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills it. Anything that is not on disk is gone.
    pub fn crash(&self) {
        if let Some(program) = self.running().take() {
            program.signal("KILL");
            until("Redis dies", || !program.is_running());
        }
    }

    /// Stops it where it stands (SIGSTOP). Messages to it wait meanwhile.
    pub fn pause(&self) {
        if let Some(program) = &*self.running() {
            program.pause();
        }
    }

    /// Lets it go on.
    pub fn unpause(&self) {
        if let Some(program) = &*self.running() {
            program.unpause();
        }
    }

    /// Starts it again.
    pub fn resume(&self) {
        let mut arguments: Vec<OsString> = ["--bind", "127.0.0.1", "--save", ""]
            .map(OsString::from)
            .into();
        arguments.extend(["--port".into(), self.port.to_string().into()]);
        arguments.extend(["--dir".into(), self.home.path().as_os_str().to_owned()]);
        arguments.extend(["--logfile".into(), "server.log".into()]);
        arguments.extend(self.settings.iter().map(OsString::from));
        let program = Program::start(&self.program, &arguments, self.home.path());
        *self.running() = Some(program);
        until("Redis starts", || self.send("PING").contains("PONG"));
    }

    /// Sends one command and returns the raw answer, empty when nobody answers.
    pub fn send(&self, command: &str) -> String {
        let ask = || {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            stream.write_all(format!("{command}\r\n").as_bytes())?;
            let mut answer = [0; 4096];
            let length = stream.read(&mut answer)?;
            Ok::<_, std::io::Error>(String::from_utf8_lossy(&answer[..length]).into_owned())
        };
        ask().unwrap_or_default()
    }

    fn running(&self) -> MutexGuard<'_, Option<Program>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
