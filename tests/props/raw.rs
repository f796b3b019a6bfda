//! [`Connection`]: a sender that writes its bytes itself, and may stop half-way.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{Call, Reply, soon};

/// One connection to a server.
pub(crate) struct Connection(TcpStream);

impl Connection {
    pub(crate) async fn open(to: SocketAddr) -> Self {
        let stream = TcpStream::connect(to).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    pub(crate) async fn write(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
        self.0.flush().await.unwrap();
    }

    /// The head of `call`, without its end, so that more headers can follow.
    pub(crate) async fn write_head(&mut self, call: &Call) {
        let mut head = format!("{} {} HTTP/1.1\r\n", call.method, call.target).into_bytes();
        if !call.headers.contains_key("host") {
            head.extend_from_slice(b"host: hooks.example.com\r\n");
        }
        for (name, value) in &call.headers {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        self.write(head).await;
    }

    /// All of `call`.
    pub(crate) async fn write_call(&mut self, call: &Call) {
        self.write_head(call).await;
        self.write(format!("content-length: {}\r\n\r\n", call.body.len()))
            .await;
        self.write(&call.body).await;
    }

    pub(crate) async fn reply(&mut self) -> Reply {
        soon(read_reply(&mut self.0)).await
    }

    /// Resets the connection, as a sender does that gives up.
    pub(crate) fn reset(self) {
        self.0.set_zero_linger().unwrap();
    }
}

/// Reads one response with a `content-length`.
pub(crate) async fn read_reply(stream: &mut TcpStream) -> Reply {
    let mut read = Vec::new();
    let head_end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        let more = stream.read_buf(&mut read).await.unwrap();
        assert!(more > 0, "the connection ended within the head");
    };
    let head = String::from_utf8(read[..head_end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap();
    let headers: HeaderMap = lines
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            (
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value.trim()).unwrap(),
            )
        })
        .collect();
    let length = headers
        .get("content-length")
        .map_or(0, |value| value.to_str().unwrap().parse().unwrap());
    let mut body = read.split_off(head_end + 4);
    while body.len() < length {
        let more = stream.read_buf(&mut body).await.unwrap();
        assert!(more > 0, "the connection ended within the body");
    }
    Reply {
        status: status.parse().unwrap(),
        headers,
        body: Bytes::from(body),
    }
}
