//! The sender's trace is read strictly, given as data, and never believed.

use std::sync::{Arc, Mutex};

use axum::{Router, routing::post};
use base64::Engine;
use hookgate::{
    Ack, Delivery, Receiver, Secret,
    cloudevents::Attributes,
    dedup::MemoryStore,
    json::Json,
    pack::TraceContext,
    providers::{
        facephi::{Facephi, WorkflowEvent},
        logto,
    },
    testing::FakeClock,
};
use hookgate_axum::{Event, ReceiverExt};
use proptest::prelude::*;

use crate::props::{self, Call, Server, logto as sender};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn read(text: &str) -> Option<TraceContext> {
    TraceContext::parse(text.as_bytes())
}

fn state(text: &str) -> Option<String> {
    let context = read(TRACE).unwrap().with_state(text.as_bytes());
    context.state().map(str::to_owned)
}

#[test]
fn a_context_is_read_exactly_as_the_standard_writes_it() {
    let context = read(TRACE).unwrap();
    assert_eq!(context.to_string(), TRACE);
    assert_eq!(context.trace_id()[0], 0x0a);
    assert_eq!(context.parent_id()[7], 0x31);
    assert!(context.is_sampled());
    assert!(!read(&TRACE.replace("-01", "-00")).unwrap().is_sampled());
    assert_eq!(read(&TRACE.replace("-01", "-ff")).unwrap().flags(), 0xff);
    for wrong in [
        "",
        "00",
        &TRACE[..54],
        &format!("{TRACE}0"),
        &format!("{TRACE}-"),
        &format!("{TRACE}-more"),
        &format!(" {TRACE}"),
        &TRACE.to_uppercase(),
        &TRACE.replace("00-", "ff-"),
        &TRACE.replace("00-", "0x-"),
        &TRACE.replace('-', "_"),
        &TRACE.replace("-01", "-1-"),
        &TRACE.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
        &TRACE.replace("b7ad6b7169203331", &"0".repeat(16)),
        // The digits of one field more in another.
        "00-0af7651916cd43dd8448eb211c80319cb-7ad6b7169203331-01",
    ] {
        assert_eq!(read(wrong), None, "{wrong}");
    }
}

#[test]
fn a_later_version_is_read_as_far_as_this_one_goes() {
    let later = TRACE.replace("00-", "cc-");
    assert_eq!(read(&later).unwrap().to_string(), TRACE);
    assert_eq!(
        read(&format!("{later}-what-the-future-holds"))
            .unwrap()
            .to_string(),
        TRACE
    );
    assert_eq!(read(&format!("{later}.what")), None);
    assert_eq!(read(&format!("{later}-{}", "x".repeat(300))), None);
}

