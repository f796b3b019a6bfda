//! [`Unico`]: does what Unico does, with hookgate's simulators and a plain HTTP client.

use std::{error::Error, net::SocketAddr};

use bytes::Bytes;
use hookgate::{
    UnixTime,
    keys::JwsAlgorithm,
    providers::unico_check::{Status, UnicoCheckSimulator},
    simulator::{RequestSigner, Sent},
    token::{AssertionSimulator, TokenSimulator},
};
use http::{HeaderValue, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::{SUBJECT, VERSION, signed_request};

pub(crate) struct Unico {
    address: SocketAddr,
    tokens: TokenSimulator,
    signer: RequestSigner,
    pub(crate) token_requests: usize,
}

impl Unico {
    pub(crate) fn new(address: SocketAddr, private_key: &str) -> Result<Self, Box<dyn Error>> {
        let assertion = AssertionSimulator::pem(private_key, JwsAlgorithm::Rs256)?
            .claim("sub", SUBJECT)
            .claim("ver", VERSION);
        Ok(Self {
            address,
            tokens: TokenSimulator::assertion(assertion).path("/token"),
            signer: RequestSigner::new(signed_request(), private_key, JwsAlgorithm::Rs256)?,
            token_requests: 0,
        })
    }

    /// The notification that a process has finished, signed.
    pub(crate) fn sign(&self, id: &str, nonce: &str, at: UnixTime) -> Sent {
        let unico = UnicoCheckSimulator::new().path("/webhooks/unico");
        let sent = unico.update_process(id, Status::Concluded, Some(14));
        self.signer.sign(sent, nonce, at)
    }

    /// Sends, and gives the answer's status. Fetches a token first, unless the last one is still good.
    pub(crate) async fn deliver(
        &mut self,
        sent: Sent,
        now: UnixTime,
    ) -> Result<u16, Box<dyn Error>> {
        if self.tokens.token(now).is_none() {
            self.token_requests += 1;
            let answer = self.send(self.tokens.request(now)).await?;
            self.tokens
                .read(answer.status().as_u16(), answer.body(), now)?;
        }
        let token = self.tokens.token(now).unwrap_or_default().to_owned();
        self.deliver_with(sent, &token).await
    }

    pub(crate) async fn deliver_with(
        &self,
        sent: Sent,
        token: &str,
    ) -> Result<u16, Box<dyn Error>> {
        let sent = sent.with_header("authorization", format!("Bearer {token}"));
        Ok(self.send(sent).await?.status().as_u16())
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
