//! [`Unico`]: does what Unico does, with hookgate's simulators and a plain HTTP client.

use std::{error::Error, net::SocketAddr};

use bytes::Bytes;
use hookgate::{
    UnixTime,
    providers::idcloud::{IdCloudSimulator, State},
    simulator::Sent,
    token::TokenSimulator,
};
use http::{HeaderValue, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

pub(crate) struct Unico {
    address: SocketAddr,
    tokens: TokenSimulator,
    pub(crate) token_requests: usize,
}

impl Unico {
    pub(crate) fn new(address: SocketAddr, client_id: &str, secret: &str) -> Self {
        Self {
            address,
            tokens: TokenSimulator::client(client_id, secret).path("/token"),
            token_requests: 0,
        }
    }

    /// Notifies that a process has finished, and gives the answer's status. Fetches a token first, unless the last
    /// one is still good.
    pub(crate) async fn deliver(&mut self, id: &str, now: UnixTime) -> Result<u16, Box<dyn Error>> {
        if self.tokens.token(now).is_none() {
            self.token_requests += 1;
            let answer = self.send(self.tokens.request(now)).await?;
            self.tokens
                .read(answer.status().as_u16(), answer.body(), now)?;
        }
        let token = self.tokens.token(now).unwrap_or_default().to_owned();
        self.deliver_with(id, &token).await
    }

    pub(crate) async fn deliver_with(&self, id: &str, token: &str) -> Result<u16, Box<dyn Error>> {
        let webhook = IdCloudSimulator::new()
            .path("/webhooks/idcloud")
            .bearer(token);
        let answer = self
            .send(webhook.process(id, State::Finished, "id"))
            .await?;
        Ok(answer.status().as_u16())
    }

    async fn send(&self, sent: Sent) -> Result<Response<Bytes>, Box<dyn Error>> {
        let mut request = sent.into_request()?.map(Full::new);
        let host = HeaderValue::from_str(&self.address.to_string())?;
        request.headers_mut().insert(http::header::HOST, host);
        let stream = TcpStream::connect(self.address).await?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let connection = tokio::spawn(connection);
        let (parts, body) = sender.send_request(request).await?.into_parts();
        let body = body.collect().await?.to_bytes();
        connection.abort();
        Ok(Response::from_parts(parts, body))
    }
}
