//! Cases of actix-web alone: what a wrap covers, what extractors get, which way errors take. Cases of every
//! framework are in the package `scenarios`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use actix_http::Request;
use actix_web::{
    App, HttpMessage, HttpRequest, HttpResponse, Responder,
    body::{BoxBody, MessageBody},
    dev::{Service, ServiceResponse},
    http::{StatusCode, header},
    middleware::from_fn,
    test::{TestRequest, init_service, read_body},
    web,
};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::{
    Ack, Nack, Receiver, Rejection, Secret,
    dedup::MemoryStore,
    json::{Json, Payload as Received},
    keys::LiveKeys,
    pack::{Coverage, RawRequest, Scheme, Signs, Verified},
    providers::preset::Preset,
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding},
};
use hookgate_actix::{Event, ReceiverExt};
use http::HeaderName;
use sha2::Sha256;

const SECRET: &str = "a secret that only these tests know";

fn receiver() -> Receiver {
    let scheme =
        HmacHeader::try_from(HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex)).unwrap();
    let pack = Preset::custom("tests", scheme, Secret::utf8(SECRET).unwrap());
    Receiver::new("tests", pack)
        .dedup(MemoryStore::new())
        .build()
        .unwrap()
}

fn signed(body: &'static str) -> TestRequest {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    TestRequest::post()
        .uri("/")
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .insert_header((
            "x-signature",
            const_hex::encode(mac.finalize().into_bytes()),
        ))
        .set_payload(body)
}

/// A sender that signs its target beside the body.
#[derive(Debug)]
struct WithTarget;

impl Scheme for WithTarget {
    fn signs(&self) -> Signs {
        Signs::body()
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let head = request.head;
        let target = format!("{}\n{}\n", head.path, head.query.unwrap_or_default());
        let signature = target_signature(&target, request.body);
        let mut given = Vec::new();
        let name = HeaderName::from_static("x-signature");
        head.headers
            .each(&name, &mut |value| given.extend_from_slice(value));
        let (id, _) = keys.secrets().next().ok_or(Rejection::NoLiveKey)?;
        if given != signature.as_bytes() {
            return Err(Rejection::SignatureMismatch);
        }
        Ok(Verified::assertion(Coverage::Body, id))
    }
}

fn target_signature(target: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(target.as_bytes());
    mac.update(body);
    const_hex::encode(mac.finalize().into_bytes())
}

#[actix_web::test]
async fn resources_that_share_a_receiver_share_what_was_handled() {
    async fn count(runs: web::Data<AtomicUsize>, _: Event<Received<Json>>) -> Ack {
        runs.fetch_add(1, Ordering::SeqCst);
        Ack::processed()
    }
    let (receiver, runs) = (receiver(), web::Data::new(AtomicUsize::new(0)));
    let route = |path| {
        let hook = web::resource(path).wrap(receiver.middleware());
        hook.route(web::post().to(count))
    };
    let app = App::new().app_data(runs.clone());
    let app = init_service(app.service(route("/a")).service(route("/b"))).await;
    for (path, body, expected) in [
        ("/a", "1", 1),
        ("/b", "1", 1),
        ("/b", "2", 2),
        ("/a", "2", 2),
    ] {
        assert_eq!(status(&app, signed(body).uri(path)).await, 200);
        assert_eq!(runs.load(Ordering::SeqCst), expected, "{path} {body}");
    }
}

#[actix_web::test]
async fn a_body_that_comes_in_one_piece_is_the_handlers_without_a_copy() {
    static BODY: &str = r#"{"number":1}"#;
    async fn same(Event(delivery): Event<Received<Json>>) -> Ack {
        assert_eq!(delivery.payload().as_ptr(), BODY.as_ptr());
        Ack::processed()
    }
    let hook = web::resource("/").wrap(receiver().middleware());
    let app = init_service(App::new().service(hook.route(web::post().to(same)))).await;
    assert_eq!(status(&app, signed(BODY)).await, 200);
}

