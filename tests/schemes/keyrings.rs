//! One ring for every key: secrets and public keys are replaced while running, end, and belong to tenants.

use std::time::Duration;

use hookgate::{
    BuildError, Key, Keyring, Receiver, Secret, UnixTime,
    dedup::MemoryStore,
    keys::{JwsAlgorithm, VerifyingKey},
    pack::{Keys, Provider},
    providers::{
        facephi::Facephi,
        logto::Logto,
        preset::Preset,
        unico_check::{Status, UnicoCheck, UnicoCheckSimulator},
    },
    schemes::{
        HmacHeader, HmacHeaderConfig, PublicKeySignature, PublicKeySignatureConfig,
        SignatureEncoding, SignedForm, SignedFormConfig, SignedMembers, SignedMembersConfig,
        SignedRequest, SignedRequestConfig,
    },
    simulator::{RequestSigner, Sent},
    tenants::{KeySource, KeySourceError, Tenant, TenantName, Tenants},
    testing::FakeClock,
    time::Clock,
};
use http::HeaderName;

use crate::props::{Call, Stage, now, vector};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn file(name: &str) -> Vec<u8> {
    vector(&format!("signed_request/{name}"))
}

fn rsa() -> VerifyingKey {
    VerifyingKey::pem(file("rsa.crt.pem"), [JwsAlgorithm::Rs256])
}

fn p256() -> VerifyingKey {
    VerifyingKey::der(file("p256.pub.der"), [JwsAlgorithm::Es256])
}

fn config() -> SignedRequestConfig {
    SignedRequestConfig::new("x-signature").encoding(SignatureEncoding::Jws)
}

fn signer(key: &str, algorithm: JwsAlgorithm) -> RequestSigner {
    RequestSigner::new(config(), file(key), algorithm).unwrap()
}

fn by_rsa() -> RequestSigner {
    signer("rsa.key.pem", JwsAlgorithm::Rs256)
}

fn by_p256() -> RequestSigner {
    signer("p256.key.pem", JwsAlgorithm::Es256)
}

fn update(score: i64) -> Sent {
    let unico = UnicoCheckSimulator::new().path("/hook");
    unico.update_process("f4dd6bc9", Status::Concluded, Some(score))
}

fn signed(by: &RequestSigner, score: i64) -> Call {
    Call::of(&by.sign(update(score), "", now()))
}

fn pack(keys: impl Into<Keys>) -> UnicoCheck {
    UnicoCheck::signed(config().try_into().unwrap(), keys)
}

async fn status(stage: &Stage, call: &Call) -> u16 {
    stage.send(call).await.status
}

#[tokio::test]
async fn a_public_key_is_replaced_while_running_and_a_wrong_ring_changes_nothing() {
    let ring = Keyring::from(rsa());
    let stage = Stage::of(pack(ring.clone()), |it| it).await;
    assert_eq!(status(&stage, &signed(&by_rsa(), 1)).await, 200);
    assert_eq!(status(&stage, &signed(&by_p256(), 2)).await, 401);

    let broken = VerifyingKey::pem("no key", [JwsAlgorithm::Rs256]);
    let refused = ring.replace([Key::public("b", p256()), Key::public("c", broken)]);
    assert!(matches!(refused, Err(BuildError::UnfitKey(_))));
    assert!(matches!(ring.replace([]), Err(BuildError::NoKey)));
    assert_eq!(status(&stage, &signed(&by_p256(), 2)).await, 401);

    ring.replace([Key::public("b", p256())]).unwrap();
    assert_eq!(status(&stage, &signed(&by_p256(), 2)).await, 200);
    assert_eq!(stage.script.last().key_id, "b");
    assert_eq!(status(&stage, &signed(&by_rsa(), 3)).await, 401);
    assert_eq!(stage.script.runs(), 2);
}

