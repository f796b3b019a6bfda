//! [`Client`]: one request, one connection, one answer.

use std::{error::Error, fmt, future::pending, io, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};

use super::{Target, tls};

/// The most bytes that are read of an answer.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// Sends requests. It is cheap to clone.
#[derive(Clone)]
pub(crate) struct Client {
    target: Arc<Target>,
    tls: Option<TlsConnector>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Failure {
    /// Nobody listens there.
    Refused,
    /// The name leads nowhere, or the machine cannot be reached.
    Unreachable,
    /// The other side's certificate, or its TLS, is not trusted.
    Tls,
    /// Nothing came within the sender's time.
    TimedOut,
    /// The other side closed the connection before the answer was whole.
    Broken,
    /// The other side, or something on the way, reset the connection.
    Reset,
    /// The answer is not HTTP.
    NotHttp,
    /// The request cannot be written.
    Unwritable,
}

impl Failure {
    /// Stable, for programs.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::TimedOut => "timed_out",
            Self::Broken => "broken",
            Self::Reset => "reset",
            Self::NotHttp => "not_http",
            Self::Unwritable => "unwritable",
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refused => "connection refused",
            Self::Unreachable => "cannot be reached",
            Self::Tls => "TLS failed",
            Self::TimedOut => "no answer in time",
            Self::Broken => "connection closed before an answer",
            Self::Reset => "connection reset",
            Self::NotHttp => "the answer is not HTTP",
            Self::Unwritable => "the request cannot be written",
        })
    }
}

impl Client {
    /// A client of `target`, which trusts the machine's roots and those in `roots`.
    pub(crate) fn new(target: Target, roots: Option<&Path>) -> io::Result<Self> {
        Ok(Self {
            tls: if target.is_tls {
                Some(tls::connector(roots)?)
            } else {
                None
            },
            target: Arc::new(target),
        })
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    /// Sends `request`, whose URI is a path, and waits for the whole answer, at most `limit`.
    pub(crate) async fn send(
        &self,
        request: Request<Bytes>,
        limit: Duration,
    ) -> Result<Answered, Failure> {
        timeout(limit, self.exchange(request))
            .await
            .unwrap_or(Err(Failure::TimedOut))
    }

    async fn exchange(&self, mut request: Request<Bytes>) -> Result<Answered, Failure> {
        let host =
            HeaderValue::from_str(&self.target.authority).map_err(|_| Failure::Unwritable)?;
        request.headers_mut().insert(header::HOST, host);
        let stream = TcpStream::connect((self.target.host.as_str(), self.target.port))
            .await
            .map_err(|error| match error.kind() {
                io::ErrorKind::ConnectionRefused => Failure::Refused,
                io::ErrorKind::TimedOut => Failure::TimedOut,
                io::ErrorKind::ConnectionReset => Failure::Reset,
                _ => Failure::Unreachable,
            })?;
        // Without it only the last packets come later.
        let _ = stream.set_nodelay(true);
        match &self.tls {
            None => speak(stream, request).await,
            Some(connector) => {
                let name =
                    ServerName::try_from(self.target.host.clone()).map_err(|_| Failure::Tls)?;
                let stream = connector.connect(name, stream).await;
                speak(stream.map_err(|_| Failure::Tls)?, request).await
            }
        }
    }
}

async fn speak<S>(stream: S, request: Request<Bytes>) -> Result<Answered, Failure>
where
    S: AsyncRead + AsyncWrite + Send + Unpin,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| failure(&error))?;
    let exchange = async {
        let response = sender
            .send_request(request.map(Full::new))
            .await
            .map_err(|error| failure(&error))?;
        let status = response.status();
        let headers = response.headers().clone();
        let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES)
            .collect()
            .await;
        let body = match body {
            Ok(body) => body.to_bytes(),
            // Senders look at the status.
            Err(error) if error.is::<LengthLimitError>() => Bytes::new(),
            Err(error) => {
                let known = error.downcast_ref::<hyper::Error>();
                return Err(known.map_or(Failure::Broken, failure));
            }
        };
        Ok(Answered {
            status,
            headers,
            body,
        })
    };
    // The connection only moves bytes. The exchange shows how it ends.
    let connection = async {
        let _ = connection.await;
        pending().await
    };
    tokio::select! {
        biased;
        answered = exchange => answered,
        answered = connection => answered,
    }
}

fn failure(error: &hyper::Error) -> Failure {
    let io = error
        .source()
        .and_then(|source| source.downcast_ref::<io::Error>());
    match io {
        Some(io) if io.kind() == io::ErrorKind::TimedOut => Failure::TimedOut,
        // Writing to a connection that was reset is a broken pipe.
        Some(io)
            if matches!(
                io.kind(),
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe
            ) =>
        {
            Failure::Reset
        }
        Some(_) => Failure::Broken,
        None if error.is_parse() => Failure::NotHttp,
        None if error.is_user() => Failure::Unwritable,
        None => Failure::Broken,
    }
}
