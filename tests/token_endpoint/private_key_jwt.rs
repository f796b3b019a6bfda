//! Clients that sign an assertion in place of showing a secret (RFC 7523, section 2.2; OpenID Connect Core, section 9).

use std::{sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    Key, Keyring,
    dedup::MemoryStore,
    keys::{JwsAlgorithm, VerifyingKey},
    token::{AssertionSimulator, Client, TokenAnswer, TokenIssuerBuilder, TokenSimulator},
};
use serde_json::{Value, json};

use super::assertions::file;
use crate::props::endpoint::{Endpoint, FORM, NOW, URL, claims, refused, token};

/// The endpoint's address, when the issuer has another name.
const ADDRESS: &str = "https://hooks.example/oauth/token";

pub(crate) fn signing_client(id: &str) -> Client {
    let key = VerifyingKey::pem(file("owner.pub"), [JwsAlgorithm::Rs256]);
    Client::private_key_jwt(id, key)
}

fn endpoint(set: impl FnOnce(TokenIssuerBuilder) -> TokenIssuerBuilder) -> Endpoint {
    Endpoint::of(|builder| {
        let builder = builder.client(signing_client("unico").scope("webhooks"));
        set(builder).replay_store(MemoryStore::new())
    })
}

/// Signs as the client does, for this endpoint.
pub(crate) fn signer() -> AssertionSimulator {
    let signer = AssertionSimulator::pem(file("owner.key"), JwsAlgorithm::Rs256).unwrap();
    signer
        .claim("iss", "unico")
        .claim("sub", "unico")
        .claim("aud", URL)
}

/// The form that shows it.
pub(crate) fn posted(assertion: &str) -> String {
    let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    format!(
        "grant_type=client_credentials&client_assertion_type={kind}&client_assertion={assertion}"
    )
}

async fn shown(endpoint: &Endpoint, assertion: &str) -> TokenAnswer {
    endpoint.form(&posted(assertion)).await
}

#[tokio::test]
async fn a_client_that_signs_gets_a_token_for_each_assertion_once() {
    let store = Arc::new(MemoryStore::new());
    let instance = || {
        let client = signing_client("unico").scope("webhooks");
        Endpoint::of(|builder| builder.client(client).replay_store(store.clone()))
    };
    let (first, second) = (instance(), instance());
    let signer = || signer().claim("iss", "unico");
    for simulator in [
        TokenSimulator::private_key_jwt("unico", signer()),
        TokenSimulator::private_key_jwt("unico", signer()).in_json(),
    ] {
        let sent = simulator.request(NOW);
        let answer = first.send(sent.clone()).await;
        assert_eq!(claims(&answer)["client_id"], "unico");
        assert_eq!(claims(&answer)["sub"], "unico");
        assert_eq!(claims(&answer)["scope"], "webhooks");
        let rule = first.issuer.bearer().issued_to("unico");
        assert_eq!(first.judge(&rule, &token(&answer)), Ok(()));
        // The same assertion, here and at the other instance.
        refused(&first.send(sent.clone()).await, 401, "invalid_client");
        refused(&second.send(sent).await, 401, "invalid_client");
    }
}

/// Another library than the simulator's own writer made these, with the claims that openid-client and Authlib
/// send.
#[tokio::test]
async fn assertions_as_common_libraries_make_them_are_taken() {
    let key = jsonwebtoken::EncodingKey::from_rsa_pem(&file("owner.key")).unwrap();
    let head = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    let now = NOW.as_secs();
    let openid_client = json!({
        "jti": "f0b6", "aud": [URL], "sub": "unico", "iss": "unico",
        "iat": now, "nbf": now, "exp": now + 60,
    });
    let authlib = json!({
        "iss": "unico", "sub": "unico", "aud": URL, "iat": now, "exp": now + 3600, "jti": "a1",
    });
    let lenient = endpoint(|builder| builder);
    let signed = |claims: &Value| jsonwebtoken::encode(&head, claims, &key).unwrap();
    let answer = shown(&lenient, &signed(&openid_client)).await;
    assert!(lenient.opens(&answer));
    // An hour is too long, unless the client has it as a setting.
    refused(
        &shown(&lenient, &signed(&authlib)).await,
        401,
        "invalid_client",
    );
    let hour = signing_client("unico").longest_assertion(Duration::from_secs(3600));
    let patient = Endpoint::of(|builder| builder.client(hour).replay_store(MemoryStore::new()));
    let answer = shown(&patient, &signed(&authlib)).await;
    assert!(patient.opens(&answer));
}

