//! A request without a framework: judged alone, or handled in one call.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hookgate::{
    Ack, Delivery, Nack, Reason, Receiver, ReceiverBuilder, Rejection, Secret, UnixTime,
    access::ApiKey,
    dedup::{DedupStore, MemoryStore, State},
    framework::{Answer, Judge, Judgement, MustWait},
    inbox::MemoryInbox,
    pack::Head,
    providers::logto::{Event, Logto},
    tenants::{KeySource, KeySourceError, Tenant, Tenants},
    testing::FakeClock,
    time::Timer,
};
use http::Method;

use crate::props::{
    Call, Gate, Log, On, Puppet, ScriptedStore, Stage, Told, at_once, logto, now, poll,
};

fn pack() -> Logto {
    Logto::new(Secret::utf8(logto::KEY).unwrap())
}

/// The middleware's clock says `at`.
fn logto_at(at: UnixTime) -> ReceiverBuilder {
    Receiver::new("test", pack()).clock(FakeClock::at(at))
}

fn head(call: &Call) -> Head<'_> {
    Head::new(call.method.as_str(), &call.target, &call.headers)
}

fn judged(judge: &Judge, call: &Call, at: UnixTime) -> Judgement {
    let head = head(call);
    let timer: Arc<dyn Timer> = Arc::new(FakeClock::at(at));
    let waited = at_once(judge.judge(head, call.body.clone(), at, &timer));
    let judgement = judge.judge_at_once(head, call.body.clone(), at).unwrap();
    assert_eq!(format!("{waited:?}"), format!("{judgement:?}"));
    judgement
}

fn refused(judge: &Judge, call: &Call, at: UnixTime) -> Reason {
    match judged(judge, call, at) {
        Judgement::Refused { rejection, .. } => rejection.reason(),
        other => panic!("{other:?}"),
    }
}

/// A handler that counts its runs.
#[derive(Clone, Default)]
struct Runs(Arc<AtomicUsize>);

impl Runs {
    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    async fn handled<E>(self, delivery: Delivery<E>) -> Result<Ack, Nack> {
        assert!(!delivery.payload().is_empty());
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(Ack::processed())
    }
}

async fn handled<E: Send + 'static>(receiver: &Receiver, call: &Call, runs: &Runs) -> Answer {
    let head = head(call);
    let runs = runs.clone();
    let handler = move |delivery: Delivery<E>| runs.handled(delivery);
    receiver.handle(head, call.body.clone(), handler).await
}

#[tokio::test]
async fn a_judgement_is_the_middlewares_and_asks_no_store() {
    let stage = Stage::logto().await;
    let call = logto::event(1);
    let Judgement::Believed(request) = judged(stage.receiver.judge(), &call, now()) else {
        panic!("refused");
    };
    assert_eq!(stage.store.count(On::Claim), 0);
    let event = request.first();
    assert_eq!(event.payload(), &call.body);
    assert_eq!(event.occurred_at(), Some(now()));
    assert_eq!(event.sent_at(), None);
    assert_eq!(event.content(), None);
    assert_eq!(event.signed_id(), None);
    assert_eq!(event.tenant(), None);
    assert!(event.is_wanted());
    assert!(event.event::<Event>().is_some());
    assert!(event.event::<String>().is_none());
    stage.send(&call).await;
    let seen = stage.script.seen().remove(0);
    assert_eq!(event.event_key(), &seen.key);
    assert_eq!(event.key_id(), seen.key_id);
    let event_type = event.event_type().map(|it| it.as_str().to_owned());
    assert_eq!(event_type, seen.event_type);
}

#[tokio::test]
async fn a_refusal_is_the_middlewares_and_has_its_answer() {
    let told = Told::default();
    let set = |builder: ReceiverBuilder| {
        let rule = ApiKey::header("x-api-key", "0f3c5d1e77ab");
        let builder = builder.access(rule).body_limit(1000);
        builder.observer(told.clone())
    };
    let stage = Stage::logto_with(set).await;
    let signed = |body: String| logto::signed(body, logto::KEY).with("x-api-key", "0f3c5d1e77ab");
    let right = || signed(logto::body(1));
    let at = |created_at: &str| signed(logto::body_at(1, created_at));
    let forged = right().with(logto::SIGNATURE, "00".repeat(32));
    for (call, reason) in [
        (right().method(Method::PUT), Reason::MethodNotAllowed),
        (
            right().with("content-type", "text/plain"),
            Reason::UnsupportedMediaType,
        ),
        (
            right().with("content-encoding", "br"),
            Reason::UnsupportedEncoding,
        ),
        (right().without("x-api-key"), Reason::AccessMissing),
        (right().with("x-api-key", "another"), Reason::AccessDenied),
        (signed(" ".repeat(1001)), Reason::BodyTooLarge),
        (right().without(logto::SIGNATURE), Reason::MissingSignature),
        (
            right().and(logto::SIGNATURE, "00"),
            Reason::MalformedSignature,
        ),
        (forged, Reason::SignatureMismatch),
        (at("yesterday"), Reason::UnreadableEventTime),
        (at("2026-11-01T00:00:00.000Z"), Reason::TimestampTooOld),
        (at("2026-12-01T00:00:00.000Z"), Reason::TimestampInFuture),
        (signed("[]".to_owned()), Reason::Undecodable),
    ] {
        let before = told.reasons().len();
        let judgement = judged(stage.receiver.judge(), &call, now());
        let Judgement::Refused { rejection, answer } = judgement else {
            panic!("{reason:?}: {judgement:?}");
        };
        assert_eq!(rejection.reason(), reason);
        assert_eq!(answer.reason(), reason);
        let reply = stage.send(&call).await;
        // Twice by the judge.
        assert_eq!(told.reasons()[before..], [reason; 3]);
        assert_eq!(reply.status, answer.status().as_u16(), "{reason:?}");
        assert_eq!(reply.body, answer.body(), "{reason:?}");
        for (name, value) in answer.headers() {
            assert_eq!(reply.headers.get(name), Some(value), "{reason:?}: {name}");
        }
    }
    assert_eq!(stage.store.count(On::Claim), 0);
}

