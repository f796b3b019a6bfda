//! The token endpoint on axum. The core's tests cover its decisions.
#![cfg(feature = "token")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, DefaultBodyLimit},
    response::Response,
};
use hookgate::{
    access::Networks,
    token::{Client, TokenIssuer, TokenIssuerBuilder},
};
use hookgate_axum::TokenIssuerExt;
use http::Request;
use http_body_util::BodyExt;
use tower::ServiceExt;

const RIGHT: &str = "grant_type=client_credentials&client_id=unico&client_secret=s3cret";

fn app(set: impl FnOnce(TokenIssuerBuilder) -> TokenIssuerBuilder) -> Router {
    let issuer =
        TokenIssuer::new("https://hooks.example/token").client(Client::new("unico", "s3cret"));
    let issuer = set(issuer).build().unwrap();
    Router::new()
        .route("/token", issuer.route())
        .route("/jwks", issuer.jwks_route())
        .layer(DefaultBodyLimit::max(1))
}

/// Without `into_make_service_with_connect_info`, as far as axum can tell.
fn post_from_nowhere(body: &str) -> Request<Body> {
    let request =
        Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
    request.body(Body::from(body.to_owned())).unwrap()
}

fn post_from(peer: &str, body: &str) -> Request<Body> {
    let mut request = post_from_nowhere(body);
    let peer: SocketAddr = peer.parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

fn post(body: &str) -> Request<Body> {
    post_from("203.0.113.7:1", body)
}

async fn json(response: Response) -> serde_json::Value {
    let body = response.into_body().collect().await.unwrap().to_bytes();
    serde_json::from_slice(&body).unwrap()
}

#[tokio::test]
async fn the_route_gives_tokens_and_the_keys_that_signed_them() {
    let app = app(|builder| builder);
    let answer = app.clone().oneshot(post(RIGHT)).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    assert_eq!(answer.headers()["content-type"], "application/json");
    assert!(json(answer).await["access_token"].is_string());
    let request = Request::get("/jwks").body(Body::empty()).unwrap();
    let keys = app.oneshot(request).await.unwrap();
    assert_eq!(keys.headers()["content-type"], "application/jwk-set+json");
    assert_eq!(json(keys).await["keys"][0]["kty"], "EC");
}

#[tokio::test]
async fn the_route_answers_every_method_and_has_a_limit_of_its_own() {
    let app = app(|builder| builder.body_limit(100));
    let request = Request::get("/token").body(Body::empty()).unwrap();
    let answer = app.clone().oneshot(request).await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["allow"]),
        (405, &"POST".parse().unwrap())
    );
    let answer = app.clone().oneshot(post(&"x".repeat(101))).await.unwrap();
    assert_eq!(answer.status(), 413);
    assert_eq!(app.oneshot(post(RIGHT)).await.unwrap().status(), 200);
}

#[tokio::test]
async fn networks_see_the_peer() {
    let app = app(|builder| builder.networks(Networks::new(["203.0.113.0/24"]).unwrap()));
    for (peer, status) in [("203.0.113.7:1", 200), ("198.51.100.7:1", 403)] {
        let answer = app.clone().oneshot(post_from(peer, RIGHT)).await.unwrap();
        assert_eq!(answer.status(), status, "{peer}");
    }
}

#[tokio::test]
async fn without_connect_info_all_are_refused_unless_addresses_are_left_out_by_name() {
    let networks = || Networks::new(["203.0.113.0/24"]).unwrap();
    type Set = fn(TokenIssuerBuilder) -> TokenIssuerBuilder;
    let builders: [(Set, u16); 2] = [(|it| it, 500), (TokenIssuerBuilder::without_addresses, 200)];
    for (set, status) in builders {
        let answer = app(set).oneshot(post_from_nowhere(RIGHT)).await.unwrap();
        assert_eq!(answer.status(), status);
    }
    let app = app(|builder| builder.networks(networks()));
    let answer = app.oneshot(post_from_nowhere(RIGHT)).await.unwrap();
    assert_eq!(answer.status(), 500);
}
