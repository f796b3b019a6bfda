//! The sender's side of a connection, byte by byte where a scenario needs it.

use std::{collections::BTreeMap, convert::Infallible, fmt, net::SocketAddr, path::PathBuf};

use bytes::Bytes;
use hookgate::simulator::Sent;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::{
    body::{Body, Incoming},
    client::conn::{http1, http2},
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpSocket, TcpStream, UnixStream},
    task::JoinHandle,
};

/// The name under which senders call.
pub(crate) const HOST: &str = "hooks.example.com";

/// Where a server listens.
#[derive(Debug, Clone)]
pub(crate) enum Address {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

/// Bytes to a server and back, over either.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Address {
    async fn connect(&self) -> Box<dyn Stream> {
        match self {
            Self::Tcp(server) => Box::new(TcpStream::connect(server).await.unwrap()),
            Self::Unix(path) => Box::new(UnixStream::connect(path).await.unwrap()),
        }
    }
}

/// An answer, without the headers that each server writes in its own way: `date`, `connection`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// It says `Connection: close`.
    pub(crate) closes: bool,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Answer {
    fn new(status: u16, headers: impl IntoIterator<Item = (String, String)>, body: &[u8]) -> Self {
        let mut kept = BTreeMap::<String, String>::new();
        let mut closes = false;
        for (name, value) in headers {
            closes |= name == "connection" && value.eq_ignore_ascii_case("close");
            if !["date", "connection"].contains(&&*name) {
                kept.entry(name)
                    .and_modify(|known| *known += &format!("; {value}"))
                    .or_insert(value);
            }
        }
        Self {
            status,
            closes,
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
        let close = if self.closes { " (closes)" } else { "" };
        write!(
            f,
            "{}{close} {:?} {:?}",
            self.status, self.headers, self.body
        )
    }
}

/// One HTTP/1.1 connection.
pub(crate) struct Connection<S = TcpStream> {
    stream: S,
    read: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(server: SocketAddr) -> Self {
        Self::over(TcpStream::connect(server).await.unwrap())
    }

    /// As slow readers have it: a few KiB, and the server has to wait.
    pub(crate) async fn open_with_little_room(server: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Self::over(socket.connect(server).await.unwrap())
    }

    /// Sends a RST: the sender is gone.
    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }
}

impl<S: Stream> Connection<S> {
    fn over(stream: S) -> Self {
        Self {
            stream,
            read: Vec::new(),
        }
    }

    /// The first bytes of an answer. [`answer`](Self::answer) reads on.
    pub(crate) async fn begin_to_read(&mut self) -> &[u8] {
        while self.read.len() < 32 {
            self.fill().await.unwrap();
        }
        &self.read
    }

    /// The server may have closed. An answer from before that still counts.
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

    /// The server says `100 Continue`.
    pub(crate) async fn continues(&mut self) {
        const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
        while self.read.len() < CONTINUE.len() {
            self.fill().await.unwrap();
        }
        let said: Vec<u8> = self.read.drain(..CONTINUE.len()).collect();
        assert_eq!(said, CONTINUE);
    }

