//! What a request holds: one event, several, or a handshake; and what it takes to say so.

use std::{
    convert::Infallible,
    future::ready,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Body, routing::post};
use hookgate::{
    Ack, Observed, Observer, Reason, Receiver, Rejection, Secret,
    dedup::MemoryStore,
    framework::{Outcome, Ran, handle, says_length},
    pack::{Authenticated, Contents, Head, KeyParts, Provider},
    providers::{logto::Logto, preset::Preset},
    schemes::Verified,
    testing::FakeClock,
    time::Timer,
    tower::ReceiverLayer,
};
use hookgate_axum::{Event, ReceiverExt};
use http::{Request, Response};
use tower::{Layer, Service, service_fn};

use crate::props::{
    Call, Fault, Gate, On, Puppet, ScriptedStore, Server, Stage, Step, at_once, logto, now,
    standard_webhooks, until,
};

fn batch(lines: &[&str]) -> Call {
    Call::post("/hook", format!("batch\n{}", lines.join("\n")))
}

async fn puppet() -> Stage {
    Stage::of(Puppet::default(), |builder| builder).await
}

#[test]
fn a_judge_needs_no_store_and_says_what_its_receiver_says() {
    let clock = FakeClock::at(now());
    let builder = || {
        let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
        Receiver::new("test", pack).clock(clock.clone())
    };
    let judge = builder().judge().unwrap();
    let store = ScriptedStore::new(&clock);
    let receiver = builder().dedup(store.clone()).build().unwrap();
    let timer: Arc<dyn Timer> = Arc::new(clock.clone());
    let said = |call: &Call| {
        [&judge, receiver.judge()].map(|judge| {
            let head = Head::new(call.method.as_str(), "/hook", &call.headers);
            let judged = at_once(judge.admit(head, Some(call.body.clone()), &timer));
            judged.map(|judged| *judged.admitted().unwrap().first().event_key())
        })
    };
    let [alone, whole] = said(&logto::event(1));
    assert_eq!(alone.unwrap(), whole.unwrap());
    let forged = logto::signed(logto::body(1), "another key");
    let [alone, whole] = said(&forged);
    assert_eq!(alone, Err(Rejection::SignatureMismatch));
    assert_eq!(alone, whole);
    assert_eq!(judge.window(), receiver.window());
    assert_eq!(store.count(On::Claim), 0);
}

#[test]
fn what_builds_no_receiver_builds_no_judge_but_for_the_store() {
    let builder = || Receiver::new("no name", Puppet::default()).dedup(MemoryStore::new());
    assert_eq!(builder().build().err(), builder().judge().err());
    let without_store = || Receiver::new("test", Puppet::default());
    assert!(without_store().build().is_err());
    assert!(without_store().judge().is_ok());
}

