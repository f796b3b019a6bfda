//! What a handler's end means: done, again, or never.

use std::{
    convert::Infallible,
    future::Ready,
    pin::Pin,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body};
use hookgate::{
    Nack, Reason, Receiver, Rejection,
    dedup::MemoryStore,
    framework::{self, Handled, Outcome, Ran, Verdict},
    keys::KeyId,
    pack::{
        Authenticated, Contents, Decoded, Head, KeyParts, LiveKeys, Provider, RawRequest,
        SenderProfile, Undecodable,
    },
    providers::logto::Event as LogtoEvent,
    schemes::{Coverage, Verified},
    tenants::Keys,
    testing::FakeClock,
    time::{Timer, TokioTimer},
    tower::ReceiverLayer,
};
use hookgate_axum::{Event, ReceiverExt};
use http::{Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};

use crate::props::{self, Bomb, Call, Gate, On, Server, Stage, Step, busy_app, logto, now, until};

#[tokio::test]
async fn a_handler_that_fails_twice_runs_three_times_and_is_then_done() {
    let stage = Stage::logto().await;
    stage
        .script
        .then(Step::Retry)
        .then(Step::Fail("database gone"));
    let call = logto::event(1);
    let mut answers = Vec::new();
    for _ in 0..5 {
        answers.push(stage.send(&call).await.status);
    }
    assert_eq!(answers, [503, 503, 200, 200, 200]);
    assert_eq!(stage.script.runs(), 3);
    assert_eq!(stage.store.count(On::Release), 2);
    assert_eq!(stage.store.count(On::Mark), 1);
}

#[tokio::test]
async fn a_panic_is_a_retry() {
    let stage = Stage::logto().await;
    stage.script.then(Step::Panic("out of cheese"));
    let call = logto::event(1);
    let panicked = stage.send(&call).await;
    assert_eq!(panicked.status, 503);
    assert_eq!(stage.script.dropped(), 1);
    assert_eq!(stage.store.count(On::Release), 1);
    assert_eq!(stage.send(&call).await.status, 200);
    assert_eq!(stage.script.runs(), 2);
}

#[tokio::test]
async fn a_service_that_panics_before_it_has_a_future_is_a_retry_too() {
    let stage = Stage::logto().await;
    let panics = service_fn(
        |_: Request<Body>| -> Ready<Result<Response<Body>, Infallible>> { panic!("out of cheese") },
    );
    let service = ReceiverLayer::new(stage.receiver.clone()).layer(panics);
    let server = Server::start(Router::new().route_service("/hook", service)).await;
    assert_eq!(logto::event(1).send(server.addr).await.status, 503);
    assert_eq!(stage.store.count(On::Release), 1);
}

#[tokio::test]
async fn what_a_handler_rejects_never_runs_again() {
    let stage = Stage::logto().await;
    stage.script.then(Step::Reject);
    let call = logto::event(1);
    let first = stage.send(&call).await;
    assert_eq!((first.status, first.text()), (200, ""));
    assert_eq!(stage.send(&call).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
    assert_eq!(stage.store.count(On::Mark), 1);
}

#[tokio::test]
async fn any_other_answer_of_a_handler_is_a_retry_and_is_not_passed_on() {
    for status in [
        StatusCode::FOUND,
        StatusCode::NOT_FOUND,
        StatusCode::CONFLICT,
        StatusCode::IM_A_TEAPOT,
        StatusCode::INTERNAL_SERVER_ERROR,
    ] {
        let stage = Stage::logto().await;
        stage.script.then(Step::Respond(status, "the user is Anna"));
        let reply = stage.send(&logto::event(1)).await;
        assert_eq!(reply.status, 503, "{status}");
        assert!(!reply.text().contains("Anna"));
        assert_eq!(stage.send(&logto::event(1)).await.status, 200);
        assert_eq!(stage.script.runs(), 2);
    }
}

#[tokio::test]
async fn a_handler_past_its_deadline_is_answered_503_and_goes_on() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let call = logto::event(1);
    let first = stage.sending(&call);
    until("the run", || stage.script.runs() == 1).await;

    // Logto waits 10 s, so its handlers are answered after 8 s.
    stage.pass(Duration::from_millis(7_900)).await;
    assert!(!first.is_finished());
    stage.pass(Duration::from_millis(200)).await;
    let late = first.await.unwrap();
    assert_eq!(late.status, 503);
    assert_eq!(late.header("retry-after"), Some("5"));
    assert_eq!((stage.script.finished(), stage.script.dropped()), (0, 0));

    // Its lease goes on too: past the 30 s of one lease, a copy still finds it running.
    stage.pass(Duration::from_secs(40)).await;
    let copy = stage.sending(&call);
    stage.pass(Duration::from_secs(4)).await;
    assert_eq!(copy.await.unwrap().status, 503);

    gate.open();
    stage.receiver.drained().await;
    assert_eq!(stage.script.finished(), 1);
    assert_eq!(stage.send(&call).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn the_deadline_counts_from_the_head() {
    let stage = Stage::logto().await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let call = logto::event(1);
    let mut slow = props::Connection::open(stage.server.addr).await;
    slow.write_head(&call).await;
    let (begin, end) = call.body.split_at(100);
    slow.write(format!("content-length: {}\r\n\r\n", call.body.len()))
        .await;
    slow.write(begin).await;
    until("the wait for the body", || stage.clock.sleepers() > 0).await;
    stage.clock.advance(Duration::from_secs(4));
    slow.write(end).await;
    until("the run", || stage.script.runs() == 1).await;
    stage.clock.advance(Duration::from_secs(4));
    assert_eq!(slow.reply().await.status, 503);
    assert_eq!(stage.script.finished(), 0);
    gate.open();
    stage.receiver.drained().await;
}

#[tokio::test]
async fn no_more_handlers_run_at_once_than_allowed_the_detached_included() {
    let stage = Stage::logto_with(|builder| builder.handlers(2)).await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate)).then(Step::wait(&gate));
    let first = stage.sending(&logto::event(1));
    let second = stage.sending(&logto::event(2));
    until("both runs", || stage.script.runs() == 2).await;
    stage.pass(Duration::from_secs(9)).await;
    assert_eq!(first.await.unwrap().status, 503);
    assert_eq!(second.await.unwrap().status, 503);

    let claims = stage.store.count(On::Claim);
    let refused = stage.send(&logto::event(3)).await;
    assert_eq!(refused.status, 503);
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(stage.store.count(On::Claim), claims, "nothing was claimed");

    gate.open();
    stage.receiver.drained().await;
    assert_eq!(stage.send(&logto::event(3)).await.status, 200);
}

