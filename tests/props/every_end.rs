//! [`every_end`]: a delivery for each way in which one can end.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, routing::post};
use hookgate::{
    Ack, Observed, Observer, Reason, Receiver, ReceiverBuilder, Rejection, UnixTime,
    inbox::MemoryInbox,
};
use hookgate_axum::{Event, ReceiverExt};

use super::{
    CANARY, Call, Connection, Fault, Gate, On, Puppet, ScriptedStore, Server, Stage, Step, until,
};

/// The reasons that the application was told, one for each request, in order.
#[derive(Clone, Default)]
pub(crate) struct Told(Arc<Mutex<Vec<Reason>>>);

impl Told {
    pub(crate) fn reasons(&self) -> Vec<Reason> {
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Told {
    fn rejected(&self, _endpoint: &str, rejection: &Rejection) {
        self.0.lock().unwrap().push(rejection.reason());
    }

    fn answered(&self, _endpoint: &str, reason: Reason) {
        self.0.lock().unwrap().push(reason);
    }

    fn ended(&self, _delivery: Observed<'_>, reason: Reason) {
        self.0.lock().unwrap().push(reason);
    }
}

/// A request that holds a canary in every place that its sender writes.
pub(crate) fn call(word: &str) -> Call {
    Call::post("/hook?token=CANARY-QUERY", format!("{word} {CANARY}"))
        .with("authorization", "Bearer CANARY-BEARER")
        .with("user-agent", "CANARY-AGENT")
        .with("x-event-type", "CANARY-TYPE")
        .with("webhook-id", "CANARY-ID")
        .with("tracestate", "canary=CANARY-STATE")
        .with(
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        )
}

/// Sends a delivery for each reason that a receiver gives. Only tools give `bad_key`, and only a route without
/// a receiver gives `not_protected`.
pub(crate) async fn every_end() -> (Stage, Told) {
    let pack = Puppet::default();
    let told = Told::default();
    let clock = hookgate::testing::FakeClock::at(super::now());
    let store = ScriptedStore::new(&clock);
    let stage = Stage::on(pack.clone(), clock.clone(), store, |builder| {
        builder
            .observer(told.clone())
            .handlers(2)
            .body_limit(1000)
            .refuse_changed_content()
    })
    .await;

    // What handlers say.
    for step in [
        Step::Process,
        Step::Ignore,
        Step::Retry,
        Step::Fail("CANARY-ERROR"),
        Step::Panic("CANARY-PANIC"),
        Step::Reject,
        Step::Respond(http::StatusCode::IM_A_TEAPOT, "CANARY-REPLY"),
    ] {
        stage.script.then(step);
    }
    for n in 0..7 {
        stage.send(&call(&format!("said{n}"))).await;
    }
    // Events that are answered without a handler, and events that the pack does not know.
    for word in ["said0", "unwanted", "unknown", "untyped", "odd"] {
        stage.send(&call(word)).await;
    }
    stage.send(&call("handshake")).await;
    let mut changed = call("said0");
    changed.body = "said0 otherwise".into();
    stage.send(&changed).await;

    // Two events under one nonce.
    for word in ["nonce1", "nonce2"] {
        let mut call = call(word);
        call.body = format!("{word} nonce=CANARY-NONCE").into();
        stage.send(&call).await;
    }

    refusals(&stage, &pack).await;
    store_faults(&stage).await;
    running(&stage).await;
    cut_off(&stage, &told).await;
    queued(&stage, &told).await;
    stopping(&stage, &told).await;
    // This comes last: it leaves a body half sent, which ends when the server sees that its sender is gone.
    misuse(&stage, &told).await;
    (stage, told)
}

/// A refusal for every reason. The road itself gives the first few, the pack gives all.
async fn refusals(stage: &Stage, pack: &Puppet) {
    stage
        .send(&call("refused").with("content-type", "x/CANARY"))
        .await;
    stage
        .send(&call("refused").with("content-encoding", "CANARY"))
        .await;
    stage.send(&call("refused").method(http::Method::PUT)).await;
    let mut large = call("refused");
    large.body = CANARY.repeat(1000).into();
    stage.send(&large).await;
    let mut unreadable = call("refused");
    unreadable.body = b"CANARY \xff"[..].into();
    stage.send(&unreadable).await;
    let (age, limit) = (Duration::from_secs(9), Duration::from_secs(1));
    for rejection in [
        Rejection::HostMismatch,
        Rejection::BodyTooSlow { deadline: limit },
        Rejection::BodyIncomplete,
        Rejection::AddressDenied,
        Rejection::HandshakeRefused("of another shape"),
        Rejection::UnknownTenant,
        Rejection::AccessMissing,
        Rejection::AccessDenied,
        Rejection::MissingSignature,
        Rejection::MalformedSignature("not hex"),
        Rejection::SignatureMismatch,
        Rejection::SignatureMismatchUnder("the recipe"),
        Rejection::MissingId,
        Rejection::MalformedId("too long"),
        Rejection::MissingNonce,
        Rejection::MalformedNonce("too long"),
        Rejection::MissingTimestamp,
        Rejection::MalformedTimestamp,
        Rejection::UnreadableEventTime,
        Rejection::TimestampTooOld { age, limit },
        Rejection::TimestampInFuture { ahead: age, limit },
        Rejection::NoLiveKey,
        Rejection::KeysUnavailable,
        Rejection::AccessUnavailable,
        Rejection::PeerNotWired,
        Rejection::RouteParamNotWired("tenant".into()),
    ] {
        pack.refuse(rejection);
        stage.send(&call("refused")).await;
    }
}

async fn store_faults(stage: &Stage) {
    stage.store.next(On::Claim, Fault::Down);
    stage.store.next(On::Claim, Fault::Down);
    stage.send(&call("no-claim")).await;
    stage.store.next(On::Claim, Fault::Full);
    stage.send(&call("no-room")).await;
    stage.store.always(On::Mark, Fault::Down);
    let unmarked = stage.sending(&call("no-mark"));
    until("the mark", || stage.store.count(On::Mark) > 3).await;
    stage.pass(Duration::from_secs(3)).await;
    assert_eq!(unmarked.await.unwrap().status, 503);
    stage.store.heal();
}

/// Copies of a running event, handlers past their deadline, too many of them, and a lost lease.
async fn running(stage: &Stage) {
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate)).then(Step::wait(&gate));
    let runs = stage.script.runs();
    let first = stage.sending(&call("slow"));
    until("the run", || stage.script.runs() == runs + 1).await;
    let copy = stage.sending(&call("slow"));
    stage.pass(Duration::from_secs(4)).await;
    assert_eq!(copy.await.unwrap().status, 503);
    // Whose sender leaves.
    let mut left = Connection::open(stage.server.addr).await;
    left.write_call(&call("left")).await;
    until("the run", || stage.script.runs() == runs + 2).await;
    left.reset();
    until("the task", || stage.has_detached()).await;
    assert_eq!(stage.send(&call("one-more")).await.status, 503);
    stage.pass(Duration::from_secs(6)).await;
    assert_eq!(first.await.unwrap().status, 503, "past its deadline");
    gate.open();
    stage.receiver.drained().await;

