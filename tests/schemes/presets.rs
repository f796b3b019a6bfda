//! The presets take what their senders publish, and key, date and type it as their table says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use hmac::{KeyInit, Mac};
use hookgate::{
    BuildError, Delivery, EventKey, Receiver, Rejection, Secret, UnixTime,
    dedup::MemoryStore,
    framework::{self, Admitted, DeliverySlot, Handled, Outcome, Ran},
    json::{Json, Payload},
    pack::{Head, Provider, Retries, TimeKind},
    providers::{
        known::{self, EventTypeAt, KnownSender},
        preset::{Preset, PresetSimulator},
    },
    schemes::SchemeConfig,
    simulator::{SampleId, Sent},
    testing::FakeClock,
    time::Timer,
};
use serde::Deserialize;

type Headers = Vec<(String, String)>;

#[derive(Clone, Deserialize)]
struct Vector {
    preset: String,
    origin: String,
    secret: String,
    at: Option<i64>,
    headers: BTreeMap<String, String>,
    body: String,
}

fn vectors(preset: &str) -> Vec<Vector> {
    let all: Vec<Vector> = serde_json::from_str(include_str!("../vectors/presets.json")).unwrap();
    all.into_iter()
        .filter(|vector| vector.preset == preset)
        .collect()
}

/// The senders that need no pack of their own.
fn presets() -> impl Iterator<Item = &'static KnownSender> {
    known::ALL
        .iter()
        .copied()
        .filter(|sender| sender.sample.is_some())
}

impl Vector {
    fn sender(&self) -> &'static KnownSender {
        known::find(&self.preset).unwrap()
    }

    fn secret(&self) -> Secret {
        let encoding = self.sender().secret.unwrap().encoding;
        Secret::parse(&self.secret, encoding).unwrap()
    }

    fn preset(&self) -> Preset {
        Preset::of(self.sender(), self.secret())
    }

    fn clock(&self) -> FakeClock {
        FakeClock::at(UnixTime::from_secs(self.at.unwrap_or(1_700_000_000)))
    }

    fn with_header(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.headers.insert(name.to_owned(), value.to_owned());
        changed
    }

    /// Signed anew over another body, through the receiver's own secret.
    fn resigned(&self, header: &str, prefix: &str, signed: &str, body: &str) -> Self {
        let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(self.secret.as_bytes()).unwrap();
        mac.update(signed.as_bytes());
        let signature = const_hex::encode(mac.finalize().into_bytes());
        let mut changed = self.with_header(header, &format!("{prefix}{signature}"));
        changed.body = body.to_owned();
        changed
    }

    async fn admit(&self) -> Result<(Receiver, Admitted, Arc<dyn Timer>), Rejection> {
        let clock = self.clock();
        let timer: Arc<dyn Timer> = Arc::new(clock.clone());
        let receiver = Receiver::new("presets", self.preset())
            .dedup(MemoryStore::with_clock(10, clock.clone()))
            .clock(clock)
            .build()
            .unwrap();
        let headers: Headers = self.headers.clone().into_iter().collect();
        let head = Head::new("POST", "/", &headers);
        let body = Some(Bytes::from(self.body.clone()));
        let admitted = receiver.judge().admit(head, body, &timer).await?;
        let admitted = admitted.admitted().unwrap();
        Ok((receiver, admitted, timer))
    }

    async fn key(&self) -> EventKey {
        *self.admit().await.unwrap().1.first().event_key()
    }

    async fn delivery(&self) -> Delivery<Payload<Json>> {
        let (receiver, admitted, timer) = self.admit().await.unwrap();
        let taken = Arc::new(Mutex::new(None));
        let place = taken.clone();
        let run = move |slot: DeliverySlot, _| async move {
            *place.lock().unwrap() = Some(slot.take().unwrap());
            Ran {
                outcome: Outcome::Processed,
                reply: None::<()>,
                status: None,
            }
        };
        let handled = framework::handle(receiver, admitted, timer, run).await;
        assert!(matches!(handled, Handled::Answer(_)));
        let delivery = taken.lock().unwrap().take();
        delivery.unwrap()
    }
}

#[tokio::test]
async fn what_senders_publish_is_taken_and_what_is_altered_is_not() {
    for sender in presets() {
        let vectors = vectors(sender.name);
        assert!(!vectors.is_empty(), "{} has no vector", sender.name);
        for vector in vectors {
            let delivery = vector.delivery().await;
            assert_eq!(delivery.payload(), &vector.body, "{}", vector.origin);
            assert_eq!(delivery.pack(), sender.name);
            let mut altered = vector.clone();
            altered.body.push(' ');
            let refused = altered.admit().await.err();
            assert_eq!(
                refused,
                Some(Rejection::SignatureMismatch),
                "{}",
                vector.origin
            );
        }
    }
}

