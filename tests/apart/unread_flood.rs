//! Many refused senders go on writing, and cost the good ones nothing. The test is alone in its process, whose count
//! of such senders it fills.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

#[path = "../props/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the library's tests use the rest")]
mod props;

use std::{io, sync::Arc};

use axum::{Router, serve::Listener};
use hookgate::{
    framework::unread::{AT_ONCE, LINGER},
    providers::logto::Event,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex},
    sync::{mpsc, watch},
};

use crate::props::{Stage, logto, soon};

/// Senders beyond the count have no place.
const TOO_MANY: usize = 76;
const SENDERS: usize = AT_ONCE + TOO_MANY;

/// In memory, since that many sockets are more than a process may have by default.
struct Connections(mpsc::UnboundedReceiver<DuplexStream>);

impl Listener for Connections {
    type Io = DuplexStream;
    type Addr = ();

    async fn accept(&mut self) -> (DuplexStream, ()) {
        match self.0.recv().await {
            Some(connection) => (connection, ()),
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<()> {
        Ok(())
    }
}

/// How many senders have come so far.
#[derive(Default)]
struct Count(watch::Sender<usize>);

impl Count {
    fn add(&self) {
        self.0.send_modify(|count| *count += 1);
    }

    fn get(&self) -> usize {
        *self.0.borrow()
    }

    async fn reaches(&self, count: usize) {
        let mut changes = self.0.subscribe();
        soon(changes.wait_for(|now| *now >= count)).await.unwrap();
    }
}

/// A sender that is refused, for its head or in the middle of its body, and never comes to an end.
async fn drip(mut server: DuplexStream, in_the_middle: bool, answered: &Count, closed: &Count) {
    let (head, begin) = if in_the_middle {
        (
            "transfer-encoding: chunked",
            format!("7d0\r\n{}", " ".repeat(2000)),
        )
    } else {
        (
            "content-encoding: gzip\r\ncontent-length: 99",
            "drip".to_owned(),
        )
    };
    let request = format!(
        "POST /hook HTTP/1.1\r\nhost: hooks.example.com\r\ncontent-type: application/json\r\n{head}\r\n\r\n{begin}"
    );
    // Where there is no place, the server may close before it has all.
    let _ = server.write_all(request.as_bytes()).await;
    let mut answer = Vec::new();
    // The last byte of every refusal's text.
    while !answer.ends_with(b"}") {
        assert_ne!(server.read_buf(&mut answer).await.unwrap(), 0);
    }
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 503"));
    assert!(answer.contains("connection: close\r\n"), "{answer}");
    answered.add();
    assert_eq!(server.read(&mut [0]).await.unwrap_or(0), 0);
    closed.add();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_refused_senders_that_drip_hold_up_no_good_one() {
    let stage = Stage::logto_with(|builder| builder.body_limit(1024).bytes_in_flight(1024)).await;
    let app: Router = Router::new().route("/hook", stage.script.route::<Event>(&stage.receiver));
    let (connect, connections) = mpsc::unbounded_channel();
    let server = tokio::spawn(async move { axum::serve(Connections(connections), app).await });
    let answered = Arc::new(Count::default());
    let closed = Arc::new(Count::default());
    for sender in 0..SENDERS {
        let (near, far) = duplex(8192);
        connect.send(far).unwrap();
        let (answered, closed) = (answered.clone(), closed.clone());
        tokio::spawn(async move { drip(near, sender % 2 == 0, &answered, &closed).await });
    }
    answered.reaches(SENDERS).await;
    closed.reaches(TOO_MANY).await;

    for number in 1..=50 {
        assert_eq!(stage.send(&logto::event(number)).await.status, 200);
    }
    assert_eq!(closed.get(), TOO_MANY);

    stage.clock.advance(LINGER);
    closed.reaches(SENDERS).await;
    server.abort();
}
