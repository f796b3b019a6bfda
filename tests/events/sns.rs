//! Amazon SNS on the road: real HTTP, certificates of a mirror on the own machine, a fake clock.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use hookgate::{
    BuildError, Receiver, UnixTime,
    dedup::MemoryStore,
    framework::Judgement,
    json::Payload,
    keys::VerifyingKey,
    pack::Head,
    providers::{
        known,
        preset::Preset,
        sns::{AmazonSns, Notification, SnsCertificates, SnsSimulator},
    },
    schemes::SnsSignature,
    testing::FakeClock,
};
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::Level;

use crate::props::{
    Call, Issuer, Log, On, Says, ScriptedStore, Stage, event_key, now,
    sns::{OWN, TOPIC, certificate, genuine},
    soon, until,
};

const STORE_TIMEOUT: Duration = Duration::from_secs(2);
const FRESH: Duration = Duration::from_secs(24 * 3600);
const ID: &str = "26858270-545e-5848-82a2-e05566af3dcf";

fn call(body: impl Into<String>) -> Call {
    Call::post("/hook", body.into()).with("content-type", "text/plain; charset=UTF-8")
}

fn message(name: &str) -> Call {
    call(&*OWN.taken[name])
}

/// `body` with another member.
fn with(body: &str, name: &str, value: impl Into<Value>) -> String {
    let mut body: Value = serde_json::from_str(body).unwrap();
    body[name] = value.into();
    body.to_string()
}

/// What SNS sends of its own topic, naming this certificate.
fn naming(id: &str, certificate: &str) -> Call {
    let url =
        format!("https://sns.us-west-2.amazonaws.com/SimpleNotificationService-{certificate}.pem");
    let sns = SnsSimulator::new(TOPIC, &OWN.private_key).unwrap();
    let sent = sns.certificate_url(url).notification(id, now(), "Hello");
    Call::of(&sent.unwrap())
}

/// A receiver whose certificates come from a mirror on the own machine.
struct Scene {
    mirror: Issuer,
    stage: Stage,
}

impl Scene {
    async fn new(says: Says) -> Self {
        Self::under(SnsCertificates::trusting_the_fetch(), says).await
    }

    async fn under(certificates: SnsCertificates, says: Says) -> Self {
        let mirror = Issuer::start(says).await;
        let clock = FakeClock::at(now());
        let certificates = certificates
            .clock(clock.clone())
            .mirror(format!("http://{}/sns", mirror.addr));
        let pack = AmazonSns::new([TOPIC], certificates);
        let store = ScriptedStore::new(&clock);
        let stage = Stage::on(pack, clock, store, |builder| builder).await;
        Self { mirror, stage }
    }

    async fn status(&self, call: &Call) -> u16 {
        self.stage.send(call).await.status
    }

    fn says(&self, pem: &str) {
        self.mirror.says(pem_of(pem));
    }
}

fn pem_of(pem: &str) -> Says {
    Says::Set(pem.to_owned(), None)
}

