//! The token endpoint: who gets a token, who does not, and what the token opens.
#![cfg(feature = "token")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use hookgate::{
    BodyBroken, BodySource, Head, Secret, Timer, UnixTime,
    access::{Access, ApiKey, Basic, Bearer, Denied, Networks, TokenAlgorithm, TokenKey},
    dedup::MemoryStore,
    testing::FakeClock,
    token::{
        Assertion, AssertionSimulator, Client, SigningKey, TokenAnswer, TokenIssuer,
        TokenIssuerBuilder, TokenSimulator,
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};

const URL: &str = "https://hooks.example/token";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// An issuer whose clock the test moves.
struct Endpoint {
    issuer: TokenIssuer,
    clock: FakeClock,
}

impl Endpoint {
    fn of(set: impl FnOnce(TokenIssuerBuilder) -> TokenIssuerBuilder) -> Self {
        let clock = FakeClock::at(NOW);
        let builder = TokenIssuer::new(URL).clock(clock.clone());
        let issuer = set(builder).build().unwrap();
        Self { issuer, clock }
    }

    fn client() -> Self {
        Self::of(|builder| builder.client(Client::new("unico", "s3cr+t&:%").scope("webhooks")))
    }

    async fn post(&self, headers: &[(&str, &str)], body: impl Into<Bytes>) -> TokenAnswer {
        self.post_from("203.0.113.7:4711", headers, body).await
    }

    async fn post_from(
        &self,
        peer: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> TokenAnswer {
        let headers = headers.to_vec();
        let head = Head::new("POST", "/token", &headers).peer(Some(peer.parse().unwrap()));
        let timer: Arc<dyn Timer> = Arc::new(self.clock.clone());
        self.issuer.answer(head, Some(body.into()), &timer).await
    }

    async fn form(&self, body: &str) -> TokenAnswer {
        self.post(&[("content-type", FORM)], body.to_owned()).await
    }

    async fn json(&self, body: Value) -> TokenAnswer {
        let headers = [("content-type", JSON)];
        self.post(&headers, body.to_string()).await
    }

    fn judge(&self, rule: &Bearer, token: &str) -> Result<(), Denied> {
        let headers = vec![("authorization", format!("Bearer {token}"))];
        let now = hookgate::Clock::now(&self.clock);
        rule.check(&Head::new("POST", "/", &headers), now)
    }

    fn opens(&self, answer: &TokenAnswer) -> bool {
        let rule = Bearer::issued_by(&self.issuer);
        self.judge(&rule, &token(answer)).is_ok()
    }
}

fn body(answer: &TokenAnswer) -> Value {
    serde_json::from_slice(answer.body()).unwrap()
}

fn token(answer: &TokenAnswer) -> String {
    assert_eq!(answer.status(), 200, "{}", body(answer));
    body(answer)["access_token"].as_str().unwrap().to_owned()
}

fn header<'a>(answer: &'a TokenAnswer, name: &str) -> Option<&'a str> {
    let mut found = answer.headers().iter().filter(|(it, _)| it == name);
    found.next().map(|(_, value)| value.to_str().unwrap())
}

#[track_caller]
fn refused(answer: &TokenAnswer, status: u16, error: &str) {
    let expected = json!({"error": error});
    assert_eq!((answer.status().as_u16(), body(answer)), (status, expected));
    assert_eq!(header(answer, "cache-control"), Some("no-store"));
}

const RIGHT: &str = "grant_type=client_credentials&client_id=unico&client_secret=s3cr%2Bt%26%3A%25";