#[tokio::test]
async fn every_event_has_a_run_of_its_own() {
    let stage = Stage::logto().await;
    for n in 0..20 {
        assert_eq!(stage.send(&logto::event(n)).await.status, 200);
    }
    assert_eq!(stage.script.runs(), 20);
    let seen = stage.script.seen();
    for (n, one) in seen.iter().enumerate() {
        assert_eq!(one.raw, logto::body(n as u64));
        assert_eq!(one.event_type.as_deref(), Some("Organization.Deleted"));
        assert_eq!(one.lease.attempt(), 1);
    }
}

#[tokio::test]
async fn a_copy_by_another_target_or_with_other_headers_is_a_copy() {
    let stage = Stage::logto().await;
    let call = logto::event(1);
    let odd: Call = call
        .clone()
        .target("/hook?x=1")
        .with("user-agent", "somebody else")
        .with("content-type", "Application/JSON ; charset=utf-8");
    assert_eq!(stage.send(&call).await.status, 200);
    assert_eq!(stage.send(&odd).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}

/// It runs on tokio's timer, in tokio's task: the handler uses up the task's budget for each poll.
#[tokio::test]
async fn the_sender_of_a_handler_that_is_always_busy_is_answered_at_its_deadline() {
    let stage = Stage::logto_with(|builder| {
        builder
            .timer(TokioTimer)
            .handler_deadline(Duration::from_millis(5))
    })
    .await;
    let answered = Arc::new(AtomicBool::new(false));
    let told = answered.clone();
    let app = busy_app(&stage.receiver, "its answer", move || {
        told.load(Ordering::SeqCst)
    });
    let reply = app.oneshot(logto::event(1).request::<Body>()).await;
    let reply = reply.unwrap();
    answered.store(true, Ordering::SeqCst);
    assert_eq!(reply.status(), 503);
    assert_eq!(reply.headers()["retry-after"], "5", "it is no panic");
    until("its end", || stage.store.count(On::Mark) == 1).await;
}

/// A handler's future that panics when it is dropped.
struct Explodes {
    answer: fn() -> Response<Body>,
    _bomb: Bomb,
}

impl Future for Explodes {
    type Output = Result<Response<Body>, Infallible>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(Ok((self.answer)()))
    }
}

/// A handler's panic must not cost the sender's answer, or the event of the next copy.
async fn answer_of(stage: &Stage, answer: fn() -> Response<Body>) -> u16 {
    let explodes = service_fn(move |_: Request<Body>| Explodes {
        answer,
        _bomb: Bomb,
    });
    let service = ReceiverLayer::new(stage.receiver.clone()).layer(explodes);
    let server = Server::start(Router::new().route_service("/hook", service)).await;
    logto::event(1).send(server.addr).await.status
}

#[tokio::test]
async fn a_handler_that_panics_when_it_is_dropped_has_said_what_it_said() {
    let stage = Stage::logto().await;
    assert_eq!(answer_of(&stage, Response::default).await, 200);
    assert_eq!(stage.store.count(On::Mark), 1);
}

