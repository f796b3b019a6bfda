//! [`Issuer`]: a server of key sets that says what the test wants, byte for byte.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::Gate;

/// What it answers.
#[derive(Clone, Debug)]
pub(crate) enum Says {
    /// 200 with this body and, perhaps, a value of `Cache-Control`.
    Set(String, Option<&'static str>),
    /// As `Set`, once the gate is open.
    SetAfter(Gate, String),
    /// This status, without a body.
    Status(&'static str),
    /// To `/elsewhere`, where a right set would be.
    Redirect,
    /// A `Content-Length` of 10 MB, and as much.
    TenMegabytes,
    /// 64 MB in chunks, whose end nobody announces.
    Endless,
    /// One byte of the body, then nothing, with the connection open.
    StopsHalfway,
    /// Nothing: the connection is closed.
    HangsUp,
}

/// Serves until dropped.
pub(crate) struct Issuer {
    pub(crate) addr: SocketAddr,
    shared: Arc<Mutex<Shared>>,
    serving: JoinHandle<()>,
}

struct Shared {
    says: Says,
    heads: Vec<String>,
    written: usize,
}

impl Issuer {
    pub(crate) async fn start(says: Says) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let shared = Arc::new(Mutex::new(Shared {
            says,
            heads: Vec::new(),
            written: 0,
        }));
        let state = shared.clone();
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(answer(stream, state.clone()));
            }
        });
        Self {
            addr,
            shared,
            serving,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/jwks", self.addr)
    }

    pub(crate) fn says(&self, says: Says) {
        self.shared.lock().unwrap().says = says;
    }

    /// The targets of all requests so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        let target = |head: &String| head.split(' ').nth(1).unwrap().to_owned();
        self.heads().iter().map(target).collect()
    }

    /// The heads of all requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.shared.lock().unwrap().heads.clone()
    }

    pub(crate) fn fetches(&self) -> usize {
        self.asked().len()
    }

    /// The number of body bytes that somebody took.
    pub(crate) fn written(&self) -> usize {
        self.shared.lock().unwrap().written
    }
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn answer(mut stream: TcpStream, shared: Arc<Mutex<Shared>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else {
            return;
        };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let says = {
        let mut shared = shared.lock().unwrap();
        shared.heads.push(head);
        shared.says.clone()
    };
    let ok = |length: usize, more: &str| {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n{more}connection: close\r\n\r\n")
    };
    let (reply, chunks) = match says {
        Says::Set(body, control) => {
            let control = control.map(|it| format!("cache-control: {it}\r\n"));
            let head = ok(body.len(), &control.unwrap_or_default());
            (head + &body, 0)
        }
        Says::SetAfter(gate, body) => {
            gate.passed().await;
            (ok(body.len(), "") + &body, 0)
        }
        Says::Status(status) => (
            format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"),
            0,
        ),
        Says::Redirect => (
            "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
                .to_owned(),
            0,
        ),
        Says::TenMegabytes => (ok(10 << 20, ""), 10 << 4),
        Says::Endless => ("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_owned(), 64 << 4),
        Says::StopsHalfway => {
            stream.write_all((ok(9, "") + "{").as_bytes()).await.unwrap();
            let _ = stream.read_u8().await;
            return;
        }
        Says::HangsUp => return,
    };
    if stream.write_all(reply.as_bytes()).await.is_err() {
        return;
    }
    let chunk = vec![b' '; 1 << 16];
    for _ in 0..chunks {
        if stream.write_all(&chunk).await.is_err() {
            return;
        }
        shared.lock().unwrap().written += chunk.len();
    }
}
