//! Every reason that a record can be given.

use std::collections::BTreeSet;

use hookgate::Reason;
use serde_json::{Value, json};

use crate::{
    command::{
        SIGNED_AT, base64, published, verdict, verify, with, with_header, with_other_header,
        without_header,
    },
    documents::reasons_of_verify,
    signed_requests::{with_nonce, with_value},
    vectors::{event_of_logto_with_an_unreadable_time, not_an_event_of_logto},
};

fn cases() -> Vec<(Reason, Value)> {
    let api_key = json!({"access": {"api_key": {"header": "x-api-key", "value": "0f3c"}}});
    let with_access = |mut record: Value| {
        record["settings"] = api_key.clone();
        record
    };
    let from = |peer: Value| {
        let networks = json!({"access": {"networks": ["203.0.113.0/24"]}});
        let mut record = with("settings", networks);
        record["peer"] = peer;
        record
    };
    let asked = || {
        let mut record = with("method", "GET");
        record["provider"] = json!("meta");
        record["path"] = json!("/?hub.mode=subscribe&hub.challenge=1&hub.verify_token=another");
        record["settings"] = json!({"challenge": "utf8:typed in"});
        record
    };
    let large = vec![b' '; 1024 * 1024 + 1];
    vec![
        (Reason::MethodNotAllowed, with("method", "GET")),
        (
            Reason::UnsupportedMediaType,
            with_other_header("content-type", "text/plain"),
        ),
        (
            Reason::UnsupportedEncoding,
            with_header("content-encoding", "gzip"),
        ),
        (
            Reason::HostMismatch,
            with(
                "headers",
                json!([
                    ["content-type", "application/json"],
                    ["host", "a.example"],
                    ["host", "b.example"]
                ]),
            ),
        ),
        (Reason::BodyTooLarge, with("body_base64", base64(&large))),
        (
            Reason::BodyTooLarge,
            with_header("content-length", "1048577"),
        ),
        (Reason::AddressDenied, from(json!("192.0.2.1:443"))),
        (Reason::HandshakeRefused, asked()),
        (Reason::PeerNotWired, from(Value::Null)),
        (Reason::UnknownTenant, with("tenant", "")),
        (Reason::UnknownTenant, with("tenant", "t".repeat(257))),
        (
            Reason::AccessMissing,
            with_access(with_header("x-other-key", "0f3c")),
        ),
        (
            Reason::AccessDenied,
            with_access(with_header("X-Api-Key", "0f3d")),
        ),
        (
            Reason::MissingSignature,
            without_header("webhook-signature"),
        ),
        (
            Reason::MalformedSignature,
            with_other_header("webhook-signature", "v1,not-base64"),
        ),
        (
            Reason::MalformedSignature,
            with_header(
                "webhook-signature",
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
        ),
        (
            Reason::SignatureMismatch,
            with("body_base64", base64(br#"{"test": 2432232315}"#)),
        ),
        (
            Reason::SignatureMismatch,
            with("keys", json!(["utf8:another"])),
        ),
        (Reason::MissingId, without_header("webhook-id")),
        (
            Reason::MalformedId,
            with_other_header("webhook-id", "msg.p5jXN8AQM9LWM0D4loKWxJek"),
        ),
        (
            Reason::MissingNonce,
            with_value(with_nonce(), "x-nonce", ""),
        ),
        (
            Reason::MalformedNonce,
            with_value(with_nonce(), "x-nonce", "n.1"),
        ),
        (
            Reason::MissingTimestamp,
            without_header("webhook-timestamp"),
        ),
        (
            Reason::MalformedTimestamp,
            with_other_header("webhook-timestamp", "+1614265330"),
        ),
        (Reason::TimestampTooOld, with("now", SIGNED_AT + 301)),
        (Reason::TimestampInFuture, with("now", SIGNED_AT - 301)),
        (
            Reason::UnreadableEventTime,
            event_of_logto_with_an_unreadable_time(),
        ),
        (Reason::Undecodable, not_an_event_of_logto()),
        (Reason::BadKey, with("keys", json!([]))),
        (Reason::BadKey, with("keys", json!(["utf8:"]))),
        (Reason::BadKey, with("keys", json!(["whsec_"]))),
        (Reason::BadKey, with("keys", json!(["whsec_%"]))),
        (Reason::BadKey, with("keys", json!(["base64:%"]))),
        (Reason::BadKey, with("keys", json!(["hex:0"]))),
        (Reason::BadKey, with("keys", json!(["utf8: stray"]))),
        (Reason::BadKey, with("keys", json!(["no encoding"]))),
        (Reason::BadKey, with("keys", json!(["utf8:good", "hex:0"]))),
    ]
}

#[test]
fn each_cause_has_its_reason() {
    let (reasons, records): (Vec<Reason>, Vec<Value>) = cases().into_iter().unzip();
    for (place, (reason, verdict)) in reasons.iter().zip(verify(&records)).enumerate() {
        assert_eq!(
            verdict,
            json!({"id": records[place]["id"], "verdict": "rejected", "reason": reason.as_str()}),
            "case {place}"
        );
    }
}

#[test]
fn every_reason_that_the_docs_give_to_verify_is_proved_here() {
    let proved: BTreeSet<String> = cases()
        .iter()
        .map(|(reason, _)| reason.to_string())
        .collect();
    let documented: BTreeSet<String> = reasons_of_verify().into_iter().collect();
    assert_eq!(proved, documented);
}

#[test]
fn the_limits_of_the_window_are_inside() {
    let at = |now: i64, window: Value| {
        let mut record = with("now", now);
        if window != "absent" {
            record["window_s"] = window;
        }
        verdict(&record)["verdict"].clone()
    };
    for (now, window, expected) in [
        (SIGNED_AT + 300, json!("absent"), "accepted"),
        (SIGNED_AT - 300, json!("absent"), "accepted"),
        (SIGNED_AT + 301, json!("absent"), "rejected"),
        (SIGNED_AT + 10, json!(10), "accepted"),
        (SIGNED_AT - 10, json!(10), "accepted"),
        (SIGNED_AT + 11, json!(10), "rejected"),
        (SIGNED_AT - 11, json!(10), "rejected"),
        (SIGNED_AT, json!(0), "accepted"),
        (SIGNED_AT + 1, json!(0), "rejected"),
        // Longer than the pack's retention.
        (SIGNED_AT + 31_536_000, json!(31_536_000), "accepted"),
        (SIGNED_AT + 1, json!(u64::MAX), "accepted"),
        (i64::MAX, Value::Null, "accepted"),
        (0, Value::Null, "accepted"),
    ] {
        assert_eq!(at(now, window.clone()), expected, "{now} {window}");
    }
}

#[test]
fn a_moment_may_have_a_fraction() {
    let record = with("now", 1_614_265_630.001);
    assert_eq!(verdict(&record)["reason"], "timestamp_too_old");
    let record = with("now", 1_614_265_630.0);
    assert_eq!(verdict(&record)["verdict"], "accepted");
}

#[test]
fn without_now_it_is_the_systems_time() {
    let mut record = with("window_s", 300);
    record.as_object_mut().unwrap().remove("now");
    assert_eq!(verdict(&record)["reason"], "timestamp_too_old");
}

#[test]
fn a_key_is_refused_before_a_request_is_judged_and_after_the_record_is_read() {
    let mut record = with("keys", json!(["utf8:"]));
    record["method"] = json!("GET");
    assert_eq!(verdict(&record)["reason"], "bad_key");
    record["body_base64"] = json!("%");
    assert_eq!(verdict(&record)["verdict"], "error");
}

#[test]
fn access_is_checked_beside_the_signature() {
    let mut record = with_header("x-api-key", "0f3c");
    record["settings"] = json!({"access": {"api_key": {"header": "X-Api-Key", "value": "0f3c"}}});
    assert_eq!(verdict(&record)["verdict"], "accepted");
    record["settings"]["access"]["api_key"]["value"] = json!("");
    assert_eq!(verdict(&record)["reason"], "bad_key");
}

#[test]
fn a_media_type_is_judged_and_a_missing_one_assumed_only_where_that_is_set() {
    let given = with_other_header("content-type", "application/json; charset=utf-8");
    assert_eq!(verdict(&given)["verdict"], "accepted");
    let twice = with_header("Content-Type", "application/json");
    assert_eq!(verdict(&twice)["reason"], "unsupported_media_type");
    let mut missing = without_header("content-type");
    assert_eq!(verdict(&missing)["reason"], "unsupported_media_type");
    missing["settings"] = json!({"assume_media_type": true});
    assert_eq!(verdict(&missing)["verdict"], "accepted");
    let mut other = with_other_header("content-type", "text/plain");
    other["settings"] = json!({"assume_media_type": true});
    assert_eq!(verdict(&other)["reason"], "unsupported_media_type");
    other["settings"] = json!({"media_types": ["text/plain"]});
    assert_eq!(verdict(&other)["verdict"], "accepted");
    let mut limited = published();
    limited["settings"] = json!({"body_limit": 3});
    assert_eq!(verdict(&limited)["reason"], "body_too_large");
}
