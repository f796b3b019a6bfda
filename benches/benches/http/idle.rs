//! What a server holds in memory while many keep-alive connections are idle, and others bring deliveries at a steady rate.
//!
//! `scripts/bench-http idle` runs this. Each idle connection has brought one delivery before. The handler that was written
//! by hand remembers none of them; hookgate remembers them all.

use std::{
    io::ErrorKind,
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use hookgate_turns::{Turns, rounds};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    deliveries::{self, Sender},
    load::{self, Server, Subject},
};

const IDLE: usize = 10_000;
/// Beside the connections: the program's own, and those that deliver.
const OTHER_DESCRIPTORS: usize = 100;
const BUSY: usize = 16;
const A_SECOND: usize = 1_000;
const SECONDS: usize = 12;
const ROUNDS: usize = 3;

/// Prints the table.
pub(crate) fn compare() {
    let idle = IDLE.min(descriptors().saturating_sub(OTHER_DESCRIPTORS));
    let (base, ours) = (
        Subject::here("axum-logto-by-hand"),
        Subject::here("axum-logto"),
    );
    let mut turns = Turns::default();
    let mut slowest = f64::INFINITY;
    for _ in 0..rounds(ROUNDS) {
        let [base, ours] = [&base, &ours].map(|subject| {
            let (resident, rate) = hold(subject, idle);
            slowest = slowest.min(rate);
            resident
        });
        turns.push(base, ours);
    }
    hookgate_turns::head(["by hand", "hookgate"], &["deliveries a second, at least"]);
    let mib = |bytes: f64| format!("{:.1} MiB", bytes / 1024.0 / 1024.0);
    let name = format!("axum: memory, {idle} idle connections");
    hookgate_turns::row(&name, &turns, mib, &[format!("{slowest:.0}")]);
}

/// How many descriptors this program and the servers that it starts may have, after the soft limit was raised to the hard one.
fn descriptors() -> usize {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let allowed = match setrlimit(Resource::Nofile, raised) {
        Ok(()) => raised.current,
        Err(_) => limit.current,
    };
    allowed.map_or(usize::MAX, |it| usize::try_from(it).unwrap_or(usize::MAX))
}

/// The server's resident memory at the end, and the deliveries that came in a second.
fn hold(subject: &Subject, idle: usize) -> (f64, f64) {
    let server = Server::start(subject);
    let first = deliveries::requests(Sender::Logto, 0, idle);
    let connections: Vec<TcpStream> = first
        .iter()
        .map(|request| {
            let mut stream = load::connect(server.port());
            load::exchange(&mut stream, request);
            stream
        })
        .collect();
    drop(first);
    let number = u64::try_from(idle).expect("a small number");
    let requests = deliveries::requests(Sender::Logto, number, A_SECOND * SECONDS);
    let began = Instant::now();
    thread::scope(|scope| {
        for share in requests.chunks(requests.len().div_ceil(BUSY)) {
            scope.spawn(|| send_steadily(server.port(), share));
        }
    });
    let rate = requests.len() as f64 / began.elapsed().as_secs_f64();
    let resident = server.resident();
    assert!(
        connections.iter().all(is_open),
        "the server closed an idle connection"
    );
    (resident, rate)
}

/// Sends one after the other, each at its time.
fn send_steadily(port: u16, requests: &[Vec<u8>]) {
    let mut stream = load::connect(port);
    let began = Instant::now();
    let between = Duration::from_secs(1) * u32::try_from(BUSY).expect("a small number")
        / u32::try_from(A_SECOND).expect("a small number");
    for (number, request) in (0..).zip(requests) {
        thread::sleep((began + between * number).saturating_duration_since(Instant::now()));
        load::exchange(&mut stream, request);
    }
}

fn is_open(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).expect("a TCP stream");
    let peeked = stream.peek(&mut [0]);
    peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}