#[tokio::test]
async fn a_client_gets_a_token_that_opens_the_receiver_until_it_ends() {
    let endpoint = Endpoint::client();
    let answer = endpoint.form(RIGHT).await;
    let told = body(&answer);
    assert_eq!(told["token_type"], "Bearer");
    assert_eq!(told["expires_in"], 600);
    assert_eq!(told["scope"], "webhooks");
    assert_eq!(header(&answer, "cache-control"), Some("no-store"));
    let rule = Bearer::issued_by(&endpoint.issuer).scope("webhooks");
    let token = token(&answer);
    assert_eq!(endpoint.judge(&rule, &token), Ok(()));
    let strict = rule.leeway(Duration::ZERO);
    endpoint.clock.advance(Duration::from_secs(599));
    assert_eq!(endpoint.judge(&strict, &token), Ok(()));
    endpoint.clock.advance(Duration::from_secs(1));
    assert_eq!(endpoint.judge(&strict, &token), Err(Denied::Wrong));
}

#[tokio::test]
async fn a_client_may_show_its_secret_by_basic_or_in_the_body_as_form_or_json() {
    let endpoint = Endpoint::client();
    let unico = || TokenSimulator::client("unico", "s3cr+t&:%");
    for simulator in [
        unico(),
        unico().in_json(),
        TokenSimulator::client_by_basic("unico", "s3cr+t&:%"),
        TokenSimulator::client_by_basic("unico", "s3cr+t&:%").in_json(),
    ] {
        let sent = simulator.request(NOW);
        let headers: Vec<_> = sent.headers.iter().map(|(n, v)| (&**n, &**v)).collect();
        assert!(endpoint.opens(&endpoint.post(&headers, sent.body.clone()).await));
    }
    // Many clients leave out the encoding that RFC 6749 wants inside Basic.
    let plain = format!("Basic {}", BASE64_STANDARD.encode("unico:s3cr+t&:%"));
    let headers = [("content-type", FORM), ("authorization", &plain)];
    let body = "grant_type=client_credentials&unknown=1";
    assert!(endpoint.opens(&endpoint.post(&headers, body).await));
}

#[tokio::test]
async fn what_can_be_read_in_two_ways_is_refused() {
    let endpoint = Endpoint::client();
    for twice in [
        "client_id=unico",
        "scope=a&scope=b",
        "grant_type=x",
        "x=1&x=1",
    ] {
        let answer = endpoint.form(&format!("{RIGHT}&{twice}")).await;
        refused(&answer, 400, "invalid_request");
    }
    for unreadable in ["%", "a=%C3", "a=%zz"] {
        let answer = endpoint.form(&format!("{RIGHT}&{unreadable}")).await;
        refused(&answer, 400, "invalid_request");
    }
    let many: String = (0..100).map(|number| format!("&p{number}=1")).collect();
    refused(
        &endpoint.form(&format!("{RIGHT}{many}")).await,
        400,
        "invalid_request",
    );
    for body in [
        r#"{"grant_type":"client_credentials","grant_type":"client_credentials"}"#,
        r#"{"grant_type":1}"#,
        r#"["grant_type"]"#,
        "{",
        "",
    ] {
        let answer = endpoint.post(&[("content-type", JSON)], body).await;
        refused(&answer, 400, "invalid_request");
    }
    let pair = format!("Basic {}", BASE64_STANDARD.encode("unico:x"));
    let basic = ("authorization", pair.as_str());
    let form = ("content-type", FORM);
    let grant = "grant_type=client_credentials";
    refused(
        &endpoint.post(&[form, basic], RIGHT).await,
        400,
        "invalid_request",
    );
    refused(
        &endpoint.post(&[form, basic, basic], grant).await,
        400,
        "invalid_request",
    );
    let other = format!("{grant}&client_id=other");
    refused(
        &endpoint.post(&[form, basic], other).await,
        400,
        "invalid_request",
    );
}