#[test]
fn the_simulators_sign_what_senders_publish() {
    for vector in presets().flat_map(|sender| vectors(sender.name)) {
        let sender = vector.sender();
        let Some(SchemeConfig::HmacHeader(scheme)) = sender.scheme() else {
            panic!("{} signs otherwise", sender.name);
        };
        let mut simulator = PresetSimulator::of(sender, vector.secret().expose());
        if let EventTypeAt::Header(header) = sender.event_type.value() {
            simulator = simulator.event_type(&vector.headers[*header]);
        }
        if let Some(header) = scheme.id_header {
            simulator = simulator.message_id(&vector.headers[&header]);
        }
        let at = UnixTime::from_secs(vector.at.unwrap_or_default());
        let sent = simulator.send(at, vector.body.clone());
        for (name, value) in &vector.headers {
            // Stripe's test mode adds a signature of another version.
            let value = value.split(",v0=").next();
            assert_eq!(sent.header(name), value, "{}", sender.name);
        }
        assert_eq!(sent.body, vector.body, "{}", sender.name);
        assert_eq!(sent.headers.len(), vector.headers.len(), "{}", sender.name);
        let unsigned = sent.unsigned();
        assert!(unsigned.header(&scheme.signature_header).is_none());
    }
}

/// The verdict on what was sent, at the endpoint of its sender.
async fn verdict(sender: &KnownSender, secret: &Secret, sent: Sent, clock: &FakeClock) -> Verdict {
    let timer: Arc<dyn Timer> = Arc::new(clock.clone());
    let judge = Receiver::new("presets", Preset::of(sender, secret.clone()))
        .clock(clock.clone())
        .judge()
        .unwrap();
    let head = Head::new("POST", "/", &sent.headers);
    let judged = judge.admit(head, Some(sent.body), &timer).await?;
    let admitted = judged.admitted().unwrap();
    let event = admitted.first();
    Ok((
        *event.event_key(),
        event.event_type().map(|it| it.as_str().to_owned()),
    ))
}

type Verdict = Result<(EventKey, Option<String>), Rejection>;

#[tokio::test]
async fn each_preset_takes_what_its_sender_sends_and_nothing_that_is_wrong() {
    let now = UnixTime::from_secs(1_700_000_000);
    let clock = FakeClock::at(now);
    let secret = Secret::utf8("a secret of both ends").unwrap();
    for sender in presets() {
        let sample = sender.sample.unwrap();
        let event_type = sample.types[0];
        let body = sample.body_of(event_type, SampleId::from_bits(7), now);
        let simulator = PresetSimulator::of(sender, secret.expose());
        let sent = simulator.send(now, body.clone());
        let right = verdict(sender, &secret, sent.clone(), &clock)
            .await
            .unwrap();

        let unsigned = verdict(sender, &secret, sent.clone().unsigned(), &clock).await;
        assert_eq!(
            unsigned,
            Err(Rejection::MissingSignature),
            "{}",
            sender.name
        );
        let tampered = sent.clone().with_tampered_body();
        let tampered = verdict(sender, &secret, tampered, &clock).await;
        assert_eq!(
            tampered,
            Err(Rejection::SignatureMismatch),
            "{}",
            sender.name
        );
        let other_key = Secret::utf8("a secret of somebody else").unwrap();
        let other_key = verdict(sender, &other_key, sent.clone(), &clock).await;
        assert_eq!(
            other_key,
            Err(Rejection::SignatureMismatch),
            "{}",
            sender.name
        );

        // A further attempt is the same event, however it is dated.
        let later = now.saturating_add(Duration::from_secs(20));
        let again = simulator.send(later, body.clone());
        let again = verdict(sender, &secret, again, &clock).await.unwrap();
        assert_eq!(again, right, "{}", sender.name);
        let long_ago = now.saturating_sub(Duration::from_secs(301));
        let stale = verdict(sender, &secret, simulator.send(long_ago, body), &clock).await;
        let profile = Preset::of(sender, secret.clone()).profile();
        match profile.time {
            TimeKind::SentAt => {
                let is_too_old = matches!(stale, Err(Rejection::TimestampTooOld { .. }));
                assert!(is_too_old, "{}: {stale:?}", sender.name);
            }
            _ => assert!(stale.is_ok(), "{}", sender.name),
        }
    }
}

#[test]
fn a_row_of_a_pack_of_its_own_makes_no_preset() {
    for name in ["idcloud", "unico-check", "facephi"] {
        let preset = Preset::of(known::find(name).unwrap(), Secret::utf8("k").unwrap());
        let built = Receiver::new("hook", preset).judge().map(|_| ());
        assert!(
            matches!(built, Err(BuildError::Pack(_))),
            "{name}: {built:?}"
        );
    }
}

