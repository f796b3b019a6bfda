//! What a worker reads again: the verdict is the accept's, whatever has changed since.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use hookgate::{
    Ack, Delivery, Keyring, Nack, Receiver, Secret,
    access::ApiKey,
    cloudevents::{CloudEvent, Mode},
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