    stage.script.then(Step::UntilLost(Box::new(Step::Process)));
    stage.store.always(On::Extend, Fault::Down);
    let lost = stage.sending(&call("lost"));
    stage.pass(Duration::from_secs(60)).await;
    lost.await.unwrap();
    stage.receiver.drained().await;
    stage.store.heal();
}

/// A sender that leaves a receiver which then drops its handler.
async fn cut_off(stage: &Stage, told: &Told) {
    let receiver = beside(stage, told).cancel_on_disconnect().build().unwrap();
    let route = stage.script.route::<String>(&receiver);
    let server = Server::start(Router::new().route("/hook", route)).await;
    stage.script.then(Step::wait(&Gate::shut()));
    let (runs, dropped) = (stage.script.runs(), stage.script.dropped());
    let mut left = Connection::open(server.addr).await;
    left.write_call(&call("cut-off")).await;
    until("the run", || stage.script.runs() == runs + 1).await;
    left.reset();
    until("the drop", || stage.script.dropped() == dropped + 1).await;
}

/// One that is durable, and one that cannot be decoded.
async fn queued(stage: &Stage, told: &Told) {
    let inbox = MemoryInbox::with_clock(100, stage.clock.clone());
    let receiver = beside(stage, told).inbox_for_tests(inbox.clone());
    let route = stage.script.route::<String>(&receiver.build().unwrap());
    let server = Server::start(Router::new().route("/hook", route)).await;
    assert_eq!(call("queued").send(server.addr).await.status, 200);
    let mut unreadable = call("quarantined");
    unreadable.body = [b"\xff", CANARY.as_bytes()].concat().into();
    assert_eq!(unreadable.send(server.addr).await.status, 200);
    assert_eq!(inbox.len(), 2);
}

/// A process that is about to stop.
async fn stopping(stage: &Stage, told: &Told) {
    let receiver = beside(stage, told).build().unwrap();
    let route = stage.script.route::<String>(&receiver);
    let server = Server::start(Router::new().route("/hook", route)).await;
    receiver.refuse();
    assert_eq!(call("too-late").send(server.addr).await.status, 503);
}

/// Another receiver on the same stage.
fn beside(stage: &Stage, told: &Told) -> ReceiverBuilder {
    Receiver::new("test", Puppet::default())
        .dedup(stage.store.clone())
        .clock(stage.clock.clone())
        .timer(stage.clock.clone())
        .observer(told.clone())
}

/// A handler that takes another event than its receiver's pack has, one that takes its event twice, and a receiver
/// inside of another.
async fn misuse(stage: &Stage, told: &Told) {
    async fn takes_a_time(_: Event<UnixTime>) -> Ack {
        Ack::processed()
    }
    async fn takes_it_twice(_: Event<String>, _: Event<String>) -> Ack {
        Ack::processed()
    }
    let receiver = beside(stage, told)
        .bytes_in_flight(1000)
        .body_limit(1000)
        .build()
        .unwrap();
    let twice = post(takes_it_twice).layer(receiver.layer());
    let route = post(takes_a_time).layer(receiver.layer());
    let within = post(takes_it_twice).layer(receiver.layer());
    let nested = Router::new()
        .route("/nested", within)
        .layer(receiver.layer());
    let app = Router::new()
        .route("/hook", route)
        .route("/twice", twice)
        .merge(nested);
    let server = Server::start(app).await;
    assert_eq!(call("mistaken").send(server.addr).await.status, 500);
    let twice = call("twice").target("/twice");
    assert_eq!(twice.send(server.addr).await.status, 500);
    let nested = call("nested").target("/nested");
    assert_eq!(nested.send(server.addr).await.status, 500);

    // A body that is never finished holds its bytes, so that there is no room for another.
    let mut slow = Connection::open(server.addr).await;
    slow.write_head(&call("")).await;
    slow.write(format!("content-length: 1000\r\n\r\n{}", "x".repeat(990)))
        .await;
    let mut reply = call("crowded").send(server.addr).await;
    while reply.status != 503 {
        reply = call("crowded").send(server.addr).await;
    }
}
