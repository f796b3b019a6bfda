//! The token endpoint on axum. What it decides is tested in the core.
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

fn post(body: &str) -> Request<Body> {
    let request =
        Request::post("/token").header("content-type", "application/x-www-form-urlencoded");
    request.body(Body::from(body.to_owned())).unwrap()
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
async fn networks_see_the_peer_and_refuse_all_without_connect_info() {
    let app = app(|builder| builder.networks(Networks::new(["203.0.113.0/24"]).unwrap()));
    assert_eq!(
        app.clone().oneshot(post(RIGHT)).await.unwrap().status(),
        500
    );
    for (peer, status) in [("203.0.113.7:1", 200), ("198.51.100.7:1", 403)] {
        let mut request = post(RIGHT);
        let peer: SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        assert_eq!(
            app.clone().oneshot(request).await.unwrap().status(),
            status,
            "{peer}"
        );
    }
}
