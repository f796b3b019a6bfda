//! A worker drives the application's own routes: what their handlers get and say is the same as inline.

use std::{
    error::Error,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    Extension, Router,
    body::Body,
    extract::{OriginalUri, Path, Query, State},
    response::{IntoResponse, Response},
    routing::post,
};
use bytes::Bytes;
use hookgate::{
    Ack, Nack, Observed, Observer, Reason, Receiver,
    inbox::{DeadReason, Inbox, PauseReason},
    providers::logto::Event as LogtoEvent,
    worker::{Retries, Worker},
};
use hookgate_axum::{Event, ReceiverExt, WorkerExt};
use http::{HeaderMap, StatusCode, Uri};
use http_body_util::BodyExt;

use super::works::Works;
use crate::props::{Bomb, Server, Stage, logto, until};

/// What the receiver's observer was told of ends.
#[derive(Clone, Default)]
pub(super) struct Told(pub(super) Arc<Mutex<Vec<Reason>>>, Arc<AtomicUsize>);

impl Observer for Told {
    fn ended(&self, _: Observed<'_>, reason: Reason) {
        self.0.lock().unwrap().push(reason);
    }

    fn handler_failed(&self, _: Observed<'_>, _: Option<&(dyn Error + Send + Sync)>) {
        self.1.fetch_add(1, Ordering::SeqCst);
    }
}

impl Told {
    pub(super) fn failures(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }

    pub(super) fn last(&self) -> Option<Reason> {
        self.0.lock().unwrap().last().copied()
    }
}

/// A worker of `routes` that gives an event up after one failure.
pub(super) fn strict(works: &Works, routes: Router) -> Worker {
    let mut retries = Retries::default();
    retries.failures = 1;
    Worker::new(works.inbox.clone())
        .clock(works.stage.clock.clone())
        .retries(retries)
        .routes(&works.stage.receiver, routes)
}

pub(super) async fn paused(works: &Works) -> Option<PauseReason> {
    let totals = works.inbox.totals().await.unwrap();
    let of_it = totals.iter().find(|it| &*it.endpoint == "test").unwrap();
    of_it.pause.map(|pause| pause.reason)
}

/// A handler as an application writes it, and what its extractors gave.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

