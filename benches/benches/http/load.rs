//! Starts a server as a process of its own, sends to it, and reads what CPU time that took.

use std::{
    env,
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use crate::deliveries::KEY;

const CONNECTIONS: usize = 16;
const WARM_UP: usize = 2_000;

/// A build of this program, and what it is to serve.
pub(crate) struct Subject {
    pub(crate) program: PathBuf,
    pub(crate) variant: String,
}

impl Subject {
    /// Of the build that runs.
    pub(crate) fn here(variant: impl Into<String>) -> Self {
        Self {
            program: env::current_exe().expect("a path"),
            variant: variant.into(),
        }
    }
}

pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts `subject`.
    pub(crate) fn start(subject: &Subject) -> Self {
        let program = subject.program.as_os_str();
        Self::run(&[program, "serve".as_ref(), subject.variant.as_ref()])
    }

    /// Starts a server that is written for Node.
    pub(crate) fn node(script: &str) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("peers")
            .join(script);
        Self::run(&["node".as_ref(), script.as_os_str()])
    }

    /// Runs a program on the first core.
    fn run(command: &[&OsStr]) -> Self {
        let mut process = Command::new("taskset")
            .args(["-c", "0"])
            .args(command)
            .env("BENCH_KEY", OsStr::from_bytes(KEY))
            .stdout(Stdio::piped())
            .spawn()
            .expect("taskset (util-linux) starts the server");
        let output = process.stdout.take().expect("its output");
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .expect("its port");
        let port = line.trim().parse().expect("a port");
        Self { process, port }
    }

    /// Sends all of `requests`, and gives the seconds of CPU time that the server needed for each.
    pub(crate) fn cpu_per_request(self, requests: &[Vec<u8>]) -> f64 {
        let (warm_up, counted) = requests.split_at(WARM_UP);
        self.send(warm_up);
        let before = self.cpu_nanos();
        self.send(counted);
        let spent = self.cpu_nanos() - before;
        spent as f64 / 1e9 / counted.len() as f64
    }

    fn send(&self, requests: &[Vec<u8>]) {
        let share = requests.len().div_ceil(CONNECTIONS);
        thread::scope(|scope| {
            for share in requests.chunks(share) {
                scope.spawn(|| send_all(self.port, share));
            }
        });
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// What of the process is in memory, in bytes.
    pub(crate) fn resident(&self) -> f64 {
        let status = format!("/proc/{}/status", self.process.id());
        let status = fs::read_to_string(status).expect("the server runs");
        let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = kib.and_then(|kib| kib.trim().strip_suffix(" kB"));
        kib.and_then(|kib| kib.parse::<f64>().ok())
            .expect("a number of KiB")
            * 1024.0
    }

    /// The time that all threads of the process spent on a processor, in nanoseconds.
    fn cpu_nanos(&self) -> u64 {
        let tasks = format!("/proc/{}/task", self.process.id());
        fs::read_dir(tasks)
            .expect("the server runs")
            .map(|task| {
                let path = task.expect("a thread").path().join("schedstat");
                let text = fs::read_to_string(path).expect("the kernel counts");
                let nanos = text.split(' ').next().expect("a number");
                nanos.parse::<u64>().expect("a number")
            })
            .sum()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself. Either way it is gone then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn send_all(port: u16, requests: &[Vec<u8>]) {
    let mut stream = connect(port);
    for request in requests {
        exchange(&mut stream, request);
    }
}

pub(crate) fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("the server accepts");
    stream.set_nodelay(true).expect("a TCP stream");
    stream
}

/// Sends a request, and reads its answer.
pub(crate) fn exchange(stream: &mut TcpStream, request: &[u8]) {
    let mut answer = [0; 1024];
    stream.write_all(request).expect("the server reads");
    let mut read = 0;
    while !is_whole(&answer[..read]) {
        let more = stream
            .read(&mut answer[read..])
            .expect("the server answers");
        assert!(more > 0, "the server closed the connection");
        read += more;
    }
    assert!(
        answer.starts_with(b"HTTP/1.1 200"),
        "{}",
        String::from_utf8_lossy(&answer[..read])
    );
}

/// Whether an answer has come with all of its body. Answers here always tell their length.
fn is_whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let mut lines = head.lines();
    let length = lines.find_map(|line| line.strip_prefix("content-length:"));
    length.is_none_or(|length| length.trim() == body.len().to_string())
}
