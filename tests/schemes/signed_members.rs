//! A MAC over some members of a body alone.

use bytes::Bytes;
use hookgate::{
    Key, Rejection, Secret, UnixTime,
    json::{Json, Payload},
    pack::{LiveKeys, RawRequest, Scheme},
    schemes::{Digest, SignatureEncoding, SignedMembers, SignedMembersConfig},
    simulator::{Sent, Signer},
};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::props::presets::{head_of, vectors};

const SECRET: &str = "a secret of both ends";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn config() -> SignedMembersConfig {
    SignedMembersConfig::new(["/id", "/text", "/amount/value", "/ok"], "/sig/mac")
        .in_list("/items")
        .within("/item")
        .free_member("/text")
}

fn body(item: Value) -> String {
    json!({"live": false, "items": [{"item": item}]}).to_string()
}

fn item() -> Value {
    json!({"id": "a", "text": "b", "amount": {"value": 10, "currency": "EUR"}, "ok": true, "sig": {"mac": ""}, "more": 1})
}

fn proved(config: &SignedMembersConfig, body: &[u8]) -> Result<(Bytes, [u8; 32]), Rejection> {
    let scheme = SignedMembers::try_from(config.clone()).unwrap();
    let keys = [Key::new("0", Secret::utf8(SECRET).unwrap())];
    let sent = Sent::post("/", "application/json", body.to_vec());
    let request = RawRequest::new(head_of(&sent), &sent.body);
    let verified = scheme.verify(request, LiveKeys::new(&keys, NOW))?;
    let digest = verified.digest().unwrap();
    Ok((verified.bytes_of(&sent.body), *digest.as_bytes()))
}

fn signed(config: &SignedMembersConfig, body: &str) -> Bytes {
    let signer = Signer::new(config.clone(), SECRET).unwrap();
    let sent = Sent::post("/", "application/json", body.to_owned());
    signer.sign(sent, "", NOW).unwrap().body
}

/// The item of a signed body, to be changed.
fn changed(body: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut body: Value = serde_json::from_slice(body).unwrap();
    change(&mut body["items"][0]["item"]);
    body.to_string().into_bytes()
}

#[test]
fn what_is_proved_is_the_signed_members_each_as_a_text() {
    let signed = signed(&config(), &body(item()));
    let right = proved(&config(), &signed).unwrap();
    let event: Value = serde_json::from_slice(&right.0).unwrap();
    let expected = json!({"id": "a", "text": "b", "amount": {"value": "10"}, "ok": "true"});
    assert_eq!(event, expected);
    // The same text, whatever stands beside it and whichever type writes it.
    let same: [fn(&mut Value); 4] = [
        |item| item["amount"]["value"] = json!("10"),
        |item| item["ok"] = json!("true"),
        |item| item["more"] = json!({"anything": [1]}),
        |item| item["amount"]["currency"] = json!("USD"),
    ];
    for change in same {
        assert_eq!(
            proved(&config(), &changed(&signed, change)),
            Ok(right.clone())
        );
    }
    // Another text is another event.
    let other_text = body(item_with("text", "c"));
    let other_text = proved(&config(), &self::signed(&config(), &other_text));
    assert_ne!(other_text.unwrap().1, right.1);
    let other: [fn(&mut Value); 6] = [
        |item| item["id"] = json!("b"),
        |item| item["text"] = json!("a"),
        |item| item["amount"]["value"] = json!(100),
        |item| item["amount"]["value"] = json!(10.0),
        |item| item["ok"] = json!(false),
        |item| item["ok"] = Value::Null,
    ];
    for change in other {
        let refused = proved(&config(), &changed(&signed, change));
        assert_eq!(refused, Err(Rejection::SignatureMismatch));
    }
}

#[test]
fn a_member_that_is_missing_or_null_is_an_empty_text() {
    let mut without = item();
    without.as_object_mut().unwrap().remove("id");
    let signed = signed(&config(), &body(without));
    let right = proved(&config(), &signed).unwrap();
    for empty in [Value::Null, json!("")] {
        let other = changed(&signed, |item| item["id"] = empty);
        assert_eq!(proved(&config(), &other), Ok(right.clone()));
    }
}

/// Nothing is escaped, so only one member may contain the separator.
#[test]
fn only_the_free_member_may_contain_the_separator() {
    let free = item_with("text", "a:b\\:c");
    assert!(proved(&config(), &signed(&config(), &body(free))).is_ok());
    let signed = signed(&config(), &body(item()));
    let why = "a value that it covers contains the sign that ends it in the signed text";
    for name in ["id", "ok"] {
        let other = changed(&signed, |item| item[name] = json!("a:b"));
        let refused = proved(&config(), &other);
        assert_eq!(refused, Err(Rejection::MalformedSignature(why)), "{name}");
    }
}

fn item_with(name: &str, value: &str) -> Value {
    let mut item = item();
    item[name] = json!(value);
    item
}