#[actix_web::test]
async fn a_resource_in_nested_scopes_sees_the_target_as_it_was_sent() {
    let pack = Preset::custom("tests", WithTarget, Secret::utf8(SECRET).unwrap());
    let receiver = Receiver::new("tests", pack).dedup(MemoryStore::new());
    let receiver = receiver.build().unwrap();
    let hook = web::resource("/hooks/{name}").wrap(receiver.middleware());
    let inner = web::scope("/v1").service(hook.route(web::post().to(on_event)));
    let app = init_service(App::new().service(web::scope("/api").service(inner))).await;
    for (sent, signed, expected) in [
        ("/api/v1/hooks/acme", "/api/v1/hooks/acme\n\n", 200),
        (
            "/api/v1/hooks/a%2fb%20c?x=%7E&y",
            "/api/v1/hooks/a%2fb%20c\nx=%7E&y\n",
            200,
        ),
        ("/api/v1/hooks/acme", "/hooks/acme\n\n", 401),
        ("/api/v1/hooks/acme", "/v1/hooks/acme\n\n", 401),
        ("/api/v1/hooks/a%2fb", "/api/v1/hooks/a%2Fb\n\n", 401),
        ("/api/v1/hooks/acme?x=1", "/api/v1/hooks/acme\n\n", 401),
    ] {
        let request = TestRequest::post()
            .uri(sent)
            .insert_header((header::CONTENT_TYPE, "application/json"))
            .insert_header(("x-signature", target_signature(signed, b"{}")))
            .set_payload("{}");
        assert_eq!(status(&app, request).await, expected, "{sent} {signed}");
    }
}

async fn on_event(Event(_): Event<Received<Json>>) -> Result<Ack, Nack> {
    Ok(Ack::processed())
}

async fn status<S, B>(app: &S, request: TestRequest) -> StatusCode
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
{
    match app.call(request.to_request()).await {
        Ok(response) => response.status(),
        Err(error) => error.error_response().status(),
    }
}

async fn answer<S, B>(app: &S, request: TestRequest) -> (StatusCode, web::Bytes)
where
    S: Service<Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let response = app.call(request.to_request()).await.unwrap();
    (response.status(), read_body(response).await)
}

#[actix_web::test]
async fn a_wrapped_resource_answers_other_methods_itself() {
    let resource = web::resource("/")
        .wrap(receiver().middleware())
        .route(web::post().to(on_event));
    let app = init_service(App::new().service(resource)).await;

    assert_eq!(status(&app, signed("{}")).await, StatusCode::OK);
    let response = app
        .call(TestRequest::get().uri("/").to_request())
        .await
        .unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers().get(header::ALLOW).unwrap(), "POST");
}

#[actix_web::test]
async fn a_wrapped_route_leaves_other_methods_to_actix_web() {
    let route = web::post().to(on_event).wrap(receiver().middleware());
    let app = init_service(App::new().route("/", route)).await;

    assert_eq!(status(&app, signed("{}")).await, StatusCode::OK);
    let get = TestRequest::get().uri("/");
    assert_eq!(status(&app, get).await, StatusCode::NOT_FOUND);
}

