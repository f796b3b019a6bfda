//! Any sender whose MAC sits inside the JSON that it covers.

use std::sync::{Arc, Mutex};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hookgate::{
    Key, Keyring, Receiver, Secret,
    access::{AnyoneMayCall, ApiKey},
    dedup::MemoryStore,
    framework::{self, Outcome, Ran},
    json::{Json, Payload},
    pack::{Head, Provider, SenderProfile},
    providers::{facephi::Facephi, preset::Preset},
    schemes::{HmacBodyField, HmacBodyFieldConfig, Recipe},
    time::{Timer, TokioTimer},
};

use crate::props::{self, Call, Stage};

const OLD: &str = "N0tASecretForAnyone0123456789abc";
const NEW: &str = "An0therSecretForNobody0123456789";

fn scheme(recipe: Recipe) -> HmacBodyField {
    HmacBodyField::try_from(HmacBodyFieldConfig::new("mac"))
        .unwrap()
        .recipe(recipe)
}

fn ring() -> Keyring {
    let key = |id: &str, secret| Key::new(id, Secret::utf8(secret).unwrap());
    Keyring::new([key("new", NEW), key("old", OLD)]).unwrap()
}

fn pack(recipe: Recipe) -> Preset {
    Preset::custom("acme", scheme(recipe), ring())
}

fn mac(signed: &str, secret: &str) -> String {
    STANDARD.encode(props::hmac_sha256(secret.as_bytes(), signed.as_bytes()))
}

/// `signed`, an object, with its MAC as the last member.
fn with_mac(signed: &str, secret: &str) -> Call {
    let (open, mac) = (&signed[..signed.len() - 1], mac(signed, secret));
    Call::post("/hook", format!("{open},\"mac\":\"{mac}\"}}"))
}