#[tokio::test]
async fn every_failure_of_a_client_is_one_answer_with_a_challenge() {
    let endpoint = Endpoint::client();
    let grant = "grant_type=client_credentials";
    let mut answers = vec![endpoint.form(grant).await];
    for (id, secret) in [
        ("unico", "wrong"),
        ("nobody", "s3cr%2Bt%26%3A%25"),
        ("unico", ""),
    ] {
        let body = format!("{grant}&client_id={id}&client_secret={secret}");
        answers.push(endpoint.form(&body).await);
    }
    for value in ["Basic", "Basic %%", "Basic dW5pY28=", "Bearer abc"] {
        let headers = [("content-type", FORM), ("authorization", value)];
        answers.push(endpoint.post(&headers, grant).await);
    }
    for answer in answers {
        refused(&answer, 401, "invalid_client");
        let challenge = header(&answer, "www-authenticate");
        assert_eq!(challenge, Some("Basic realm=\"token\", charset=\"UTF-8\""));
    }
}

#[tokio::test]
async fn while_a_secret_is_rotated_both_are_taken() {
    let client = || Client::new("unico", "old").or("new");
    let endpoint = Endpoint::of(|builder| builder.client(client()));
    for (secret, status) in [("old", 200), ("new", 200), ("oldnew", 401)] {
        let sent = TokenSimulator::client("unico", secret).request(NOW);
        let answer = endpoint.post(&[("content-type", FORM)], sent.body).await;
        assert_eq!(answer.status(), status, "{secret}");
    }
}

#[tokio::test]
async fn a_client_gets_the_scopes_that_it_asks_for_and_no_other() {
    let client = Client::new("unico", "s").scope("a").scope("b");
    let endpoint = Endpoint::of(|builder| builder.client(client));
    let ask = async |scope: &str| {
        let body = "grant_type=client_credentials&client_id=unico&client_secret=s&scope=";
        endpoint.form(&format!("{body}{scope}")).await
    };
    assert_eq!(body(&ask("").await)["scope"], "a b");
    let one = ask("b").await;
    assert_eq!(body(&one)["scope"], "b");
    let rule = |scope| Bearer::issued_by(&endpoint.issuer).scope(scope);
    assert_eq!(endpoint.judge(&rule("b"), &token(&one)), Ok(()));
    assert_eq!(endpoint.judge(&rule("a"), &token(&one)), Err(Denied::Wrong));
    refused(&ask("a+c").await, 400, "invalid_scope");
}

#[tokio::test]
async fn a_token_for_one_endpoint_does_not_open_another() {
    let client = |id: &str| Client::new(id, "s").audience(id);
    let endpoint =
        Endpoint::of(|builder| builder.client(client("facephi")).client(client("idcloud")));
    let body = "grant_type=client_credentials&client_id=facephi&client_secret=s";
    let token = token(&endpoint.form(body).await);
    let rule = |audience| Bearer::issued_by(&endpoint.issuer).audience(audience);
    assert_eq!(endpoint.judge(&rule("facephi"), &token), Ok(()));
    assert_eq!(endpoint.judge(&rule("idcloud"), &token), Err(Denied::Wrong));
    let unnamed = Bearer::issued_by(&endpoint.issuer);
    assert_eq!(endpoint.judge(&unnamed, &token), Err(Denied::Wrong));
    // Another issuer of the same name has other keys.
    let stranger = Endpoint::client();
    assert!(!stranger.opens(&endpoint.form(body).await));
}

#[tokio::test]
async fn a_grant_that_is_not_set_up_is_not_given() {
    let endpoint = Endpoint::client();
    for grant in [
        "password",
        "authorization_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ] {
        let answer = endpoint
            .form(&format!("grant_type={grant}&assertion=x"))
            .await;
        refused(&answer, 400, "unsupported_grant_type");
    }
    refused(
        &endpoint.form("client_id=unico").await,
        400,
        "invalid_request",
    );
    let login = json!({"user": "unico", "password": "s3cr+t&:%"});
    refused(&endpoint.json(login).await, 400, "invalid_request");
}

