//! Routes that do not bring an event to its receiver, layers that drop, repeat or outlive, and requests from a network.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hookgate::{
    Ack, Nack, Reason, Receiver, Secret,
    inbox::{DeadReason, PauseReason},
    providers::logto::{Event as LogtoEvent, Logto},
};
use hookgate_axum::{Event, ReceiverExt};
use http::StatusCode;
use tower::ServiceExt;

use super::{
    routes::{Told, paused, strict},
    works::Works,
};
use crate::props::{Call, Gate, Log, On, Server, logto, soon, until};

const MINUTE: Duration = Duration::from_secs(60);

/// Counts its runs.
#[derive(Clone, Default)]
struct Runs(Arc<AtomicUsize>);

impl Runs {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    fn routes(&self, receiver: &Receiver) -> Router {
        let runs = self.clone();
        let handler = move |_: Event<LogtoEvent>| async move {
            runs.0.fetch_add(1, Ordering::SeqCst);
            Ack::processed()
        };
        Router::new().route("/hook", post(handler).layer(receiver.layer()))
    }
}

/// A handler that waits at a gate, and counts its beginnings and ends.
#[derive(Clone)]
struct Slow {
    gate: Gate,
    begun: Runs,
    done: Runs,
}

impl Slow {
    fn new() -> Self {
        Self {
            gate: Gate::shut(),
            begun: Runs::default(),
            done: Runs::default(),
        }
    }

    fn routes(&self, receiver: &Receiver) -> Router {
        let Self { gate, begun, done } = self.clone();
        let handler = move |_: Event<LogtoEvent>| async move {
            begun.0.fetch_add(1, Ordering::SeqCst);
            gate.passed().await;
            done.0.fetch_add(1, Ordering::SeqCst);
            Ack::processed()
        };
        Router::new().route("/hook", post(handler).layer(receiver.layer()))
    }
}

type Edge = fn(&Receiver, &Runs) -> Router;

/// Routes that answer an event without its receiver.
const ASTRAY: [(&str, Edge); 8] = [
    ("no route", |_, _| Router::new()),
    ("a route below a prefix", |receiver, runs| {
        Router::new().nest("/api", runs.routes(receiver))
    }),
    ("another method", |_, _| {
        Router::new().route("/hook", get(|| async { "get" }))
    }),
    ("a login", |receiver, runs| {
        let login = from_fn(|_: Request, _: Next| async { StatusCode::UNAUTHORIZED });
        runs.routes(receiver).layer(login)
    }),
    ("a layer that fails", |receiver, runs| {
        let limit = from_fn(|_: Request, _: Next| async {
            Err::<Response, _>((StatusCode::TOO_MANY_REQUESTS, "later"))
        });
        runs.routes(receiver).layer(limit)
    }),
    ("a layer that panics", |receiver, runs| {
        async fn session(_: Request, _: Next) -> Response {
            panic!("no session")
        }
        runs.routes(receiver).layer(from_fn(session))
    }),
    // Its 200 is no verdict: the handler ran without its event.
    ("a handler without a receiver", |_, runs| {
        let runs = runs.clone();
        let open = move || async move {
            runs.0.fetch_add(1, Ordering::SeqCst);
            StatusCode::OK
        };
        Router::new().route("/hook", post(open))
    }),
    ("an event without a receiver", |_, _| {
        let handler = |_: Event<LogtoEvent>| async { Ack::processed() };
        Router::new().route("/hook", post(handler))
    }),
];

#[tokio::test]
async fn routes_that_lack_the_receiver_spend_nothing_and_pause_the_endpoint() {
    for (what, edge) in ASTRAY {
        let log = Log::begin();
        let told = Told::default();
        let works = Works::with(|builder| builder.observer(told.clone())).await;
        let runs = Runs::default();
        assert_eq!(works.stage.send(&logto::event(1)).await.status, 200);
        let astray = works.start(strict(&works, edge(&works.stage.receiver, &runs)));
        // Many probes.
        works.pass(MINUTE * 10).await;
        assert_eq!(works.dead().await, [], "{what}");
        assert_eq!(told.last(), Some(Reason::NotProtected), "{what}");
        assert_eq!(told.failures(), 0, "{what}: no handler ran");
        assert_eq!(paused(&works).await, Some(PauseReason::Misrouted), "{what}");
        let advice = log.with("came to no receiver in its routes");
        assert!(!advice.is_empty(), "{what}: {}", log.text());
        astray.abort();
        // A release that has the route.
        let runs = Runs::default();
        works.start(strict(&works, runs.routes(&works.stage.receiver)));
        works.pass_until(|| works.inbox.is_empty()).await;
        assert_eq!(runs.count(), 1, "{what}");
    }
}

