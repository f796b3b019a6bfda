//! Published examples and recorded requests.

use std::{collections::BTreeSet, fs, path::Path};

use hmac::{Hmac, KeyInit, Mac};
use hookgate::{
    UnixTime,
    keys::{Encoding, JwsAlgorithm},
    pack::KeyParts,
    providers::known,
    schemes::SchemeConfig,
};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::command::{SIGNED_AT, base64, hookgate, published, verdict, verify, with};

/// The example of GitHub's documentation. Its body is no JSON.
fn github_example() -> Value {
    github(
        b"Hello, World!",
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    )
}

fn github(body: &[u8], digest: &str) -> Value {
    json!({
        "id": "github",
        "provider": "hmac-header",
        "keys": ["utf8:It's a Secret to Everybody"],
        "headers": [["content-type", "application/json"], ["X-Hub-Signature-256", format!("sha256={digest}")]],
        "body_base64": base64(body),
        "settings": {
            "signature_header": "x-hub-signature-256",
            "encoding": "hex",
            "layout": {"single": {"prefix": "sha256="}},
        },
    })
}

fn hex_mac(key: &[u8], parts: &[&[u8]]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    for part in parts {
        mac.update(part);
    }
    let bytes = mac.finalize().into_bytes();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The published and computed requests of the library's senders, as records.
fn vectors_of_senders() -> Vec<Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/senders");
    let files = fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| records_of(path)).collect()
}

fn records_of(path: &Path) -> Vec<Value> {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let vectors: Vec<Value> = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    let record = |vector: &Value| {
        let secret = vector["secret"].as_str().unwrap();
        let form = known::find(name).unwrap().secret.unwrap();
        let key = match form.encoding {
            Encoding::Whsec => secret.to_owned(),
            Encoding::Base64 => format!("base64:{secret}"),
            Encoding::Hex => format!("hex:{secret}"),
            _ => format!("utf8:{secret}"),
        };
        let body = match &vector["body_base64"] {
            Value::Null => base64(vector["body"].as_str().unwrap().as_bytes()).into(),
            encoded => encoded.clone(),
        };
        json!({
            "id": name,
            "provider": name,
            "keys": [key],
            "headers": vector["headers"].as_object().unwrap().iter().collect::<Vec<_>>(),
            "body_base64": body,
            "path": vector["target"].as_str().unwrap_or("/"),
            "settings": match &vector["settings"] {
                Value::Null => json!({}),
                settings => settings.clone(),
            },
            "now": vector["at"].as_i64().unwrap_or(SIGNED_AT),
        })
    };
    vectors.iter().map(record).collect()
}

/// The senders that have one.
pub(crate) fn senders_of_vectors() -> BTreeSet<String> {
    let records = vectors_of_senders();
    let names = records.iter().filter_map(|record| record["id"].as_str());
    names.map(str::to_owned).collect()
}

#[test]
fn the_vectors_of_senders_are_accepted() {
    let records = vectors_of_senders();
    for (verdict, record) in verify(&records).iter().zip(&records) {
        let name = &record["id"];
        assert_eq!(verdict["verdict"], "accepted", "{name}: {verdict}");
    }
}

/// `explain` knows a sender by its headers, where its row says which ones.
#[test]
fn the_senders_of_vectors_are_recognised() {
    let folder = tempfile::tempdir().unwrap();
    for record in vectors_of_senders() {
        let name = record["id"].as_str().unwrap();
        if known::find(name).unwrap().marks.is_empty() {
            continue;
        }
        let mut request = String::from("POST /hook\n");
        for header in record["headers"].as_array().unwrap() {
            let [name, value] = [0, 1].map(|place| header[place].as_str().unwrap());
            request.push_str(&format!("{name}: {value}\n"));
        }
        let file = folder.path().join("request.http");
        fs::write(&file, format!("{request}\n{{}}")).unwrap();
        let sender = known::find(name).unwrap();
        let settings = folder.path().join("settings.json");
        fs::write(&settings, record["settings"].to_string()).unwrap();
        let (reading, key) = match sender.scheme() {
            Some(SchemeConfig::PublicKeySignature(config)) => ("hex", point(config.algorithm)),
            Some(SchemeConfig::JwtBodyHash(_)) if name == "kinde" => continue,
            _ => ("utf8", "any"),
        };
        let output = hookgate(&["explain", "--json", file.to_str().unwrap()])
            .args(["--key-env", "ANY_KEY", "--key-as", reading])
            .args(["--settings", settings.to_str().unwrap()])
            .env("ANY_KEY", key)
            .output()
            .unwrap();
        let explained: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(explained["provider"], name, "{output:?}");
        // A form at another address is not looked at.
        let reason = match sender.scheme() {
            Some(SchemeConfig::SignedForm(_)) => "malformed_signature",
            _ => "signature_mismatch",
        };
        assert_eq!(explained["reason"], reason, "{name}");
    }
}

