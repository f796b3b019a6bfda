//! A plain HTTP client: one connection for each request, as many senders do.

use std::net::SocketAddr;

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::Result;

/// Sends a request and waits for the whole answer.
pub(crate) async fn send(
    to: SocketAddr,
    mut request: Request<Bytes>,
) -> Result<(StatusCode, Bytes)> {
    request
        .headers_mut()
        .insert(header::HOST, to.to_string().parse()?);
    let stream = TokioIo::new(TcpStream::connect(to).await?);
    let (mut sender, connection) = http1::handshake(stream).await?;
    let connection = tokio::spawn(connection);
    let response = sender.send_request(request.map(Full::new)).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    connection.abort();
    Ok((status, body))
}