#[tokio::test]
async fn an_event_is_handled_once_whichever_live_key_signed_it() {
    let stage = Stage::of(pack(Recipe::WithoutMember), |builder| builder).await;
    for secret in [OLD, NEW, OLD] {
        let call = with_mac(r#"{"id":"1","n":1}"#, secret);
        assert_eq!(stage.send(&call).await.status, 200);
    }
    assert_eq!(stage.script.runs(), 1);
    assert_eq!(stage.script.last().key_id, "old");
    let other = with_mac(r#"{"id":"1","n":2}"#, NEW);
    assert_eq!(stage.send(&other).await.status, 200);
    assert_eq!(stage.script.runs(), 2);
    assert_eq!(stage.script.last().key_id, "new");
    let forged = with_mac(r#"{"id":"1","n":3}"#, "nobody's");
    assert_eq!(stage.send(&forged).await.status, 401);
}

/// An object of this many bytes, signed by any recipe that covers all of it.
fn of_size(size: usize, recipe: Recipe) -> Call {
    let around = with_mac("{\"a\":\"\"}", NEW).body.len();
    let signed = format!("{{\"a\":\"{}\"}}", "x".repeat(size - around));
    let call = match recipe {
        Recipe::EmptyMember | Recipe::NullMember => {
            let blank = if recipe == Recipe::NullMember {
                "null"
            } else {
                "\"\""
            };
            let open = &signed[..signed.len() - 1];
            let mac = mac(&format!("{open},\"mac\":{blank}}}"), NEW);
            Call::post("/hook", format!("{open},\"mac\":\"{mac}\"}}"))
        }
        _ => with_mac(&signed, NEW),
    };
    call.with("content-type", "application/json")
}

/// The same content with a space that no signature covers.
fn re_written(call: &Call) -> Call {
    let body = [b"{ ", call.body.get(1..).unwrap()].concat();
    Call::post("/hook", body).with("content-type", "application/json")
}

#[tokio::test]
async fn only_a_recipe_that_writes_every_body_anew_has_a_tenth_of_the_usual_limit() {
    let limit = HmacBodyField::REWRITE_LIMIT;
    let usual = SenderProfile::unknown().body_limit;
    assert!(limit * 10 <= usual);
    for recipe in Recipe::ALL.iter().filter(|recipe| recipe.covers_all()) {
        let stage = Stage::of(pack(*recipe), |builder| builder).await;
        let raised = Stage::of(pack(*recipe), |builder| builder.body_limit(usual)).await;
        let writes_all = *recipe == Recipe::SortedKeys;
        let above = if writes_all { 413 } else { 200 };
        for (size, status) in [(limit, 200), (limit + 1, above)] {
            let reply = stage.send(&of_size(size, *recipe)).await;
            assert_eq!(reply.status, status, "{recipe:?}");
            let reply = raised.send(&of_size(size, *recipe)).await;
            assert_eq!(reply.status, 200, "{recipe:?}");
        }
        let pack = Facephi::new(ring()).recipe(*recipe);
        let expected = if writes_all { limit } else { usual };
        assert_eq!(pack.profile().body_limit, expected);
    }
}

#[tokio::test]
async fn a_re_written_body_is_tried_up_to_a_limit_that_the_receiver_can_raise() {
    let limit = HmacBodyField::REWRITE_LIMIT;
    for recipe in [
        Recipe::WithoutMember,
        Recipe::EmptyMember,
        Recipe::NullMember,
    ] {
        // One byte more by the space.
        let (small, large) = (of_size(limit - 1, recipe), of_size(limit, recipe));
        let stage = Stage::of(pack(recipe), |builder| builder).await;
        assert_eq!(stage.send(&re_written(&small)).await.status, 200);
        assert_eq!(stage.send(&re_written(&large)).await.status, 401);
        assert_eq!(stage.send(&large).await.status, 200, "as it was sent");
        let raised = Stage::of(pack(recipe), |builder| builder.body_limit(limit + 1)).await;
        assert_eq!(raised.send(&re_written(&large)).await.status, 200);
        let lowered = Stage::of(pack(recipe), |builder| builder.body_limit(limit)).await;
        assert_eq!(lowered.send(&re_written(&large)).await.status, 413);
    }
}

#[tokio::test]
async fn what_would_be_read_in_two_ways_is_refused_although_it_is_signed() {
    let stage = Stage::of(pack(Recipe::WithoutMember), |builder| builder).await;
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(130), "]".repeat(130));
    for (signed, status) in [
        (r#"{"id":"1","id":"2"}"#, 400),
        (r#"{"id":"1","n":01}"#, 400),
        (deep.as_str(), 400),
    ] {
        assert_eq!(
            stage.send(&with_mac(signed, NEW)).await.status,
            status,
            "{signed}"
        );
    }
    assert_eq!(stage.script.runs(), 0);
}

async fn seen(recipe: Recipe, body: String) -> (u16, Option<String>) {
    let stage = Stage::of(pack(recipe), |builder| builder.access(AnyoneMayCall)).await;
    let status = stage.send(&Call::post("/hook", body)).await.status;
    let key = (status == 200).then(|| stage.script.last().key.to_string());
    (status, key)
}

/// The frozen encoding, written down once more.
fn key_of(signed: &str) -> Option<String> {
    let parts = hookgate::pack::KeyParts::of_digest(signed.as_bytes());
    let key = parts.key("test", None, "acme");
    key.map(|key| key.to_string())
}

#[tokio::test]
async fn each_recipe_identifies_an_event_by_what_is_signed() {
    for (recipe, signed) in [
        (Recipe::WithoutMember, r#"{"id":"1"}"#),
        (Recipe::EmptyMember, r#"{"id":"1","mac":""}"#),
        (Recipe::NullMember, r#"{"id":"1","mac":null}"#),
        (Recipe::SortedKeys, r#"{"id":"1"}"#),
    ] {
        let body = format!("{{\"id\":\"1\",\"mac\":\"{}\"}}", mac(signed, NEW));
        assert_eq!(
            seen(recipe, body).await,
            (200, key_of(signed)),
            "{recipe:?}"
        );
    }
    let body = |beside| format!("{{{beside}\"data\":[1],\"mac\":\"{}\"}}", mac("[1]", NEW));
    for beside in ["", "\"id\":\"2\","] {
        let seen = seen(Recipe::DataOnly, body(beside)).await;
        assert_eq!(seen, (200, key_of("[1]")), "what nothing signs counts not");
    }
}

#[test]
fn a_recipe_that_leaves_something_unsigned_needs_an_access_rule() {
    let build = |recipe| Receiver::new("test", pack(recipe)).dedup(MemoryStore::with_capacity(1));
    assert!(build(Recipe::WithoutMember).build().is_ok());
    assert!(build(Recipe::DataOnly).build().is_err());
    let rule = ApiKey::header("x-api-key", "0f3c");
    assert!(build(Recipe::DataOnly).access(rule).build().is_ok());
}

#[tokio::test]
async fn the_event_is_read_without_the_mac() {
    for (recipe, signed) in [
        (Recipe::WithoutMember, r#"{"id":"1"}"#),
        (Recipe::EmptyMember, r#"{"id":"1","mac":""}"#),
        (Recipe::NullMember, r#"{"id":"1","mac":null}"#),
    ] {
        let receiver = Receiver::new("test", pack(recipe))
            .dedup(MemoryStore::with_capacity(1))
            .build()
            .unwrap();
        let headers = vec![("content-type", "application/json")];
        let head = Head::new("POST", "/", &headers);
        let body = format!("{{\"id\":\"1\",\"mac\":\"{}\"}}", mac(signed, NEW));
        let timer: Arc<dyn Timer> = Arc::new(TokioTimer);
        let admitted = receiver
            .judge()
            .admit(head, Some(Bytes::from(body)), &timer)
            .await
            .unwrap()
            .admitted()
            .unwrap();
        let read = Mutex::new(None);
        framework::handle(receiver, admitted, timer, |slot, _| {
            *read.lock().unwrap() = slot.take::<Payload<Json>>().ok();
            async {
                Ran::<()> {
                    outcome: Outcome::Processed,
                    reply: None,
                    status: None,
                }
            }
        })
        .await;
        let read = read.into_inner().unwrap();
        match read.unwrap().into_event() {
            Payload::Known(json) => assert_eq!(json.get(), signed, "{recipe:?}"),
            Payload::Unrecognized { .. } => unreachable!("any JSON is known"),
        }
    }
}