#[tokio::test]
async fn another_endpoints_receiver_lets_nothing_through() {
    let told = Told::default();
    let works = Works::with(|builder| builder.observer(told.clone())).await;
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
    let other = Receiver::new("other", pack).dedup(works.stage.store.clone());
    let other = other.build().unwrap();
    let runs = Runs::default();
    works.stage.send(&logto::event(1)).await;
    works.start(strict(&works, runs.routes(&other)));
    until("its run has ended", || told.last() != Some(Reason::Queued)).await;
    assert_eq!((told.last(), runs.count()), (Some(Reason::NotProtected), 0));
    assert_eq!(paused(&works).await, Some(PauseReason::Misrouted));
    assert_eq!(works.stage.store.count(On::Claim), 0);
}

/// Whatever its headers: only the worker's own extension opens, and it does so once.
#[tokio::test]
async fn a_request_from_a_network_is_never_let_through() {
    let works = Works::new().await;
    let runs = Runs::default();
    let kept = Arc::new(Mutex::new(None));
    let keep = kept.clone();
    let keeping = from_fn(move |request: Request, next: Next| {
        let keep = keep.clone();
        async move {
            let (parts, body) = request.into_parts();
            *keep.lock().unwrap() = Some(parts.clone());
            next.run(Request::from_parts(parts, body)).await
        }
    });
    let routes = runs.routes(&works.stage.receiver);
    works.stage.send(&logto::event(1)).await;
    works.start(strict(&works, routes.clone().layer(keeping)));
    until("it is handled", || works.inbox.is_empty()).await;
    assert_eq!(runs.count(), 1);

    let parts = kept.lock().unwrap().take().unwrap();
    let server = Server::start(routes.clone()).await;
    let mut call = Call::post("/hook", logto::body(2));
    call.headers = parts.headers.clone();
    call.headers
        .insert("content-length", call.body.len().into());
    for name in ["x-hookgate-worker", "x-hookgate-pass", "pass", "delivery"] {
        assert_eq!(call.with_header(name).send(server.addr).await.status, 401);
    }
    // In the same process, with a copy of all that the worker's request had: its run is over.
    let request = Request::from_parts(parts, Body::from(logto::body(2)));
    let answer = routes.oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 500);
    assert_eq!(runs.count(), 1);
}

impl Call {
    fn with_header(&self, name: &str) -> Self {
        self.clone().with(name, "true")
    }
}

/// What a handler is given opens nothing either.
#[tokio::test]
async fn what_a_handler_holds_opens_no_other_request() {
    let works = Works::new().await;
    let runs = Runs::default();
    let kept = Arc::new(Mutex::new(None));
    let (keep, counted) = (kept.clone(), runs.clone());
    let handler = move |request: Request| async move {
        counted.0.fetch_add(1, Ordering::SeqCst);
        *keep.lock().unwrap() = Some(request.into_parts().0);
        StatusCode::OK
    };
    let hook = post(handler).layer(works.stage.receiver.layer());
    let routes = Router::new().route("/hook", hook);
    works.stage.send(&logto::event(1)).await;
    works.start(strict(&works, routes.clone()));
    until("it is handled", || works.inbox.is_empty()).await;
    let parts = kept.lock().unwrap().take().unwrap();
    let request = Request::from_parts(parts, Body::from(logto::body(2)));
    let answer = routes.oneshot(request).await.unwrap();
    assert!(!answer.status().is_success());
    assert_eq!(runs.count(), 1);
}

/// Answers as soon as the handler waits, and drops it.
async fn impatient(request: Request, next: Next) -> Response {
    let mut inner = Box::pin(next.run(request));
    let at_once = std::future::poll_fn(|context| {
        std::task::Poll::Ready(match Pin::new(&mut inner).poll(context) {
            std::task::Poll::Ready(response) => Some(response),
            std::task::Poll::Pending => None,
        })
    });
    let answered = at_once.await;
    answered.unwrap_or_else(|| StatusCode::GATEWAY_TIMEOUT.into_response())
}

/// Leaves the handler to a task, and answers at once.
async fn careless(request: Request, next: Next) -> Response {
    tokio::spawn(next.run(request));
    tokio::task::yield_now().await;
    StatusCode::ACCEPTED.into_response()
}

/// Panics while the handler waits.
async fn brittle(request: Request, next: Next) -> Response {
    drop(impatient(request, next).await);
    panic!("a layer's own")
}

#[tokio::test]
async fn a_handler_that_a_layer_leaves_goes_on_to_its_end_and_its_verdict_counts() {
    for layer in 0..3 {
        let told = Told::default();
        let works = Works::with(|builder| builder.observer(told.clone())).await;
        let slow = Slow::new();
        let routes = slow.routes(&works.stage.receiver);
        let routes = match layer {
            0 => routes.layer(from_fn(impatient)),
            1 => routes.layer(from_fn(careless)),
            _ => routes.layer(from_fn(brittle)),
        };
        works.stage.send(&logto::event(1)).await;
        works.start(strict(&works, routes));
        until("it has begun", || slow.begun.count() == 1).await;
        // Its lease is kept all the while.
        works.pass(MINUTE * 5).await;
        assert_eq!(told.last(), Some(Reason::Queued), "{layer}");
        assert_eq!((slow.done.count(), works.inbox.len()), (0, 1), "{layer}");
        slow.gate.open();
        until("it is handled", || works.inbox.is_empty()).await;
        assert_eq!((slow.begun.count(), slow.done.count()), (1, 1), "{layer}");
        assert_eq!(told.last(), Some(Reason::Handled), "{layer}");
    }
}