#[tokio::test]
async fn a_public_key_verifies_until_its_end_and_a_ring_without_a_live_one_is_503() {
    let end = now().saturating_add(DAY);
    let ring = Keyring::new([Key::public("old", rsa()).until(end)]).unwrap();
    let stage = Stage::of(pack(ring.clone()), |it| it).await;
    stage.clock.advance(DAY - Duration::from_millis(1));
    assert_eq!(status(&stage, &signed(&by_rsa(), 1)).await, 200);
    assert_eq!(stage.script.last().key_id, "old");
    stage.clock.advance(Duration::from_millis(1));
    assert_eq!(status(&stage, &signed(&by_rsa(), 2)).await, 503);
    ring.replace([
        Key::public("old", rsa()).until(end),
        Key::public("new", p256()),
    ])
    .unwrap();
    assert_eq!(status(&stage, &signed(&by_rsa(), 2)).await, 401);
    assert_eq!(status(&stage, &signed(&by_p256(), 2)).await, 200);
}

#[tokio::test]
async fn a_jws_that_names_its_key_is_tried_under_that_name_and_none_but_the_nameless() {
    let ring = Keyring::new([
        Key::public("first", rsa().with_id("k1")),
        Key::public("second", p256()),
    ]);
    let stage = Stage::of(pack(ring.unwrap()), |it| it).await;
    for (signer, kid, answer) in [
        (by_rsa(), Some("k1"), 200),
        (by_rsa(), Some("k2"), 401),
        (by_rsa(), None, 200),
        (by_p256(), Some("k1"), 200),
        (by_p256(), Some("whatever"), 200),
    ] {
        let signer = match kid {
            Some(kid) => signer.key_id(kid),
            None => signer,
        };
        let call = signed(&signer, 3);
        assert_eq!(status(&stage, &call).await, answer, "{kid:?}");
    }
}

/// Each tenant with a public key of its own; one whose key cannot be read.
struct Certificates;

impl KeySource for Certificates {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        Ok(match name {
            "acme" => Some(Tenant::new("acme", rsa())),
            "beta" => Some(Tenant::new("beta", p256())),
            "broken" => {
                let key = VerifyingKey::pem("no key", [JwsAlgorithm::Rs256]);
                Some(Tenant::new("broken", key))
            }
            "keyless" => Some(Tenant::without_keys("keyless")),
            _ => None,
        })
    }
}

fn tenants() -> Tenants {
    let name = TenantName::Header(HeaderName::from_static("x-tenant"));
    Tenants::new(name, Certificates)
}

#[tokio::test]
async fn the_ring_of_a_tenant_verifies_its_signed_requests_and_nobody_elses() {
    let of_preset = Preset::custom(
        "acme",
        SignedRequest::try_from(config()).unwrap(),
        tenants(),
    );
    let stages = [
        Stage::of(pack(tenants()), |it| it).await,
        Stage::of(of_preset, |it| it).await,
    ];
    for stage in stages {
        for (signer, tenant, answer) in [
            (by_rsa(), "acme", 200),
            (by_p256(), "beta", 200),
            (by_p256(), "acme", 401),
            (by_rsa(), "beta", 401),
            (by_rsa(), "nobody", 401),
            (by_rsa(), "broken", 503),
            (by_rsa(), "keyless", 503),
        ] {
            let call = signed(&signer, 7).with("x-tenant", tenant);
            assert_eq!(status(&stage, &call).await, answer, "{tenant}");
        }
        // One body, two tenants, two events.
        assert_eq!(stage.script.runs(), 2);
    }
}

fn built(pack: impl Provider) -> Result<Receiver, BuildError> {
    let store = MemoryStore::with_capacity(1);
    Receiver::new("test", pack).dedup(store).build()
}

