//! Standard Webhooks' `v1a`, signed by Ed25519, beside its `v1`: neither kind of key serves the other's entries.

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    Key, Keyring, Receiver, Rejection, Secret, UnixTime,
    dedup::MemoryStore,
    keys::{JwsAlgorithm, SecretError, VerifyingKey},
    pack::{Head, LiveKeys, Provider, RawRequest},
    providers::preset::{Preset, StandardWebhooksSimulator},
};
use serde::Deserialize;

use crate::props::{Call, Stage, hmac_sha256, now, standard_webhooks as standard, vector};

const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const WHPK: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

fn seed() -> Vec<u8> {
    const_hex::decode(SEED).unwrap()
}

fn whpk() -> Key {
    Key::public("public", VerifyingKey::whpk(WHPK))
}

fn whsec() -> Key {
    Key::new("shared", Secret::whsec(standard::KEY).unwrap())
}

/// The id of the key that proves a message under these `signatures`.
fn judged(keys: &[Key], signatures: &str) -> Result<String, Rejection> {
    let pack = Preset::standard_webhooks(Keyring::new(keys.to_vec()).unwrap());
    let headers = vec![
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", "1700000000"),
        ("webhook-signature", signatures),
    ];
    let request = RawRequest::new(Head::new("POST", "/", &headers), b"{}");
    let verified = pack.verify(request, LiveKeys::new(keys, now()))?;
    assert_eq!(verified.signed_id(), Some("msg_1"));
    assert_eq!(verified.sent_at(), Some(UnixTime::from_secs(1_700_000_000)));
    Ok(verified.key_id().to_string())
}

fn v1() -> String {
    standard::signature("msg_1", "1700000000", b"{}")
}

fn v1a() -> String {
    let sender = StandardWebhooksSimulator::by_key(seed());
    let sent = sender.send("msg_1", UnixTime::from_secs(1_700_000_000), "{}");
    sent.header("webhook-signature").unwrap().to_owned()
}

#[tokio::test]
async fn examples_that_other_programs_have_signed_are_taken() {
    #[derive(Deserialize)]
    struct Signed {
        origin: String,
        key: String,
        id: String,
        at: i64,
        body: String,
        signature: String,
    }
    let all: Vec<Signed> = serde_json::from_slice(&vector("public_keys/v1a.json")).unwrap();
    assert_eq!(all.len(), 2);
    for signed in all {
        let pack = Preset::standard_webhooks(VerifyingKey::whpk(&signed.key));
        let stage = Stage::of(pack, |builder| builder.without_time_check()).await;
        let call = |body: &str| {
            Call::post("/hook", body.to_owned())
                .with("webhook-id", &signed.id)
                .with("webhook-timestamp", signed.at.to_string())
                .with("webhook-signature", &signed.signature)
        };
        let status = stage.send(&call(&signed.body)).await.status;
        assert_eq!(status, 200, "{}", signed.origin);
        assert_eq!(
            stage.send(&call("{}")).await.status,
            401,
            "{}",
            signed.origin
        );
        assert_eq!(stage.script.runs(), 1, "{}", signed.origin);
    }
}

