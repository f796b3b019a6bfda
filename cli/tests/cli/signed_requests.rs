//! Requests signed with a certificate's key, and MACs in a member of the body.

use std::fs;

use ::base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hookgate::pack::KeyParts;
use serde_json::{Value, json};

use crate::{
    command::{base64, verdict, verify},
    explain::request::mac,
};

fn vectors(file: &str) -> Vec<u8> {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/vectors/signed_request"
    );
    fs::read(format!("{folder}/{file}")).unwrap()
}

fn pem(file: &str) -> String {
    format!("pem:{}", String::from_utf8(vectors(file)).unwrap())
}

/// All requests that another program signed.
fn recorded() -> Vec<Value> {
    let recorded: Value = serde_json::from_slice(&vectors("requests.json")).unwrap();
    let requests = recorded["requests"].as_array().unwrap();
    requests
        .iter()
        .map(|it| {
            let key = it["key"].as_str().unwrap();
            let template = it["template"].as_str().unwrap();
            let mut scheme = json!({
                "algorithms": [it["algorithm"]],
                "signature_header": "x-signature",
                "algorithm_header": "x-algorithm",
                "encoding": it["encoding"],
                "template": template,
                "timestamp_form": it["timestamp_form"],
            });
            // The other program's library writes `typ: JWT` into every JWS.
            if it["encoding"] == "jws" {
                scheme["accept_tokens_as_requests"] = true.into();
            }
            for part in ["nonce", "timestamp"] {
                if template.contains(&format!("{{{part}}}")) {
                    scheme[format!("{part}_header")] = format!("x-{part}").into();
                }
            }
            json!({
                "id": it["nonce"],
                "provider": "signed-request",
                "keys": [pem(&format!("{key}.crt.pem"))],
                "headers": [
                    ["content-type", "application/json"],
                    ["x-signature", it["signature"]],
                    ["x-nonce", it["nonce"]],
                    ["x-timestamp", it["timestamp"]],
                    ["x-algorithm", it["algorithm"]],
                ],
                "body_base64": base64(recorded["body"].as_str().unwrap().as_bytes()),
                "now": 1_700_000_300,
                "settings": scheme,
            })
        })
        .collect()
}

/// One with a nonce and a time in the signed text.
pub(crate) fn with_nonce() -> Value {
    let has_both = |record: &Value| {
        let template = record["settings"]["template"].as_str().unwrap();
        template == "{timestamp}.{nonce}.{body}"
    };
    recorded().into_iter().find(has_both).unwrap()
}

/// The value of a header changed.
pub(crate) fn with_value(mut record: Value, name: &str, value: &str) -> Value {
    for header in record["headers"].as_array_mut().unwrap() {
        if header[0] == name {
            header[1] = value.into();
        }
    }
    record
}

#[test]
fn every_recorded_request_is_accepted_and_none_with_another_body() {
    let records = recorded();
    for verdict in verify(&records) {
        assert_eq!(verdict["verdict"], "accepted", "{verdict}");
        assert_eq!(verdict["key_id"], "0");
    }
    let changed = records.into_iter().map(|mut record| {
        record["body_base64"] = base64(b"{}").into();
        record
    });
    for verdict in verify(&changed.collect::<Vec<_>>()) {
        let reason = verdict["reason"].as_str().unwrap();
        // A JWS that has its payload shows what it covers.
        assert!(
            ["signature_mismatch", "malformed_signature"].contains(&reason),
            "{verdict}"
        );
    }
}

#[test]
fn keys_are_pem_or_der_and_others_are_bad() {
    let record = with_nonce();
    let reason_with = |key: &str| {
        let mut record = record.clone();
        record["keys"] = json!([key]);
        verdict(&record)["reason"].clone()
    };
    let der = format!("der:{}", base64(&vectors("rsa.crt.der")));
    let encoded = format!("pem:{}", base64(&vectors("rsa.crt.pem")));
    for key in [der, encoded, pem("rsa.crt.pem")] {
        assert_eq!(reason_with(&key), Value::Null, "{key}");
    }
    for key in [
        "hex:01",
        "pem:",
        "der:AAAA",
        "der:!",
        &pem("rsa.key.pem"),
        &pem("weak.pub.pem"),
        &format!("pem:{}", base64(&vectors("rsa.crt.der"))),
        &format!("pem:{}", base64(&vectors("rsa.key.pem"))),
    ] {
        assert_eq!(reason_with(key), "bad_key", "{key}");
    }
    assert_eq!(reason_with(&pem("ed.crt.pem")), "bad_key");
    let other = pem("p256.crt.pem");
    let mut record = record.clone();
    record["settings"]["algorithms"] = json!(["ES256"]);
    record["keys"] = json!([other]);
    assert_eq!(verdict(&record)["reason"], "malformed_signature");
    record["keys"] = json!([]);
    assert_eq!(verdict(&record)["reason"], "bad_key");
}