/// Whatever the judge's own clock says.
#[test]
fn the_time_of_a_judgement_is_its_argument() {
    let day = Duration::from_secs(24 * 60 * 60);
    let late = now().saturating_add(day * 2);
    let judge = logto_at(late).judge().unwrap();
    let call = logto::event(1);
    assert!(matches!(
        judged(&judge, &call, now()),
        Judgement::Believed(_)
    ));
    assert_eq!(refused(&judge, &call, late), Reason::TimestampTooOld);
    let early = now().saturating_sub(day);
    assert_eq!(refused(&judge, &call, early), Reason::TimestampInFuture);
}

#[test]
fn a_refusal_has_the_answer_for_its_sender_and_the_reason_for_the_log() {
    let judge = logto_at(now()).judge().unwrap();
    let forged = logto::signed(logto::body(1), "another key");
    let head = head(&forged);
    let log = Log::begin();
    let judgement = judge.judge_at_once(head, forged.body.clone(), now());
    let Ok(Judgement::Refused { rejection, answer }) = judgement else {
        panic!("{judgement:?}");
    };
    assert_eq!(rejection, Rejection::SignatureMismatch);
    let lines = log.with("delivery refused");
    assert_eq!(lines.len(), 1, "{}", log.text());
    let response: http::Response<bytes::Bytes> = answer.into();
    assert_eq!(response.status(), 401);
    assert_eq!(
        response.headers()["content-type"],
        "application/problem+json"
    );
    assert!(response.headers().contains_key("www-authenticate"));
    assert!(!response.body().is_empty());
}