    /// The server closes, and has said nothing more.
    pub(crate) async fn ends(&mut self) {
        while self.fill().await.is_some() {}
        assert!(self.read.is_empty());
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

pub(crate) async fn send_http1(server: &Address, sent: &Sent) -> Answer {
    let mut connection = Connection::over(server.connect().await);
    connection.write(http1(sent)).await;
    connection.answer().await.expect("an answer")
}

pub(crate) async fn send_http2(server: &Address, sent: &Sent) -> Answer {
    let builder = http2::Builder::new(TokioExecutor::new());
    let connection = Http2::over(server.connect().await, &builder).await;
    connection.send(sent).await
}

/// A sender that sends all on one connection over HTTP/1.1, until it is told to open another: what HTTP clients do.
pub(crate) struct KeepAlive {
    server: SocketAddr,
    sender: Option<http1::SendRequest<Full<Bytes>>>,
}

impl KeepAlive {
    pub(crate) fn to(server: SocketAddr) -> Self {
        Self {
            server,
            sender: None,
        }
    }

    /// An error is a request that is lost: it may have been handled, so it is not sent again.
    pub(crate) async fn send(&mut self, sent: &Sent) -> hyper::Result<Answer> {
        let mut kept = self.sender.take();
        if let Some(sender) = &mut kept
            && sender.ready().await.is_err()
        {
            kept = None;
        }
        let mut sender = match kept {
            Some(sender) => sender,
            None => {
                let stream = TcpStream::connect(self.server).await.unwrap();
                let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
                tokio::spawn(connection);
                sender
            }
        };
        let sent = sent.clone().with_header("host", HOST);
        let request = request(&sent, &sent.path, Full::from(sent.body.clone()));
        let answer = answer(sender.send_request(request).await?).await;
        if !answer.closes {
            self.sender = Some(sender);
        }
        Ok(answer)
    }
}

fn request<B>(sent: &Sent, target: &str, body: B) -> Request<B> {
    let mut request = Request::builder().method(sent.method.clone()).uri(target);
    for (name, value) in &sent.headers {
        request = request.header(name, value);
    }
    request.body(body).unwrap()
}

/// One HTTP/2 connection, with prior knowledge (RFC 9113, section 3.3).
pub(crate) struct Http2 {
    sender: http2::SendRequest<BoxBody<Bytes, Infallible>>,
    connection: JoinHandle<hyper::Result<()>>,
}

impl Http2 {
    pub(crate) async fn open(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).await.unwrap();
        Self::over(stream, &http2::Builder::new(TokioExecutor::new())).await
    }

    /// The connection, and the socket to break it off.
    pub(crate) async fn open_with_socket(server: SocketAddr) -> (Self, std::net::TcpStream) {
        let stream = TcpStream::connect(server)
            .await
            .unwrap()
            .into_std()
            .unwrap();
        let socket = stream.try_clone().unwrap();
        let stream = TcpStream::from_std(stream).unwrap();
        let builder = http2::Builder::new(TokioExecutor::new());
        (Self::over(stream, &builder).await, socket)
    }

    /// As slow readers have it. The server may send `room` bytes of each answer, and has to wait.
    pub(crate) async fn open_with_little_room(server: SocketAddr, room: u32) -> Self {
        let stream = TcpStream::connect(server).await.unwrap();
        let mut builder = http2::Builder::new(TokioExecutor::new());
        Self::over(stream, builder.initial_stream_window_size(room)).await
    }

    async fn over(stream: impl Stream + 'static, builder: &http2::Builder<TokioExecutor>) -> Self {
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.unwrap();
        Self {
            sender,
            connection: tokio::spawn(connection),
        }
    }

    pub(crate) async fn send(&self, sent: &Sent) -> Answer {
        let response = self.start(sent, Full::from(sent.body.clone())).await;
        answer(response.unwrap().unwrap()).await
    }

    /// Sends in the background of what follows, with this body in place of the request's own. If it is aborted,
    /// it resets its stream.
    pub(crate) fn start(
        &self,
        sent: &Sent,
        body: impl Body<Data = Bytes, Error = Infallible> + Send + Sync + 'static,
    ) -> JoinHandle<hyper::Result<Response<Incoming>>> {
        let target = format!("http://{HOST}{}", sent.path);
        let request = request(sent, &target, BoxBody::new(body));
        tokio::spawn(self.sender.clone().send_request(request))
    }
}

impl Drop for Http2 {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

pub(crate) async fn answer(response: Response<Incoming>) -> Answer {
    let status = response.status().as_u16();
    // Frames say where a body ends, so a length beside them is each server's choice.
    let headers: Vec<_> = response
        .headers()
        .iter()
        .filter(|(name, _)| *name != http::header::CONTENT_LENGTH)
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Answer::new(status, headers, &body)
}