/// As a poller has it: decoded by the pack, and never sent.
#[tokio::test]
async fn an_event_that_was_asked_for_has_the_key_of_the_one_that_is_sent() {
    let pack = || Preset::stripe(Secret::utf8("whsec_0123456789abcdef").unwrap());
    let clock = FakeClock::at(now());
    let receiver = Receiver::new("test", pack())
        .dedup(MemoryStore::new())
        .clock(clock.clone())
        .build()
        .unwrap();
    let sent = hookgate::providers::preset::PresetSimulator::stripe("whsec_0123456789abcdef")
        .send(now(), r#"{"id":"evt_1","type":"paid"}"#);
    let headers: Vec<_> = sent.headers.clone();
    let head = Head::new("POST", "/hook", &headers);
    let timer: Arc<dyn Timer> = Arc::new(clock);
    let judged = at_once(
        receiver
            .judge()
            .admit(head, Some(sent.body.clone()), &timer),
    );
    let admitted = judged.unwrap().admitted().unwrap();
    // The sender's list of events has it too, over a connection of ours.
    let listed = Verified::by_access();
    let event = Authenticated::new(&sent.body, &listed, &sent.body, head);
    let Ok(Contents::Event(decoded)) = pack().decode(&event) else {
        panic!("it is one event");
    };
    let parts = decoded.key_parts();
    let key = receiver.event_key(None, parts);
    assert_eq!(key.as_ref(), Some(admitted.first().event_key()));
    assert_ne!(receiver.event_key(Some("acme"), parts), key);
    assert_eq!(receiver.event_key(None, &KeyParts::new()), None);
}

#[tokio::test]
async fn a_handshake_is_answered_without_the_store() {
    let stage = puppet().await;
    let reply = stage.send(&Call::post("/hook", "handshake abc")).await;
    assert_eq!((reply.status, &*reply.body), (200, &b"abc"[..]));
    assert_eq!((stage.script.runs(), stage.store.count(On::Claim)), (0, 0));
}

#[tokio::test]
async fn each_event_of_a_body_reaches_the_handler_with_its_own_bytes_in_order() {
    let stage = puppet().await;
    let reply = stage.send(&batch(&["one a", "unwanted", "two b"])).await;
    assert_eq!((reply.status, &*reply.body), (200, &b""[..]));
    let seen = stage.script.seen();
    let raw: Vec<_> = seen.iter().map(|seen| &seen.raw[..]).collect();
    assert_eq!(raw, [&b"one a"[..], b"two b"]);
    // Each is the event that it is by itself.
    assert_eq!(stage.send(&Call::post("/hook", "two b")).await.status, 200);
    assert_eq!(stage.script.runs(), 2);
}

#[tokio::test]
async fn the_worst_of_a_bodys_answers_counts_and_what_was_done_stays_done() {
    let stage = puppet().await;
    let body = batch(&["one", "two", "three"]);
    stage.script.then(Step::Process).then(Step::Retry);
    assert_eq!(stage.send(&body).await.status, 503);
    assert_eq!(stage.script.runs(), 3);
    assert_eq!(stage.send(&body).await.status, 200);
    assert_eq!(stage.script.runs(), 4);
}

#[tokio::test]
async fn a_store_that_fails_for_one_event_of_a_body_fails_for_that_one() {
    let stage = puppet().await;
    let body = batch(&["one", "two"]);
    stage.store.next(On::Claim, Fault::Full);
    assert_eq!(stage.send(&body).await.status, 503);
    assert_eq!(stage.script.runs(), 1);
    assert_eq!(stage.send(&body).await.status, 200);
    assert_eq!(stage.script.runs(), 2);
}

#[tokio::test]
async fn a_copy_in_a_body_does_not_wait_for_the_one_that_runs() {
    let stage = puppet().await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let first = stage.sending(&Call::post("/hook", "one"));
    until("the run", || stage.script.runs() == 1).await;
    assert_eq!(stage.send(&batch(&["one", "two"])).await.status, 503);
    assert_eq!(stage.script.runs(), 2);
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
}

#[tokio::test]
async fn one_event_without_identity_refuses_the_whole_body() {
    let stage = puppet().await;
    let late = format!("two at={}", now().as_secs() + 1000);
    let dated = Stage::of(Puppet::default(), |builder| {
        builder.future(std::time::Duration::from_secs(60))
    })
    .await;
    assert_eq!(dated.send(&batch(&["one", &late])).await.status, 401);
    assert_eq!(dated.store.count(On::Claim), 0);
    assert_eq!(stage.send(&batch(&[])).await.status, 200);
    assert_eq!(stage.script.runs(), 0);
}

#[tokio::test]
async fn one_nonce_stands_for_all_events_of_its_body_and_for_no_others() {
    let stage = puppet().await;
    let body = batch(&["one nonce=n1", "two"]);
    assert_eq!(stage.send(&body).await.status, 200);
    assert_eq!(stage.script.runs(), 2);
    assert_eq!(stage.send(&body).await.status, 200);
    let others = batch(&["one nonce=n1", "three"]);
    assert_eq!(stage.send(&others).await.status, 401);
    assert_eq!(stage.script.runs(), 2);
}

/// Whoever captured the nonce of a sender that signs nothing can write what he likes under the event's identity.
#[tokio::test]
async fn a_nonce_stands_for_a_signed_event_however_it_is_written_and_for_an_unsigned_body_as_it_is()
{
    let stage = puppet().await;
    let status = async |body: &'static str| stage.send(&Call::post("/hook", body)).await.status;
    assert_eq!(status("one nonce=n1").await, 200);
    assert_eq!(status("one nonce=n1 at=1").await, 200);
    assert_eq!(status("two unsigned nonce=n2").await, 200);
    assert_eq!(status("two unsigned nonce=n2").await, 200);
    assert_eq!(status("two unsigned nonce=n2 at=1").await, 401);
    assert_eq!(stage.script.runs(), 2);
}

/// A handler must not wait for more than was authenticated, or take it for compressed.
#[test]
fn a_head_may_stay_as_it_is_where_it_says_the_length_and_no_encoding() {
    let says = |headers: &[(&str, &str)]| says_length(&headers.to_vec(), 4);
    assert!(says(&[("content-length", "4")]));
    assert!(says(&[
        ("content-length", "4"),
        ("content-encoding", "identity")
    ]));
    assert!(says(&[
        ("content-length", "4"),
        ("content-encoding", " Identity ")
    ]));
    for not in [
        &[][..],
        &[("content-length", "5")],
        &[("content-length", "four")],
        &[("transfer-encoding", "chunked")],
        &[("content-length", "4"), ("transfer-encoding", "chunked")],
        &[("content-length", "4"), ("content-encoding", "gzip")],
        &[
            ("content-length", "4"),
            ("content-encoding", "gzip"),
            ("content-encoding", "identity"),
        ],
        &[("content-encoding", "identity")],
    ] {
        assert!(!says(not), "{not:?}");
    }
}

/// What a program without the middleware knows of an event, it knows from here.
#[test]
fn what_is_believed_says_what_the_sender_signed_of_it() {
    let clock = FakeClock::at(now());
    let timer: Arc<dyn Timer> = Arc::new(clock.clone());
    let pack = Preset::standard_webhooks(Secret::whsec(standard_webhooks::KEY).unwrap());
    let judge = Receiver::new("orders", pack).clock(clock.clone()).judge();
    let judge = judge.unwrap();
    assert_eq!(judge.name(), "orders");
    let believed = |judge: &hookgate::framework::Judge, call: &Call| {
        let head = Head::new("POST", "/hook", &call.headers);
        let judged = at_once(judge.admit(head, Some(call.body.clone()), &timer));
        judged.unwrap().admitted().unwrap()
    };
    let call = standard_webhooks::signed("msg_1", now().as_secs(), r#"{"type":"paid"}"#);
    let admitted = believed(&judge, &call);
    let event = admitted.first();
    assert_eq!(event.signed_id(), Some("msg_1"));
    assert_eq!((event.sent_at(), event.occurred_at()), (Some(now()), None));
    assert_eq!(event.payload(), &call.body);

    let judge = Receiver::new("test", Puppet::default())
        .clock(clock.clone())
        .judge();
    let secs = now().as_secs();
    let call = Call::post("/hook", format!("one at={secs}"));
    let admitted = believed(&judge.unwrap(), &call);
    let event = admitted.first();
    assert_eq!((event.sent_at(), event.occurred_at()), (None, Some(now())));
    let content = hookgate::pack::ContentDigest::of(&call.body);
    assert_eq!(event.content(), Some(&content));
    assert!(event.signed_id().is_none() && event.claimed_type().is_none());

    let pack = Preset::github(Secret::utf8("0123456789abcdef").unwrap());
    let judge = Receiver::new("test", pack).clock(clock.clone()).judge();
    let sent = hookgate::providers::preset::PresetSimulator::github("0123456789abcdef")
        .event_type("push")
        .send(now(), r#"{"ref":"main"}"#);
    let head = Head::new("POST", "/hook", &sent.headers);
    let judge = judge.unwrap();
    let judged = at_once(judge.admit(head, Some(sent.body.clone()), &timer));
    let admitted = judged.unwrap().admitted().unwrap();
    let claimed = admitted.first().claimed_type().unwrap();
    assert_eq!(*claimed.trust_unsigned(), "push");
}

/// The bytes of a delivery's future whose handler takes `N` along.
async fn size_of_future<const N: usize>(stage: &Stage) -> usize {
    let timer: Arc<dyn Timer> = Arc::new(stage.clock.clone());
    let call = Call::post("/hook", "one");
    let head = Head::new("POST", "/hook", &call.headers);
    let judged = stage.receiver.judge().admit(head, Some(call.body), &timer);
    let admitted = judged.await.unwrap().admitted().unwrap();
    let taken = [0_u8; N];
    let run = move |_slot, _bytes| async move {
        let _taken = taken;
        Ran::<()> {
            outcome: Outcome::Processed,
            reply: None,
            status: None,
        }
    };
    size_of_val(&handle(stage.receiver.clone(), admitted, timer, run))
}

/// `DESIGN.md` says so: what is larger is copied at each step, and is no small block for an allocator.
#[tokio::test]
async fn the_futures_of_a_request_and_of_its_delivery_are_small() {
    let stage = puppet().await;
    let timer: Arc<dyn Timer> = Arc::new(stage.clock.clone());
    let call = Call::post("/hook", "one");
    let head = Head::new("POST", "/hook", &call.headers);
    let judging = size_of_val(&stage.receiver.judge().admit(head, Some(call.body), &timer));
    let handling = size_of_future::<0>(&stage).await;
    // As a service it is boxed: this is that block.
    let mut service =
        ReceiverLayer::new(stage.receiver.clone()).layer(service_fn(|_: Request<Body>| {
            ready(Ok::<_, Infallible>(Response::new(Body::empty())))
        }));
    let whole = size_of_val(&*service.call(Request::new(Body::empty())));
    assert!(
        judging <= 1000 && handling <= 1000 && whole <= 1032,
        "{judging}, {handling}, {whole}"
    );
}

/// Each layer that took it by value would keep it once more, and copy it.
#[tokio::test]
async fn what_a_handler_takes_along_is_kept_as_an_argument_and_as_what_is_polled_and_nowhere_else()
{
    const TAKEN: usize = 4096;
    let stage = puppet().await;
    let more = size_of_future::<TAKEN>(&stage).await - size_of_future::<0>(&stage).await;
    assert!(more < 3 * TAKEN, "{more}");
}

#[derive(Clone, Default)]
struct Ends(Arc<Mutex<Vec<Reason>>>);

impl Observer for Ends {
    fn ended(&self, _: Observed<'_>, reason: Reason) {
        self.0.lock().unwrap().push(reason);
    }
}

#[tokio::test]
async fn a_handler_that_takes_its_event_twice_is_told_so_and_its_event_is_given_back() {
    async fn twice(_: Event<String>, _: Event<String>) -> Ack {
        Ack::processed()
    }
    let ends = Ends::default();
    let stage = Stage::of(Puppet::default(), |builder| builder.observer(ends.clone())).await;
    let route = post(twice).layer(stage.receiver.layer());
    let server = Server::start(Router::new().route("/hook", route)).await;
    let call = Call::post("/hook", "one");
    assert_eq!(call.send(server.addr).await.status, 500);
    assert_eq!(*ends.0.lock().unwrap(), [Reason::TakenTwice]);
    assert_eq!(stage.send(&call).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}
