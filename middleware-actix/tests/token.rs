//! The token endpoint on actix-web. The core's tests cover its decisions.
#![cfg(feature = "token")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use actix_web::{
    App,
    test::{TestRequest, call_service, init_service, read_body},
};
use hookgate::{
    access::Networks,
    token::{Client, TokenIssuer, TokenIssuerBuilder},
};
use hookgate_actix::TokenIssuerExt;

const RIGHT: &str = "grant_type=client_credentials&client_id=unico&client_secret=s3cret";

fn issuer(set: impl FnOnce(TokenIssuerBuilder) -> TokenIssuerBuilder) -> TokenIssuer {
    let issuer =
        TokenIssuer::new("https://hooks.example/token").client(Client::new("unico", "s3cret"));
    set(issuer).build().unwrap()
}

/// As over a Unix socket.
fn post_from_nowhere(body: &str) -> TestRequest {
    TestRequest::post()
        .uri("/token")
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload(body.to_owned())
}

fn post(body: &str) -> TestRequest {
    post_from_nowhere(body).peer_addr("203.0.113.7:1".parse().unwrap())
}

macro_rules! service {
    ($issuer:expr) => {{
        let issuer = $issuer;
        init_service(
            App::new()
                .route("/token", issuer.route())
                .route("/jwks", issuer.jwks_route()),
        )
        .await
    }};
}

#[actix_web::test]
async fn the_route_gives_tokens_and_the_keys_that_signed_them() {
    let service = service!(issuer(|builder| builder));
    let answer = call_service(&service, post(RIGHT).to_request()).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers().get("cache-control").unwrap(), "no-store");
    assert_eq!(
        answer.headers().get("content-type").unwrap(),
        "application/json"
    );
    let body: serde_json::Value = serde_json::from_slice(&read_body(answer).await).unwrap();
    assert!(body["access_token"].is_string());
    let request = TestRequest::get().uri("/jwks").to_request();
    let answer = call_service(&service, request).await;
    assert_eq!(
        answer.headers().get("content-type").unwrap(),
        "application/jwk-set+json"
    );
    let body: serde_json::Value = serde_json::from_slice(&read_body(answer).await).unwrap();
    assert_eq!(body["keys"][0]["kty"], "EC");
}

#[actix_web::test]
async fn the_route_answers_every_method_and_has_a_limit_of_its_own() {
    let service = service!(issuer(|builder| builder.body_limit(100)));
    let request = TestRequest::get().uri("/token").to_request();
    let answer = call_service(&service, request).await;
    assert_eq!(answer.status(), 405);
    assert_eq!(answer.headers().get("allow").unwrap(), "POST");
    let long = "x".repeat(101);
    let answer = call_service(&service, post(&long).to_request()).await;
    assert_eq!(answer.status(), 413);
    let answer = call_service(&service, post(RIGHT).to_request()).await;
    assert_eq!(answer.status(), 200);
}

#[actix_web::test]
async fn networks_see_the_peer() {
    let networks = Networks::new(["203.0.113.0/24"]).unwrap();
    let service = service!(issuer(|builder| builder.networks(networks)));
    for (peer, status) in [("203.0.113.7:1", 200), ("198.51.100.7:1", 403)] {
        let request = post(RIGHT).peer_addr(peer.parse().unwrap()).to_request();
        let answer = call_service(&service, request).await;
        assert_eq!(answer.status(), status, "{peer}");
    }
}

#[actix_web::test]
async fn without_a_peer_all_are_refused_unless_addresses_are_left_out_by_name() {
    type Set = fn(TokenIssuerBuilder) -> TokenIssuerBuilder;
    let builders: [(Set, u16); 2] = [(|it| it, 500), (TokenIssuerBuilder::without_addresses, 200)];
    for (set, status) in builders {
        let service = service!(issuer(set));
        let request = post_from_nowhere(RIGHT).to_request();
        assert_eq!(call_service(&service, request).await.status(), status);
    }
    let networks = Networks::new(["203.0.113.0/24"]).unwrap();
    let service = service!(issuer(|builder| builder.networks(networks)));
    let answer = call_service(&service, post_from_nowhere(RIGHT).to_request()).await;
    assert_eq!(answer.status(), 500);
}
