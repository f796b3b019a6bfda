//! The sender's side of a connection, byte by byte where a scenario needs it.

use std::{collections::BTreeMap, fmt, net::SocketAddr};

use bytes::Bytes;
use hookgate::simulator::Sent;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// The name under which senders call.
pub(crate) const HOST: &str = "hooks.example.com";

/// An answer, without what belongs to the connection and not to the answer: `date`, `connection`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Answer {
    fn new(status: u16, headers: impl IntoIterator<Item = (String, String)>, body: &[u8]) -> Self {
        let mut kept = BTreeMap::<String, String>::new();
        for (name, value) in headers {
            if !["date", "connection"].contains(&&*name) {
                kept.entry(name)
                    .and_modify(|known| *known += &format!("; {value}"))
                    .or_insert(value);
            }
        }
        Self {
            status,
            headers: kept,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?} {:?}", self.status, self.headers, self.body)
    }
}

/// One HTTP/1.1 connection.
pub(crate) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(server: SocketAddr) -> Self {
        Self {
            stream: TcpStream::connect(server).await.unwrap(),
            read: Vec::new(),
        }
    }

    /// As slow readers have it: a few KiB, and the server has to wait.
    pub(crate) async fn open_with_little_room(server: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Self {
            stream: socket.connect(server).await.unwrap(),
            read: Vec::new(),
        }
    }

    /// The first bytes of an answer; [`answer`](Self::answer) reads on.
    pub(crate) async fn begin_to_read(&mut self) -> &[u8] {
        while self.read.len() < 32 {
            self.fill().await.unwrap();
        }
        &self.read
    }

    /// The server may have closed: what it answered before that still counts.
    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.stream.write_all(bytes.as_ref()).await;
    }

    /// `None` when the server closed without an answer.
    pub(crate) async fn answer(&mut self) -> Option<Answer> {
        let end = loop {
            if let Some(end) = find(&self.read, b"\r\n\r\n") {
                break end;
            }
            self.fill().await?;
        };
        let head = String::from_utf8(self.read.drain(..end + 4).collect()).unwrap();
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let headers: Vec<_> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length: usize = length
            .expect("every answer has a length")
            .1
            .parse()
            .unwrap();
        while self.read.len() < length {
            self.fill().await?;
        }
        let body: Vec<u8> = self.read.drain(..length).collect();
        Some(Answer::new(status.parse().unwrap(), headers, &body))
    }

    async fn fill(&mut self) -> Option<()> {
        let mut chunk = [0; 4096];
        match self.stream.read(&mut chunk).await {
            Ok(0) | Err(_) => None,
            Ok(length) => {
                self.read.extend_from_slice(&chunk[..length]);
                Some(())
            }
        }
    }

    /// Sends a FIN: nothing more will be written, though an answer could still be read.
    pub(crate) async fn finish_writing(&mut self) {
        let _ = self.stream.shutdown().await;
    }

    /// Sends a RST: the sender is gone.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|part| part == what)
}

/// Head and body, as HTTP/1.1 writes them.
pub(crate) fn http1(sent: &Sent) -> Vec<u8> {
    let mut text = head(sent);
    text += &format!("content-length: {}\r\n\r\n", sent.body.len());
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(&sent.body);
    bytes
}

/// The head without a length, and without the empty line that ends it.
pub(crate) fn head(sent: &Sent) -> String {
    let mut text = format!("{} {} HTTP/1.1\r\nhost: {HOST}\r\n", sent.method, sent.path);
    for (name, value) in &sent.headers {
        text += &format!("{name}: {value}\r\n");
    }
    text
}

pub(crate) async fn send_http1(server: SocketAddr, sent: &Sent) -> Answer {
    let mut connection = Connection::open(server).await;
    connection.write(http1(sent)).await;
    connection.answer().await.expect("an answer")
}

/// HTTP/2 with prior knowledge (RFC 9113, section 3.3).
pub(crate) async fn send_http2(server: SocketAddr, sent: &Sent) -> Answer {
    let stream = TcpStream::connect(server).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    let connection = tokio::spawn(connection);
    let mut request = Request::builder()
        .method(sent.method.clone())
        .uri(format!("http://{HOST}{}", sent.path));
    for (name, value) in &sent.headers {
        request = request.header(name, value);
    }
    let request = request
        .body(Full::<Bytes>::from(sent.body.clone()))
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    let status = response.status().as_u16();
    // Frames say where a body ends, so a length beside them is each server's choice.
    let headers: Vec<_> = response
        .headers()
        .iter()
        .filter(|(name, _)| *name != http::header::CONTENT_LENGTH)
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    connection.abort();
    Answer::new(status, headers, &body)
}