#[test]
fn a_state_that_is_not_well_formed_is_left_out() {
    for right in [
        "a=1",
        "rojo=00f067aa0ba902b7, congo=t61rcWkgMzE",
        "tenant@system=1,,b=2",
        "1a_-*/=~!",
        "a= 1",
    ] {
        assert_eq!(state(right).as_deref(), Some(right), "{right}");
    }
    let many: Vec<String> = (0..33).map(|n| format!("k{n}=1")).collect();
    for wrong in [
        "",
        ",",
        "a",
        "a=",
        "=1",
        "A=1",
        "a=1=2",
        "a=1,a=2",
        "a=\u{e4}",
        "a=1\n",
        &many.join(","),
        &format!("a={}", "1".repeat(257)),
        &format!("a={},b={}", "1".repeat(250), "2".repeat(260)),
    ] {
        assert_eq!(state(wrong), None, "{wrong}");
    }
    assert!(state(&many[..32].join(",")).is_some());
    // As long as it may be, and one byte more.
    let longest = format!("a={},b={}", "1".repeat(252), "2".repeat(255));
    assert_eq!(longest.len(), 512);
    assert!(state(&longest).is_some());
    for more in [1, 2, 100] {
        let padded = format!("{longest}{}", " ".repeat(more));
        assert_eq!(state(&padded), None, "{more}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_no_panic_and_what_is_read_writes_back(
        bytes in proptest::collection::vec(any::<u8>(), 0..80),
        more in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        if let Some(context) = TraceContext::parse(&bytes) {
            prop_assert_eq!(context.to_string().into_bytes(), bytes);
        }
        let _ = read(TRACE).unwrap().with_state(&more);
    }

    #[test]
    fn every_context_is_read_back(
        trace in any::<[u8; 16]>(), parent in any::<[u8; 8]>(), flags in any::<u8>(),
    ) {
        prop_assume!(trace != [0; 16] && parent != [0; 8]);
        let hex = props::hex;
        let text = format!("00-{}-{}-{flags:02x}", hex(&trace), hex(&parent));
        let context = read(&text).unwrap();
        prop_assert_eq!(context.trace_id(), &trace);
        prop_assert_eq!(context.parent_id(), &parent);
        prop_assert_eq!(context.to_string(), text);
    }

    #[test]
    fn one_changed_byte_is_another_context_or_none(place in 0..55_usize, byte in any::<u8>()) {
        let mut bytes = TRACE.as_bytes().to_vec();
        prop_assume!(bytes[place] != byte);
        bytes[place] = byte;
        if let Some(context) = TraceContext::parse(&bytes) {
            // Only the version is read and not kept.
            prop_assert!(place < 2 || context.to_string().as_bytes() == bytes);
        }
    }
}

type Seen = Arc<Mutex<Vec<(Option<String>, Option<String>, Option<String>)>>>;

fn note<E>(seen: &Seen, delivery: &Delivery<E>) {
    let claimed = delivery.claimed_trace_context();
    let claimed = claimed.as_ref().map(|it| *it.trust_unsigned());
    seen.lock().unwrap().push((
        delivery.trace_context().map(ToString::to_string),
        claimed.map(ToString::to_string),
        claimed.and_then(|it| it.state()).map(str::to_owned),
    ));
}

#[tokio::test]
async fn a_header_is_unsigned_and_makes_no_other_event() {
    let seen = Seen::default();
    let clock = FakeClock::at(props::now());
    let pack = logto::Logto::new(Secret::utf8(sender::KEY).unwrap());
    let receiver = Receiver::new("test", pack)
        .dedup(MemoryStore::with_clock(100, clock.clone()))
        .clock(clock)
        .build()
        .unwrap();
    let on_event = {
        let seen = seen.clone();
        move |Event(delivery): Event<logto::Event>| async move {
            note(&seen, &delivery);
            Ack::processed()
        }
    };
    let app = Router::new().route("/hook", post(on_event).layer(receiver.layer()));
    let server = Server::start(app).await;
    let other = TRACE.replace("0af7", "1111");
    for call in [
        sender::event(1).with("traceparent", TRACE),
        // A copy, whatever trace it claims.
        sender::event(1).with("traceparent", &other),
        sender::event(2)
            .with("traceparent", TRACE)
            .and("tracestate", "a=1")
            .and("tracestate", "b=2"),
        sender::event(3).with("traceparent", "00-CANARY"),
        sender::event(4)
            .with("traceparent", TRACE)
            .and("traceparent", &other),
        sender::event(5),
    ] {
        assert_eq!(call.send(server.addr).await.status, 200);
    }
    let trace = Some(TRACE.to_owned());
    assert_eq!(
        *seen.lock().unwrap(),
        [
            (None, trace.clone(), None),
            (None, trace, Some("a=1,b=2".to_owned())),
            (None, None, None),
            (None, None, None),
            (None, None, None),
        ]
    );
}

#[tokio::test]
async fn a_signed_event_names_its_trace_and_no_header_changes_that() {
    let seen = Seen::default();
    let clock = FakeClock::at(props::now());
    let receiver = Receiver::new("test", Facephi::new(Secret::utf8(sender::KEY).unwrap()))
        .dedup(MemoryStore::with_clock(100, clock.clone()))
        .clock(clock)
        .build()
        .unwrap();
    let on_event = {
        let seen = seen.clone();
        move |Event(delivery): Event<WorkflowEvent>| async move {
            note(&seen, &delivery);
            Ack::processed()
        }
    };
    let app = Router::new().route("/hook", post(on_event).layer(receiver.layer()));
    let server = Server::start(app).await;
    let event = format!(
        r#"{{"specversion":"1.0","id":"1","source":"here","type":"a.type","time":"{}","traceparent":"{TRACE}","data":{{}}"#,
        props::NOW
    );
    let mac = props::hmac_sha256(sender::KEY.as_bytes(), format!("{event}}}").as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(mac);
    let other = TRACE.replace("0af7", "1111");
    let call = Call::post("/hook", format!(r#"{event},"signature":"{signature}"}}"#))
        .with("content-type", "application/cloudevents+json")
        .with("traceparent", &other);
    assert_eq!(call.send(server.addr).await.status, 200);
    let trace = Some(TRACE.to_owned());
    assert_eq!(*seen.lock().unwrap(), [(trace, Some(other), None)]);
}

#[test]
fn an_events_own_attributes_are_read_by_the_extension_for_distributed_tracing() {
    let mut attributes = Attributes::new("1", "here", "a.type");
    assert_eq!(attributes.trace_context(), None);
    let text = |text: &str| Json::of(text).unwrap();
    attributes.extensions.insert("tracestate", text("a=1"));
    assert_eq!(attributes.trace_context(), None);
    attributes.extensions.insert("traceparent", text(TRACE));
    let context = attributes.trace_context().unwrap();
    assert_eq!(
        (context.to_string().as_str(), context.state()),
        (TRACE, Some("a=1"))
    );
    attributes
        .extensions
        .insert("traceparent", Json::of(&7).unwrap());
    assert_eq!(attributes.trace_context(), None);
}