#[tokio::test]
async fn a_user_logs_in_with_json_and_gets_the_token_under_the_name_that_is_read() {
    let user = Client::new("unico", "p\u{e4}ss:word").scope("webhooks");
    let endpoint = Endpoint::of(|builder| builder.user(user).also_named("token"));
    let right = json!({"user": "unico", "password": "p\u{e4}ss:word", "more": [1]});
    let answer = endpoint.json(right).await;
    assert_eq!(body(&answer)["token"], body(&answer)["access_token"]);
    assert!(endpoint.opens(&answer));
    for (user, password) in [("unico", "wrong"), ("nobody", "p\u{e4}ss:word")] {
        let answer = endpoint
            .json(json!({"user": user, "password": password}))
            .await;
        refused(&answer, 400, "invalid_grant");
    }
    let form = endpoint.form("user=unico&password=p%C3%A4ss:word").await;
    refused(&form, 400, "invalid_request");
}

fn file(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/token");
    std::fs::read(format!("{folder}/{name}.pem")).unwrap()
}

/// Signs as Unico would, with the key that the owner uploaded.
fn owner() -> AssertionSimulator {
    let simulator = AssertionSimulator::pem(file("owner.key"), TokenAlgorithm::Rs256).unwrap();
    simulator
        .claim("sub", "unico-check")
        .claim("ver", "1")
        .claim("aud", URL)
}

fn of_owner(kind: &str) -> Assertion {
    let key = TokenKey::pem(file(kind), [TokenAlgorithm::Rs256]);
    Assertion::signed_with(key)
        .subject("unico-check")
        .version("1")
}

async fn assert_with(endpoint: &Endpoint, assertion: &str) -> TokenAnswer {
    let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
    let body = format!("grant_type={grant}&assertion={assertion}");
    endpoint.form(&body).await
}

#[tokio::test]
async fn an_assertion_that_the_owners_key_signed_is_exchanged_for_a_token() {
    for kind in ["owner.crt", "owner.pub"] {
        let endpoint = Endpoint::of(|builder| builder.assertion(of_owner(kind)));
        for sent in [
            TokenSimulator::assertion(owner()).request(NOW),
            TokenSimulator::assertion(owner()).in_json().request(NOW),
        ] {
            let headers: Vec<_> = sent.headers.iter().map(|(n, v)| (&**n, &**v)).collect();
            assert!(endpoint.opens(&endpoint.post(&headers, sent.body.clone()).await));
        }
        // One assertion may be posted again: whether Unico does is unknown.
        let one = owner().token(NOW);
        assert!(endpoint.opens(&assert_with(&endpoint, &one).await));
        assert!(endpoint.opens(&assert_with(&endpoint, &one).await));
        // What we issued is no assertion.
        let ours = token(&assert_with(&endpoint, &one).await);
        refused(&assert_with(&endpoint, &ours).await, 400, "invalid_grant");
    }
}

