//! Signatures by private keys: how records spell keys and settings, and that what one end sends the other one takes.

use std::fs;

use hookgate::{
    UnixTime,
    schemes::PublicKeySignatureConfig,
    simulator::{Sent, Signer},
};
use serde_json::{Value, json};

use crate::{
    command::{base64, hookgate, verdict, verify},
    listening::{Listening, send},
};

const BODY: &str = r#"{"id":"1"}"#;
const AT: i64 = 1_700_000_000;

/// The folder of keys and certificates.
const KEYS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/vectors/signed_request"
);

fn vectors(file: &str) -> Vec<u8> {
    fs::read(format!("{KEYS}/{file}")).unwrap()
}

/// The examples of the guide, as it shows them, each with the two halves of a key.
fn documented() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let guide = include_str!("../../../docs/verify.md");
    let examples = guide.lines();
    let examples = examples.filter(|line| line.starts_with("{\"algorithm\""));
    let examples: Vec<_> = examples.collect();
    assert_eq!(examples.len(), 3);
    let halves = |example: &&'static str| {
        let name = ["ed", "p256", "rsa"]
            .into_iter()
            .zip(["EdDSA", "ES256", "RS256"]);
        let mut names = name.filter(|(_, algorithm)| example.contains(algorithm));
        let (name, _) = names.next().unwrap();
        let file = |half: &str| vectors(&format!("{name}.{half}"));
        (*example, file("key.pem"), file("pub.der"))
    };
    examples.iter().map(halves).collect()
}

fn config(settings: &str) -> PublicKeySignatureConfig {
    let mut settings: serde_json::Map<String, Value> = serde_json::from_str(settings).unwrap();
    settings.remove("key_ids");
    serde_json::from_value(settings.into()).unwrap()
}

/// A record of what is signed so, under `key`.
fn record(settings: &str, private: &[u8], key: &str) -> Value {
    let signer = Signer::new(config(settings), private).unwrap();
    // As `key_ids` says. Where requests name no key, it is left out.
    let signer = signer.key_id("2026-11");
    let sent = Sent::post("/hook", "application/json", BODY);
    let sent = signer.sign(sent, "1", UnixTime::from_secs(AT)).unwrap();
    json!({
        "id": "1",
        "provider": "public-key-signature",
        "keys": [key],
        "path": sent.path,
        "headers": sent.headers,
        "body_base64": base64(&sent.body),
        "now": AT,
        "settings": serde_json::from_str::<Value>(settings).unwrap(),
    })
}

#[test]
fn what_the_guide_shows_is_verified_under_a_key_in_each_spelling() {
    for (settings, private, public) in documented() {
        let text = base64(&public);
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{text}\n-----END PUBLIC KEY-----\n");
        let hex: String = public.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut keys = vec![
            format!("der:{text}"),
            format!("base64:{text}"),
            format!("hex:{hex}"),
            format!("pem:{pem}"),
            format!("pem:{}", base64(pem.as_bytes())),
        ];
        if settings.contains("EdDSA") {
            let bare = base64(&public[12..]);
            keys.extend([format!("base64:{bare}"), format!("whpk_{bare}")]);
            keys.push(format!("hex:{}", &hex[24..]));
        }
        for key in keys {
            let right = record(settings, &private, &key);
            assert_eq!(verdict(&right)["verdict"], "accepted", "{key}");
            let mut wrong = right.clone();
            wrong["body_base64"] = base64(b"{}").into();
            assert_eq!(verdict(&wrong)["reason"], "signature_mismatch", "{key}");
        }
    }
}

#[test]
fn a_key_that_cannot_be_right_is_a_bad_key_and_a_wrong_setting_an_error() {
    let (settings, private, public) = documented().remove(0);
    let right = record(settings, &private, &format!("der:{}", base64(&public)));
    let of = |key: &str| {
        let mut record = right.clone();
        record["keys"] = json!([key]);
        record
    };
    let private = String::from_utf8(private).unwrap();
    let keys = [
        "utf8:secret".to_owned(),
        "hex:00".to_owned(),
        format!("hex:{}", "00".repeat(32)),
        format!("pem:{private}"),
        format!("der:{}", base64(&vectors("p256.pub.der"))),
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(),
        "whsk_gTVNcTUWXzsbPLDeGS7xMWvK9MZ0FKH3".to_owned(),
    ];
    let records: Vec<_> = keys.iter().map(|key| of(key)).collect();
    for (verdict, key) in verify(&records).iter().zip(keys) {
        assert_eq!(verdict["reason"], "bad_key", "{key}");
    }
    for (name, value) in [
        ("algorithm", json!("none")),
        ("algorithm", json!("HS256")),
        ("ecdsa_form", json!("der")),
        ("ecdsa_form", json!("p1363")),
        ("key_ids", json!(["1", "2"])),
        ("digest", json!("sha256")),
    ] {
        let mut record = right.clone();
        record["settings"][name] = value;
        assert_eq!(verdict(&record)["verdict"], "error", "{name}");
    }
    let mut of_tenant = right.clone();
    of_tenant["tenant"] = "acme".into();
    assert_eq!(verdict(&of_tenant)["verdict"], "error");
}

const WHPK: &str = "whpk_11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

