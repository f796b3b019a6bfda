//! A MAC in a header, as data: digests, encodings, layouts and templates.

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac, digest::block_api::EagerHash};
use hookgate::{
    BuildError, Key, Reason, Secret, UnixTime,
    pack::{Head, LiveKeys, RawRequest, Scheme},
    providers::preset::Preset,
    schemes::{HmacHeader, HmacHeaderConfig, Template},
    time::Clock,
};
use serde_json::json;

use crate::props::{self, Call, Stage, hex};

const KEY: &[u8] = b"a key that is long enough for a test";

fn mac<D: EagerHash>(text: &[u8]) -> Vec<u8>
where
    Hmac<D>: Mac + KeyInit,
{
    let mut mac = <Hmac<D> as KeyInit>::new_from_slice(KEY).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn config(value: serde_json::Value) -> HmacHeaderConfig {
    serde_json::from_value(value).unwrap()
}

/// The key that verified it, and what the signature covers. Otherwise why not.
type Judged = Result<(Option<String>, Option<UnixTime>), Reason>;

fn judge(value: serde_json::Value, headers: &[(&str, &str)], body: &str) -> Judged {
    let scheme = HmacHeader::try_from(config(value)).unwrap();
    let headers: Vec<(&str, &str)> = headers.to_vec();
    let keys = [Key::new("0", Secret::bytes(KEY).unwrap())];
    let request = RawRequest::new(Head::new("POST", "/", &headers), body.as_bytes());
    let verified = scheme.verify(request, LiveKeys::new(&keys, props::now()));
    verified
        .map(|verified| (verified.signed_id().map(str::to_owned), verified.sent_at()))
        .map_err(|rejection| rejection.reason())
}

const NOTHING_BUT_THE_BODY: Judged = Ok((None, None));

#[test]
fn the_three_digests() {
    let sha1 = hex(&mac::<sha1::Sha1>(b"body"));
    let sha256 = hex(&mac::<sha2::Sha256>(b"body"));
    let sha512 = hex(&mac::<sha2::Sha512>(b"body"));
    for (digest, right) in [("sha1", &sha1), ("sha256", &sha256), ("sha512", &sha512)] {
        for text in [&sha1, &sha256, &sha512] {
            let value = json!({"signature_header": "x", "encoding": "hex", "digest": digest});
            let expected = if text == right {
                NOTHING_BUT_THE_BODY
            } else {
                Err(Reason::MalformedSignature)
            };
            assert_eq!(judge(value, &[("x", text)], "body"), expected, "{digest}");
        }
    }
}

#[test]
fn a_prefix_as_github_has_it() {
    let value = || {
        json!({
            "signature_header": "X-Hub-Signature-256",
            "encoding": "hex",
            "layout": {"single": {"prefix": "sha256="}},
        })
    };
    let right = hex(&mac::<sha2::Sha256>(b"body"));
    let with = |text: &str| judge(value(), &[("x-hub-signature-256", text)], "body");
    assert_eq!(with(&format!("sha256={right}")), NOTHING_BUT_THE_BODY);
    assert_eq!(with(&right), Err(Reason::MalformedSignature));
    assert_eq!(
        with(&format!("SHA256={right}")),
        Err(Reason::MalformedSignature)
    );
    assert_eq!(
        with(&format!("sha256={}", "0".repeat(64))),
        Err(Reason::SignatureMismatch)
    );
    assert_eq!(judge(value(), &[], "body"), Err(Reason::MissingSignature));
}

#[test]
fn base64_as_shopify_has_it_is_taken_strictly() {
    let right = STANDARD.encode(mac::<sha2::Sha256>(b"body"));
    let with = |text: &str| {
        let value = json!({"signature_header": "x", "encoding": "base64"});
        judge(value, &[("x", text)], "body")
    };
    assert_eq!(with(&right), NOTHING_BUT_THE_BODY);
    assert_eq!(
        with(right.trim_end_matches('=')),
        Err(Reason::MalformedSignature)
    );
    assert_eq!(with(&format!("{right} ")), Err(Reason::MalformedSignature));
    assert_eq!(
        with(&right.replace('=', "")),
        Err(Reason::MalformedSignature)
    );
}

#[test]
fn pairs_as_stripe_has_them() {
    let value = || {
        json!({
            "signature_header": "stripe-signature",
            "encoding": "hex",
            "layout": {"pairs": {"signature": "v1", "timestamp": "t"}},
            "template": "{timestamp}.{body}",
        })
    };
    let right = hex(&mac::<sha2::Sha256>(b"1700000000.body"));
    let wrong = "0".repeat(64);
    let with = |text: &str| judge(value(), &[("stripe-signature", text)], "body");
    let taken = Ok((None, Some(UnixTime::from_secs(1_700_000_000))));
    for text in [
        format!("t=1700000000,v1={right}"),
        format!("v1={right},t=1700000000"),
        format!("t=1700000000, v1={wrong}, v1={right}, v0=abc"),
        format!("t=1700000000,v1=short,v1={right}"),
        format!("t=1700000000,nonsense,v1={right}"),
    ] {
        assert_eq!(with(&text), taken, "{text}");
    }
    for (text, reason) in [
        (format!("v1={right}"), Reason::MissingTimestamp),
        (format!("t=,v1={right}"), Reason::MissingTimestamp),
        ("t=1700000000".to_owned(), Reason::MalformedSignature),
        (
            format!("t=1700000001,v1={right}"),
            Reason::SignatureMismatch,
        ),
        (
            format!("t=1700000000,t=1700000000,v1={right}"),
            Reason::MalformedTimestamp,
        ),
        (format!("t=x,v1={right}"), Reason::MalformedTimestamp),
        (
            format!("t=1700000000,V1={right}"),
            Reason::MalformedSignature,
        ),
        (
            format!("t=1700000000,v0={right}"),
            Reason::MalformedSignature,
        ),
    ] {
        assert_eq!(with(&text), Err(reason), "{text}");
    }
}

#[test]
fn a_time_in_a_header_as_slack_has_it() {
    let value = |unit: &str| {
        json!({
            "signature_header": "x-slack-signature",
            "encoding": "hex",
            "layout": {"single": {"prefix": "v0="}},
            "template": "v0:{timestamp}:{body}",
            "timestamp_header": "x-slack-request-timestamp",
            "timestamp_unit": unit,
        })
    };
    let signature = format!("v0={}", hex(&mac::<sha2::Sha256>(b"v0:1700000000:body")));
    let headers = [
        ("x-slack-signature", &*signature),
        ("x-slack-request-timestamp", "1700000000"),
    ];
    let secs = Ok((None, Some(UnixTime::from_secs(1_700_000_000))));
    let millis = Ok((None, Some(UnixTime::from_millis(1_700_000_000))));
    assert_eq!(judge(value("seconds"), &headers, "body"), secs);
    assert_eq!(judge(value("milliseconds"), &headers, "body"), millis);
    assert_eq!(
        judge(value("seconds"), &headers, "bodi"),
        Err(Reason::SignatureMismatch)
    );
}

#[test]
fn a_configuration_is_data_and_survives_a_round_trip() {
    let value = json!({
        "signature_header": "x-signature",
        "layout": {"space_separated": {"prefix": "v1,"}},
        "encoding": "base64",
        "template": "{id}.{timestamp}.{body}",
        "id_header": "x-id",
        "timestamp_header": "x-time",
        "timestamp_unit": "milliseconds",
        "digest": "sha512",
    });
    let parsed = config(value.clone());
    assert_eq!(serde_json::to_value(&parsed).unwrap(), value);
    assert_eq!(config(serde_json::to_value(&parsed).unwrap()), parsed);
    let least = config(json!({"signature_header": "x", "encoding": "hex"}));
    assert_eq!(least.template, "{body}");
    for typo in [
        json!({"signature_header": "x", "encoding": "hex", "tempate": "{body}"}),
        json!({"signature_header": "x", "encoding": "HEX"}),
        json!({"encoding": "hex"}),
    ] {
        assert!(serde_json::from_value::<HmacHeaderConfig>(typo).is_err());
    }
}

#[test]
fn configurations_that_sign_nothing_sure_are_refused() {
    let refused = |members: serde_json::Value| {
        let mut value = json!({"signature_header": "x", "encoding": "hex"});
        value
            .as_object_mut()
            .unwrap()
            .extend(members.as_object().unwrap().clone());
        HmacHeader::try_from(config(value)).expect_err("to be refused")
    };
    for contradiction in [
        json!({"id_header": "x-id"}),
        json!({"template": "{id}.{body}"}),
        json!({"timestamp_header": "x-time"}),
        json!({"template": "{timestamp}.{body}"}),
        json!({"layout": {"space_separated": {"prefix": ""}}}),
        json!({"layout": {"pairs": {"signature": ""}}}),
        json!({
            "layout": {"pairs": {"signature": "v1", "timestamp": "t"}},
            "timestamp_header": "x-time",
            "template": "{timestamp}.{body}",
        }),
    ] {
        let error = refused(contradiction.clone());
        assert!(matches!(error, BuildError::Scheme(_)), "{contradiction}");
    }
    for name in [
        json!({"signature_header": "not a header"}),
        json!({"template": "{id}.{body}", "id_header": ""}),
        json!({"template": "{timestamp}.{body}", "timestamp_header": "a:b"}),
    ] {
        assert!(matches!(refused(name), BuildError::Name { .. }));
    }
}

#[test]
fn templates_in_which_one_signature_would_fit_two_readings_are_refused() {
    for text in [
        "",
        "body",
        "{body",
        "{body}{body}",
        "{Body}",
        "{ body }",
        "{method}.{body}",
        "{id}.{id}.{body}",
        "{timestamp}.{timestamp}.{body}",
        "{id}{body}",
        "{timestamp}{body}",
        "{body}{id}",
        "{body}{timestamp}",
        "{id}{timestamp}.{body}",
        "{body}.{id}{timestamp}",
        "{id}.{timestamp}{body}",
        "{timestamp}0{body}",
        "{timestamp}-{body}",
        "{body}7{timestamp}",
        "{body}-{timestamp}",
    ] {
        assert!(text.parse::<Template>().is_err(), "{text}");
    }
    for text in [
        "{body}",
        "{timestamp}.{body}",
        "{id}.{timestamp}.{body}",
        "v0:{timestamp}:{body}",
        "{body}.{id}",
        "{body}.{timestamp}",
        "a{id}:{body}:{timestamp}b",
        "{body}\n",
    ] {
        assert_eq!(text.parse::<Template>().unwrap().to_string(), text);
    }
}

#[test]
fn an_id_after_the_body_may_not_contain_the_byte_before_it() {
    let value = || {
        json!({
            "signature_header": "x", "encoding": "hex", "template": "{body}--.{id}", "id_header": "x-id",
        })
    };
    let signature = hex(&mac::<sha2::Sha256>(b"a--.b--.c"));
    let with = |id: &str, body: &str| judge(value(), &[("x", &signature), ("x-id", id)], body);
    assert_eq!(with("c", "a--.b"), Ok((Some("c".to_owned()), None)));
    assert_eq!(with("b--.c", "a"), Err(Reason::MalformedId));
}

#[tokio::test]
async fn a_custom_sender_goes_the_whole_road() {
    let scheme = HmacHeader::try_from(config(json!({
        "signature_header": "x-signature",
        "encoding": "hex",
        "digest": "sha512",
        "template": "{timestamp}.{body}",
        "timestamp_header": "x-time",
    })))
    .unwrap();
    let pack = Preset::custom("custom", scheme, Secret::bytes(KEY).unwrap());
    let stage = Stage::of(pack, |builder| builder).await;
    let send = |at: i64, body: &'static str| {
        let text = format!("{at}.{body}");
        let call = Call::post("/hook", Bytes::from_static(body.as_bytes()))
            .with("x-signature", hex(&mac::<sha2::Sha512>(text.as_bytes())))
            .with("x-time", at.to_string());
        let addr = stage.server.addr;
        async move { call.send(addr).await.status }
    };
    let now = stage.clock.now().as_secs();
    assert_eq!(send(now, "{\"n\":1}").await, 200);
    assert_eq!(send(now + 1, "{\"n\":1}").await, 200, "a copy signed anew");
    assert_eq!(send(now, "{\"n\":2}").await, 200);
    assert_eq!(send(now - 301, "{\"n\":3}").await, 401);
    assert_eq!(stage.script.runs(), 2);
}