#[tokio::test]
async fn an_assertion_that_does_not_hold_is_refused() {
    let secs = NOW.as_secs();
    let signed = |simulator: AssertionSimulator| simulator.token(NOW);
    let with = |name: &str, value: Value| signed(owner().claim(name, value));
    let other = AssertionSimulator::pem(file("other.key"), TokenAlgorithm::Rs256).unwrap();
    let other = other
        .claim("sub", "unico-check")
        .claim("ver", "1")
        .claim("aud", URL);
    // The well-known confusion: the public key, taken for a shared secret.
    let confused = AssertionSimulator::secret(&file("owner.pub"), TokenAlgorithm::Hs256).unwrap();
    let confused = confused
        .claim("sub", "unico-check")
        .claim("ver", "1")
        .claim("aud", URL);
    let pss = AssertionSimulator::pem(file("owner.key"), TokenAlgorithm::Ps256).unwrap();
    let pss = pss
        .claim("sub", "unico-check")
        .claim("ver", "1")
        .claim("aud", URL);
    let right = signed(owner());
    let mut parts: Vec<_> = right.split('.').collect();
    let none = head_of_none();
    parts[0] = &none;
    let unsigned = format!("{}.{}.", parts[0], parts[1]);
    let none = parts.join(".");
    for (what, token) in [
        ("another key", signed(other)),
        ("HS256 with the public key", signed(confused)),
        ("an algorithm that the key is not for", signed(pss)),
        ("alg none", none),
        ("alg none, without a signature", unsigned),
        ("ended", with("exp", (secs - 61).into())),
        ("no end", with("exp", Value::Null)),
        ("an end that is no number", with("exp", "soon".into())),
        ("lives too long", with("exp", (secs + 3661).into())),
        ("lives for ever", with("exp", json!(1e300))),
        ("not valid yet", with("nbf", (secs + 61).into())),
        ("made in the future", with("iat", (secs + 61).into())),
        (
            "another audience",
            with("aud", "https://other.example/token".into()),
        ),
        ("no audience", with("aud", Value::Null)),
        ("another subject", with("sub", "someone".into())),
        ("no subject", with("sub", Value::Null)),
        ("another version", with("ver", 2.into())),
        ("oversized", with("x", "x".repeat(20_000).into())),
        ("no token", "abc".to_owned()),
    ] {
        let endpoint = Endpoint::of(|builder| builder.assertion(of_owner("owner.crt")));
        let answer = assert_with(&endpoint, &token).await;
        assert_eq!(answer.status(), 400, "{what}");
        refused(&answer, 400, "invalid_grant");
    }
    let endpoint = Endpoint::of(|builder| builder.assertion(of_owner("owner.crt")));
    for taken in [
        with("ver", 1.into()),
        with("aud", json!(["x", URL])),
        with("exp", (secs + 3600).into()),
    ] {
        assert!(endpoint.opens(&assert_with(&endpoint, &taken).await));
    }
    let lenient = of_owner("owner.crt").allow_missing_audience();
    let endpoint = Endpoint::of(|builder| builder.assertion(lenient));
    let without = with("aud", Value::Null);
    assert!(endpoint.opens(&assert_with(&endpoint, &without).await));
    let wrong = with("aud", "https://other.example/token".into());
    refused(&assert_with(&endpoint, &wrong).await, 400, "invalid_grant");
}

/// The head of a token that says it is not signed.
fn head_of_none() -> String {
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#)
}

#[tokio::test]
async fn with_the_setting_an_assertion_is_taken_once() {
    let store = Arc::new(MemoryStore::new());
    let once = of_owner("owner.crt").refuse_replays(store.clone());
    let endpoint = Endpoint::of(|builder| builder.assertion(once));
    let one = owner().token(NOW);
    assert!(endpoint.opens(&assert_with(&endpoint, &one).await));
    refused(&assert_with(&endpoint, &one).await, 400, "invalid_grant");
    let another = owner().token(NOW);
    assert!(endpoint.opens(&assert_with(&endpoint, &another).await));
    let nameless = owner().claim("jti", Value::Null).token(NOW);
    refused(
        &assert_with(&endpoint, &nameless).await,
        400,
        "invalid_grant",
    );
    // Several instances share what was used.
    let once = of_owner("owner.crt").refuse_replays(store);
    let second = Endpoint::of(|builder| builder.assertion(once));
    refused(&assert_with(&second, &another).await, 400, "invalid_grant");
}

#[tokio::test]
async fn a_store_that_is_full_lets_no_assertion_in() {
    let once = of_owner("owner.crt").refuse_replays(MemoryStore::with_capacity(1));
    let endpoint = Endpoint::of(|builder| builder.assertion(once));
    let mut last = None;
    for _ in 0..5_000 {
        let answer = assert_with(&endpoint, &owner().token(NOW)).await;
        if answer.status() != 200 {
            last = Some(answer);
            break;
        }
    }
    let answer = last.unwrap();
    refused(&answer, 503, "temporarily_unavailable");
    assert!(header(&answer, "retry-after").is_some());
}