#[test]
fn a_public_key_of_standard_webhooks_is_a_bad_key_wherever_nothing_is_verified_with_it() {
    let of = |provider: &str, settings: Value| {
        json!({
            "id": "1", "provider": provider, "keys": [WHPK], "now": AT, "body_base64": base64(b"{}"),
            "headers": [["content-type", "application/json"]], "settings": settings,
        })
    };
    let own = json!({"signature_header": "x-signature", "encoding": "hex"});
    let mut by_p256 = own.clone();
    by_p256["algorithm"] = "ES256".into();
    let mut by_ed = own.clone();
    by_ed["algorithm"] = "EdDSA".into();
    let signed = json!({"algorithms": ["EdDSA"], "signature_header": "x-signature"});
    for (record, taken) in [
        (of("standard-webhooks", json!({})), true),
        (of("svix", json!({})), true),
        (of("telnyx", json!({})), true),
        (of("discord", json!({})), true),
        (of("public-key-signature", by_ed), true),
        (of("public-key-signature", by_p256), false),
        (of("sendgrid", json!({})), false),
        (of("signed-request", signed), false),
        (of("hmac-header", own), false),
        (of("hmac-body-field", json!({"member": "mac"})), false),
        (of("github", json!({})), false),
        (of("logto", json!({})), false),
        (of("linear", json!({})), false),
        (of("clerk", json!({})), false),
        (of("facephi", json!({"access": "none"})), false),
    ] {
        let said = verdict(&record);
        assert_eq!(said["reason"] == "bad_key", !taken, "{record}: {said}");
        assert_ne!(said["verdict"], "error", "{record}: {said}");
    }
}

/// The mistakes that `explain` finds in a record.
fn mistakes(record: &Value) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("record.json");
    fs::write(&file, record.to_string()).unwrap();
    let output = hookgate(&["explain", "--json", file.to_str().unwrap()])
        .output()
        .unwrap();
    let explained: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = explained["findings"].as_array().unwrap().iter();
    findings
        .map(|it| it["mistake"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn what_happened_to_such_a_request_is_explained() {
    for (settings, private, public) in documented() {
        let right = record(settings, &private, &format!("der:{}", base64(&public)));
        assert!(mistakes(&right).is_empty());
        let header = config(settings).signature_header;
        let place = right["headers"].as_array().unwrap().iter();
        let place = place.clone().position(|it| it[0] == *header).unwrap();
        let mut renamed = right.clone();
        renamed["headers"][place][0] = "x-passed-on".into();
        assert_eq!(mistakes(&renamed), ["header_name"], "{settings}");
        let mut quoted = right.clone();
        let value = right["headers"][place][1].as_str().unwrap();
        quoted["headers"][place][1] = format!("\"{value}\"").into();
        assert_eq!(mistakes(&quoted), ["signature_quotes"], "{settings}");
        let mut unsigned = right.clone();
        unsigned["headers"].as_array_mut().unwrap().remove(place);
        assert_eq!(mistakes(&unsigned), ["signature_missing"], "{settings}");
        let mut rewritten = right.clone();
        rewritten["body_base64"] = base64(b"{\n  \"id\": \"1\"\n}").into();
        assert_eq!(mistakes(&rewritten), ["body_rewritten"], "{settings}");
    }
}

#[test]
fn a_key_that_a_request_does_not_name_is_not_tried() {
    let (settings, private, public) = documented().remove(2);
    let mut record = record(settings, &private, &format!("der:{}", base64(&public)));
    assert_eq!(verdict(&record)["verdict"], "accepted");
    record["settings"]["key_ids"] = json!(["2026-10"]);
    assert_eq!(verdict(&record)["reason"], "signature_mismatch");
    record["settings"]["key_ids"] = json!([null]);
    assert_eq!(verdict(&record)["verdict"], "accepted");
    let headers = record["headers"].as_array_mut().unwrap();
    headers.retain(|header| header[0] != "x-key-id");
    assert_eq!(verdict(&record)["reason"], "malformed_signature");
}

#[test]
fn what_is_sent_with_a_private_key_is_taken_with_the_public_one() {
    let directory = tempfile::tempdir().unwrap();
    for (settings, ..) in documented() {
        let path = directory.path().join("settings.json");
        fs::write(&path, settings).unwrap();
        let settings_at = path.to_str().unwrap();
        let name = match config(settings).algorithm.name() {
            "EdDSA" => "ed",
            "ES256" => "p256",
            _ => "rsa",
        };
        let key = |half: &str| format!("{KEYS}/{name}.{half}.pem");
        let certificate = ["--settings", settings_at, "--key-file", &key("crt")];
        let listening = Listening::start("public-key-signature", &certificate);
        let private = ["--settings", settings_at, "--private-key", &key("key")];
        let to = [
            "public-key-signature",
            "user.created",
            "--to",
            &listening.url,
        ];
        let sent = send(&[&to[..], &private].concat());
        assert!(sent.status.success(), "{settings}: {sent:?}");
        let once = ["--attempts", "1", "--tamper"];
        send(&[&to[..], &private, &once].concat());
        assert_eq!(listening.note(), "refused  signature_mismatch");
        assert_eq!(listening.stop().events.len(), 1);
    }
}

#[test]
fn nothing_is_sent_where_requests_name_their_key_and_the_settings_do_not() {
    let directory = tempfile::tempdir().unwrap();
    let (settings, ..) = documented().remove(2);
    for key_ids in [json!([]), json!([null])] {
        let mut nameless: Value = serde_json::from_str(settings).unwrap();
        nameless["key_ids"] = key_ids;
        let path = directory.path().join("settings.json");
        fs::write(&path, nameless.to_string()).unwrap();
        let key = format!("{KEYS}/rsa.key.pem");
        let sent = send(&[
            "public-key-signature",
            "user.created",
            "--to",
            "http://127.0.0.1:9/",
            "--settings",
            path.to_str().unwrap(),
            "--private-key",
            &key,
        ]);
        assert!(!sent.status.success());
        let said = String::from_utf8(sent.stderr).unwrap();
        assert!(said.contains("`key_ids`"), "{said}");
    }
}