/// Signed by `openssl dgst -sha256 -hmac "$KEY" -binary | base64`.
#[test]
fn a_shared_secret_is_taken_for_hmac_alone() {
    let record = |algorithm: &str| {
        json!({
            "id": "1",
            "provider": "signed-request",
            "keys": ["utf8:thirty-two bytes of a secret key"],
            "headers": [["content-type", "application/json"], ["x-signature", "pRY+bI0C1HArTAMiROm0gh7cSlxQyNfSDfihSnbenko="]],
            "body_base64": base64(b"{}"),
            "settings": {"algorithms": [algorithm], "signature_header": "x-signature"},
        })
    };
    assert_eq!(verdict(&record("HS256"))["verdict"], "accepted");
    assert_eq!(verdict(&record("HS512"))["reason"], "signature_mismatch");
    assert_eq!(verdict(&record("RS256"))["reason"], "bad_key");
    let mut short = record("HS256");
    short["keys"] = json!(["utf8:thirty-one bytes of a secret k"]);
    assert_eq!(verdict(&short)["reason"], "bad_key");
}

#[test]
fn the_schemes_fields_may_stand_in_an_object_of_their_own() {
    let mut record = with_nonce();
    let mut scheme = record["settings"].clone();
    let algorithms = scheme.as_object_mut().unwrap().remove("algorithms");
    record["settings"] = json!({"algorithms": algorithms, "scheme": scheme});
    assert_eq!(verdict(&record)["verdict"], "accepted");
    record["settings"]["template"] = "{body}".into();
    assert_eq!(verdict(&record)["verdict"], "error");
    let mut record = with_nonce();
    record["settings"]["templat"] = "{body}".into();
    let error = verdict(&record)["error"].to_string();
    assert!(
        error.contains("unknown member") && error.contains("`template`"),
        "{error}"
    );
    record["settings"]
        .as_object_mut()
        .unwrap()
        .remove("algorithms");
    let error = verdict(&record)["error"].to_string();
    assert!(error.contains("`algorithms` is missing"), "{error}");
}

#[test]
fn settings_that_prove_nothing_and_tenants_are_malformed() {
    let mut record = with_nonce();
    record["settings"]["template"] = "{timestamp}.{body}".into();
    assert_eq!(verdict(&record)["verdict"], "error");
    let mut record = with_nonce();
    record["settings"]["algorithms"] = json!(["none"]);
    assert_eq!(verdict(&record)["verdict"], "error");
    let mut record = with_nonce();
    record["tenant"] = "acme".into();
    assert_eq!(verdict(&record)["verdict"], "error");
    record["provider"] = "unico-check".into();
    record["settings"] = json!({"signed": record["settings"]});
    assert_eq!(verdict(&record)["verdict"], "error");
}

#[test]
fn unico_check_is_verified_by_its_signature_without_an_access_rule() {
    let mut record = with_nonce();
    record["provider"] = "unico-check".into();
    record["settings"] = json!({"signed": record["settings"]});
    let id = "f4dd6bc9-74d3-4dba-8deb-eb09ad4ea704";
    let mut key = KeyParts::new();
    for part in ["enveloped", id, "update_process", "3", ""] {
        key.part(part);
    }
    assert_eq!(
        verdict(&record),
        json!({
            "id": record["id"],
            "verdict": "accepted",
            "key_id": "0",
            "event_type": "update_process",
            "event_key": key.key("hook", None, "unico-check").unwrap().to_string(),
        })
    );
    let forged = with_value(record, "x-nonce", "n-0");
    assert_eq!(verdict(&forged)["reason"], "signature_mismatch");
}

