//! Assertions of RFC 7523: a caller that signs one gets a token, for the client that it was set up for.

use std::sync::Arc;

use base64::Engine;
use hookgate::{
    access::Denied,
    dedup::MemoryStore,
    keys::{JwsAlgorithm, VerifyingKey},
    token::{Assertion, AssertionSimulator, Client, TokenAnswer, TokenSimulator},
};
use serde_json::{Value, json};

use crate::props::{
    endpoint::{Endpoint, NOW, URL, claims, header, refused, token},
    vector,
};

pub(crate) fn file(name: &str) -> Vec<u8> {
    vector(&format!("token/{name}.pem"))
}

/// Signs as Unico would, with the key that the owner uploaded.
pub(crate) fn owner() -> AssertionSimulator {
    let simulator = AssertionSimulator::pem(file("owner.key"), JwsAlgorithm::Rs256).unwrap();
    simulator
        .claim("sub", "unico-check")
        .claim("ver", "1")
        .claim("aud", URL)
}

pub(crate) fn of_owner(kind: &str) -> Assertion {
    let key = VerifyingKey::pem(file(kind), [JwsAlgorithm::Rs256]);
    Assertion::of("unico-check", key)
        .subject("unico-check")
        .version("1")
}

/// The form that shows it.
pub(crate) fn posted(assertion: &str) -> String {
    let grant = "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
    format!("grant_type={grant}&assertion={assertion}")
}

async fn assert_with(endpoint: &Endpoint, assertion: &str) -> TokenAnswer {
    endpoint.form(&posted(assertion)).await
}

#[tokio::test]
async fn an_assertion_that_the_owners_key_signed_is_exchanged_for_a_token() {
    for kind in ["owner.crt", "owner.pub"] {
        let endpoint = Endpoint::of(|builder| builder.assertion(of_owner(kind)));
        for sent in [
            TokenSimulator::assertion(owner()).request(NOW),
            TokenSimulator::assertion(owner()).in_json().request(NOW),
        ] {
            assert!(endpoint.opens(&endpoint.send(sent).await));
        }
        // One assertion may be posted again. It is unknown whether Unico does so.
        let one = owner().token(NOW);
        assert!(endpoint.opens(&assert_with(&endpoint, &one).await));
        assert!(endpoint.opens(&assert_with(&endpoint, &one).await));
        // A token that we issued is no assertion.
        let ours = token(&assert_with(&endpoint, &one).await);
        refused(&assert_with(&endpoint, &ours).await, 400, "invalid_grant");
    }
}

#[tokio::test]
async fn an_assertion_that_does_not_hold_is_refused() {
    let secs = NOW.as_secs();
    let signed = |simulator: AssertionSimulator| simulator.token(NOW);
    let with = |name: &str, value: Value| signed(owner().claim(name, value));
    let other = AssertionSimulator::pem(file("other.key"), JwsAlgorithm::Rs256).unwrap();
    let other = other
        .claim("sub", "unico-check")
        .claim("ver", "1")
        .claim("aud", URL);
    // The well-known confusion: the public key, taken for a shared secret.
    let confused = AssertionSimulator::secret(&file("owner.pub"), JwsAlgorithm::Hs256).unwrap();
    let confused = confused
        .claim("sub", "unico-check")
        .claim("ver", "1")
        .claim("aud", URL);
    let pss = AssertionSimulator::pem(file("owner.key"), JwsAlgorithm::Ps256).unwrap();
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
        (
            "no subject but an issuer",
            signed(
                owner()
                    .claim("sub", Value::Null)
                    .claim("iss", "unico-check"),
            ),
        ),
        ("an empty subject", with("sub", "".into())),
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
    let once = || of_owner("owner.crt").refuse_replays();
    let endpoint = Endpoint::of(|builder| builder.assertion(once()).replay_store(store.clone()));
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
    // Several instances share the record of used assertions.
    let second = Endpoint::of(|builder| builder.assertion(once()).replay_store(store));
    refused(&assert_with(&second, &another).await, 400, "invalid_grant");
}

#[tokio::test]
async fn a_store_that_is_full_lets_no_assertion_in() {
    let once = of_owner("owner.crt").refuse_replays();
    let store = MemoryStore::with_capacity(1);
    let endpoint = Endpoint::of(|builder| builder.assertion(once).replay_store(store));
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
async fn the_client_of_a_token_is_a_setting_and_no_claim_of_the_assertion() {
    let key = VerifyingKey::pem(file("owner.crt"), [JwsAlgorithm::Rs256]);
    let endpoint = Endpoint::of(|builder| {
        builder
            .client(Client::new("idcloud", "77ab"))
            .user(Client::new("operator", "pass"))
            .assertion(Assertion::of("unico-check", key))
    });
    let issued_to = |id: &str| endpoint.issuer.bearer().issued_to(id);
    let somebody = owner().claim("sub", "process-7").claim("iss", "idcloud");
    let answer = assert_with(&endpoint, &somebody.token(NOW)).await;
    let told = claims(&answer);
    assert_eq!(told["client_id"], "unico-check");
    assert_eq!(told["sub"], "process-7");
    let token = token(&answer);
    assert_eq!(endpoint.judge(&issued_to("unico-check"), &token), Ok(()));
    for other in ["idcloud", "operator", "process-7"] {
        let judged = endpoint.judge(&issued_to(other), &token);
        assert_eq!(judged, Err(Denied::Wrong), "{other}");
    }
    // A receiver that reads `sub` is not misled either.
    for other in ["idcloud", "operator"] {
        let forged = owner().claim("sub", other).token(NOW);
        refused(&assert_with(&endpoint, &forged).await, 400, "invalid_grant");
    }
    // `iss` is the signer, and no substitute for `sub`.
    let nameless = owner()
        .claim("sub", Value::Null)
        .claim("iss", "unico-check");
    let answer = assert_with(&endpoint, &nameless.token(NOW)).await;
    refused(&answer, 400, "invalid_grant");
    let itself = owner().claim("sub", "unico-check").token(NOW);
    assert_eq!(assert_with(&endpoint, &itself).await.status(), 200);
}

#[tokio::test]
async fn the_setting_that_an_assertion_fits_is_its_client() {
    let with = |kind: &str, id: &str| {
        Assertion::of(id, VerifyingKey::pem(file(kind), [JwsAlgorithm::Rs256])).subject(id)
    };
    // Both have one key, as when one certificate was uploaded twice.
    let endpoint = Endpoint::of(|builder| {
        builder
            .assertion(with("owner.crt", "first"))
            .assertion(with("owner.pub", "second"))
    });
    for id in ["first", "second"] {
        let signed = owner().claim("sub", id).token(NOW);
        let answer = assert_with(&endpoint, &signed).await;
        assert_eq!(claims(&answer)["client_id"], id);
    }
    let signed = owner().claim("sub", "third").token(NOW);
    refused(&assert_with(&endpoint, &signed).await, 400, "invalid_grant");
}