#[tokio::test]
async fn a_signed_time_is_checked_and_a_missing_one_is_not() {
    for vector in presets().flat_map(|sender| vectors(sender.name)) {
        let sent_at = vector.delivery().await.sent_at();
        if vector.preset().profile().time == TimeKind::NotSigned {
            assert_eq!(sent_at, None, "{}", vector.preset);
            continue;
        }
        let at = UnixTime::from_secs(vector.at.unwrap());
        assert_eq!(sent_at, Some(at), "{}", vector.preset);
        let late = Vector {
            at: vector.at.map(|at| at + 301),
            ..vector
        };
        let refused = late.admit().await.err();
        assert!(matches!(refused, Some(Rejection::TimestampTooOld { .. })));
    }
}

#[tokio::test]
async fn a_type_is_signed_or_claimed_never_both() {
    let types = [
        ("github", [(None, Some("ping"))].as_slice()),
        ("shopify", &[(None, Some("orders/create"))]),
        ("slack", &[(None, None), (Some("event_callback"), None)]),
        ("stripe", &[(Some("setup_intent.created"), None)]),
        ("linear", &[(Some("Comment"), None)]),
    ];
    for (preset, expected) in types {
        for (vector, (signed, claimed)) in vectors(preset).iter().zip(expected) {
            let delivery = vector.delivery().await;
            assert_eq!(delivery.event_type(), *signed, "{preset}");
            let claim = delivery.claimed_type();
            assert_eq!(claim.map(|claim| *claim.trust_unsigned()), *claimed);
        }
    }
}

#[tokio::test]
async fn what_nothing_signs_makes_no_new_event() {
    for (preset, header) in [
        ("github", "x-github-event"),
        ("github", "x-github-delivery"),
        ("shopify", "x-shopify-topic"),
        ("shopify", "x-shopify-webhook-id"),
        ("shopify", "x-shopify-event-id"),
        ("slack", "x-slack-retry-num"),
        ("linear", "linear-delivery"),
        ("linear", "linear-event"),
    ] {
        for vector in vectors(preset) {
            let changed = vector.with_header(header, "another");
            assert_eq!(vector.key().await, changed.key().await, "{header}");
        }
    }
    // The body says whether it is JSON or a form: the media type is not signed.
    for vector in vectors("slack") {
        for media_type in ["application/json", "application/x-www-form-urlencoded"] {
            let changed = vector.with_header("content-type", media_type);
            assert_eq!(vector.key().await, changed.key().await, "{media_type}");
        }
    }
}

fn stripe(body: &str) -> Vector {
    let vector = vectors("stripe").remove(0);
    let at = vector.at.unwrap();
    vector.resigned(
        "stripe-signature",
        &format!("t={at},v1="),
        &format!("{at}.{body}"),
        body,
    )
}

