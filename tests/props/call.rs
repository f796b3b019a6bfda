//! [`Call`]: one request, to be changed and sent. [`Reply`]: the answer to it.

use std::{io::Write, net::SocketAddr};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use hookgate::simulator::Sent;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;

use super::soon;

/// One request.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    /// A POST of JSON.
    pub(crate) fn post(target: &str, body: impl Into<Bytes>) -> Self {
        let call = Self {
            method: Method::POST,
            target: target.to_owned(),
            headers: HeaderMap::new(),
            body: body.into(),
        };
        call.with("content-type", "application/json")
    }

    /// A simulator's request, to `/hook`.
    pub(crate) fn of(sent: &Sent) -> Self {
        let call = Self::post("/hook", sent.body.clone());
        let headers = sent.headers.iter();
        headers.fold(call, |call, (name, value)| call.with(name, value))
    }

    pub(crate) fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    pub(crate) fn target(mut self, target: &str) -> Self {
        self.target = target.to_owned();
        self
    }

    /// Sets a header.
    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.insert(name_of(name), value_of(value));
        self
    }

    /// Adds a header, beside one of the same name.
    pub(crate) fn and(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.append(name_of(name), value_of(value));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    /// As a request for a service in process.
    /// Its body compressed with gzip, after it was signed.
    pub(crate) fn packed(&self) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.body).unwrap();
        let packed = encoder.finish().unwrap();
        Self {
            body: packed.into(),
            ..self.clone().with("content-encoding", "gzip")
        }
    }

    pub(crate) fn request<B: From<Bytes>>(&self) -> Request<B> {
        self.with_body(B::from(self.body.clone()))
    }

    pub(crate) fn with_body<B>(&self, body: B) -> Request<B> {
        let mut request = Request::new(body);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.target.parse().unwrap();
        *request.headers_mut() = self.headers.clone();
        request
    }

    /// Over HTTP/1.1, on a connection of its own.
    pub(crate) async fn send(&self, to: SocketAddr) -> Reply {
        self.send_body(to, Full::new(self.body.clone())).await
    }

    pub(crate) async fn send_body<B>(&self, to: SocketAddr, body: B) -> Reply
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let mut request = self.with_body(body);
        request
            .headers_mut()
            .entry("host")
            .or_insert(HeaderValue::from_static("hooks.example.com"));
        let stream = TcpStream::connect(to).await.unwrap();
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        let connection = tokio::spawn(connection);
        let response = soon(sender.send_request(request)).await.unwrap();
        let reply = soon(Reply::of(response)).await;
        drop(sender);
        connection.abort();
        reply
    }

    /// Over HTTP/2 with prior knowledge.
    pub(crate) async fn send_http2(&self, to: SocketAddr) -> Reply {
        let stream = TcpStream::connect(to).await.unwrap();
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
                .await
                .unwrap();
        let connection = tokio::spawn(connection);
        let request = self.with_body(Full::new(self.body.clone()));
        let response = soon(sender.send_request(request)).await.unwrap();
        let reply = soon(Reply::of(response)).await;
        connection.abort();
        reply
    }
}

fn name_of(name: &str) -> HeaderName {
    HeaderName::from_bytes(name.as_bytes()).unwrap()
}

fn value_of(value: impl AsRef<[u8]>) -> HeaderValue {
    HeaderValue::from_bytes(value.as_ref()).unwrap()
}

/// A whole response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Reply {
    pub(crate) async fn of<B>(response: Response<B>) -> Self
    where
        B: Body<Data = Bytes>,
        B::Error: std::fmt::Debug,
    {
        let (parts, body) = response.into_parts();
        Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: body.collect().await.unwrap().to_bytes(),
        }
    }

    /// A header that stands once.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.get_all(name).iter();
        let value = values.next()?.to_str().unwrap();
        assert!(values.next().is_none(), "`{name}` stands twice");
        Some(value)
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Everything but the date, for comparing answers byte for byte.
    pub(crate) fn dateless(mut self) -> Self {
        self.headers.remove("date");
        self
    }
}