#[tokio::test]
async fn a_handler_that_panics_again_when_it_is_dropped_is_a_retry() {
    let stage = Stage::logto().await;
    let answered = answer_of(&stage, || panic!("out of cheese")).await;
    assert_eq!(answered, 503);
    assert_eq!(stage.store.count(On::Release), 1);
}

#[tokio::test]
async fn a_panic_whose_payload_panics_is_a_retry_too() {
    let stage = Stage::logto().await;
    let answered = answer_of(&stage, || std::panic::panic_any(Bomb)).await;
    assert_eq!(answered, 503);
    assert_eq!(stage.store.count(On::Release), 1);

    let panics = service_fn(
        |_: Request<Body>| -> Ready<Result<Response<Body>, Infallible>> {
            std::panic::panic_any(Bomb)
        },
    );
    let service = ReceiverLayer::new(stage.receiver.clone()).layer(panics);
    let server = Server::start(Router::new().route_service("/hook", service)).await;
    assert_eq!(logto::event(2).send(server.addr).await.status, 503);
    assert_eq!(stage.store.count(On::Release), 2);
}

#[tokio::test]
async fn an_error_that_panics_when_it_is_dropped_is_a_retry_as_any_other() {
    let stage = Stage::logto().await;
    let failed = || {
        let nack = Nack::retry_after(Duration::from_secs(7)).with_error(Bomb);
        let mut response = Response::default();
        response.extensions_mut().insert(Verdict(nack.into()));
        response
    };
    assert_eq!(answer_of(&stage, failed).await, 503);
    assert_eq!(stage.store.count(On::Release), 1);
}

/// Its events panic when they are dropped.
struct Armed;

impl Provider for Armed {
    type Event = Bomb;

    fn name(&self) -> &str {
        "armed"
    }

    fn profile(&self) -> SenderProfile {
        SenderProfile::unknown()
    }

    fn keys(&self) -> Keys {
        Keys::NotNeeded
    }

    fn verify<'a>(&self, _: RawRequest<'a>, _: LiveKeys<'a>) -> Result<Verified<'a>, Rejection> {
        static KEY_ID: LazyLock<KeyId> = LazyLock::new(|| "key-1".into());
        Ok(Verified::assertion(Coverage::Body, &KEY_ID))
    }

    fn decode(&self, _: &Authenticated<'_>) -> Result<Contents<Bomb>, Undecodable> {
        Ok(Decoded::new(KeyParts::of("one"), Bomb).into())
    }
}

#[tokio::test]
async fn an_event_that_panics_when_nobody_took_it_is_handled_all_the_same() {
    let clock = FakeClock::at(now());
    let receiver = Receiver::new("test", Armed)
        .dedup(MemoryStore::with_clock(10, clock.clone()))
        .clock(clock.clone())
        .build()
        .unwrap();
    let timer: Arc<dyn Timer> = Arc::new(clock);
    for expected in [Reason::Handled, Reason::Duplicate] {
        let headers = vec![("content-type", "application/json")];
        let head = Head::new("POST", "/", &headers);
        let admitted = receiver
            .judge()
            .admit(head, Some("one".into()), &timer)
            .await;
        let run = |_slot, _bytes| async {
            Ran::<()> {
                outcome: Outcome::Processed,
                reply: None,
                status: None,
            }
        };
        let admitted = admitted.unwrap().admitted().unwrap();
        let work = framework::handle(receiver.clone(), admitted, timer.clone(), run);
        let Handled::Answer(answer) = work.await else {
            panic!("no answer");
        };
        assert_eq!(answer.reason(), expected);
    }
}

#[tokio::test]
async fn what_is_left_of_a_delivery_without_its_event_has_its_key_its_lease_and_its_payload() {
    async fn in_parts(Event(delivery): Event<LogtoEvent>) -> String {
        let whole = format!(
            "{delivery:?} {:?} {:?}",
            delivery.event_type(),
            delivery.payload()
        );
        let (event, rest) = delivery.into_parts();
        assert_eq!(Some(event.name()), rest.event_type());
        assert_eq!(rest.lease().attempt(), 1);
        assert_eq!(
            format!("{rest:?} {:?} {:?}", rest.event_type(), rest.payload()),
            whole
        );
        rest.event_key().to_string()
    }
    let stage = Stage::logto().await;
    let route = axum::routing::post(in_parts).layer(stage.receiver.layer());
    let server = Server::start(Router::new().route("/hook", route)).await;
    let reply = logto::event(1).send(server.addr).await;
    let parts = KeyParts::of_digest(logto::body(1).as_bytes());
    let key = stage.receiver.event_key(None, &parts).unwrap();
    assert_eq!((reply.status, reply.text()), (200, &*key.to_string()));
}