#[tokio::test]
async fn stripes_events_are_told_apart_by_their_id_or_else_their_bytes() {
    let first = stripe(r#"{"id":"evt_1","pending_webhooks":2}"#).key().await;
    let retry = stripe(r#"{"pending_webhooks":1,"id":"evt_1"}"#).key().await;
    let other = stripe(r#"{"id":"evt_2","pending_webhooks":2}"#).key().await;
    assert_eq!(first, retry);
    assert_ne!(first, other);

    let bare = stripe(r#"{"object":"event"}"#).key().await;
    assert_eq!(bare, stripe(r#"{"object":"event"}"#).key().await);
    assert_ne!(bare, stripe(r#"{"object": "event"}"#).key().await);
    let nested = stripe(r#"{"data":{"id":"evt_1"}}"#).key().await;
    assert_ne!(first, nested);
}

#[tokio::test]
async fn an_id_that_stands_twice_is_refused() {
    let twice = stripe(r#"{"id":"evt_1","id":"evt_2"}"#);
    let refused = twice.admit().await.err();
    assert!(matches!(refused, Some(Rejection::Undecodable(_))));
}

#[tokio::test]
async fn stripes_signatures_of_other_versions_count_for_nothing() {
    let vector = vectors("stripe").remove(0);
    let header = vector.headers["stripe-signature"].clone();
    let only_v0 = header.replace("v0=", "was-v0=").replace("v1=", "v0=");
    let refused = vector
        .with_header("stripe-signature", &only_v0)
        .admit()
        .await;
    assert!(matches!(
        refused.err(),
        Some(Rejection::MalformedSignature(_))
    ));
    let rotated = header.replace("v1=", &format!("v1={},v1=", "0".repeat(64)));
    assert!(
        vector
            .with_header("stripe-signature", &rotated)
            .admit()
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn slacks_forms_arrive_as_they_came() {
    let vector = vectors("slack").remove(0);
    let Payload::Unrecognized { raw, .. } = vector.delivery().await.into_event() else {
        panic!("a form is no JSON");
    };
    assert_eq!(raw, vector.body);
    let text = vector.with_header("content-type", "text/plain");
    assert_eq!(
        text.admit().await.err(),
        Some(Rejection::UnsupportedMediaType)
    );
}

#[tokio::test]
async fn copies_are_remembered_longer_than_they_come() {
    for sender in presets() {
        let (receiver, ..) = vectors(sender.name).remove(0).admit().await.unwrap();
        let horizon = match receiver.profile().retries {
            Retries::For(horizon) => horizon,
            _ => Duration::ZERO,
        };
        assert!(receiver.retention() > horizon, "{}", sender.name);
    }
}

fn linear(body: &str) -> Vector {
    vectors("linear")
        .remove(0)
        .resigned("linear-signature", "", body, body)
}

#[tokio::test]
async fn attempts_of_linear_that_differ_in_their_time_alone_are_one_event() {
    let at = 1_677_611_643;
    let first = linear(&format!(
        r#"{{"type":"Issue","data":{{"id":"a"}},"webhookTimestamp":{at}000}}"#
    ));
    let again = linear(&format!(
        r#"{{"type":"Issue","data":{{"id":"a"}},"webhookTimestamp":{}500}}"#,
        at + 61
    ));
    let first_in_body = linear(&format!(
        r#"{{"webhookTimestamp":{at}001,"type":"Issue","data":{{"id":"a"}}}}"#
    ));
    let key = first.key().await;
    assert_eq!(key, again.key().await);
    assert_eq!(key, first_in_body.key().await);
    assert_eq!(
        key,
        linear(r#"{"type":"Issue","data":{"id":"a"}}"#).key().await
    );

    for other in [
        r#"{"type":"Issue","data":{"id":"b"},"webhookTimestamp":1677611643000}"#,
        r#"{"type":"Issue","data":{"id":"a","webhookTimestamp":1},"webhookTimestamp":1677611643000}"#,
        r#"{"type":"Comment","data":{"id":"a"},"webhookTimestamp":1677611643000}"#,
    ] {
        assert_ne!(key, linear(other).key().await, "{other}");
    }
}

#[tokio::test]
async fn a_time_of_the_attempt_in_the_body_is_one_or_refused() {
    let with = |time: &str| linear(&format!(r#"{{"type":"Issue","webhookTimestamp":{time}}}"#));
    let at = UnixTime::from_millis(1_677_611_643_500);
    for time in ["1677611643500", "\"1677611643500\""] {
        assert_eq!(with(time).delivery().await.sent_at(), Some(at), "{time}");
    }
    // There is none.
    for time in ["null", "\"\"", "0"] {
        assert_eq!(with(time).delivery().await.sent_at(), None, "{time}");
    }
    for time in [
        "1677611643.5",
        "1.6e12",
        "\"2023-02-28T19:14:03Z\"",
        "{}",
        "true",
        "1677611643500,\"webhookTimestamp\":1677611643500",
    ] {
        let refused = with(time).admit().await.err();
        assert_eq!(refused, Some(Rejection::MalformedTimestamp), "{time}");
    }
    let refused = with("1677611943001").admit().await.err();
    assert!(matches!(refused, Some(Rejection::TimestampInFuture { .. })));
    // Seconds in the place of milliseconds are January 1970.
    let refused = with("1677611643").admit().await.err();
    assert!(matches!(refused, Some(Rejection::TimestampTooOld { .. })));
}

#[test]
fn a_time_of_the_attempt_is_written_into_the_body_that_is_sent() {
    let at = UnixTime::from_millis(1_700_000_000_123);
    let linear = PresetSimulator::linear("secret");
    for (given, sent) in [
        (
            r#"{"a": 1, "webhookTimestamp": 5}"#,
            r#"{"a": 1, "webhookTimestamp": 1700000000123}"#,
        ),
        (
            r#"{"webhookTimestamp":"5","a":1}"#,
            r#"{"webhookTimestamp":1700000000123,"a":1}"#,
        ),
        (r#"{"a":1}"#, r#"{"a":1,"webhookTimestamp":1700000000123}"#),
        (r#"{ } "#, r#"{ "webhookTimestamp":1700000000123}"#),
        ("no JSON", "no JSON"),
        ("[1]", "[1]"),
    ] {
        assert_eq!(linear.send(at, given).body, sent);
    }
}