#[tokio::test]
async fn an_assertion_that_does_not_authenticate_the_client_is_refused() {
    let secs = NOW.as_secs();
    let with = |name: &str, value: Value| signer().claim(name, value).token(NOW);
    let resigned = |key: &str, algorithm| {
        let signer = AssertionSimulator::pem(file(key), algorithm).unwrap();
        let signer = signer.claim("iss", "unico").claim("sub", "unico");
        signer.claim("aud", URL).token(NOW)
    };
    let confused = AssertionSimulator::secret(&file("owner.pub"), JwsAlgorithm::Hs256).unwrap();
    let confused = confused.claim("iss", "unico").claim("sub", "unico");
    let as_other = |id: &str| signer().claim("iss", id).claim("sub", id).token(NOW);
    let mut taken = Vec::new();
    for (what, assertion) in [
        (
            "the key of another client",
            resigned("other.key", JwsAlgorithm::Rs256),
        ),
        (
            "an algorithm that the key is not for",
            resigned("owner.key", JwsAlgorithm::Ps256),
        ),
        (
            "HS256 with the public key",
            confused.claim("aud", URL).token(NOW),
        ),
        ("another client, which has another key", as_other("other")),
        ("a client that has a secret", as_other("shared")),
        ("a client that nobody knows", as_other("nobody")),
        ("no issuer", with("iss", Value::Null)),
        ("another issuer", with("iss", "other".into())),
        ("no subject", with("sub", Value::Null)),
        ("another subject", with("sub", "other".into())),
        ("no audience", with("aud", Value::Null)),
        (
            "another audience",
            with("aud", "https://other.example".into()),
        ),
        ("the endpoint's address", with("aud", ADDRESS.into())),
        (
            "another audience beside us",
            with("aud", json!([URL, "https://other.example"])),
        ),
        ("nobody as audience", with("aud", json!([]))),
        ("no id", with("jti", Value::Null)),
        ("no end", with("exp", Value::Null)),
        ("ended", with("exp", (secs - 60).into())),
        (
            "lives longer than five minutes",
            with("exp", (secs + 361).into()),
        ),
        ("not valid yet", with("nbf", (secs + 61).into())),
        ("made in the future", with("iat", (secs + 61).into())),
        ("no token", "abc".to_owned()),
        ("a token of another kind", with_kind("at+jwt")),
        ("oversized", with("x", "x".repeat(20_000).into())),
    ] {
        let endpoint = endpoint(|builder| {
            builder
                .client(signing_other())
                .client(Client::new("shared", "s3cret"))
        });
        let answer = shown(&endpoint, &assertion).await;
        match answer.status() == 200 {
            true => taken.push(what),
            false => refused(&answer, 401, "invalid_client"),
        }
    }
    assert!(taken.is_empty(), "{taken:?}");
    let endpoint = endpoint(|builder| builder);
    for taken in [
        with("exp", (secs + 360).into()),
        with("exp", (secs - 59).into()),
        with("aud", json!([URL])),
        with_kind("JWT"),
        with_kind("client-authentication+jwt"),
    ] {
        assert!(endpoint.opens(&shown(&endpoint, &taken).await));
    }
}

/// A client with another key.
fn signing_other() -> Client {
    let key = VerifyingKey::pem(file("other.pub"), [JwsAlgorithm::Rs256]);
    Client::private_key_jwt("other", key)
}