#[derive(Clone)]
struct Shared(&'static str);

impl Notes {
    fn taken(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    /// Nested twice, merged, with layers, state and an extension.
    fn routes(&self, receiver: &Receiver) -> Router {
        let hook = post(noted).layer(receiver.layer());
        let inner = Router::new().route("/{tenant}/logto", hook);
        let outer = Router::new().nest("/hooks", inner);
        let other = Router::new().route("/other", post(|| async { "another route" }));
        other
            .merge(Router::new().nest("/api", outer))
            .layer(Extension(Shared("an extension")))
            .with_state(self.clone())
    }
}

#[expect(clippy::too_many_arguments, reason = "one extractor of each kind")]
async fn noted(
    State(notes): State<Notes>,
    Extension(Shared(shared)): Extension<Shared>,
    Path(tenant): Path<String>,
    Query(query): Query<Vec<(String, String)>>,
    OriginalUri(original): OriginalUri,
    uri: Uri,
    headers: HeaderMap,
    Event(delivery): Event<LogtoEvent>,
    body: Bytes,
) -> Result<Ack, Nack> {
    assert_eq!(body, *delivery.payload());
    assert!(!headers.contains_key("content-encoding"));
    let event = delivery.event();
    let original = original.path_and_query().unwrap().clone();
    let (host, length) = (&headers["host"], &headers["content-length"]);
    let region = headers.get_all("x-region").iter().collect::<Vec<_>>();
    let note = format!(
        "{shared} {tenant} {query:?} {original} {} {host:?} {length:?} {region:?} {event:?} {:?} {body:?}",
        uri.path(),
        delivery.event_key(),
    );
    notes.0.lock().unwrap().push(note);
    Ok(Ack::processed())
}

#[tokio::test]
async fn a_handler_gets_the_same_from_the_worker_as_inline() {
    let call = logto::event(1)
        .target("/api/hooks/acme%20inc/logto?x=1&x=%C3%A9")
        .with("x-region", "eu")
        .and("x-region", "us");
    let inline = Notes::default();
    let stage = Stage::logto().await;
    let server = Server::start(inline.routes(&stage.receiver)).await;
    assert_eq!(call.send(server.addr).await.status, 200);

    let works =
        Works::with(|builder| builder.inbox_headers([http::HeaderName::from_static("x-region")]))
            .await;
    let notes = Notes::default();
    let routes = notes.routes(&works.stage.receiver);
    let server = Server::start(routes.clone()).await;
    assert_eq!(call.send(server.addr).await.status, 200);
    works.start(strict(&works, routes));
    until("it is handled", || works.inbox.is_empty()).await;
    assert_eq!(notes.taken(), inline.taken());
    assert_eq!(notes.taken().len(), 1);
    // No claim was made, and a copy is one.
    assert_eq!(call.send(server.addr).await.status, 200);
    works.rest().await;
    assert_eq!(notes.taken().len(), 1);
}

#[tokio::test]
async fn a_handler_gets_what_was_compressed_as_it_was_before() {
    let plain = logto::event(1).target("/api/hooks/acme/logto");
    let inline = Notes::default();
    let stage = Stage::logto().await;
    let server = Server::start(inline.routes(&stage.receiver)).await;
    assert_eq!(plain.send(server.addr).await.status, 200);

    let encoding = [http::header::CONTENT_ENCODING];
    let works = Works::with(|builder| builder.accept_gzip().inbox_headers(encoding)).await;
    let notes = Notes::default();
    let routes = notes.routes(&works.stage.receiver);
    let server = Server::start(routes.clone()).await;
    assert_eq!(plain.packed().send(server.addr).await.status, 200);
    works.start(strict(&works, routes));
    until("it is handled", || works.inbox.is_empty()).await;
    assert_eq!(notes.taken(), inline.taken());
    assert_eq!(notes.taken().len(), 1);
}

#[tokio::test]
async fn what_was_asked_for_over_http2_is_the_host_too() {
    let works = Works::new().await;
    let notes = Notes::default();
    let routes = notes.routes(&works.stage.receiver);
    let server = Server::start(routes.clone()).await;
    let call = logto::event(1).target("http://hooks.example.org/api/hooks/acme/logto");
    assert_eq!(call.send_http2(server.addr).await.status, 200);
    works.start(strict(&works, routes));
    until("it is handled", || works.inbox.is_empty()).await;
    let taken = notes.taken();
    assert!(taken[0].contains("\"hooks.example.org\""), "{taken:?}");
}

#[tokio::test]
async fn several_endpoints_share_one_router() {
    let works = Works::new().await;
    let second = Receiver::new(
        "second",
        hookgate::providers::logto::Logto::new(hookgate::Secret::utf8(logto::KEY).unwrap()),
    )
    .clock(works.stage.clock.clone())
    .inbox_for_tests(works.inbox.clone())
    .build()
    .unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let hook = |receiver: &Receiver| {
        let seen = seen.clone();
        let handler = move |Event(delivery): Event<LogtoEvent>| async move {
            let endpoint = delivery.endpoint().to_owned();
            seen.lock().unwrap().push(endpoint);
            Ack::processed()
        };
        post(handler).layer(receiver.layer())
    };
    let routes = Router::new()
        .route("/hook", hook(&works.stage.receiver))
        .fallback_service(hook(&second));
    let server = Server::start(routes.clone()).await;
    for target in ["/hook", "/anything/else"] {
        let call = logto::event(1).target(target);
        assert_eq!(call.send(server.addr).await.status, 200);
    }
    works.start(strict(&works, routes.clone()).routes(&second, routes));
    until("both are handled", || works.inbox.is_empty()).await;
    let mut seen = seen.lock().unwrap().clone();
    seen.sort_unstable();
    assert_eq!(seen, ["second", "test"]);
}

/// A body that nobody may read, and that panics when it is dropped.
struct Unreadable {
    _bomb: Bomb,
}

impl http_body::Body for Unreadable {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        panic!("a body was read")
    }
}

type Says = fn() -> Response;

/// What a response comes to: in the inbox after one run that may fail once, and what the observer is told.
const RESPONSES: [(Says, Result<(), Option<DeadReason>>, Reason); 10] = [
    (|| Ack::processed().into_response(), Ok(()), Reason::Handled),
    (
        || Ack::ignored("not ours").into_response(),
        Ok(()),
        Reason::Handled,
    ),
    (
        || StatusCode::NO_CONTENT.into_response(),
        Ok(()),
        Reason::Handled,
    ),
    (
        || (StatusCode::CREATED, Body::new(Unreadable { _bomb: Bomb })).into_response(),
        Ok(()),
        Reason::Handled,
    ),
    (
        || Nack::rejected("never").into_response(),
        Err(Some(DeadReason::Rejected)),
        Reason::HandlerRejected,
    ),
    (
        || Nack::unavailable().into_response(),
        Err(None),
        Reason::HandlerRetry,
    ),
    (
        || Nack::from("an error").into_response(),
        Err(Some(DeadReason::Failed)),
        Reason::HandlerRetry,
    ),
    // Its own 404 is the handler's, and no missing route.
    (
        || StatusCode::NOT_FOUND.into_response(),
        Err(Some(DeadReason::Failed)),
        Reason::HandlerRetry,
    ),
    (
        || StatusCode::PERMANENT_REDIRECT.into_response(),
        Err(Some(DeadReason::Failed)),
        Reason::HandlerRetry,
    ),
    (
        || panic!("a handler's own"),
        Err(Some(DeadReason::Failed)),
        Reason::HandlerPanicked,
    ),
];

async fn becomes(
    says: Says,
    wrap: impl FnOnce(Router) -> Router,
) -> (usize, Vec<DeadReason>, Reason) {
    let told = Told::default();
    let works = Works::with(|builder| builder.observer(told.clone())).await;
    let hook = post(move |_: Event<LogtoEvent>| async move { says() });
    let hook = hook.layer(works.stage.receiver.layer());
    assert_eq!(works.stage.send(&logto::event(1)).await.status, 200);
    works.start(strict(&works, wrap(Router::new().route("/hook", hook))));
    until("its run has ended", || told.last() != Some(Reason::Queued)).await;
    (works.inbox.len(), works.dead().await, told.last().unwrap())
}

#[tokio::test]
async fn a_response_counts_as_inline() {
    for (place, (says, expected, reason)) in RESPONSES.into_iter().enumerate() {
        let (kept, dead, told) = becomes(says, |routes| routes).await;
        let is_kept = usize::from(expected.is_err());
        let expected: Vec<_> = expected.err().flatten().into_iter().collect();
        assert_eq!((kept, dead, told), (is_kept, expected, reason), "{place}");
    }
}

/// Inline, the sender's answer is the receiver's, and a layer in front can change no more than that.
#[tokio::test]
async fn what_stands_in_front_of_the_receiver_changes_no_verdict() {
    for status in [StatusCode::OK, StatusCode::NOT_FOUND] {
        // A new response: the handler's verdict is not in it.
        let rebuilt = move |_: Response| async move { status };
        for (place, (says, expected, reason)) in RESPONSES.into_iter().enumerate() {
            let wrap = |routes: Router| routes.layer(axum::middleware::map_response(rebuilt));
            let (kept, dead, told) = becomes(says, wrap).await;
            let is_kept = usize::from(expected.is_err());
            let expected: Vec<_> = expected.err().flatten().into_iter().collect();
            assert_eq!((kept, dead, told), (is_kept, expected, reason), "{place}");
        }
    }
}

/// What a layer in front sees is what it sees inline, a settled handler's answer.
#[tokio::test]
async fn a_layer_in_front_sees_the_answer_that_a_sender_would_get() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    for (says, ..) in RESPONSES {
        let noted = seen.clone();
        let note = move |response: Response| {
            noted.lock().unwrap().push(response.status().as_u16());
            async { response }
        };
        becomes(says, |routes| {
            routes.layer(axum::middleware::map_response(note))
        })
        .await;
    }
    let inline = Stage::logto().await;
    let mut expected = Vec::new();
    for (number, (says, ..)) in (100..).zip(RESPONSES).filter(|(number, _)| *number != 103) {
        let hook = post(move |_: Event<LogtoEvent>| async move { says() });
        let hook = hook.layer(inline.receiver.layer());
        let server = Server::start(Router::new().route("/hook", hook)).await;
        expected.push(logto::event(number).send(server.addr).await.status);
    }
    expected.insert(3, 201);
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[tokio::test]
async fn an_extractor_that_refuses_is_the_handlers_failure() {
    let told = Told::default();
    let works = Works::with(|builder| builder.observer(told.clone())).await;
    let refusing = post(|Path(_): Path<u64>, _: Event<LogtoEvent>| async { Ack::processed() });
    let routes = Router::new().route("/{hook}", refusing.layer(works.stage.receiver.layer()));
    works.stage.send(&logto::event(1)).await;
    works.start(strict(&works, routes));
    until("its run has ended", || told.last() != Some(Reason::Queued)).await;
    assert_eq!(works.dead().await, [DeadReason::Failed]);
}

#[tokio::test]
async fn an_event_of_another_type_pauses_as_for_a_function() {
    let told = Told::default();
    let works = Works::with(|builder| builder.observer(told.clone())).await;
    let hook = post(|_: Event<String>| async { Ack::processed() });
    let routes = Router::new().route("/hook", hook.layer(works.stage.receiver.layer()));
    works.stage.send(&logto::event(1)).await;
    works.start(strict(&works, routes));
    until("its run has ended", || told.last() != Some(Reason::Queued)).await;
    assert_eq!(told.last(), Some(Reason::WrongEventType));
    assert_eq!(paused(&works).await, Some(PauseReason::Misrouted));
    assert_eq!(works.dead().await, []);
}

#[tokio::test]
async fn a_body_without_an_event_is_what_was_authenticated() {
    let works = Works::new().await;
    let seen = Arc::new(Mutex::new(None));
    let noted = seen.clone();
    let hook = post(move |body: Bytes| async move {
        *noted.lock().unwrap() = Some(body);
    });
    let routes = Router::new().route("/hook", hook.layer(works.stage.receiver.layer()));
    works.stage.send(&logto::event(1)).await;
    works.start(strict(&works, routes));
    until("it is handled", || works.inbox.is_empty()).await;
    assert_eq!(
        seen.lock().unwrap().as_deref(),
        Some(logto::body(1).as_bytes())
    );
}

#[tokio::test]
async fn any_tower_service_is_a_route() {
    use http_body_util::Full;
    use tower::Layer;
    let works = Works::new().await;
    let layer = hookgate::tower::ReceiverLayer::<Full<Bytes>>::new(works.stage.receiver.clone());
    let seen = Arc::new(Mutex::new(None));
    let noted = seen.clone();
    let inside = tower::service_fn(move |request: http::Request<Full<Bytes>>| {
        let noted = noted.clone();
        async move {
            let body = request.into_body().collect().await.unwrap().to_bytes();
            *noted.lock().unwrap() = Some(body);
            Ok::<_, std::convert::Infallible>(http::Response::new(()))
        }
    });
    works.stage.send(&logto::event(1)).await;
    let worker = Worker::new(works.inbox.clone()).clock(works.stage.clock.clone());
    let service = layer.layer(inside);
    works.start(worker.routes_of::<_, Full<Bytes>, _>(&works.stage.receiver, service));
    until("it is handled", || works.inbox.is_empty()).await;
    assert_eq!(
        seen.lock().unwrap().as_deref(),
        Some(logto::body(1).as_bytes())
    );
}
