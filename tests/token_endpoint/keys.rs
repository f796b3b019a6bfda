//! The keys that sign tokens.

use std::time::Duration;

use base64::Engine;
use hookgate::{
    Secret,
    keys::JwsAlgorithm,
    token::{Client, SigningKey},
};
use serde_json::{Value, json};

use super::assertions::file;
use crate::props::endpoint::{Endpoint, RIGHT, body, header, token};

#[tokio::test]
async fn keys_of_each_kind_sign_and_rotate_without_a_gap() {
    let secret = Secret::utf8("4c0b9ff1e0e84f0f8d8c57bd4ef13b21").unwrap();
    let generate = |algorithm| SigningKey::generate(algorithm).unwrap();
    let keys = [
        SigningKey::secret(&secret).unwrap(),
        SigningKey::pem(file("p256.key")).unwrap(),
        SigningKey::pem(file("ed25519.key")).unwrap(),
        generate(JwsAlgorithm::Hs256),
        generate(JwsAlgorithm::Es256),
        generate(JwsAlgorithm::EdDsa),
    ];
    for key in &keys {
        let endpoint = Endpoint::of(|builder| {
            let client = Client::new("unico", "s3cr+t&:%");
            builder.client(client).signing_key(key.clone())
        });
        let old = endpoint.form(RIGHT).await;
        assert!(endpoint.opens(&old), "{key:?}");
        endpoint.issuer.rotate(&generate(JwsAlgorithm::Es256));
        let new = endpoint.form(RIGHT).await;
        assert!(endpoint.opens(&old) && endpoint.opens(&new), "{key:?}");
        endpoint.clock.advance(Duration::from_secs(659));
        assert!(endpoint.opens(&old), "within the leeway of its end");
        let public = body(&endpoint.issuer.jwks());
        let published = public["keys"].as_array().unwrap().len();
        let symmetric = key.algorithm() == JwsAlgorithm::Hs256;
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