#[actix_web::test]
async fn a_route_added_after_the_wrap_is_covered() {
    let reached = Arc::new(AtomicUsize::new(0));
    let seen = reached.clone();
    let resource = web::resource("/")
        .wrap(receiver().middleware())
        .route(web::put().to(move || {
            seen.fetch_add(1, Ordering::SeqCst);
            async { HttpResponse::Ok().finish() }
        }));
    let app = init_service(App::new().service(resource)).await;

    let put = TestRequest::put().uri("/").set_payload("{}");
    assert_eq!(status(&app, put).await, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(reached.load(Ordering::SeqCst), 0);
}

#[actix_web::test]
async fn a_wrapped_scope_covers_what_is_inside() {
    let scope = web::scope("/hooks")
        .wrap(receiver().middleware())
        .route("/a", web::post().to(on_event));
    let app = init_service(App::new().service(scope)).await;

    let covered = signed(r#"{"n":1}"#).uri("/hooks/a");
    assert_eq!(status(&app, covered).await, StatusCode::OK);
    let unsigned = TestRequest::post()
        .uri("/hooks/a")
        .insert_header((header::CONTENT_TYPE, "application/json"));
    assert_eq!(status(&app, unsigned).await, StatusCode::UNAUTHORIZED);
}

#[actix_web::test]
async fn a_route_without_middleware_never_runs_its_handler() {
    let app = init_service(App::new().route("/", web::post().to(on_event))).await;
    let (status, body) = answer(&app, signed("{}")).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(
        body,
        r#"{"title":"Internal Server Error","status":500,"detail":"The receiver is set up wrongly."}"#
    );
}

#[actix_web::test]
async fn bytes_and_json_handlers_get_the_body_that_was_authenticated() {
    async fn echo(request: HttpRequest, body: web::Bytes) -> HttpResponse {
        let length = request.headers().get(header::CONTENT_LENGTH).unwrap();
        assert_eq!(length.to_str().unwrap(), body.len().to_string());
        assert!(!request.headers().contains_key(header::TRANSFER_ENCODING));
        HttpResponse::Accepted().body(body)
    }
    async fn number(json: web::Json<serde_json::Value>) -> impl Responder {
        json["n"].to_string()
    }
    let receiver = receiver();
    let app = init_service(
        App::new()
            .service(
                web::resource("/bytes")
                    .wrap(receiver.middleware())
                    .route(web::post().to(echo)),
            )
            .service(
                web::resource("/json")
                    .wrap(receiver.middleware())
                    .route(web::post().to(number)),
            ),
    )
    .await;

    let chunked = signed(r#"{"n":1}"#)
        .uri("/bytes")
        .insert_header((header::TRANSFER_ENCODING, "chunked"));
    assert_eq!(
        answer(&app, chunked).await,
        (StatusCode::ACCEPTED, web::Bytes::from_static(br#"{"n":1}"#))
    );
    let measured = signed(r#"{"n":2}"#)
        .uri("/bytes")
        .insert_header((header::CONTENT_LENGTH, "7"));
    assert_eq!(status(&app, measured).await, StatusCode::ACCEPTED);
    assert_eq!(
        answer(&app, signed(r#"{"n":3}"#).uri("/json")).await,
        (StatusCode::OK, web::Bytes::from_static(b"3"))
    );
}

#[actix_web::test]
async fn the_delivery_cannot_be_had_twice() {
    async fn greedy(_: Event<Received<Json>>, _: Event<Received<Json>>) -> Ack {
        Ack::processed()
    }
    let resource = web::resource("/")
        .wrap(receiver().middleware())
        .route(web::post().to(greedy));
    let app = init_service(App::new().service(resource)).await;
    assert_eq!(
        status(&app, signed("{}")).await,
        StatusCode::INTERNAL_SERVER_ERROR
    );
}

/// Each way from a handler or middleware to the receiver keeps the verdict: a rejected event is 200.
#[actix_web::test]
async fn a_verdict_survives_every_way_of_an_error() {
    async fn as_nack() -> Result<Ack, Nack> {
        Err(Nack::rejected("by the test"))
    }
    async fn as_error() -> Result<Ack, actix_web::Error> {
        Err(Nack::rejected("by the test").into())
    }
    async fn alone() -> Nack {
        Nack::rejected("by the test")
    }
    let app = init_service(
        App::new()
            .service(
                web::resource("/nack")
                    .wrap(receiver().middleware())
                    .route(web::post().to(as_nack)),
            )
            .service(
                web::resource("/error")
                    .wrap(receiver().middleware())
                    .route(web::post().to(as_error)),
            )
            .service(
                web::resource("/alone")
                    .wrap(receiver().middleware())
                    .route(web::post().to(alone)),
            )
            .service(
                web::resource("/between")
                    .wrap(from_fn(
                        |_, _: actix_web::middleware::Next<BoxBody>| async {
                            Err::<ServiceResponse, _>(Nack::rejected("by the test").into())
                        },
                    ))
                    .wrap(receiver().middleware())
                    .route(web::post().to(alone)),
            ),
    )
    .await;
    for path in ["/nack", "/error", "/alone", "/between"] {
        assert_eq!(
            status(&app, signed("{}").uri(path)).await,
            StatusCode::OK,
            "{path}"
        );
    }
}

#[actix_web::test]
async fn an_error_of_a_middleware_in_between_is_a_retry_whatever_its_status() {
    let resource = web::resource("/")
        .wrap(from_fn(
            |_, _: actix_web::middleware::Next<BoxBody>| async {
                Err::<ServiceResponse, _>(
                    actix_web::error::InternalError::new("no", StatusCode::OK).into(),
                )
            },
        ))
        .wrap(receiver().middleware())
        .route(web::post().to(on_event));
    let app = init_service(App::new().service(resource)).await;
    assert_eq!(
        status(&app, signed("{}")).await,
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[actix_web::test]
async fn any_error_becomes_a_nack_through_the_question_mark() {
    async fn fails() -> Result<Ack, Nack> {
        let missing: Box<dyn Error + Send + Sync> = "the database is away".into();
        Err(missing)?
    }
    let resource = web::resource("/")
        .wrap(receiver().middleware())
        .route(web::post().to(fails));
    let app = init_service(App::new().service(resource)).await;
    let (status, body) = answer(&app, signed("{}")).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(!String::from_utf8_lossy(&body).contains("database"));
}

/// Extensions that a middleware outside leaves in the request are still there inside. The slot of one request
/// is not in the next, though actix-web reuses requests.
#[actix_web::test]
async fn extensions_pass_through_and_do_not_linger() {
    struct Mark;
    async fn marked(request: HttpRequest, _: Event<Received<Json>>) -> Ack {
        assert!(request.extensions().contains::<Mark>());
        Ack::processed()
    }
    let app = init_service(
        App::new()
            .service(
                web::resource("/")
                    .wrap(receiver().middleware())
                    .wrap(from_fn(
                        |request: actix_web::dev::ServiceRequest,
                         next: actix_web::middleware::Next<_>| {
                            request.extensions_mut().insert(Mark);
                            next.call(request)
                        },
                    ))
                    .route(web::post().to(marked)),
            )
            .route("/open", web::post().to(on_event)),
    )
    .await;
    assert_eq!(status(&app, signed("{}")).await, StatusCode::OK);
    assert_eq!(
        status(&app, signed("{}").uri("/open")).await,
        StatusCode::INTERNAL_SERVER_ERROR
    );
}

/// actix-web forbids it, and panics. The sender is asked to come again, and the worker lives on.
#[actix_web::test]
async fn a_request_that_is_kept_outside_is_a_failed_handler() {
    let resource = web::resource("/")
        .wrap(receiver().middleware())
        .wrap(from_fn(
            |request: actix_web::dev::ServiceRequest, next: actix_web::middleware::Next<_>| async move {
                let _kept = request.request().clone();
                next.call(request).await
            },
        ))
        .route(web::post().to(on_event));
    let app = init_service(App::new().service(resource)).await;
    let chunked = signed("{}").insert_header((header::TRANSFER_ENCODING, "chunked"));
    assert_eq!(status(&app, chunked).await, StatusCode::SERVICE_UNAVAILABLE);
    let measured = signed("{}").insert_header((header::CONTENT_LENGTH, "2"));
    assert_eq!(status(&app, measured).await, StatusCode::OK);
}
