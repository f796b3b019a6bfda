//! A plain HTTP client: one connection for each request, as many senders do.

use std::{future::pending, net::SocketAddr, time::Instant};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::Result;

/// One answer.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) at: Instant,
}

/// Sends a request and waits for the whole answer. Dropped earlier, it hangs up.
pub(crate) async fn send(to: SocketAddr, mut request: Request<Bytes>) -> Result<Answered> {
    let host = to.to_string().parse()?;
    request.headers_mut().entry(header::HOST).or_insert(host);
    let stream = TokioIo::new(TcpStream::connect(to).await?);
    let (mut sender, connection) = http1::handshake(stream).await?;
    let exchange = async {
        let response = sender.send_request(request.map(Full::new)).await?;
        let at = Instant::now();
        let status = response.status();
        response.into_body().collect().await?;
        Ok(Answered { status, at })
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