#[tokio::test]
async fn keys_of_each_kind_sign_and_rotate_without_a_gap() {
    let secret = Secret::utf8("4c0b9ff1e0e84f0f8d8c57bd4ef13b21").unwrap();
    let generate = |algorithm| SigningKey::generate(algorithm).unwrap();
    let keys = [
        SigningKey::secret(&secret).unwrap(),
        SigningKey::pem(file("p256.key")).unwrap(),
        SigningKey::pem(file("ed25519.key")).unwrap(),
        generate(TokenAlgorithm::Hs256),
        generate(TokenAlgorithm::Es256),
        generate(TokenAlgorithm::EdDsa),
    ];
    for key in &keys {
        let endpoint = Endpoint::of(|builder| {
            let client = Client::new("unico", "s3cr+t&:%");
            builder.client(client).signing_key(key.clone())
        });
        let old = endpoint.form(RIGHT).await;
        assert!(endpoint.opens(&old), "{key:?}");
        endpoint.issuer.rotate(&generate(TokenAlgorithm::Es256));
        let new = endpoint.form(RIGHT).await;
        assert!(endpoint.opens(&old) && endpoint.opens(&new), "{key:?}");
        endpoint.clock.advance(Duration::from_secs(659));
        assert!(endpoint.opens(&old), "within the leeway of its end");
        let public = body(&endpoint.issuer.jwks());
        let published = public["keys"].as_array().unwrap().len();
        let symmetric = key.algorithm() == TokenAlgorithm::Hs256;
        assert_eq!(published, if symmetric { 1 } else { 2 });
        endpoint.clock.advance(Duration::from_secs(61));
        assert_eq!(
            body(&endpoint.issuer.jwks())["keys"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    }
}

#[tokio::test]
async fn the_key_set_names_the_key_of_each_token_and_holds_no_private_part() {
    let endpoint = Endpoint::client();
    let answer = endpoint.issuer.jwks();
    assert_eq!(
        header(&answer, "content-type"),
        Some("application/jwk-set+json")
    );
    let keys = body(&answer);
    let key = &keys["keys"][0];
    for (member, value) in [
        ("kty", "EC"),
        ("crv", "P-256"),
        ("alg", "ES256"),
        ("use", "sig"),
    ] {
        assert_eq!(key[member], value);
    }
    assert_eq!(key.get("d"), None);
    let token = token(&endpoint.form(RIGHT).await);
    let head = token.split('.').next().unwrap();
    let head = base64::prelude::BASE64_URL_SAFE_NO_PAD
        .decode(head)
        .unwrap();
    let head: Value = serde_json::from_slice(&head).unwrap();
    assert_eq!(
        head,
        json!({"alg": "ES256", "typ": "at+jwt", "kid": key["kid"]})
    );
}

#[tokio::test]
async fn who_fails_too_often_waits_and_others_do_not() {
    let endpoint = Endpoint::client();
    let headers = [("content-type", FORM)];
    let wrong = "grant_type=client_credentials&client_id=unico&client_secret=x";
    let from = async |peer: &str, body: &'static str| {
        endpoint
            .post_from(peer, &headers, body)
            .await
            .status()
            .as_u16()
    };
    for _ in 0..10 {
        assert_eq!(from("203.0.113.7:1", wrong).await, 401);
    }
    let answer = endpoint.form(RIGHT).await;
    refused(&answer, 429, "temporarily_unavailable");
    assert_eq!(header(&answer, "retry-after"), Some("6"));
    assert_eq!(from("203.0.113.8:1", RIGHT).await, 200);
    endpoint.clock.advance(Duration::from_secs(6));
    for _ in 0..100 {
        assert_eq!(
            from("203.0.113.7:1", RIGHT).await,
            200,
            "success counts nothing"
        );
    }
    // One client, from many addresses.
    let mut refusals = Vec::new();
    for host in 0..120_u8 {
        refusals.push(from(&format!("198.51.100.{host}:1"), wrong).await);
    }
    assert!(refusals.contains(&429));
    assert_eq!(from("203.0.113.9:1", RIGHT).await, 429);
}

#[tokio::test]
async fn what_stands_in_front_is_judged_before_the_credentials() {
    let endpoint = Endpoint::of(|builder| {
        builder
            .client(Client::new("unico", "s3cr+t&:%"))
            .access(ApiKey::header("x-unico", "k3y"))
            .networks(Networks::new(["203.0.113.0/24"]).unwrap())
            .body_limit(256)
    });
    let form = ("content-type", FORM);
    let key = ("x-unico", "k3y");
    let status = async |peer: &str, headers: &[(&str, &str)], body: String| {
        let answer = endpoint.post_from(peer, headers, body).await;
        assert_eq!(header(&answer, "cache-control"), Some("no-store"));
        answer.status().as_u16()
    };
    let inside = "203.0.113.7:1";
    assert_eq!(status(inside, &[form, key], RIGHT.into()).await, 200);
    assert_eq!(status(inside, &[form], RIGHT.into()).await, 401);
    assert_eq!(
        status("198.51.100.1:1", &[form, key], RIGHT.into()).await,
        403
    );
    assert_eq!(status(inside, &[key], RIGHT.into()).await, 415);
    assert_eq!(
        status(inside, &[("content-type", "text/plain"), key], RIGHT.into()).await,
        415
    );
    assert_eq!(status(inside, &[form, key], "x".repeat(257)).await, 413);
    let headers = vec![form, key];
    let timer: Arc<dyn Timer> = Arc::new(endpoint.clock.clone());
    let get = Head::new("GET", "/token", &headers).peer(Some(inside.parse().unwrap()));
    let answer = endpoint
        .issuer
        .answer(get, Some(Bytes::new()), &timer)
        .await;
    assert_eq!(
        (answer.status().as_u16(), header(&answer, "allow")),
        (405, Some("POST"))
    );
    let nowhere = Head::new("POST", "/token", &headers);
    let answer = endpoint
        .issuer
        .answer(nowhere, Some(Bytes::new()), &timer)
        .await;
    assert_eq!(answer.status(), 500, "networks need the peer");
}

#[test]
fn settings_that_cannot_be_right_are_refused_at_start() {
    let issuer = || TokenIssuer::new(URL);
    let client = || Client::new("unico", "s");
    let refused = |builder: TokenIssuerBuilder| assert!(builder.build().is_err(), "accepted");
    refused(issuer());
    refused(TokenIssuer::new("").client(client()));
    refused(issuer().client(Client::new("unico", "")));
    refused(issuer().client(Client::new("", "s")));
    refused(issuer().client(client()).client(client()));
    refused(issuer().client(client().scope("two words")));
    refused(issuer().client(client().audience("")));
    refused(
        issuer()
            .client(client())
            .lifetime(Duration::from_millis(999)),
    );
    refused(
        issuer()
            .client(client())
            .lifetime(Duration::from_secs(86_401)),
    );
    refused(
        issuer()
            .client(client())
            .failures_of_address(0, Duration::from_secs(1)),
    );
    refused(issuer().client(client()).access(Basic::new("a", "b")));
    refused(
        issuer()
            .client(client())
            .access(ApiKey::header("x-key", "")),
    );
    let unusable = TokenKey::pem("no key", [TokenAlgorithm::Rs256]);
    refused(issuer().assertion(Assertion::signed_with(unusable)));
    refused(issuer().assertion(of_owner("owner.crt").subject("")));
    let short = Secret::utf8("short").unwrap();
    assert!(SigningKey::secret(&short).is_err());
    for key in ["owner.key", "owner.pub", "owner.crt", "p384.key"] {
        assert!(SigningKey::pem(file(key)).is_err(), "{key}");
    }
    assert!(SigningKey::generate(TokenAlgorithm::Rs256).is_err());
    assert!(issuer().client(client()).build().is_ok());
}

#[tokio::test]
async fn nothing_shows_a_secret_or_a_token() {
    let endpoint = Endpoint::of(|builder| {
        let key = SigningKey::secret(&Secret::utf8("c4n4ry-0123456789-0123456789-0123").unwrap());
        builder
            .client(Client::new("unico", "c4n4ry"))
            .signing_key(key.unwrap())
    });
    let simulator = TokenSimulator::client("unico", "c4n4ry");
    let sent = simulator.request(NOW);
    let answer = endpoint
        .post(&[("content-type", FORM)], sent.body.clone())
        .await;
    let shown = format!("{:?} {answer:?} {simulator:?} {sent:?}", endpoint.issuer);
    assert!(
        !shown.contains("c4n4ry") && !shown.contains(&token(&answer)),
        "{shown}"
    );
}

/// A body that never comes to its end.
struct Stuck;

impl BodySource for Stuck {
    fn poll_chunk(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyBroken>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up_at_its_deadline() {
    let endpoint = Endpoint::client();
    let headers = vec![("content-type", FORM)];
    let head = Head::new("POST", "/token", &headers);
    let timer: Arc<dyn Timer> = Arc::new(endpoint.clock.clone());
    let mut answer = std::pin::pin!(endpoint.issuer.answer(head, Stuck, &timer));
    let mut context = Context::from_waker(Waker::noop());
    assert!(answer.as_mut().poll(&mut context).is_pending());
    endpoint.clock.advance(Duration::from_millis(4_999));
    assert!(answer.as_mut().poll(&mut context).is_pending());
    endpoint.clock.advance(Duration::from_millis(1));
    assert_eq!(answer.await.status(), 408);
}

/// What a caller may send, near enough to a token request to come far.
fn near_requests() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        Just("grant_type=client_credentials".to_owned()),
        Just("client_id=unico".to_owned()),
        Just("client_secret=".to_owned()),
        Just("&".to_owned()),
        Just("%".to_owned()),
        Just(r#"{"grant_type":"#.to_owned()),
        Just(r#""urn:ietf:params:oauth:grant-type:jwt-bearer","#.to_owned()),
        Just(r#""assertion":"a.b.c"}"#.to_owned()),
        "\\PC{0,8}",
    ];
    prop_oneof![
        proptest::collection::vec(pieces, 0..12).prop_map(|all| all.concat().into_bytes()),
        proptest::collection::vec(any::<u8>(), 0..64),
    ]
}

proptest! {
    #[test]
    fn any_body_is_judged_and_none_without_the_secret_gets_a_token(
        body in near_requests(),
        authorization in proptest::option::of("(Basic )?[ -~]{0,24}"),
        is_json in any::<bool>(),
    ) {
        let endpoint = Endpoint::of(|builder| {
            builder
                .client(Client::new("unico", "s3cr+t&:%"))
                .assertion(of_owner("owner.pub"))
        });
        let mut headers = vec![("content-type", if is_json { JSON } else { FORM })];
        headers.extend(authorization.as_deref().map(|value| ("authorization", value)));
        let mut answer = std::pin::pin!(endpoint.post(&headers, body));
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(answer) = answer.as_mut().poll(&mut context) else {
            return Err(TestCaseError::fail("nothing here has to wait"));
        };
        prop_assert!(matches!(answer.status().as_u16(), 400 | 401), "{answer:?}");
        prop_assert!(body_is_one_error(&answer));
    }
}

fn body_is_one_error(answer: &TokenAnswer) -> bool {
    let members = body(answer);
    let members = members.as_object().unwrap();
    members.len() == 1 && members["error"].is_string()
}
