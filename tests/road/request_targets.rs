//! What a pack sees of the request's target: what was sent, wherever the route is nested.

use axum::{Router, body::Body};
use hookgate::{
    Rejection, Secret,
    json::{Json, Payload},
    keys::LiveKeys,
    pack::{Coverage, RawRequest, Scheme, Signs, Verified},
    providers::preset::Preset,
    tower::ReceiverLayer,
};
use http::{HeaderName, StatusCode, Uri};
use tower::{Layer, ServiceExt, service_fn};

use crate::props::{Call, Server, Stage, hex, hmac_sha256};

const KEY: &str = "a key of both ends";
const SIGNATURE: HeaderName = HeaderName::from_static("x-signature");

/// A sender that signs its method and all of its target beside the body.
#[derive(Debug)]
struct WholeRequest;

fn signed_text(method: &str, path: &str, query: Option<&str>, body: &[u8]) -> Vec<u8> {
    let head = format!("{method}\n{path}\n{}\n", query.unwrap_or_default());
    [head.as_bytes(), body].concat()
}

impl Scheme for WholeRequest {
    fn signs(&self) -> Signs {
        Signs::body()
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let head = request.head;
        let text = signed_text(head.method, head.path, head.query, request.body);
        let mut given = Vec::new();
        head.headers
            .each(&SIGNATURE, &mut |value| given.extend_from_slice(value));
        let (id, _) = keys
            .secrets()
            .find(|(_, key)| hex(&hmac_sha256(key.expose(), &text)).as_bytes() == given)
            .ok_or(Rejection::SignatureMismatch)?;
        Ok(Verified::assertion(Coverage::Body, id))
    }
}

/// Sent to `target`, with the signature of `signed`.
fn call(target: &str, signed: &str, body: &'static str) -> Call {
    let (path, query) = match signed.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (signed, None),
    };
    let text = signed_text("POST", path, query, body.as_bytes());
    let mac = hex(&hmac_sha256(KEY.as_bytes(), &text));
    Call::post(target, body).with("x-signature", mac)
}

async fn stage() -> Stage {
    let secret = Secret::utf8(KEY).unwrap();
    Stage::of(Preset::custom("whole", WholeRequest, secret), |it| it).await
}

/// The route `/hooks/{name}`, two nests deep.
fn nested(stage: &Stage) -> Router {
    let hook = stage.script.route::<Payload<Json>>(&stage.receiver);
    let inner = Router::new().route("/hooks/{name}", hook);
    Router::new().nest("/api", Router::new().nest("/v1", inner))
}

const TARGETS: [(&str, &str, u16); 8] = [
    ("/api/v1/hooks/acme", "/api/v1/hooks/acme", 200),
    (
        "/api/v1/hooks/a%2fb%20c?x=%7E&y",
        "/api/v1/hooks/a%2fb%20c?x=%7E&y",
        200,
    ),
    ("/api/v1/hooks/acme?", "/api/v1/hooks/acme", 200),
    // Without a prefix: a signature for one mount is no good at another.
    ("/api/v1/hooks/acme", "/hooks/acme", 401),
    ("/api/v1/hooks/acme", "/v1/hooks/acme", 401),
    // Decoded, with other letters in an escape, without the query.
    ("/api/v1/hooks/a%20b", "/api/v1/hooks/a b", 401),
    ("/api/v1/hooks/a%2fb", "/api/v1/hooks/a%2Fb", 401),
    ("/api/v1/hooks/acme?x=1", "/api/v1/hooks/acme", 401),
];

#[tokio::test]
async fn a_nested_route_sees_the_target_as_it_was_sent() {
    let stage = stage().await;
    let server = Server::start(nested(&stage)).await;
    for (target, signed, status) in TARGETS {
        let call = call(target, signed, "{}");
        assert_eq!(
            call.send(server.addr).await.status,
            status,
            "{target} {signed}"
        );
        let over_http2 = call.target(&format!("http://example.com{target}"));
        assert_eq!(over_http2.send_http2(server.addr).await.status, status);
    }
}

/// RFC 9112, section 3.2.2: a proxy may send the whole URL.
#[tokio::test]
async fn an_absolute_target_is_its_path_and_query() {
    let stage = stage().await;
    let app = nested(&stage);
    for (signed, status) in [("/api/v1/hooks/acme?x=1", 200), ("/hooks/acme?x=1", 401)] {
        let url = "http://hooks.example.com/api/v1/hooks/acme?x=1";
        let request = call(url, signed, "{}").with("host", "hooks.example.com");
        let response = app
            .clone()
            .oneshot(request.request::<Body>())
            .await
            .unwrap();
        assert_eq!(response.status(), status, "{signed}");
    }
}

/// What a header says of the target counts for nothing.
#[tokio::test]
async fn no_header_names_another_target() {
    let stage = stage().await;
    let app = nested(&stage);
    let names = [
        "x-original-uri",
        "x-original-url",
        "x-rewrite-url",
        "x-forwarded-prefix",
    ];
    for name in names {
        let call = call("/api/v1/hooks/acme", "/other", "{}").with(name, "/other");
        let response = app.clone().oneshot(call.request::<Body>()).await.unwrap();
        assert_eq!(response.status(), 401, "{name}");
    }
}

#[tokio::test]
async fn a_layer_for_tower_takes_the_requests_own_target() {
    let stage = stage().await;
    let inside = service_fn(|_: http::Request<Body>| async {
        Ok::<_, std::convert::Infallible>(http::Response::new(Body::empty()))
    });
    let service = ReceiverLayer::<Body>::new(stage.receiver.clone()).layer(inside);
    for (signed, status) in [
        ("/hooks/acme", StatusCode::OK),
        ("/api/hooks/acme", StatusCode::UNAUTHORIZED),
    ] {
        let mut request = call("/api/hooks/acme", signed, "{}").request::<Body>();
        // As a service does that takes a prefix away.
        *request.uri_mut() = Uri::from_static("/hooks/acme");
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{signed}");
    }
}
