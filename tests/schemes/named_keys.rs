//! Keys that requests name and the application finds: when it is asked, for how long its answer counts, and what it costs
//! those who make names up.

use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hookgate::{
    BuildError, Key, Receiver, ReceiverBuilder, UnixTime,
    access::ApiKey,
    dedup::MemoryStore,
    keys::{JwsAlgorithm, VerifyingKey},
    pack::Provider,
    providers::{logto::Logto, preset::Preset},
    schemes::{
        HmacHeader, HmacHeaderConfig, PublicKeySignature, PublicKeySignatureConfig,
        SignatureEncoding, SignedRequest, SignedRequestConfig,
    },
    simulator::{Sent, Signer},
    tenants::{KeySourceError, NamedKeySource, NamedKeys},
};

use crate::props::{Call, Gate, Stage, now, until};

const FRESH: Duration = Duration::from_secs(5 * 60);
const UNKNOWN: Duration = Duration::from_secs(10);
const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

fn key() -> VerifyingKey {
    VerifyingKey::hex(KEY, [JwsAlgorithm::EdDsa])
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// That it has the key of this name.
    Has(&'static str),
    /// A key of this name that cannot verify anything.
    Broken(&'static str),
    Fails,
    Hangs,
}

/// Says what the test says, and counts.
#[derive(Clone)]
struct Source(Arc<Mutex<(Says, Vec<String>)>>);

impl Source {
    fn saying(says: Says) -> Self {
        Self(Arc::new(Mutex::new((says, Vec::new()))))
    }

    fn says(&self, says: Says) {
        self.0.lock().unwrap().0 = says;
    }

    fn asked(&self) -> usize {
        self.0.lock().unwrap().1.len()
    }
}

impl NamedKeySource for Source {
    async fn key(&self, name: &str) -> Result<Option<Key>, KeySourceError> {
        let says = {
            let mut said = self.0.lock().unwrap();
            said.1.push(name.to_owned());
            said.0
        };
        match says {
            Says::Has(known) => Ok((known == name).then(|| Key::public(name, key()))),
            Says::Broken(known) => {
                let broken = VerifyingKey::hex("00".repeat(32), [JwsAlgorithm::EdDsa]);
                Ok((known == name).then(|| Key::public(name, broken)))
            }
            Says::Fails => Err(KeySourceError::new("the table is locked")),
            Says::Hangs => pending().await,
        }
    }
}

fn config() -> PublicKeySignatureConfig {
    PublicKeySignatureConfig::new(JwsAlgorithm::EdDsa, "x-signature", SignatureEncoding::Hex)
        .key_id("x-key-id")
}

fn pack(source: &(impl NamedKeySource + Clone)) -> Preset {
    let scheme = PublicKeySignature::try_from(config()).unwrap();
    Preset::custom("acme", scheme, NamedKeys::new(source.clone()))
}

async fn stage(source: &(impl NamedKeySource + Clone)) -> Stage {
    Stage::of(pack(source), |builder| builder).await
}

/// `body`, signed by the one key, which is called `name`.
fn signed(name: &str, body: &str) -> Call {
    let signer = Signer::new(config(), const_hex::decode(SEED).unwrap()).unwrap();
    let sent = Sent::post("/hook", "application/json", body.to_owned());
    Call::of(&signer.key_id(name).sign(sent, "", now()).unwrap())
}

async fn status(stage: &Stage, call: &Call) -> u16 {
    stage.send(call).await.status
}

#[tokio::test]
async fn a_key_is_asked_for_once_and_again_when_it_is_no_longer_fresh() {
    let source = Source::saying(Says::Has("k1"));
    let stage = stage(&source).await;
    for body in ["[1]", "[2]", "[3]"] {
        assert_eq!(status(&stage, &signed("k1", body)).await, 200);
    }
    assert_eq!(stage.script.last().key_id, "k1");
    assert_eq!(source.asked(), 1);
    // A right name is no proof.
    let forged = signed("k1", "[1]").with("x-signature", "00".repeat(64));
    assert_eq!(status(&stage, &forged).await, 401);
    assert_eq!(source.asked(), 1);

    stage.clock.advance(FRESH);
    assert_eq!(status(&stage, &signed("k1", "[4]")).await, 200);
    assert_eq!(source.asked(), 2);
    // Withdrawn.
    source.says(Says::Has("k2"));
    stage.clock.advance(FRESH);
    assert_eq!(status(&stage, &signed("k1", "[5]")).await, 401);
    assert_eq!(stage.script.runs(), 4);
}

#[tokio::test]
async fn an_unknown_key_is_401_and_remembered_for_a_while() {
    let source = Source::saying(Says::Has("k1"));
    let stage = stage(&source).await;
    for _ in 0..3 {
        assert_eq!(status(&stage, &signed("k2", "[1]")).await, 401);
    }
    assert_eq!(source.asked(), 1);
    source.says(Says::Has("k2"));
    stage.clock.advance(UNKNOWN);
    assert_eq!(status(&stage, &signed("k2", "[1]")).await, 200);
    assert_eq!(source.asked(), 2);
}

#[tokio::test]
async fn a_source_that_fails_or_gives_what_cannot_be_a_key_is_503_and_asked_again() {
    let source = Source::saying(Says::Fails);
    let stage = stage(&source).await;
    let call = signed("k1", "[1]");
    let reply = stage.send(&call).await;
    assert_eq!(reply.status, 503);
    assert!(reply.header("retry-after").is_some());
    source.says(Says::Broken("k1"));
    assert_eq!(status(&stage, &call).await, 503);
    assert_eq!(stage.script.runs(), 0);
    source.says(Says::Has("k1"));
    assert_eq!(status(&stage, &call).await, 200);
    assert_eq!(source.asked(), 3);
    // What was found goes on until its time has come.
    source.says(Says::Fails);
    assert_eq!(status(&stage, &signed("k1", "[2]")).await, 200);
    stage.clock.advance(FRESH);
    assert_eq!(status(&stage, &signed("k1", "[3]")).await, 503);
}

#[tokio::test]
async fn a_source_that_hangs_is_503_within_the_limit() {
    let source = Source::saying(Says::Hangs);
    let stage = stage(&source).await;
    let sending = stage.sending(&signed("k1", "[1]"));
    while source.asked() == 0 {
        tokio::task::yield_now().await;
    }
    stage.pass(Duration::from_secs(2)).await;
    assert_eq!(sending.await.unwrap().status, 503);
}

#[tokio::test]
async fn only_what_has_passed_all_in_front_of_it_asks_for_a_key() {
    let source = Source::saying(Says::Has("k1"));
    let set = |builder: ReceiverBuilder| {
        let rule = ApiKey::header("x-api-key", "0f3c5d1e77ab");
        builder.access(rule).body_limit(64)
    };
    let stage = Stage::of(pack(&source), set).await;
    let call = |name: &str| signed(name, "[1]").with("x-api-key", "0f3c5d1e77ab");
    let long = signed("k1", &format!("[{}1]", " ".repeat(64)));
    for (wrong, expected) in [
        (call("k1").without("x-api-key"), 401),
        (call("k1").with("content-type", "text/plain"), 415),
        (long.with("x-api-key", "0f3c5d1e77ab"), 413),
        // Without a name, or with what is none.
        (call("k1").without("x-key-id"), 401),
        (call("k1").and("x-key-id", "k1"), 401),
        (call("k1").with("x-key-id", "k".repeat(257)), 401),
        (call("k1").with("x-key-id", ""), 401),
    ] {
        assert_eq!(status(&stage, &wrong).await, expected);
    }
    assert_eq!(source.asked(), 0);
    assert_eq!(status(&stage, &call("k1")).await, 200);
    assert_eq!(source.asked(), 1);
}

#[tokio::test]
async fn names_that_are_made_up_ask_only_so_often_and_keep_no_key_out() {
    let source = Source::saying(Says::Has("k1"));
    let stage = stage(&source).await;
    assert_eq!(status(&stage, &signed("k1", "[1]")).await, 200);
    for made_up in 0..40 {
        let expected = if made_up < 32 { 401 } else { 503 };
        let call = signed(&format!("made up {made_up}"), "[2]");
        assert_eq!(status(&stage, &call).await, expected, "{made_up}");
    }
    assert_eq!(source.asked(), 33);
    // What is known goes on, also when it has to be asked for again.
    assert_eq!(status(&stage, &signed("k1", "[2]")).await, 200);
    stage.clock.advance(UNKNOWN);
    assert_eq!(status(&stage, &signed("made up 39", "[2]")).await, 401);
    stage.clock.advance(FRESH);
    for made_up in 40..80 {
        let _ = status(&stage, &signed(&format!("made up {made_up}"), "[2]")).await;
    }
    assert_eq!(status(&stage, &signed("k1", "[3]")).await, 200);
}

/// Whoever makes names up fills what is remembered of unknown ones, and takes no place of a key.
#[tokio::test]
async fn a_key_is_remembered_beside_more_made_up_names_than_are_remembered() {
    let source = Source::saying(Says::Has("k1"));
    let stage = stage(&source).await;
    let mut made_up = 0;
    let mut spell = async |names: i32| {
        for _ in 0..names {
            made_up += 1;
            let _ = status(&stage, &signed(&format!("made up {made_up}"), "[1]")).await;
        }
    };
    for _ in 0..34 {
        spell(32).await;
        stage.clock.advance(UNKNOWN);
    }
    assert_eq!(status(&stage, &signed("k1", "[2]")).await, 200);
    for _ in 0..8 {
        stage.clock.advance(UNKNOWN);
        spell(40).await;
    }
    // The source is asked for no new name any more.
    assert_eq!(status(&stage, &signed("another", "[3]")).await, 503);
    assert_eq!(status(&stage, &signed("k1", "[3]")).await, 200);
}

#[tokio::test]
async fn many_deliveries_under_a_new_key_ask_for_it_once() {
    let source = Source::saying(Says::Has("k1"));
    let stage = stage(&source).await;
    let sending: Vec<_> = (0..16)
        .map(|n| stage.sending(&signed("k1", &format!("[{n}]"))))
        .collect();
    for sent in sending {
        assert_eq!(sent.await.unwrap().status, 200);
    }
    assert_eq!(source.asked(), 1);
}

/// Has a key of each name but those that are made up, and counts. What is late waits for the gate.
#[derive(Clone)]
struct Table(Arc<AtomicUsize>, Gate);

impl Table {
    fn with_gate() -> Self {
        Self(Arc::default(), Gate::shut())
    }

    fn asked(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl NamedKeySource for Table {
    async fn key(&self, name: &str) -> Result<Option<Key>, KeySourceError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        if name.contains("late") {
            self.1.passed().await;
        }
        let is_there = !name.starts_with("made up");
        Ok(is_there.then(|| Key::public(name, key())))
    }
}

#[tokio::test]
async fn many_requests_under_one_made_up_name_ask_for_it_once() {
    let table = Table::with_gate();
    let stage = stage(&table).await;
    let sending: Vec<_> = (0..16)
        .map(|n| stage.sending(&signed("made up, late", &format!("[{n}]"))))
        .collect();
    until("the look-up", || table.asked() == 1).await;
    for _ in 0..500 {
        tokio::task::yield_now().await;
    }
    table.1.open();
    for sent in sending {
        assert_eq!(sent.await.unwrap().status, 401);
    }
    assert_eq!(table.asked(), 1);
}

#[tokio::test]
async fn names_that_are_found_are_not_counted_as_made_up() {
    let table = Table::with_gate();
    let stage = stage(&table).await;
    for n in 0..40 {
        let call = signed(&format!("customer {n}"), &format!("[{n}]"));
        assert_eq!(status(&stage, &call).await, 200, "{n}");
    }
    for n in 0..34 {
        let expected = if n < 32 { 401 } else { 503 };
        let call = signed(&format!("made up {n}"), "[]");
        assert_eq!(status(&stage, &call).await, expected, "{n}");
    }
}

#[tokio::test]
async fn a_name_that_was_asked_for_in_one_spell_makes_no_room_in_the_next() {
    let table = Table::with_gate();
    let stage = stage(&table).await;
    // A spell begins with the first name.
    stage.clock.advance(UNKNOWN);
    assert_eq!(status(&stage, &signed("made up", "[]")).await, 401);
    stage.clock.advance(UNKNOWN - Duration::from_millis(500));
    let late = stage.sending(&signed("late", "[]"));
    until("the look-up", || table.asked() == 2).await;
    stage.pass(Duration::from_millis(500)).await;
    for n in 0..32 {
        let call = signed(&format!("made up {n}"), "[]");
        assert_eq!(status(&stage, &call).await, 401, "{n}");
    }
    table.1.open();
    assert_eq!(late.await.unwrap().status, 200);
    assert_eq!(status(&stage, &signed("made up 32", "[]")).await, 503);
}

#[tokio::test]
async fn a_jws_that_names_no_key_or_what_is_no_name_asks_for_none() {
    let source = Source::saying(Says::Has("k1"));
    let config = SignedRequestConfig::new("x-signature").encoding(SignatureEncoding::Jws);
    let scheme = SignedRequest::try_from(config.clone()).unwrap();
    let pack = Preset::custom("acme", scheme, NamedKeys::new(source.clone()));
    let stage = Stage::of(pack, |builder| builder).await;
    let seed = const_hex::decode(SEED).unwrap();
    let nameless = Signer::private_key(config, seed, JwsAlgorithm::EdDsa).unwrap();
    let call = |signer: &Signer| {
        let sent = Sent::post("/hook", "application/json", "[1]");
        Call::of(&signer.sign(sent, "", now()).unwrap())
    };
    let named = |name: &str| nameless.clone().key_id(name);
    for signer in [nameless.clone(), named(""), named(&"k".repeat(257))] {
        assert_eq!(status(&stage, &call(&signer)).await, 401);
    }
    assert_eq!(source.asked(), 0);
    assert_eq!(status(&stage, &call(&named("k1"))).await, 200);
    assert_eq!(source.asked(), 1);
}

#[tokio::test]
async fn a_key_that_has_ended_verifies_nothing() {
    struct Ended;
    impl NamedKeySource for Ended {
        async fn key(&self, name: &str) -> Result<Option<Key>, KeySourceError> {
            let end = UnixTime::from_secs(now().as_secs());
            Ok(Some(Key::public(name, key()).until(end)))
        }
    }
    let scheme = PublicKeySignature::try_from(config()).unwrap();
    let pack = Preset::custom("acme", scheme, NamedKeys::new(Ended));
    let stage = Stage::of(pack, |builder| builder).await;
    assert_eq!(status(&stage, &signed("k1", "[1]")).await, 503);
}

fn built(pack: impl Provider) -> Result<(), BuildError> {
    let store = MemoryStore::with_capacity(1);
    Receiver::new("test", pack).dedup(store).build().map(drop)
}

#[test]
fn a_scheme_whose_requests_name_no_key_cannot_have_them_looked_up() {
    let named = || NamedKeys::new(Source::saying(Says::Has("k1")));
    let nameless =
        PublicKeySignatureConfig::new(JwsAlgorithm::EdDsa, "x-signature", SignatureEncoding::Hex);
    let nameless = PublicKeySignature::try_from(nameless).unwrap();
    assert!(built(pack(&Source::saying(Says::Has("k1")))).is_ok());
    assert!(built(Preset::custom("acme", nameless, named())).is_err());
    let mac = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex);
    let mac = HmacHeader::try_from(mac).unwrap();
    assert!(built(Preset::custom("acme", mac, named())).is_err());
    assert!(built(Logto::new(named())).is_err());
}
