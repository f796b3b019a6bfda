//! CloudEvents of any sender: the specification's cases, verdicts, what `send` sends, what `explain` says.

use std::fs;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Map, Value, json};
use sha2::Sha256;

use crate::command::{base64, hookgate, verdict, verify};

const STRUCTURED: &str = "application/cloudevents+json";
const BATCH: &str = "application/cloudevents-batch+json";
const KEY: &str = "the secret of a partner";
const EVENT: &str = r#"{"specversion":"1.0","id":"1","source":"/s","type":"t","data":{"a":1}}"#;

fn record(settings: Value, headers: &[(&str, &str)], body: &str) -> Value {
    json!({
        "id": "1", "provider": "cloudevents", "headers": headers, "body_base64": base64(body.as_bytes()),
        "settings": settings,
    })
}

fn by_access(label: &str, body: &str) -> Value {
    let modes = ["structured", "binary", "batch"];
    record(
        json!({"access": "none", "modes": modes}),
        &[("content-type", label)],
        body,
    )
}

/// One that a partner has signed over the body.
fn signed(settings: Value, headers: &[(&str, &str)], body: &str) -> Value {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let bytes = mac.finalize().into_bytes();
    let mac: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let headers = [headers, &[("x-acme-signature", &*mac)]].concat();
    let mut record = record(settings, &headers, body);
    record["keys"] = json!([format!("utf8:{KEY}")]);
    let scheme =
        json!({"scheme": "hmac-header", "signature_header": "x-acme-signature", "encoding": "hex"});
    record["settings"]["signed"] = scheme;
    record
}

/// The record of a case of the specification.
fn record_of(case: &Value) -> Value {
    let mut settings = json!({"access": "none"});
    for name in ["modes", "tolerate"] {
        if let Some(value) = case.get(name) {
            settings[name] = value.clone();
        }
    }
    let body = match case.get("body_base64") {
        Some(body) => body.clone(),
        None => base64(case["body"].as_str().unwrap().as_bytes()).into(),
    };
    json!({
        "id": case["name"], "provider": "cloudevents", "method": case["method"], "headers": case["headers"],
        "body_base64": body, "settings": settings,
    })
}

/// An event of a case, as a verdict has it.
fn in_verdict(event: &Value) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("attributes".to_owned(), event["attributes"].clone());
    for (name, value) in event["data"].as_object().into_iter().flatten() {
        let (name, value) = match &**name {
            "base64" => ("data_base64", value.clone()),
            "unrecognized" => (
                "unrecognized_base64",
                base64(value.as_str().unwrap().as_bytes()).into(),
            ),
            _ => ("data", value.clone()),
        };
        members.insert(name.to_owned(), value);
    }
    members
}

/// What a verdict shows of an event.
fn shown(event: &Value) -> Map<String, Value> {
    let names = ["attributes", "data", "data_base64", "unrecognized_base64"];
    let members = event.as_object().unwrap().iter();
    let shown = members.filter(|(name, _)| names.contains(&name.as_str()));
    shown
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[test]
fn the_cases_of_the_specification_have_their_verdicts() {
    for file in ["conformance", "http_binding", "json_format"] {
        let path = format!(
            "{}/../tests/vectors/cloudevents/{file}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let cases: Vec<Value> = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        let records: Vec<Value> = cases.iter().map(record_of).collect();
        for (verdict, case) in verify(&records).iter().zip(&cases) {
            let Some(events) = case.get("events").and_then(Value::as_array) else {
                assert_eq!(verdict["reason"], case["refused"], "{verdict}");
                continue;
            };
            let read: Vec<_> = match (&verdict["verdict"], verdict.get("events")) {
                (answered, _) if answered == "answered" => Vec::new(),
                (_, Some(events)) => events.as_array().unwrap().iter().map(shown).collect(),
                (_, None) => vec![shown(verdict)],
            };
            let expected: Vec<_> = events.iter().map(in_verdict).collect();
            assert_eq!(read, expected, "{file}: {verdict}");
        }
    }
}

#[test]
fn a_verdict_has_the_type_and_key_of_each_event_of_a_batch() {
    let other = EVENT.replace(r#""id":"1""#, r#""id":"2""#);
    let batch = verdict(&by_access(BATCH, &format!("[{EVENT},{other}]")));
    let [one, two] = &batch["events"].as_array().unwrap()[..] else {
        panic!("{batch}");
    };
    let alone = verdict(&by_access(STRUCTURED, EVENT));
    assert_eq!(alone["event_key"], one["event_key"]);
    assert_ne!(one["event_key"], two["event_key"]);
    assert_eq!(
        (&one["event_type"], &batch["key_id"]),
        (&json!("t"), &json!("access"))
    );
    assert!(batch.get("event_key").is_none(), "{batch}");
}

#[test]
fn under_a_signature_over_the_body_the_label_decides_nothing() {
    let with_label = |label| verdict(&signed(json!({}), &[("content-type", label)], EVENT));
    assert_eq!(with_label(STRUCTURED)["key_id"], "0");
    for other in [BATCH, "application/json", "application/cloudevents+xml"] {
        assert_eq!(
            with_label(other)["reason"],
            "unsupported_media_type",
            "{other}"
        );
    }
    let headers = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", "9"),
        ("ce-source", "/s"),
        ("ce-type", "t"),
    ];
    let claimed = verdict(&signed(
        json!({"modes": ["binary"]}),
        &headers,
        r#"{"a":1}"#,
    ));
    assert_eq!(claimed["claimed_attributes"]["id"], "9");
    assert!(claimed.get("attributes").is_none() && claimed.get("event_type").is_none());
    let both = signed(
        json!({"modes": ["binary", "structured"]}),
        &headers,
        r#"{"a":1}"#,
    );
    assert_eq!(verdict(&both)["verdict"], "error");
}

#[test]
fn settings_that_make_no_receiver_are_an_error() {
    for settings in [
        json!({"access": "none", "modes": ["other"]}),
        json!({"access": "none", "tolerate": ["everything"]}),
        json!({"access": "none", "modes": []}),
        json!({"access": "none", "most_of_a_batch": 0}),
        json!({"access": "none", "other": 1}),
        json!({"access": "none", "signed": {}}),
        json!({"access": "none", "signed": {"scheme": "signed-form"}}),
        json!({}),
    ] {
        let record = record(settings, &[("content-type", STRUCTURED)], EVENT);
        assert_eq!(verdict(&record)["verdict"], "error", "{record}");
    }
}

/// The first finding of `explain`.
fn mistake(record: &Value) -> (Option<i32>, Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("record.json");
    fs::write(&file, record.to_string()).unwrap();
    let output = hookgate(&["explain", file.to_str().unwrap(), "--json"])
        .output()
        .unwrap();
    let explained: Value = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), explained["findings"][0].clone())
}