#[tokio::test]
async fn a_layer_that_repeats_a_request_runs_its_handler_once() {
    let works = Works::new().await;
    let runs = Runs::default();
    let counted = runs.clone();
    let handler = move |_: Event<LogtoEvent>| async move {
        counted.0.fetch_add(1, Ordering::SeqCst);
        Nack::rejected("never")
    };
    let hook = post(handler).layer(works.stage.receiver.layer());
    let inner = Router::new().route("/hook", hook);
    let again = inner.clone();
    let routes = inner.layer(from_fn(move |request: Request, next: Next| {
        let again = again.clone();
        async move {
            let (parts, _) = request.into_parts();
            let copy = Request::from_parts(parts.clone(), Body::empty());
            next.run(Request::from_parts(parts, Body::empty())).await;
            again.oneshot(copy).await.unwrap()
        }
    }));
    works.stage.send(&logto::event(1)).await;
    works.start(strict(&works, routes));
    works.pass_until(|| runs.count() > 0).await;
    works.rest().await;
    assert_eq!(works.dead().await, [DeadReason::Rejected]);
    assert_eq!(runs.count(), 1);
}

/// A layer has answered in its place. The run is over, so the handler must not begin beside the next one.
#[tokio::test]
async fn what_comes_to_its_receiver_after_its_run_is_turned_away() {
    let told = Told::default();
    let works = Works::with(|builder| builder.observer(told.clone())).await;
    let runs = Runs::default();
    let gate = Gate::shut();
    let late = Arc::new(Mutex::new(None));
    let (held, answered) = (gate.clone(), late.clone());
    let routes = runs.routes(&works.stage.receiver);
    let routes = routes.layer(from_fn(move |request: Request, next: Next| {
        let (held, answered) = (held.clone(), answered.clone());
        async move {
            tokio::spawn(async move {
                held.passed().await;
                let response = next.run(request).await;
                *answered.lock().unwrap() = Some(response.status());
            });
            StatusCode::ACCEPTED
        }
    }));
    works.stage.send(&logto::event(1)).await;
    works.start(strict(&works, routes));
    until("its run has ended", || told.last() != Some(Reason::Queued)).await;
    assert_eq!(told.last(), Some(Reason::NotProtected));
    gate.open();
    until("it was turned away", || late.lock().unwrap().is_some()).await;
    let status = *late.lock().unwrap();
    assert_eq!(
        (status, runs.count()),
        (Some(StatusCode::INTERNAL_SERVER_ERROR), 0)
    );
}

#[tokio::test]
async fn routes_that_hang_are_let_go_as_a_function_is() {
    for (in_front, expected) in [
        (false, vec![DeadReason::Failed]),
        // No receiver has met it: nothing is learnt of the event.
        (true, vec![]),
    ] {
        let told = Told::default();
        let works = Works::with(|builder| {
            let builder = builder.observer(told.clone());
            builder.run_timeout(MINUTE)
        })
        .await;
        let slow = Slow::new();
        let mut routes = slow.routes(&works.stage.receiver);
        if in_front {
            async fn hang(_: Request, _: Next) -> Response {
                std::future::pending().await
            }
            routes = routes.layer(from_fn(hang));
        }
        works.stage.send(&logto::event(1)).await;
        works.start(strict(&works, routes).slots(1));
        works.pass(MINUTE * 2).await;
        assert_eq!(works.dead().await, expected);
        let misrouted = in_front.then_some(PauseReason::Misrouted);
        assert_eq!(paused(&works).await, misrouted);
    }
}

#[tokio::test]
async fn a_worker_that_stops_lets_the_handlers_of_its_routes_go_on() {
    let works = Works::new().await;
    let slow = Slow::new();
    works.stage.send(&logto::event(1)).await;
    let worker = strict(&works, slow.routes(&works.stage.receiver)).grace(MINUTE);
    let worker = works.start(worker);
    until("it has begun", || slow.begun.count() == 1).await;
    works.stop.send_replace(true);
    works.pass(MINUTE * 2).await;
    let left = soon(worker).await.unwrap();
    assert_eq!((left.handlers, left.unsettled), (1, 0));
    slow.gate.open();
    until("it runs to its end", || slow.done.count() == 1).await;
    assert_eq!(works.dead().await, []);
}