#[test]
fn a_body_that_says_something_twice_or_several_things_is_refused() {
    let signed = signed(&config(), &body(item()));
    let text = std::str::from_utf8(&signed).unwrap();
    let several = "the list has several items, and each would be an event of its own";
    let twice = "a member that counts stands twice";
    let no_item = "the body has no list with an item";
    let item = |text: &str| serde_json::from_str::<Value>(text).unwrap()["items"][0].clone();
    let one = item(text);
    for (body, why) in [
        (json!({"items": [one, one]}).to_string(), several),
        (json!({"items": [one, 1]}).to_string(), several),
        (json!({"items": []}).to_string(), no_item),
        (json!({"items": one}).to_string(), no_item),
        ("{}".to_owned(), no_item),
        ("no JSON".to_owned(), no_item),
        (String::new(), no_item),
        (text.replace(r#""id":"a""#, r#""id":"a","id":"a""#), twice),
        (
            text.replace(r#""value":10"#, r#""value":1,"value":10"#),
            twice,
        ),
        (text.replace(r#"{"item""#, r#"{"item":{},"item""#), twice),
        (text.replace(r#""items""#, r#""items":[],"items""#), twice),
    ] {
        let refused = proved(&config(), body.as_bytes());
        assert_eq!(refused, Err(Rejection::MalformedSignature(why)), "{body}");
    }
    let list = changed(&signed, |item| item["id"] = json!(["a"]));
    assert!(matches!(
        proved(&config(), &list),
        Err(Rejection::MalformedSignature(_))
    ));
}

#[test]
fn a_request_without_a_signature_is_refused() {
    let signed = signed(&config(), &body(item()));
    for none in [Value::Null, json!("")] {
        let refused = proved(
            &config(),
            &changed(&signed, |item| item["sig"]["mac"] = none),
        );
        assert_eq!(refused, Err(Rejection::MissingSignature));
    }
    for wrong in [json!("no base64"), json!(17), json!({})] {
        let refused = proved(
            &config(),
            &changed(&signed, |item| item["sig"]["mac"] = wrong),
        );
        assert!(matches!(refused, Err(Rejection::MalformedSignature(_))));
    }
}

#[test]
fn what_the_signer_signs_is_verified_and_any_change_refused() {
    for encoding in [SignatureEncoding::Base64, SignatureEncoding::Hex] {
        for digest in [Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512] {
            let config = config().encoding(encoding).digest(digest);
            let signer = Signer::new(config.clone(), SECRET).unwrap();
            let sent = Sent::post("/", "application/json", body(item()));
            let sent = signer.sign(sent, "", NOW).unwrap();
            assert!(proved(&config, &sent.body).is_ok());
            let again = signer.sign(sent.clone(), "", NOW).unwrap();
            assert_eq!(again.body, sent.body);
            let unsigned = signer.unsigned(sent.clone());
            let refused = proved(&config, &unsigned.body);
            assert_eq!(refused, Err(Rejection::MissingSignature));
            let other = Signer::new(config.clone(), "another secret").unwrap();
            let other = other.sign(sent, "", NOW).unwrap();
            let refused = proved(&config, &other.body);
            assert_eq!(refused, Err(Rejection::SignatureMismatch));
        }
    }
    // Without the object of the MAC there is no place for it.
    let signer = Signer::new(config(), SECRET).unwrap();
    let mut without = item();
    without.as_object_mut().unwrap().remove("sig");
    let sent = Sent::post("/", "application/json", body(without));
    assert!(signer.sign(sent, "", NOW).is_err());
}

#[test]
fn settings_that_cannot_be_right_are_refused() {
    let new = |members: &[&str]| SignedMembersConfig::new(members.iter().copied(), "/mac");
    for wrong in [
        new(&[]),
        new(&["id"]),
        new(&["/a~0"]),
        new(&["/id", "/id"]),
        new(&["/id", "/id/inner"]),
        new(&["/mac"]),
        new(&["/mac/inner"]),
        new(&["/id"]).in_list("items"),
        new(&["/id"]).within(""),
        new(&["/id"]).free_member("/other"),
        new(&["/id"]).separator('a'),
        new(&["/id"]).separator('é'),
        new(&["/a"; 17]),
    ] {
        assert!(SignedMembers::try_from(wrong.clone()).is_err(), "{wrong:?}");
    }
    assert!(SignedMembers::try_from(new(&["/id", "/idea"]).separator('|')).is_ok());
}

#[tokio::test]
async fn what_stands_beside_the_signed_members_is_a_claimed_body() {
    for vector in vectors("adyen") {
        let delivery = vector.delivery().await;
        let claimed = delivery.claimed_body().unwrap();
        assert_eq!(**claimed.trust_unsigned(), vector.body());
        let Payload::Known(event) = delivery.into_event() else {
            panic!("it is JSON");
        };
        let event: Value = serde_json::from_str(Json::get(&event)).unwrap();
        assert!(event["success"] == "true" && event.get("eventDate").is_none());
        assert!(event.get("additionalData").is_none());
    }
    let github = vectors("github").remove(0).delivery().await;
    assert!(github.claimed_body().is_none());
}

#[tokio::test]
async fn an_event_of_adyen_is_known_by_its_eight_members() {
    let vector = vectors("adyen").remove(1);
    let key = vector.key().await;
    let body = String::from_utf8(vector.body().to_vec()).unwrap();
    let another_date = vector.with_body(body.replace("2023-01-10", "2024-01-10"));
    assert_eq!(another_date.key().await, key);
    let another_live = vector.with_body(body.replace(r#""live":"false""#, r#""live":"true""#));
    assert_eq!(another_live.key().await, key);
}

proptest! {
    /// One signed text has one reading.
    #[test]
    fn no_two_different_bodies_have_one_signature(
        one in prop::array::uniform4("[a:]{0,3}"),
        other in prop::array::uniform4("[a:]{0,3}"),
    ) {
        let with = |[id, text, value, ok]: &[String; 4]| {
            json!({"id": id, "text": text, "amount": {"value": value}, "ok": ok, "sig": {"mac": ""}})
        };
        let signer = Signer::new(config(), SECRET).unwrap();
        let sent = Sent::post("/", "application/json", body(with(&one)));
        // One that a receiver takes.
        let Ok(sent) = signer.sign(sent, "", NOW) else {
            return Ok(());
        };
        let replaced = changed(&sent.body, |item| {
            let mac = item["sig"].take();
            *item = with(&other);
            item["sig"] = mac;
        });
        prop_assert_eq!(proved(&config(), &replaced).is_ok(), one == other);
    }
}
