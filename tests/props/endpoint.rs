//! [`Endpoint`]: a token endpoint in process, and what its answers say.

use std::{net::SocketAddr, sync::Arc};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use hookgate::{
    UnixTime,
    access::{Access, Bearer, Denied},
    framework::BodySource,
    pack::Head,
    simulator::Sent,
    testing::FakeClock,
    time::Timer,
    token::{Client, TokenAnswer, TokenIssuer, TokenIssuerBuilder},
};
use serde_json::{Value, json};

pub(crate) const URL: &str = "https://hooks.example/token";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
pub(crate) const JSON: &str = "application/json";

/// An issuer whose clock the test moves.
pub(crate) struct Endpoint {
    pub(crate) issuer: TokenIssuer,
    pub(crate) clock: FakeClock,
}

impl Endpoint {
    pub(crate) fn of(set: impl FnOnce(TokenIssuerBuilder) -> TokenIssuerBuilder) -> Self {
        let clock = FakeClock::at(NOW);
        let builder = TokenIssuer::new(URL).clock(clock.clone());
        let issuer = set(builder).build().unwrap();
        Self { issuer, clock }
    }

    pub(crate) fn client() -> Self {
        Self::of(|builder| builder.client(Client::new("unico", "s3cr+t&:%").scope("webhooks")))
    }

    pub(crate) async fn post(
        &self,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> TokenAnswer {
        self.post_from("203.0.113.7:4711", headers, body).await
    }

    pub(crate) async fn send(&self, sent: Sent) -> TokenAnswer {
        let headers: Vec<_> = sent.headers.iter().map(|(n, v)| (&**n, &**v)).collect();
        self.post(&headers, sent.body.clone()).await
    }

    pub(crate) async fn post_from(
        &self,
        peer: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> TokenAnswer {
        let peer = Some(peer.parse().unwrap());
        self.answer(peer, headers, Some(body.into())).await
    }

    pub(crate) async fn answer(
        &self,
        peer: Option<SocketAddr>,
        headers: &[(&str, &str)],
        body: impl BodySource,
    ) -> TokenAnswer {
        let headers = headers.to_vec();
        let head = Head::new("POST", "/token", &headers).peer(peer);
        let timer: Arc<dyn Timer> = Arc::new(self.clock.clone());
        self.issuer.answer(head, body, &timer).await
    }

    pub(crate) async fn form(&self, body: &str) -> TokenAnswer {
        self.post(&[("content-type", FORM)], body.to_owned()).await
    }

    pub(crate) async fn json(&self, body: Value) -> TokenAnswer {
        let headers = [("content-type", JSON)];
        self.post(&headers, body.to_string()).await
    }

    pub(crate) fn judge(&self, rule: &Bearer, token: &str) -> Result<(), Denied> {
        let headers = vec![("authorization", format!("Bearer {token}"))];
        let now = hookgate::time::Clock::now(&self.clock);
        rule.check(&Head::new("POST", "/", &headers), now)
    }

    pub(crate) fn opens(&self, answer: &TokenAnswer) -> bool {
        let rule = self.issuer.bearer();
        self.judge(&rule, &token(answer)).is_ok()
    }
}

pub(crate) fn body(answer: &TokenAnswer) -> Value {
    serde_json::from_slice(answer.body()).unwrap()
}

pub(crate) fn token(answer: &TokenAnswer) -> String {
    assert_eq!(answer.status(), 200, "{}", body(answer));
    body(answer)["access_token"].as_str().unwrap().to_owned()
}

/// What a token says.
pub(crate) fn claims(answer: &TokenAnswer) -> Value {
    let token = token(answer);
    let claims = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

pub(crate) fn header<'a>(answer: &'a TokenAnswer, name: &str) -> Option<&'a str> {
    let mut found = answer.headers().iter().filter(|(it, _)| it == name);
    found.next().map(|(_, value)| value.to_str().unwrap())
}

#[track_caller]
pub(crate) fn refused(answer: &TokenAnswer, status: u16, error: &str) {
    let expected = json!({"error": error});
    assert_eq!((answer.status().as_u16(), body(answer)), (status, expected));
    assert_eq!(header(answer, "cache-control"), Some("no-store"));
}

/// A right request of the client that [`Endpoint::client`] knows.
pub(crate) const RIGHT: &str =
    "grant_type=client_credentials&client_id=unico&client_secret=s3cr%2Bt%26%3A%25";