#[test]
fn the_mistakes_of_this_field_are_explained() {
    let structured = json!({"access": "none", "modes": ["structured"]});
    let of = |settings: &Value, label: &str, body: &str| {
        record(settings.clone(), &[("content-type", label)], body)
    };
    let headers = [
        ("content-type", STRUCTURED),
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/s"),
        ("ce-type", "t"),
    ];
    let mut of_binary = headers;
    of_binary[0].1 = "application/json";
    let asking = |mut record: Value| {
        record["method"] = "OPTIONS".into();
        record
    };
    let with = |more: &str| EVENT.replacen('{', &format!("{{{more},"), 1);
    let twice = |text: &str| json!(text).to_string();
    let binary = json!({"access": "none"});
    for (record, expected) in [
        (
            of(&structured, "application/json", EVENT),
            "cloudevents_label",
        ),
        (of(&binary, "application/json", EVENT), "cloudevents_label"),
        (
            of(&structured, STRUCTURED, &format!("[{EVENT}]")),
            "cloudevents_batch",
        ),
        (
            of(&structured, BATCH, &format!("[{EVENT}]")),
            "cloudevents_batch",
        ),
        (
            signed(json!({}), &of_binary, r#"{"a":1}"#),
            "cloudevents_binary",
        ),
        (
            signed(json!({"modes": ["binary"]}), &headers[..1], EVENT),
            "cloudevents_structured",
        ),
        (
            asking(record(
                binary.clone(),
                &[("webhook-request-origin", "a.example")],
                "",
            )),
            "challenge_not_answered",
        ),
        (
            of(&structured, "application/cloudevents+xml", "<event/>"),
            "cloudevents_format",
        ),
        (
            record(binary.clone(), &headers, r#"{"a":1}"#),
            "cloudevents_label",
        ),
        (
            of(&structured, STRUCTURED, &EVENT.replace("1.0", "0.3")),
            "cloudevents_strict",
        ),
        (
            of(&structured, STRUCTURED, &with(r#""traceId":"x""#)),
            "cloudevents_strict",
        ),
        (
            of(&structured, STRUCTURED, &with(r#""time":"today""#)),
            "cloudevents_strict",
        ),
        (
            of(
                &structured,
                STRUCTURED,
                &EVENT.replace(r#""specversion":"1.0","#, ""),
            ),
            "undecodable",
        ),
        (
            of(&structured, STRUCTURED, &twice(EVENT)),
            "cloudevents_twice",
        ),
        (
            of(
                &structured,
                STRUCTURED,
                &EVENT.replace(r#"{"a":1}"#, &twice(r#"{"a":1}"#)),
            ),
            "cloudevents_data_twice",
        ),
    ] {
        let (status, finding) = mistake(&record);
        assert_eq!(finding["mistake"], expected, "{record}: {finding}");
        assert_eq!(status, Some(3), "{record}: {finding}");
    }
}