/// Signed by `openssl dgst -sha256 -hmac k3y`, over the body without its member.
#[test]
fn a_mac_in_a_member_of_the_body_is_verified() {
    let body = br#"{"id":"e-1","mac":"2446999c80c76eecb98a55edeea745069de1a570fd6f202db9fd8912c0af4b50","n":1}"#;
    let record = |body: &[u8]| {
        json!({
            "id": "1",
            "provider": "hmac-body-field",
            "keys": ["utf8:k3y"],
            "headers": [["content-type", "application/json"]],
            "body_base64": base64(body),
            "settings": {"member": "mac", "encoding": "hex"},
        })
    };
    let key = KeyParts::of_digest(br#"{"id":"e-1","n":1}"#)
        .key("hook", None, "hmac-body-field")
        .unwrap();
    let accepted = verdict(&record(body));
    assert_eq!(accepted["event_key"], key.to_string(), "{accepted}");
    let changed = String::from_utf8_lossy(body).replace("\"n\":1", "\"n\":2");
    let refused = verdict(&record(changed.as_bytes()));
    assert_eq!(refused["reason"], "signature_mismatch");
}

#[test]
fn the_documented_settings_make_receivers() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/verify.md");
    let document = fs::read_to_string(path).unwrap();
    let mut seen = 0;
    for (begin, provider, key) in [
        ("{\"signed\"", "unico-check", pem("rsa.crt.pem")),
        ("{\"algorithms\"", "signed-request", pem("rsa.crt.pem")),
        ("{\"binding\"", "jwt-body-hash", pem("rsa.crt.pem")),
        ("{\"member\"", "hmac-body-field", "utf8:k3y".to_owned()),
    ] {
        for line in document.lines().filter(|line| line.starts_with(begin)) {
            let settings: Value = serde_json::from_str(line).unwrap();
            let key = match &settings["algorithms"][0] {
                Value::String(name) if name == "HS256" => "utf8:k3y".to_owned(),
                Value::String(name) if name == "EdDSA" => pem("ed.crt.pem"),
                _ => key.clone(),
            };
            let record = json!({
                "id": "1",
                "provider": provider,
                "keys": [key],
                "headers": [["content-type", "application/json"]],
                "body_base64": base64(b"{}"),
                "settings": settings,
            });
            assert_eq!(verdict(&record)["reason"], "missing_signature", "{line}");
            seen += 1;
        }
    }
    assert_eq!(seen, 7);
}

/// A request signed by HMAC in a JWS that names its key, under these keys and ids.
fn naming(kid: Option<&str>, secret: &str, ids: &Value) -> Value {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let mut head = json!({"alg": "HS256"});
    if let Some(kid) = kid {
        head["kid"] = json!(kid);
    }
    let text = format!("{}.{}", encode(&head.to_string()), encode("{}"));
    let signature = URL_SAFE_NO_PAD.encode(mac(secret.as_bytes(), text.as_bytes()));
    json!({
        "id": "named",
        "provider": "signed-request",
        "keys": [format!("utf8:{FIRST}"), format!("utf8:{SECOND}")],
        "headers": [
            ["content-type", "application/json"],
            ["x-signature", format!("{text}.{signature}")],
        ],
        "body_base64": base64(b"{}"),
        "settings": {
            "algorithms": ["HS256"], "signature_header": "x-signature", "encoding": "jws", "key_ids": ids,
        },
    })
}

const FIRST: &str = "the first secret of thirty-two bytes";
const SECOND: &str = "the second secret of thirty-two bytes";

#[test]
fn a_request_is_verified_with_the_key_that_it_names() {
    let ids = json!(["first", "second"]);
    for (kid, secret, key_id) in [
        (Some("first"), FIRST, Some("0")),
        (Some("second"), SECOND, Some("1")),
        (Some("second"), FIRST, None),
        (Some("third"), FIRST, None),
        (None, FIRST, Some("0")),
        (None, SECOND, Some("1")),
    ] {
        let verdict = verdict(&naming(kid, secret, &ids));
        assert_eq!(verdict["key_id"].as_str(), key_id, "{kid:?}: {verdict}");
    }
    // A key without an id is tried under any name.
    let unnamed = verdict(&naming(Some("third"), SECOND, &json!(["first", null])));
    assert_eq!(unnamed["key_id"], "1");
    for ids in [json!(["first"]), json!(["first", "second", "third"])] {
        let verdict = verdict(&naming(None, FIRST, &ids));
        let error = verdict["error"].as_str().unwrap();
        assert!(error.contains("`key_ids`"), "{error}");
    }
}