/// A public key that nobody signs with.
fn point(algorithm: JwsAlgorithm) -> &'static str {
    match algorithm {
        JwsAlgorithm::EdDsa => "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        // What generates P-256.
        _ => "036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296",
    }
}

#[test]
fn the_example_of_standard_webhooks_is_accepted() {
    let key = KeyParts::of("msg_p5jXN8AQM9LWM0D4loKWxJek")
        .key("hook", None, "standard-webhooks")
        .unwrap();
    assert_eq!(
        verdict(&published()),
        json!({
            "id": "published",
            "verdict": "accepted",
            "key_id": "0",
            "event_key": key.to_string(),
        })
    );
}

#[test]
fn svix_signs_the_same_under_its_own_names() {
    let text = published().to_string().replace("webhook-", "svix-");
    let record = text.replace("standard-webhooks", "svix");
    let record = serde_json::from_str(&record).unwrap();
    assert_eq!(verdict(&record)["verdict"], "accepted");
}

#[test]
fn any_key_may_match_and_is_named() {
    let key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let bytes = "31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0";
    for (keys, id) in [
        (json!([key, "utf8:another"]), "0"),
        (json!(["utf8:another", key]), "1"),
        (
            json!(["utf8:another", "hex:01", format!("hex:{bytes}")]),
            "2",
        ),
        (json!(["base64:MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]), "0"),
    ] {
        assert_eq!(verdict(&with("keys", keys.clone()))["key_id"], id, "{keys}");
    }
    let as_text = with("keys", json!([format!("utf8:{key}")]));
    assert_eq!(verdict(&as_text)["reason"], "signature_mismatch");
}

#[test]
fn endpoint_and_tenant_are_part_of_the_event_key() {
    let key = |endpoint: &str, tenant: Option<&str>| {
        KeyParts::of("msg_p5jXN8AQM9LWM0D4loKWxJek")
            .key(endpoint, tenant, "standard-webhooks")
            .unwrap()
            .to_string()
    };
    let mut record = with("endpoint", "orders");
    assert_eq!(verdict(&record)["event_key"], key("orders", None));
    for tenant in ["acme", "globex", "Ünïcode / with spaces"] {
        record["tenant"] = json!(tenant);
        assert_eq!(verdict(&record)["event_key"], key("orders", Some(tenant)));
    }
}

#[test]
fn the_example_of_github_verifies_although_it_is_no_json() {
    let key = KeyParts::of_digest(b"Hello, World!")
        .key("hook", None, "hmac-header")
        .unwrap();
    let verdict = verdict(&github_example());
    assert_eq!(verdict["verdict"], "accepted");
    assert_eq!(verdict["event_key"], key.to_string());
}

#[test]
fn stripes_layout_is_read() {
    let body = br#"{"id":"evt_1"}"#;
    let at = |time: &str, now: i64| {
        let mac = hex_mac(b"whsec_text", &[time.as_bytes(), b".", body]);
        let record = json!({
            "id": "stripe",
            "provider": "hmac-header",
            "keys": ["utf8:whsec_text"],
            "headers": [["content-type", "application/json"], ["Stripe-Signature", format!("t={time},v0=00,v1={mac}")]],
            "body_base64": base64(body),
            "now": now,
            "settings": {
                "signature_header": "stripe-signature",
                "encoding": "hex",
                "layout": {"pairs": {"signature": "v1", "timestamp": "t"}},
                "template": "{timestamp}.{body}",
            },
        });
        verdict(&record)
    };
    assert_eq!(at("1614265330", SIGNED_AT)["verdict"], "accepted");
    assert_eq!(
        at("1614265330", SIGNED_AT + 301)["reason"],
        "timestamp_too_old"
    );
    assert_eq!(at("soon", SIGNED_AT)["reason"], "malformed_timestamp");
}

/// The deliveries of a Logto server, and how they were recorded.
fn recorded() -> Vec<(Value, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/logto");
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| {
            let request: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
            let body = fs::read(path.with_extension("body")).unwrap();
            let received = request["received_at"].as_str().unwrap();
            let record = json!({
                "id": path.file_stem().unwrap().to_str().unwrap(),
                "provider": "logto",
                "keys": [format!("utf8:{}", request["signing_key"].as_str().unwrap_or_default())],
                "method": request["method"],
                "path": request["path"],
                "headers": request["headers"],
                "body_base64": base64(&body),
                "now": UnixTime::from_rfc3339(received).unwrap().as_secs(),
            });
            (record, request)
        })
        .collect()
}

/// Those that its README lists as odd and that are refused.
const REFUSED: [(&str, &str); 3] = [
    // Without a key in the file.
    ("057-no-body-redirected-get", "bad_key"),
    ("063-Role.Data.Updated", "bad_key"),
    ("067-Role.Data.Updated", "malformed_signature"),
];

#[test]
fn what_a_logto_server_sent_is_accepted_under_its_name() {
    let (records, requests): (Vec<Value>, Vec<Value>) = recorded().into_iter().unzip();
    let mut refused = Vec::new();
    for (verdict, request) in verify(&records).iter().zip(&requests) {
        if verdict["verdict"] == "accepted" {
            assert_eq!(request["signature_verifies"], true, "{verdict}");
            assert_eq!(verdict["event_type"], request["event"], "{verdict}");
        } else {
            refused.push((verdict["id"].clone(), verdict["reason"].clone()));
        }
    }
    assert_eq!(
        refused,
        REFUSED.map(|(id, reason)| (json!(id), json!(reason)))
    );
    assert!(records.len() > 30 + refused.len());
}

#[test]
fn what_a_logto_server_sent_is_refused_with_the_key_of_no_hook() {
    let records: Vec<Value> = recorded()
        .into_iter()
        .map(|(mut record, _)| {
            record["keys"] = json!(["utf8:the key of no hook"]);
            record
        })
        .collect();
    for verdict in verify(&records) {
        let reason = match verdict["id"].as_str().unwrap() {
            "057-no-body-redirected-get" => "method_not_allowed",
            "063-Role.Data.Updated" => "missing_signature",
            "067-Role.Data.Updated" => "malformed_signature",
            _ => "signature_mismatch",
        };
        assert_eq!(verdict["reason"], reason, "{verdict}");
    }
}

#[test]
fn what_a_logto_server_sent_is_refused_once_it_cannot_be_remembered() {
    let (mut record, _) = recorded().remove(0);
    record["now"] = json!(record["now"].as_i64().unwrap() + 86_400);
    assert_eq!(verdict(&record)["reason"], "timestamp_too_old");
}

#[test]
fn facephi_signs_the_object_without_its_signature() {
    let key = b"It's a Secret to Everybody";
    let before = r#"{"specversion":"1.0","type":"com.idv_suite.api.workflows.id_captured.v1","source":"/operations/11111111-2222-4333-8444-555555555555","id":"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee""#;
    let after = r#","data":{"assets":[]}}"#;
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(format!("{before}{after}").as_bytes());
    let signature = base64(&mac.finalize().into_bytes());
    let body = format!(r#"{before},"signature":"{signature}"{after}"#);
    let mut record = json!({
        "id": "facephi",
        "provider": "facephi",
        "keys": ["utf8:It's a Secret to Everybody"],
        "headers": [["content-type", "application/cloudevents+json"]],
        "body_base64": base64(body.as_bytes()),
    });
    let accepted = verdict(&record);
    assert_eq!(accepted["verdict"], "accepted", "{accepted}");
    assert_eq!(
        accepted["event_type"],
        "com.idv_suite.api.workflows.id_captured.v1"
    );
    let identity = KeyParts::of("/operations/11111111-2222-4333-8444-555555555555")
        .part("aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee")
        .key("hook", None, "facephi")
        .unwrap();
    assert_eq!(accepted["event_key"], identity.to_string());

    record["settings"] = json!({"recipe": "sorted_keys"});
    assert_eq!(verdict(&record)["reason"], "signature_mismatch");
    record["settings"] = json!({"recipe": "data_only"});
    assert_eq!(verdict(&record)["verdict"], "error");
}

/// Signed as Logto does, but not one of its events.
pub(crate) fn not_an_event_of_logto() -> Value {
    of_logto(b"Hello, World!")
}

pub(crate) fn event_of_logto_with_an_unreadable_time() -> Value {
    of_logto(br#"{"event":"PostSignIn","createdAt":"yesterday","hookId":"h"}"#)
}

fn of_logto(body: &[u8]) -> Value {
    json!({
        "id": "logto",
        "provider": "logto",
        "keys": ["utf8:It's a Secret to Everybody"],
        "headers": [["content-type", "application/json"], [
            "logto-signature-sha-256",
            hex_mac(b"It's a Secret to Everybody", &[body]),
        ]],
        "body_base64": base64(body),
    })
}