#[test]
fn a_handshake_is_answered_at_once() {
    let judge = Receiver::new("test", Puppet::default()).judge().unwrap();
    match judged(&judge, &Call::post("/hook", "handshake 42"), now()) {
        Judgement::Answered(answer) => assert_eq!(answer.body(), "42"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_nonce_that_nobody_has_claimed_is_said_and_is_the_one_that_a_receiver_claims() {
    let clock = FakeClock::at(now());
    let store = ScriptedStore::new(&clock);
    let receiver = Receiver::new("test", Puppet::default())
        .dedup(store.clone())
        .clock(clock.clone())
        .timer(clock.clone())
        .build()
        .unwrap();
    let nonce = |body: &'static str| match judged(receiver.judge(), &Call::post("/", body), now()) {
        Judgement::NonceUnclaimed(request, nonce) => (*request.first().event_key(), nonce),
        other => panic!("{other:?}"),
    };
    let (key, one) = nonce("one nonce=n");
    let (_, again) = nonce("one nonce=n");
    let (_, other) = nonce("other nonce=n");
    assert_eq!(one.key(), again.key());
    assert_eq!(one.stands_for(), again.stands_for());
    assert_eq!(one.key(), other.key());
    assert_ne!(one.stands_for(), other.stands_for());
    assert_ne!(one.key(), &key);
    assert_eq!(store.look(one.key()).await.unwrap(), State::Free);

    let runs = Runs::default();
    let answer = handled::<String>(&receiver, &Call::post("/", "one nonce=n"), &runs).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(store.look(one.key()).await.unwrap(), State::Done);
    let replay = handled::<String>(&receiver, &Call::post("/", "other nonce=n"), &runs).await;
    assert_eq!(replay.reason(), Reason::NonceReused);
    assert_eq!(runs.count(), 1);
}

/// Waits at the gate for each tenant.
struct Waits(Gate);

impl KeySource for Waits {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        self.0.passed().await;
        Ok(Some(Tenant::new(name, Secret::utf8(logto::KEY).unwrap())))
    }
}

#[tokio::test]
async fn what_must_be_looked_up_is_waited_for_or_said_so_and_is_no_sender_that_left() {
    let gate = Gate::shut();
    let tenants = Tenants::by_route_param("tenant", Waits(gate.clone()));
    let judge = Receiver::new("test", Logto::new(tenants))
        .clock(FakeClock::at(now()))
        .judge()
        .unwrap();
    let call = logto::event(1);
    let params = [("tenant".into(), "acme".into())];
    let head = head(&call).route_params(&params);
    let log = Log::begin();
    let at_once = judge.judge_at_once(head, call.body.clone(), now());
    assert_eq!(at_once.unwrap_err(), MustWait);
    assert!(log.with("delivery refused").is_empty(), "{}", log.text());
    let timer: Arc<dyn Timer> = Arc::new(FakeClock::at(now()));
    let judging = judge.judge(head, call.body.clone(), now(), &timer);
    gate.open();
    let Judgement::Believed(request) = judging.await else {
        panic!("refused: {}", log.text());
    };
    assert_eq!(request.first().tenant(), Some("acme"));
}

#[tokio::test]
async fn what_an_inbox_would_keep_is_refused_by_a_judge_that_keeps_nothing() {
    let inbox = MemoryInbox::new();
    let clock = FakeClock::at(now());
    let receiver = Receiver::new("test", pack())
        .inbox_for_tests(inbox)
        .clock(clock.clone())
        .timer(clock)
        .build()
        .unwrap();
    let call = logto::signed("[]", logto::KEY);
    let log = Log::begin();
    assert_eq!(refused(receiver.judge(), &call, now()), Reason::Undecodable);
    assert!(!log.with("undecodable").is_empty());
    // The road keeps it, and accepts what can be read without running the handler.
    let runs = Runs::default();
    assert_eq!(
        handled::<Event>(&receiver, &call, &runs).await.status(),
        200
    );
    let accepted = handled::<Event>(&receiver, &logto::event(1), &runs).await;
    assert_eq!(accepted.reason(), Reason::Queued);
    assert_eq!(runs.count(), 0);
}

#[tokio::test]
async fn a_request_is_handled_once_in_one_call() {
    let receiver = logto_at(now()).dedup(MemoryStore::new()).build().unwrap();
    let runs = Runs::default();
    let forged = logto::signed(logto::body(1), "another key");
    let answer = handled::<Event>(&receiver, &forged, &runs).await;
    assert_eq!((answer.status().as_u16(), runs.count()), (401, 0));
    for reason in [Reason::Handled, Reason::Duplicate] {
        let answer = handled::<Event>(&receiver, &logto::event(1), &runs).await;
        assert_eq!((answer.status().as_u16(), answer.reason()), (200, reason));
        assert!(answer.body().is_empty());
    }
    assert_eq!(runs.count(), 1);
    let wrong = handled::<String>(&receiver, &logto::event(2), &runs).await;
    assert_eq!(wrong.reason(), Reason::WrongEventType);
    assert_eq!((wrong.status().as_u16(), runs.count()), (500, 1));
    // It was released.
    assert_eq!(
        handled::<Event>(&receiver, &logto::event(2), &runs)
            .await
            .reason(),
        Reason::Handled
    );
}

#[tokio::test]
async fn a_handler_that_fails_or_panics_in_the_call_frees_its_event() {
    let receiver = logto_at(now()).dedup(MemoryStore::new()).build().unwrap();
    let call = logto::event(1);
    let head = head(&call);
    let failing = |_: Delivery<Event>| async { Err(Nack::retry()) };
    let answer = receiver.handle(head, call.body.clone(), failing).await;
    assert_eq!(answer.reason(), Reason::HandlerRetry);
    let panicking = |_: Delivery<Event>| async { panic!("a handler of the test") };
    let answer = receiver.handle(head, call.body.clone(), panicking).await;
    assert_eq!(answer.reason(), Reason::HandlerPanicked);
    let runs = Runs::default();
    let answer = handled::<Event>(&receiver, &call, &runs).await;
    assert_eq!((answer.reason(), runs.count()), (Reason::Handled, 1));
}

#[tokio::test]
async fn each_event_of_a_body_runs_a_copy_of_the_handler() {
    let receiver = Receiver::new("test", Puppet::default())
        .dedup(MemoryStore::new())
        .build()
        .unwrap();
    let runs = Runs::default();
    let call = Call::post("/hook", "batch\none\ntwo");
    let answer = handled::<String>(&receiver, &call, &runs).await;
    assert_eq!((answer.status().as_u16(), runs.count()), (200, 2));
}

#[tokio::test]
async fn a_handler_goes_on_when_its_caller_leaves_and_drained_waits_for_it() {
    let receiver = logto_at(now()).dedup(MemoryStore::new()).build().unwrap();
    let gate = Gate::shut();
    let ended = Arc::new(Mutex::new(false));
    let call = logto::event(1);
    {
        let (gate, ended) = (gate.clone(), ended.clone());
        let head = head(&call);
        let handler = move |_: Delivery<Event>| async move {
            gate.passed().await;
            *ended.lock().unwrap() = true;
            Ok(Ack::processed())
        };
        let mut handling = Box::pin(receiver.handle(head, call.body.clone(), handler));
        assert!(poll(handling.as_mut()).is_pending());
    }
    assert_eq!(receiver.busy().detached, 1);
    gate.open();
    receiver.drained().await;
    assert!(*ended.lock().unwrap());
    let copy = handled::<Event>(&receiver, &call, &Runs::default()).await;
    assert_eq!(copy.reason(), Reason::Duplicate);
}