#[tokio::test]
async fn a_message_is_verified_by_the_certificate_that_it_names_which_is_fetched_once() {
    let scene = Scene::new(pem_of(&OWN.by_root)).await;
    assert_eq!(scene.status(&message("plain")).await, 200);
    let seen = scene.stage.script.last();
    assert_eq!(seen.key_id, "0".repeat(32));
    assert_eq!(seen.event_type.as_deref(), Some("Notification"));
    assert_eq!(seen.signed_id.as_deref(), Some(ID));
    // What nothing signs is not in the body that the handler gets.
    let body: Value = serde_json::from_slice(&seen.raw).unwrap();
    assert_eq!(body.as_object().unwrap().len(), 5);
    assert_eq!(body["Message"], "Hello");

    // The message's id identifies it, and nothing else does.
    assert_eq!(scene.status(&message("subject")).await, 200);
    assert_eq!(scene.stage.script.runs(), 1);
    let other = naming("another", &"0".repeat(32));
    assert_eq!(scene.status(&other).await, 200);
    assert_eq!(scene.stage.script.runs(), 2);
    let file = format!("/sns/SimpleNotificationService-{}.pem", "0".repeat(32));
    assert_eq!(scene.mirror.asked(), [file.as_str()]);

    scene.stage.clock.advance(FRESH);
    let next = naming("the next day", &"0".repeat(32));
    assert_eq!(scene.status(&next).await, 200);
    assert_eq!(scene.mirror.fetches(), 2);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_had_is_503_within_bounds_and_had_when_it_can() {
    let html = "<html>captive portal</html>";
    let two = format!("{}{}", OWN.by_root, "x".repeat(64 * 1024));
    for (what, says) in [
        ("down", Says::HangsUp),
        ("its status", Says::Status("500 Internal Server Error")),
        ("its status", Says::Status("403 Forbidden")),
        ("a redirect", Says::Redirect),
        ("its length", Says::TenMegabytes),
        ("no length", Says::Endless),
        ("a little too long", Says::Set(two, None)),
        ("another type", Says::Set(html.to_owned(), None)),
        ("nothing", Says::Set(String::new(), None)),
        ("a key", Says::Set(OWN.private_key.clone(), None)),
        (
            "a certificate and a key",
            Says::Set(OWN.by_root.clone() + &OWN.private_key, None),
        ),
        (
            "a broken one",
            Says::Set(OWN.by_root.replace("MII", "MIJ"), None),
        ),
        ("a short key", pem_of(&OWN.weak)),
        ("another name", pem_of(&OWN.other_name)),
    ] {
        let log = Log::begin();
        let scene = Scene::new(says).await;
        let reply = scene.stage.send(&message("plain")).await;
        assert_eq!(reply.status, 503, "{what}");
        assert!(reply.header("retry-after").is_some(), "{what}");
        assert_eq!(scene.stage.script.runs(), 0, "{what}");
        assert_eq!(scene.stage.store.count(On::Claim), 0, "{what}");
        assert_eq!(scene.mirror.fetches(), 1, "{what}: no redirect is followed");
        assert!(scene.mirror.written() < 8 << 20, "{what}");
        let lines = log.with("no certificate");
        assert_eq!(lines.len(), 1, "{what}");
        assert_eq!(lines[0].0, Level::ERROR, "{what}");
        assert!(lines[0].1.contains("sns.us-west-2.amazonaws.com"), "{what}");
        scene.says(&OWN.by_root);
        assert_eq!(scene.status(&message("plain")).await, 200, "{what}");
    }
}

#[tokio::test]
async fn a_certificate_that_comes_too_slowly_is_given_up() {
    let scene = Scene::new(Says::StopsHalfway).await;
    let sending = scene.stage.sending(&message("plain"));
    until("it is half answered", || scene.mirror.fetches() == 1).await;
    until("somebody waits", || scene.stage.clock.sleepers() > 0).await;
    scene.stage.clock.advance(STORE_TIMEOUT);
    assert_eq!(soon(sending).await.unwrap().status, 503);
    scene.says(&OWN.by_root);
    assert_eq!(scene.status(&message("plain")).await, 200);
}

#[tokio::test]
async fn a_certificate_that_does_not_exist_is_401_and_remembered_for_a_while() {
    let scene = Scene::new(Says::Status("404 Not Found")).await;
    for _ in 0..3 {
        assert_eq!(scene.status(&message("plain")).await, 401);
    }
    assert_eq!(scene.mirror.fetches(), 1);
    scene.says(&OWN.by_root);
    scene.stage.clock.advance(Duration::from_secs(10));
    assert_eq!(scene.status(&message("plain")).await, 200);
}

#[tokio::test]
async fn a_certificate_out_of_its_dates_is_401() {
    for pem in [&OWN.ended, &OWN.not_begun] {
        let scene = Scene::new(pem_of(pem)).await;
        assert_eq!(scene.status(&message("plain")).await, 401);
        assert_eq!(scene.stage.script.runs(), 0);
    }
}

#[tokio::test]
async fn nothing_is_fetched_for_what_cannot_be_a_message_of_ours() {
    let scene = Scene::new(pem_of(&OWN.by_root)).await;
    let right = &OWN.taken["plain"];
    let at = "https://sns.us-west-2.amazonaws.com";
    let addr = scene.mirror.addr;
    for url in [
        format!(
            "http://{addr}/SimpleNotificationService-{}.pem",
            "0".repeat(32)
        ),
        format!(
            "https://{addr}/SimpleNotificationService-{}.pem",
            "0".repeat(32)
        ),
        format!(
            "https://sns.us-west-2.amazonaws.com@{addr}/SimpleNotificationService-{}.pem",
            "0".repeat(32)
        ),
        format!("{at}/SimpleNotificationService-{}.pem?", "0".repeat(32)),
        format!("{at}/../SimpleNotificationService-{}.pem", "0".repeat(32)),
        format!("{at}/SimpleNotificationService-{}.pem", "0".repeat(31)),
        "file:///etc/passwd".to_owned(),
        String::new(),
    ] {
        let body = with(right, "SigningCertURL", url.clone());
        assert_eq!(scene.status(&call(body)).await, 401, "{url}");
    }
    let mut wrong: Vec<String> = OWN.refused.values().cloned().collect();
    // Whose signature is wrong can be known by a certificate alone.
    wrong.retain(|body| {
        let forged = ["another key", "a digest of the other version"];
        forged.iter().all(|name| OWN.refused[*name] != *body)
    });
    wrong.push(OWN.taken["sha1"].clone());
    wrong.push(with(right, "Signature", "AAAA"));
    wrong.push(with(right, "Signature", Value::Null));
    for body in wrong {
        assert_eq!(scene.status(&call(&*body)).await, 401, "{body}");
    }
    let of_json = call(&**right).with("content-type", "text/html");
    assert_eq!(scene.status(&of_json).await, 415);
    assert_eq!(scene.mirror.fetches(), 0);
    for body in [
        &OWN.refused["another key"],
        &OWN.refused["a digest of the other version"],
    ] {
        assert_eq!(scene.status(&call(&**body)).await, 401);
    }
    assert_eq!(scene.stage.script.runs(), 0);
}

#[tokio::test]
async fn certificates_that_are_made_up_cost_few_fetches_and_keep_no_message_out() {
    let scene = Scene::new(pem_of(&OWN.by_root)).await;
    assert_eq!(scene.status(&message("plain")).await, 200);
    scene.mirror.says(Says::Status("404 Not Found"));
    let mut answers = Vec::new();
    for number in 1..=40 {
        answers.push(
            scene
                .status(&naming("made up", &format!("{number:032x}")))
                .await,
        );
    }
    assert_eq!(answers.iter().filter(|it| **it == 401).count(), 32);
    assert!(answers[32..].iter().all(|it| *it == 503));
    assert_eq!(scene.mirror.fetches(), 33);
    let known = naming("known", &"0".repeat(32));
    assert_eq!(scene.status(&known).await, 200);
}

#[tokio::test]
async fn under_named_authorities_a_certificate_of_another_one_is_refused() {
    let chain = format!("{}{}", OWN.by_middle, OWN.middle);
    let long = format!("{chain}{}", OWN.middle.repeat(8));
    for (authorities, served, status) in [
        (&OWN.root, &OWN.by_root, 200),
        (&OWN.root, &chain, 200),
        (&OWN.root, &OWN.by_middle, 503),
        (&OWN.middle, &OWN.by_middle, 200),
        (&OWN.middle, &OWN.by_root, 503),
        (&OWN.root, &OWN.by_stranger, 503),
        (&OWN.stranger, &OWN.by_stranger, 200),
        (&(OWN.stranger.clone() + &OWN.root), &OWN.by_root, 200),
        (&OWN.root, &OWN.ended, 503),
        (&OWN.root, &OWN.other_name, 503),
        (&OWN.root, &long, 503),
    ] {
        let scene = Scene::under(SnsCertificates::issued_by(authorities), pem_of(served)).await;
        assert_eq!(scene.status(&message("plain")).await, status);
    }
}

#[tokio::test]
async fn a_confirmation_is_verified_told_and_logged_and_runs_no_handler() {
    let log = Log::begin();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = asked.clone();
    let pack = AmazonSns::signed_by([genuine::TOPIC], certificate(genuine::pem()))
        .signature(SnsSignature::Sha1OrSha256)
        .on_confirmation(move |it| told.lock().unwrap().push(it.clone()));
    let clock = FakeClock::at(genuine::AT);
    let store = ScriptedStore::new(&clock);
    let stage = Stage::on(pack, clock, store, |builder| builder).await;
    let of = |name: &str| call(String::from_utf8(genuine::body(name)).unwrap());
    for name in ["subscription_confirmation", "unsubscribe_confirmation"] {
        assert_eq!(stage.send(&of(name)).await.status, 200, "{name}");
        let body = String::from_utf8(genuine::body(name)).unwrap();
        let forged = with(&body, "SubscribeURL", "https://attacker.tld/");
        assert_eq!(stage.send(&call(forged)).await.status, 401, "{name}");
    }
    let asked = asked.lock().unwrap().clone();
    assert_eq!(asked.len(), 2);
    assert!(asked[0].begins && !asked[1].begins);
    assert_eq!(asked[0].topic_arn, genuine::TOPIC);
    assert_eq!(asked[0].message_id, "f3f2fc87-c426-4c2f-9044-b55890c0939c");
    assert!(asked[0].subscribe_url.contains(&asked[0].token));
    assert_eq!(stage.script.runs(), 0);
    assert_eq!(stage.store.count(On::Claim), 0);
    let lines = log.with("a verified confirmation came");
    assert_eq!(lines.len(), 2);
    assert!(lines[0].1.contains("SubscriptionConfirmation"));
    // Who has the token can answer.
    let shown = format!("{}{:?}", log.text(), asked[0]);
    assert!(!shown.contains(&asked[0].token) && !shown.contains("Action="));

    // The notifications are events.
    assert_eq!(stage.send(&of("notification_v2")).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
    // A confirmation must be in the window too.
    stage.clock.advance(Duration::from_secs(8 * 24 * 3600));
    assert_eq!(
        stage.send(&of("subscription_confirmation")).await.status,
        401
    );
}

#[tokio::test]
async fn what_is_told_of_a_confirmation_may_panic() {
    let pack = AmazonSns::signed_by([TOPIC], certificate(&OWN.by_root))
        .on_confirmation(|_| panic!("of the application"));
    let stage = Stage::of(pack, |builder| builder).await;
    assert_eq!(stage.send(&call(&*OWN.confirmation)).await.status, 200);
    let message = message("plain");
    assert_eq!(stage.send(&message).await.status, 200);
}

#[tokio::test]
async fn a_confirmation_runs_no_handler_of_a_preset_with_the_scheme_either() {
    let scheme = hookgate::schemes::SnsConfig::new([TOPIC])
        .try_into()
        .unwrap();
    let scheme: hookgate::schemes::Sns = scheme;
    let pack = Preset::custom("acme", scheme, certificate(&OWN.by_root));
    let pack = pack.with_profile(|profile| profile.media_types = &["text/plain"]);
    let stage = Stage::of(pack, |builder| builder).await;
    assert_eq!(stage.send(&call(&*OWN.confirmation)).await.status, 200);
    assert_eq!(stage.script.runs(), 0);
    assert_eq!(stage.send(&message("plain")).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn a_message_that_is_too_old_to_be_remembered_or_ahead_is_refused() {
    let stage = Stage::of(pack(), |builder| builder).await;
    let sns = SnsSimulator::new(TOPIC, &OWN.private_key).unwrap();
    let at = |id: &str, at: UnixTime| Call::of(&sns.notification(id, at, "Hello").unwrap());
    let week = Duration::from_secs(7 * 24 * 3600 - 360);
    let second = Duration::from_secs(1);
    let oldest = now().saturating_sub(week);
    assert_eq!(stage.send(&at("1", oldest)).await.status, 200);
    assert_eq!(
        stage
            .send(&at("2", oldest.saturating_sub(second)))
            .await
            .status,
        401
    );
    let ahead = now().saturating_add(Duration::from_secs(300));
    assert_eq!(stage.send(&at("3", ahead)).await.status, 200);
    assert_eq!(
        stage
            .send(&at("4", ahead.saturating_add(second)))
            .await
            .status,
        401
    );
}

fn pack() -> AmazonSns {
    AmazonSns::signed_by([TOPIC], certificate(&OWN.by_root))
}

#[tokio::test]
async fn a_notification_is_typed_and_what_nothing_signs_is_apart() {
    #[derive(Deserialize)]
    struct Order {
        number: u32,
    }
    let judge = Receiver::new("sns", pack())
        .clock(FakeClock::at(now()))
        .judge()
        .unwrap();
    let sns = SnsSimulator::new(TOPIC, &OWN.private_key).unwrap();
    let sent = sns
        .subject("An order")
        .notification(ID, now(), r#"{"number":7}"#);
    let mut sent = sent.unwrap();
    let body = String::from_utf8(sent.body.to_vec()).unwrap();
    sent.body = with(&body, "MessageAttributes", json!({"kind": {"Value": "b"}})).into();
    let head = Head::new("POST", "/", &sent.headers);
    let judgement = judge.judge_at_once(head, sent.body.clone(), now()).unwrap();
    let Judgement::Believed(admitted) = judgement else {
        panic!("{judgement:?}");
    };
    let first = admitted.first();
    assert_eq!(
        first.event_key().to_string(),
        event_key("sns", "sns", &[ID])
    );
    let notification = first.event::<Notification>().unwrap();
    assert_eq!(notification.message_id, ID);
    assert_eq!(notification.topic_arn, TOPIC);
    assert_eq!(notification.subject.as_deref(), Some("An order"));
    assert_eq!(notification.published_at, now());
    assert_eq!(first.occurred_at(), Some(now()));
    assert!(matches!(
        notification.json::<Order>(),
        Payload::Known(Order { number: 7 })
    ));
    assert!(matches!(
        notification.json::<Vec<u8>>(),
        Payload::Unrecognized { .. }
    ));
    let beside = notification.beside.trust_unsigned();
    let url = beside.unsubscribe_url.as_deref().unwrap();
    assert!(url.contains("Action=Unsubscribe"));
    let attributes: Value = beside.message_attributes.as_ref().unwrap().parse().unwrap();
    assert_eq!(attributes["kind"]["Value"], "b");
    let shown = format!("{notification:?} {beside:?}");
    assert!(!shown.contains("number") && !shown.contains("An order") && !shown.contains("http"));
}

fn built(pack: AmazonSns) -> Result<Receiver, BuildError> {
    let store = MemoryStore::with_capacity(1);
    Receiver::new("sns", pack).dedup(store).build()
}

#[test]
fn what_cannot_be_right_is_refused_when_the_receiver_is_built() {
    let fetched = SnsCertificates::trusting_the_fetch;
    assert!(built(AmazonSns::new([TOPIC], fetched())).is_ok());
    assert!(built(AmazonSns::new([] as [&str; 0], fetched())).is_err());
    assert!(
        built(AmazonSns::new(
            ["arn:aws:sns:us-west-2:131990247566:*"],
            fetched()
        ))
        .is_err()
    );
    for mirror in [
        "http://mirror.example/",
        "ftp://127.0.0.1/",
        "https://a:b@mirror.example",
        "mirror",
    ] {
        assert!(
            built(AmazonSns::new([TOPIC], fetched().mirror(mirror))).is_err(),
            "{mirror}"
        );
    }
    for mirror in [
        "https://mirror.example/",
        "http://127.0.0.1:4566/_aws/sns",
        "http://localhost/",
    ] {
        assert!(
            built(AmazonSns::new([TOPIC], fetched().mirror(mirror))).is_ok(),
            "{mirror}"
        );
    }
    for authorities in ["", "no PEM", &*OWN.private_key] {
        let certificates = SnsCertificates::issued_by(authorities);
        assert!(built(AmazonSns::new([TOPIC], certificates)).is_err());
    }
    assert!(
        built(AmazonSns::new(
            [TOPIC],
            SnsCertificates::issued_by(&OWN.root)
        ))
        .is_ok()
    );
    assert!(built(AmazonSns::signed_by([TOPIC], certificate(&OWN.weak))).is_err());
    let ps256 = VerifyingKey::pem(&OWN.by_root, [hookgate::keys::JwsAlgorithm::Ps256]);
    assert!(built(AmazonSns::signed_by([TOPIC], ps256)).is_err());
    // The row alone knows no topics.
    let row = known::find("sns").unwrap();
    let preset = Preset::of(row, certificate(&OWN.by_root));
    let store = MemoryStore::with_capacity(1);
    assert!(Receiver::new("sns", preset).dedup(store).build().is_err());
}

/// What SNS asks, of its own topic, and whether the receiver has called `emulator`.
#[tokio::test]
async fn a_confirmation_is_called_only_where_that_was_named_and_its_address_is_that_of_sns() {
    let log = Log::begin();
    let emulator = Issuer::start(Says::Set("<ok/>".to_owned(), None)).await;
    let pack = |pack: fn(AmazonSns, String) -> AmazonSns| {
        let own = AmazonSns::signed_by([TOPIC], certificate(&OWN.by_root));
        pack(own, format!("http://{}/confirm", emulator.addr))
    };
    let stage_of = async |pack| {
        let clock = FakeClock::at(now());
        let store = ScriptedStore::new(&clock);
        Stage::on(pack, clock, store, |builder| builder).await
    };
    let sns = SnsSimulator::new(TOPIC, &OWN.private_key).unwrap();
    let begins = Call::of(&sns.subscription_confirmation(ID, now()).unwrap());
    let ends = Call::of(&sns.unsubscribe_confirmation(ID, now()).unwrap());

    let silent = stage_of(pack(|pack, _| pack)).await;
    assert_eq!(silent.send(&begins).await.status, 200);
    let calling = stage_of(pack(|pack, at| pack.confirm_by_call_at(at))).await;
    // Its address lacks topic and token.
    assert_eq!(calling.send(&call(&*OWN.confirmation)).await.status, 200);
    assert_eq!(log.with("its address is not that of SNS").len(), 1);
    assert_eq!(calling.send(&ends).await.status, 200);
    assert!(emulator.asked().is_empty());

    assert_eq!(calling.send(&begins).await.status, 200);
    until("the call", || {
        !log.with("was confirmed by a call").is_empty()
    })
    .await;
    let body: Value = serde_json::from_slice(&begins.body).unwrap();
    let query = format!(
        "/confirm?Action=ConfirmSubscription&TopicArn={TOPIC}&Token={}",
        body["Token"].as_str().unwrap()
    );
    assert_eq!(emulator.asked(), [query]);
    emulator.says(Says::Redirect);
    assert_eq!(calling.send(&begins).await.status, 200);
    until("the call", || !log.with("instead of 200").is_empty()).await;
    assert_eq!(emulator.asked().len(), 2);
    assert!(!log.text().contains(body["Token"].as_str().unwrap()));
}

/// A question that was captured can be sent again and again.
#[tokio::test]
async fn no_call_is_begun_unless_that_was_named_and_never_more_than_four_at_once() {
    let sns = SnsSimulator::new(TOPIC, &OWN.private_key).unwrap();
    let begins = Call::of(&sns.subscription_confirmation(ID, now()).unwrap());
    let ends = Call::of(&sns.unsubscribe_confirmation(ID, now()).unwrap());
    let begun = |pack: AmazonSns, call: &Call| {
        let judge = Receiver::new("sns", pack).clock(FakeClock::at(now()));
        let judge = judge.judge().unwrap();
        for _ in 0..6 {
            let head = Head::new(call.method.as_str(), "/", &call.headers);
            let judgement = judge.judge_at_once(head, call.body.clone(), now());
            assert!(matches!(judgement, Ok(Judgement::Answered(_))));
        }
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    let own = || AmazonSns::signed_by([TOPIC], certificate(&OWN.by_root));
    let calling = || own().confirm_by_call_at("http://127.0.0.1:1/");
    assert_eq!(begun(own(), &begins), 0);
    assert_eq!(begun(calling(), &ends), 0);
    assert_eq!(begun(calling(), &begins), 4);
}

#[test]
fn subscriptions_are_confirmed_over_https_or_on_the_own_machine() {
    let built = |address: &str| {
        let pack = AmazonSns::signed_by([TOPIC], certificate(&OWN.by_root));
        Receiver::new("sns", pack.confirm_by_call_at(address))
            .judge()
            .map(|_| ())
    };
    for bad in [
        "http://mirror.example/",
        "https://user@mirror.example/",
        "sns",
    ] {
        assert!(matches!(built(bad), Err(BuildError::Access(_))), "{bad}");
    }
    assert!(built("https://mirror.example/").is_ok());
}
