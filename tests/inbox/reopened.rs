//! What a worker reads again: the verdict is the accept's, whatever has changed since.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use hookgate::{
    Ack, Delivery, Keyring, Nack, Receiver, ReceiverBuilder, Secret,
    access::ApiKey,
    cloudevents::{BATCH_JSON, CloudEvent, Mode, Tolerance},
    dedup::{DedupStore, State},
    inbox::{Filter, Inbox, MemoryInbox},
    json::{Json, Payload},
    keys::JwsAlgorithm,
    pack::Scheme,
    providers::{
        cloudevents::CloudEvents,
        logto::{Event, EventName, Logto},
        preset::Preset,
    },
    schemes::{JwtBodyHashConfig, OneTimeTokenConfig, SchemeConfig, SnsConfig},
    simulator::{Sent, Signer},
    testing::FakeClock,
    worker::Worker,
};
use tokio::sync::watch;

use super::works::Works;
use crate::props::{
    Call, Log, ScriptedStore, Stage, logto, now,
    sns::{OWN, TOPIC, certificate},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

/// Its key was replaced, its time is outside the window, nobody is interested in its type any more, and its pack identifies
/// it by other parts.
#[tokio::test]
async fn what_was_accepted_is_handled_under_its_key_whatever_has_changed() {
    let log = Log::begin();
    let works = Works::new().await;
    assert_eq!(works.stage.send(&logto::event(1)).await.status, 200);
    let listed = works.inbox.list(&Filter::all(), None, 2).await.unwrap();
    let key = listed.rows[0].key;
    works.stage.clock.advance(10 * DAY);

    let other = Secret::utf8("another key of some length").unwrap();
    let pack = Logto::new(other)
        .merge_hooks()
        .interested_in([EventName::PostSignIn]);
    let clock = works.stage.clock.clone();
    let receiver = Receiver::new("test", pack)
        .inbox_for_tests(works.inbox.clone())
        .clock(clock.clone())
        .timer(clock.clone())
        .build()
        .unwrap();
    let handled = Arc::<Mutex<Vec<_>>>::default();
    let seen = handled.clone();
    let handler = move |delivery: Delivery<Event>| {
        let was = (*delivery.event_key(), delivery.payload().to_vec());
        seen.lock().unwrap().push(was);
        async { Ok::<_, Nack>(Ack::processed()) }
    };
    let worker = Worker::new(works.inbox.clone()).clock(clock);
    works.start(worker.handle(&receiver, handler));
    works.pass_until(|| works.inbox.is_empty()).await;
    assert_eq!(
        *handled.lock().unwrap(),
        [(key, logto::body(1).into_bytes())]
    );
    assert!(log.text().contains("gives this stored event another key"));
    let mark = works.inbox.look(&key).await.unwrap();
    assert!(matches!(mark, State::Done), "{mark:?}");
}

/// A token, the certificate of a message, a time with a token of its own: what was proved stays proved.
#[tokio::test]
async fn what_was_accepted_is_handled_after_its_proof_has_ended() {
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    let token = JwtBodyHashConfig::member([JwsAlgorithm::Hs256], "/token")
        .needs_claim("/event")
        .expires();
    let once = OneTimeTokenConfig::new("/time", "/token", 16, "/mac");
    let secret = || Keyring::from(Secret::utf8(SECRET).unwrap());
    let by_root: Keyring = certificate(&OWN.by_root).into();
    let cases: [(SchemeConfig, &str, Keyring); 3] = [
        (token.into(), SECRET, secret()),
        (once.into(), SECRET, secret()),
        (SnsConfig::new([TOPIC]).into(), &OWN.private_key, by_root),
    ];
    for (config, signs, keys) in cases {
        let clock = FakeClock::at(now());
        let inbox = MemoryInbox::with_clock(9, clock.clone());
        let scheme: Box<dyn Scheme> = config.clone().try_into().unwrap();
        let pack = Preset::custom("acme", scheme, keys)
            .with_profile(|profile| profile.media_types = &["application/json"]);
        let store = ScriptedStore::new(&clock);
        let stage = Stage::on(pack, clock.clone(), store, |builder| {
            builder.inbox_for_tests(inbox.clone())
        })
        .await;
        let signer = Signer::new(config.clone(), signs).unwrap();
        let sent = Sent::post("/hook", "application/json", r#"{"event":"e"}"#);
        let accepted = Call::of(&signer.sign(sent, "m-1", now()).unwrap());
        assert_eq!(stage.send(&accepted).await.status, 200, "{config:?}");
        assert_eq!(inbox.len(), 1, "{config:?}");

        // Behind the end of the certificate.
        clock.advance(21 * 365 * DAY);
        assert_eq!(stage.send(&accepted).await.status, 401, "{config:?}");
        let handled = Arc::<Mutex<usize>>::default();
        let seen = handled.clone();
        let handler = move |_: Delivery<Payload<Json>>| {
            *seen.lock().unwrap() += 1;
            async { Ok::<_, Nack>(Ack::processed()) }
        };
        let works = Works {
            stage,
            inbox,
            script: Arc::default(),
            stop: watch::Sender::new(false),
        };
        let worker = Worker::new(works.inbox.clone()).clock(clock);
        works.start(worker.handle(&works.stage.receiver, handler));
        works.pass_until(|| works.inbox.is_empty()).await;
        assert_eq!(*handled.lock().unwrap(), 1, "{config:?}");
    }
}

/// Its attributes are headers, whose names are the sender's.
#[tokio::test]
async fn a_cloud_event_in_binary_mode_is_kept_with_its_attributes_and_without_its_credentials() {
    const KEY: &str = "the key that a broker shows";
    let clock = FakeClock::at(now());
    let inbox = MemoryInbox::with_clock(100, clock.clone());
    let pack = CloudEvents::by_access().modes([Mode::Binary]);
    let stage = Stage::of(pack, |builder| {
        let builder = builder.clock(clock.clone()).timer(clock.clone());
        let builder = builder.access(ApiKey::header("ce-key", KEY));
        builder.inbox_for_tests(inbox.clone())
    })
    .await;
    let works = Works {
        stage: Stage { clock, ..stage },
        inbox,
        script: Arc::default(),
        stop: watch::Sender::new(false),
    };
    let call = Call::post("/hook", r#"{"n":1}"#)
        .with("ce-key", KEY)
        .with("ce-specversion", "1.0")
        .with("ce-type", "t")
        .with("ce-source", "/s")
        .with("ce-id", "1")
        .with("ce-level", "%C3%A9");
    assert_eq!(works.stage.send(&call).await.status, 200);
    let handled = Arc::<Mutex<Vec<_>>>::default();
    let seen = handled.clone();
    let handler = move |delivery: Delivery<CloudEvent<Json>>| {
        let event = delivery.event();
        let attributes = event.attributes().unwrap();
        let extensions: Vec<_> = attributes.extensions.iter().collect();
        let extensions = extensions
            .iter()
            .map(|(name, value)| format!("{name} {}", value.get()));
        let data = event.known().unwrap().get().to_owned();
        let was = (attributes.id.clone(), extensions.collect::<Vec<_>>(), data);
        seen.lock().unwrap().push(was);
        async { Ok::<_, Nack>(Ack::processed()) }
    };
    let worker = Worker::new(works.inbox.clone()).clock(works.stage.clock.clone());
    works.start(worker.handle(&works.stage.receiver, handler));
    works.pass_until(|| works.inbox.is_empty()).await;
    let level = "level \"é\"".to_owned();
    assert_eq!(
        *handled.lock().unwrap(),
        [("1".to_owned(), vec![level], r#"{"n":1}"#.to_owned())]
    );
}

/// A batch of 100 would take up 100 times its size if each event were kept with all of it. One that could not be read when it
/// came is kept whole, and its events alone once it can.
#[tokio::test]
async fn the_events_of_a_batch_are_kept_alone_and_handled_as_they_came() {
    const EVENTS: usize = 100;
    const KEY: &str = "the key that a broker shows";
    let clock = FakeClock::at(now());
    let inbox = MemoryInbox::with_clock(2 * EVENTS, clock.clone());
    let set = |builder: ReceiverBuilder| {
        let builder = builder.clock(clock.clone()).timer(clock.clone());
        let builder = builder.access(ApiKey::header("x-api-key", KEY));
        builder.inbox_for_tests(inbox.clone())
    };
    let pack = || CloudEvents::by_access().modes([Mode::Batch]);
    let stage = Stage::of(pack(), set).await;
    let works = Works {
        stage: Stage {
            clock: clock.clone(),
            ..stage
        },
        inbox: inbox.clone(),
        script: Arc::default(),
        stop: watch::Sender::new(false),
    };
    let padding = "x".repeat(940);
    let batch = |version: &str| {
        let event = |n| {
            format!(
                r#"{{"specversion":"{version}","type":"t","source":"/{version}","id":"{n}","data":"{padding}"}}"#
            )
        };
        (0..EVENTS).map(event).collect::<Vec<_>>()
    };
    let call = |events: &[String]| {
        Call::post("/hook", format!(" [{}\n] ", events.join(" ,\n")))
            .with("content-type", BATCH_JSON)
            .with("x-api-key", KEY)
    };
    let (events, old) = (batch("1.0"), batch("0.3"));
    assert_eq!(works.stage.send(&call(&events)).await.status, 200);
    let kept = || async {
        let page = inbox.list(&Filter::all(), None, 2 * EVENTS).await.unwrap();
        let mut bytes = Vec::new();
        for row in page.rows {
            let kept = inbox.read(&row.key).await.unwrap().unwrap();
            bytes.push(kept.payload.len());
        }
        bytes
    };
    let sizes = kept().await;
    assert_eq!(sizes.len(), EVENTS);
    let whole = call(&events).body.len();
    assert!(
        sizes.iter().sum::<usize>() < whole * 3 / 2,
        "{sizes:?} of {whole}"
    );

    // The version is not known yet: one row, with all of it.
    assert_eq!(works.stage.send(&call(&old)).await.status, 200);
    assert_eq!(kept().await.len(), EVENTS + 1);

    let handled = Arc::<Mutex<Vec<_>>>::default();
    let seen = handled.clone();
    let handler = move |delivery: Delivery<CloudEvent<Json>>| {
        let payload = String::from_utf8(delivery.payload().to_vec()).unwrap();
        seen.lock().unwrap().push((*delivery.event_key(), payload));
        async { Ok::<_, Nack>(Ack::processed()) }
    };
    let tolerant = pack().tolerate([Tolerance::Version03]);
    let receiver = set(Receiver::new("test", tolerant)).build().unwrap();
    let dead = works.dead_letters().await;
    assert_eq!(dead.len(), 1);
    assert!(
        inbox
            .replay(&dead[0].key, "the version is known now")
            .await
            .unwrap()
    );
    let worker = Worker::new(inbox.clone()).clock(clock.clone());
    works.start(worker.handle(&receiver, handler));
    works
        .pass_until(|| handled.lock().unwrap().len() == 2 * EVENTS && inbox.is_empty())
        .await;
    let mut handled = handled.lock().unwrap().clone();
    let keys: BTreeSet<_> = handled.iter().map(|(key, _)| key.to_string()).collect();
    assert_eq!(keys.len(), 2 * EVENTS);
    handled.sort_by(|one, other| one.1.cmp(&other.1));
    let mut came: Vec<_> = events.into_iter().chain(old).collect();
    came.sort();
    let payloads: Vec<_> = handled.into_iter().map(|(_, payload)| payload).collect();
    assert_eq!(payloads, came);
}