#[test]
fn each_kind_of_key_proves_its_own_version_alone() {
    let (v1, v1a) = (v1(), v1a());
    let of = |key: &str| Ok(key.to_owned());
    let both = [whsec(), whpk()];
    for (keys, signatures, expected) in [
        (&[whpk()][..], &*v1a, of("public")),
        (&[whsec()], &v1, of("shared")),
        (&both, &v1a, of("public")),
        (&both, &v1, of("shared")),
        // Both in one header, in either order, and versions that nobody knows.
        (&[whpk()], &format!("{v1} {v1a}"), of("public")),
        (&[whsec()], &format!("{v1a} {v1}"), of("shared")),
        (
            &[whpk()],
            &format!("v2,AAAA v1b,{} {v1a}", &v1a[4..]),
            of("public"),
        ),
    ] {
        assert_eq!(judged(keys, signatures), expected, "{signatures}");
    }
    for (keys, signatures) in [
        (&[whpk()][..], &*v1),
        (&[whsec()], &v1a),
        // Right, under the other version's name.
        (&[whpk()], &format!("v1,{}", &v1a[4..])),
        (&both, &format!("v1,{}", &v1a[4..])),
        (&[whsec()], &format!("v1a,{}", &v1[3..])),
        (&both, &format!("v1a,{}", &v1[3..])),
        (&both, &format!("v1b,{}", &v1a[4..])),
        (&both, &v1a[4..]),
        (&both, ""),
    ] {
        assert!(judged(keys, signatures).is_err(), "{signatures}");
    }
    // Of two wrong ones the wrong one counts, and not the missing one.
    let wrong = format!("v1,{}", BASE64_STANDARD.encode([0; 32]));
    assert_eq!(judged(&both, &wrong), Err(Rejection::SignatureMismatch));
    let wrong = format!("v1a,{}", BASE64_STANDARD.encode([0; 64]));
    assert_eq!(judged(&both, &wrong), Err(Rejection::SignatureMismatch));
    // Without a public key nobody could have judged it.
    let by_mac_alone = judged(&[whsec()], &v1a);
    assert!(
        matches!(by_mac_alone, Err(Rejection::MalformedSignature(_))),
        "{by_mac_alone:?}"
    );
}

/// The well-known attack: everybody knows the public key, and can make a MAC with it.
#[test]
fn a_public_key_is_no_secret() {
    let point = BASE64_STANDARD.decode(&WHPK[5..]).unwrap();
    for secret in [&*point, WHPK.as_bytes(), &WHPK.as_bytes()[5..]] {
        let mac = hmac_sha256(secret, b"msg_1.1700000000.{}");
        let signature = BASE64_STANDARD.encode(mac);
        for version in ["v1", "v1a"] {
            assert!(judged(&[whpk()], &format!("{version},{signature}")).is_err());
        }
    }
}

#[test]
fn the_simulator_writes_both_signatures_into_one_header() {
    let secret = BASE64_STANDARD.decode(&standard::KEY[6..]).unwrap();
    let sender = StandardWebhooksSimulator::new(secret).also_signed_by_key(seed());
    let sent = sender.send("msg_1", UnixTime::from_secs(1_700_000_000), "{}");
    let both = format!("{} {}", v1(), v1a());
    assert_eq!(sent.header("webhook-signature"), Some(&*both));
    let unsigned = sent.unsigned();
    assert_eq!(unsigned.header("webhook-signature"), None);
}

#[tokio::test]
async fn svix_signs_so_under_its_own_names() {
    let stage = Stage::of(Preset::svix(VerifyingKey::whpk(WHPK)), |builder| builder).await;
    let sender = StandardWebhooksSimulator::by_key(seed());
    let send = async |sender: StandardWebhooksSimulator| {
        let call = Call::of(&sender.send("msg_1", now(), "{}"));
        stage.send(&call).await.status
    };
    assert_eq!(send(sender.clone()).await, 401);
    assert_eq!(send(sender.svix_names()).await, 200);
}

#[test]
fn a_half_of_a_pair_in_a_wrong_place_is_refused_with_a_text() {
    let whsk = "whsk_nWGxne/9WmC6hErykrHsxERJxWl7MmkZcDusAxyuf2A=";
    let text = |key: VerifyingKey| key.validate().unwrap_err().to_string();
    assert!(text(VerifyingKey::whpk(whsk)).contains("private"));
    assert!(text(VerifyingKey::whpk(standard::KEY)).contains("begins with `whpk_`"));
    for half in [WHPK, whsk] {
        assert_eq!(Secret::whsec(half).unwrap_err(), SecretError::HalfOfPair);
    }
    // A key that cannot verify `v1a`.
    let rsa = vector("signed_request/rsa.pub.der");
    let rsa = VerifyingKey::der(rsa, [JwsAlgorithm::Rs256]);
    let receiver = Receiver::new("test", Preset::standard_webhooks(rsa));
    assert!(receiver.dedup(MemoryStore::new()).build().is_err());
}