#[test]
fn keys_of_the_wrong_kind_are_refused_at_start() {
    let secret = || Secret::utf8("N0tASecretForAnyone0123456789abc").unwrap();
    let mixed = || {
        let keys = [Key::new("a", secret()), Key::public("b", rsa())];
        Keyring::new(keys).unwrap()
    };
    let mac = HmacHeader::try_from(HmacHeaderConfig::new("x", SignatureEncoding::Hex)).unwrap();
    let request = SignedRequest::try_from(config()).unwrap();
    let signature = PublicKeySignatureConfig::new(JwsAlgorithm::Rs256, "x", SignatureEncoding::Hex);
    let signature = PublicKeySignature::try_from(signature).unwrap();
    let form = SignedFormConfig::new("x-signature", SignatureEncoding::Hex);
    let form =
        SignedForm::try_from(form.url("https://hooks.example/sms").fields(["Body"])).unwrap();
    let members = SignedMembersConfig::new(["/id"], "/mac");
    let members = SignedMembers::try_from(members).unwrap();
    let refusals = [
        built(Preset::custom("acme", form.clone(), rsa())),
        built(Preset::custom("acme", members.clone(), mixed())),
        built(Logto::new(rsa())),
        built(Facephi::new(rsa())),
        built(Preset::github(rsa())),
        built(Preset::custom("acme", mac.clone(), mixed())),
        built(Preset::custom("acme", request.clone(), secret())),
        built(Preset::custom("acme", signature, secret())),
        built(pack(mixed())),
    ];
    for refused in refusals {
        let error = refused.unwrap_err().to_string();
        assert!(error.contains("a key is of a kind"), "{error}");
    }
    assert!(built(Preset::custom("acme", mac, secret())).is_ok());
    assert!(built(Preset::custom("acme", form, secret())).is_ok());
    assert!(built(Preset::custom("acme", members, secret())).is_ok());
    assert!(built(Preset::custom("acme", request, rsa())).is_ok());
    let unusable = VerifyingKey::der(file("rsa.crt.der"), [JwsAlgorithm::Hs256]);
    assert!(built(pack(unusable)).is_err());
}

/// The codes of what the start-up check says at this time.
fn told(ring: Keyring, at: UnixTime) -> Vec<&'static str> {
    let receiver = Receiver::new("test", pack(ring))
        .dedup(MemoryStore::with_capacity(1))
        .clock(FakeClock::at(at))
        .build()
        .unwrap();
    receiver.check().iter().map(|it| it.code()).collect()
}

#[test]
fn an_end_of_a_certificate_is_told_of_keys_that_count_alone() {
    let (_, end) = rsa().certificate_dates().unwrap();
    let later = end.saturating_add(DAY);
    let renewed = |old: Key| Keyring::new([Key::public("new", p256()), old]).unwrap();
    assert!(told(renewed(Key::public("old", rsa())), later).contains(&"certificate_ended"));
    let ended = Key::public("old", rsa()).until(end);
    assert!(!told(renewed(ended), later).contains(&"certificate_ended"));
}

#[tokio::test]
async fn more_public_keys_than_are_tried_are_told_and_one_that_is_named_is_found_among_them() {
    let many = |count: usize| {
        let keys = (0..count).map(|place| {
            let key = if place == count - 1 { p256() } else { other() };
            Key::public(place.to_string(), key.with_id(format!("k{place}")))
        });
        Keyring::new(keys).unwrap()
    };
    assert!(!told(many(8), now()).contains(&"many_public_keys"));
    assert!(told(many(9), now()).contains(&"many_public_keys"));
    let stage = Stage::of(pack(many(9)), |it| it).await;
    let nameless = signed(&by_p256(), 1);
    assert_eq!(status(&stage, &nameless).await, 401);
    let named = signed(&by_p256().key_id("k8"), 1);
    assert_eq!(status(&stage, &named).await, 200);
    let stage = Stage::of(pack(many(8)), |it| it).await;
    assert_eq!(status(&stage, &nameless).await, 200);
}

/// Another key on P-256.
fn other() -> VerifyingKey {
    VerifyingKey::pem(vector("jwt/ec.pub.pem"), [JwsAlgorithm::Es256])
}

#[test]
fn a_ring_shows_ids_and_ends_and_nothing_of_its_keys() {
    let ring = Keyring::new([
        Key::new(
            "a",
            Secret::utf8("N0tASecretForAnyone0123456789abc").unwrap(),
        ),
        Key::public("b", rsa()).until(FakeClock::at(now()).now()),
    ]);
    let shown = format!("{:?}", ring.unwrap());
    assert!(
        shown.contains("\"a\"") && shown.contains("\"b\""),
        "{shown}"
    );
    assert!(!shown.contains("N0tASecret"), "{shown}");
}
