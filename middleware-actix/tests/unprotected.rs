//! Handlers that ask for an event which nobody verified, in the ways that actix-web lets run.

#![allow(clippy::unwrap_used)]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use actix_web::{
    App, Either, Error, HttpResponse, Responder,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    error::ErrorImATeapot,
    middleware::from_fn,
    test::{TestRequest, init_service, read_body},
    web,
};
use hookgate::{
    Receiver, Secret,
    dedup::MemoryStore,
    json::{Json, Payload},
    providers::preset::{Preset, StandardWebhooksSimulator},
    simulator::Sent,
};
use hookgate_actix::{Event, ReceiverExt, RequireReceiver};

const SECRET: &str = "a secret that only these tests know";
const SETUP: &str =
    r#"{"title":"Internal Server Error","status":500,"detail":"The receiver is set up wrongly."}"#;

type Known = Payload<Json>;

async fn maybe(event: Option<Event<Known>>) -> impl Responder {
    HttpResponse::Ok().body(if event.is_some() { "event" } else { "none" })
}

async fn tried(event: Result<Event<Known>, Error>) -> impl Responder {
    HttpResponse::Accepted().body(if event.is_ok() { "event" } else { "error" })
}

async fn taken(_: Event<Known>) -> impl Responder {
    HttpResponse::Ok()
}

fn receiver() -> Receiver {
    let pack = Preset::standard_webhooks(Secret::bytes(SECRET).unwrap());
    Receiver::new("tests", pack)
        .dedup(MemoryStore::new())
        .build()
        .unwrap()
}

fn event(id: &str) -> Sent {
    let now = hookgate::UnixTime::from_system(std::time::SystemTime::now());
    StandardWebhooksSimulator::new(SECRET).send(id, now, "{}")
}

fn request(sent: &Sent, path: &str) -> actix_http::Request {
    let mut request = TestRequest::post().uri(path);
    for (name, value) in &sent.headers {
        request = request.append_header((name.as_str(), value.as_str()));
    }
    request.set_payload(sent.body.clone()).to_request()
}

async fn answer<S, B>(app: &S, request: actix_http::Request) -> (u16, String)
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    match app.call(request).await {
        Ok(response) => {
            let status = response.status().as_u16();
            let body = read_body(response).await;
            (status, String::from_utf8(body.to_vec()).unwrap())
        }
        Err(error) => (error.error_response().status().as_u16(), String::new()),
    }
}

#[actix_web::test]
async fn where_a_receiver_is_required_what_ran_without_its_event_is_500() {
    let app = App::new()
        .wrap(RequireReceiver)
        .route("/maybe", web::post().to(maybe))
        .route("/tried", web::post().to(tried))
        .route("/taken", web::post().to(taken))
        .route("/fails", web::post().to(maybe).wrap(from_fn(fails)));
    let app = init_service(app).await;
    for path in ["/maybe", "/tried", "/taken", "/fails"] {
        let (status, body) = answer(&app, request(&event("msg_1"), path)).await;
        assert_eq!(status, 500, "{path}");
        assert!(body.is_empty() || body == SETUP);
    }
}

/// Runs the handler, and makes an error of its answer.
async fn fails(
    request: actix_web::dev::ServiceRequest,
    next: actix_web::middleware::Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let response = next.call(request).await?;
    Err::<ServiceResponse<String>, _>(ErrorImATeapot(response.status()))
}

#[actix_web::test]
async fn where_a_receiver_is_required_all_else_answers_as_it_does() {
    let maybe = web::resource("/maybe")
        .wrap(receiver().middleware())
        .route(web::post().to(maybe));
    let app = App::new()
        .wrap(RequireReceiver)
        .service(maybe)
        .route("/plain", web::post().to(|| async { "plain" }));
    let app = init_service(app).await;
    let event = event("msg_1");
    let handled = answer(&app, request(&event, "/maybe")).await;
    assert_eq!(handled, (200, "event".to_owned()));
    let refused = answer(&app, request(&event.clone().unsigned(), "/maybe")).await;
    assert_eq!(refused.0, 401);
    let plain = answer(&app, request(&event, "/plain")).await;
    assert_eq!(plain, (200, "plain".to_owned()));
}

#[actix_web::test]
async fn a_handler_that_runs_without_its_event_for_its_type_has_not_handled_it() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let wrong = move |event: Option<Event<String>>| {
        assert!(event.is_none());
        counted.fetch_add(1, Ordering::SeqCst);
        async { HttpResponse::Ok().finish() }
    };
    let resource = web::resource("/")
        .wrap(receiver().middleware())
        .route(web::post().to(wrong));
    let app = init_service(App::new().service(resource)).await;
    // Not marked as done: the next copy runs as well.
    for run in 1..=2 {
        let (status, body) = answer(&app, request(&event("msg_1"), "/")).await;
        assert_eq!((status, body.as_str()), (500, SETUP));
        assert_eq!(runs.load(Ordering::SeqCst), run);
    }
}

#[actix_web::test]
async fn a_handler_may_try_another_type_first() {
    async fn either(event: Either<Event<String>, Event<Known>>) -> impl Responder {
        assert!(matches!(event, Either::Right(_)));
        HttpResponse::Ok()
    }
    let resource = web::resource("/")
        .wrap(receiver().middleware())
        .route(web::post().to(either));
    let app = init_service(App::new().service(resource)).await;
    assert_eq!(answer(&app, request(&event("msg_1"), "/")).await.0, 200);
}
