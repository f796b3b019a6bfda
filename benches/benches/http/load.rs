//! Starts a server as a process of its own, sends to it, and reads what CPU time that took.

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
};

const CONNECTIONS: usize = 16;
const WARM_UP: usize = 2_000;

pub(crate) struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts `variant` on the first core.
    pub(crate) fn start(variant: &str) -> Self {
        let mut process = Command::new("taskset")
            .args(["-c", "0"])
            .arg(env::current_exe().expect("a path"))
            .args(["serve", variant])
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
        // It may have ended by itself; either way it is gone then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn send_all(port: u16, requests: &[Vec<u8>]) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the server accepts");
    stream.set_nodelay(true).expect("a TCP stream");
    let mut answer = [0; 1024];
    for request in requests {
        stream.write_all(request).expect("the server reads");
        let mut read = 0;
        while !answer[..read].ends_with(b"\r\n\r\n") {
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
}