#[tokio::test]
async fn a_request_says_that_it_shows_an_assertion_and_shows_nothing_else() {
    let endpoint = endpoint(|builder| builder);
    let fresh = || posted(&signer().token(NOW));
    let kind =
        "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    assert!(fresh().contains(kind));
    let untyped = fresh().replace(kind, "x=1");
    refused(&endpoint.form(&untyped).await, 400, "invalid_request");
    let only_typed = format!("grant_type=client_credentials&{kind}");
    refused(&endpoint.form(&only_typed).await, 400, "invalid_request");
    for other in ["saml2-bearer", "JWT-bearer", "jwt-bearer%20"] {
        let other = fresh().replace("type%3Ajwt-bearer", &format!("type%3A{other}"));
        refused(&endpoint.form(&other).await, 401, "invalid_client");
    }
    for beside in ["client_secret=x", "client_id=unico&client_secret=x"] {
        let body = format!("{}&{beside}", fresh());
        refused(&endpoint.form(&body).await, 400, "invalid_request");
    }
    let basic = format!("Basic {}", BASE64_STANDARD.encode("unico:x"));
    for value in [basic.as_str(), "Bearer abc"] {
        let headers = [("content-type", FORM), ("authorization", value)];
        let answer = endpoint.post(&headers, fresh()).await;
        refused(&answer, 400, "invalid_request");
    }
    for (id, status) in [("unico", 200), ("other", 400), ("nobody", 400)] {
        let answer = endpoint.form(&format!("{}&client_id={id}", fresh())).await;
        assert_eq!(answer.status(), status, "{id}");
    }
}

#[tokio::test]
async fn the_endpoints_address_is_an_audience_only_by_name() {
    let assertion = || signer().claim("aud", ADDRESS).token(NOW);
    let strict = endpoint(|builder| builder);
    refused(&shown(&strict, &assertion()).await, 401, "invalid_client");
    let named = endpoint(|builder| builder.accept_endpoint_as_audience(ADDRESS));
    assert!(named.opens(&shown(&named, &assertion()).await));
    assert!(named.opens(&shown(&named, &signer().token(NOW)).await));
    let both = signer().claim("aud", json!([URL, ADDRESS])).token(NOW);
    assert!(named.opens(&shown(&named, &both).await));
}

#[tokio::test]
async fn while_a_key_or_a_secret_is_replaced_both_are_taken() {
    let key = VerifyingKey::pem(file("owner.crt"), [JwsAlgorithm::Ps256]);
    let other = VerifyingKey::pem(file("owner.pub"), [JwsAlgorithm::Rs256]);
    let ring = Keyring::new([Key::public("new", key), Key::public("old", other)]).unwrap();
    let client = Client::new("unico", "old").or_keys(ring);
    let endpoint = Endpoint::of(|builder| builder.client(client).replay_store(MemoryStore::new()));
    for algorithm in [JwsAlgorithm::Rs256, JwsAlgorithm::Ps256] {
        let signer = AssertionSimulator::pem(file("owner.key"), algorithm).unwrap();
        let simulator = TokenSimulator::private_key_jwt("unico", signer.claim("aud", URL));
        assert!(endpoint.opens(&endpoint.send(simulator.request(NOW)).await));
    }
    let secret = TokenSimulator::client("unico", "old").request(NOW);
    assert!(endpoint.opens(&endpoint.send(secret).await));
}

#[tokio::test]
async fn a_store_that_is_full_lets_no_client_in() {
    let client = signing_client("unico");
    let store = MemoryStore::with_capacity(1);
    let endpoint = Endpoint::of(|builder| builder.client(client).replay_store(store));
    let mut last = None;
    for _ in 0..5_000 {
        let answer = shown(&endpoint, &signer().token(NOW)).await;
        if answer.status() != 200 {
            last = Some(answer);
            break;
        }
    }
    refused(&last.unwrap(), 503, "temporarily_unavailable");
}

/// A right assertion, but for its `typ`.
fn with_kind(kind: &str) -> String {
    use jsonwebtoken::{EncodingKey, Header};
    let key = EncodingKey::from_rsa_pem(&file("owner.key")).unwrap();
    let mut head = Header::new(jsonwebtoken::Algorithm::RS256);
    head.typ = Some(kind.to_owned());
    let now = NOW.as_secs();
    let claims = json!({
        "iss": "unico", "sub": "unico", "aud": URL, "exp": now + 60, "jti": format!("of {kind}"),
    });
    jsonwebtoken::encode(&head, &claims, &key).unwrap()
}
