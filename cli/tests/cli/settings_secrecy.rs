//! No error of `verify` repeats anything of a record's settings.

use serde_json::{Map, Value, json};

use crate::{
    command::{hookgate, published, verdicts, verify_text},
    explain::request::feed,
    listening::SECRETS,
};

const CANARY: &str = "c4nary";

/// Values in a wrong place: secrets, and texts that look like the parser's own.
fn misplaced() -> Vec<Value> {
    vec![
        json!(CANARY),
        json!(format!("x, expected `{CANARY}` at line 1")),
        json!(format!("missing field `{CANARY}`")),
        json!(format!("{CANARY}: \u{1b}[31m\n")),
        json!(format!("{{{CANARY}}}.{{body}}")),
        json!([CANARY]),
        json!([[CANARY, CANARY]]),
        json!({ CANARY: CANARY }),
        json!({ (format!("x, expected `{CANARY}` at line 1")): [CANARY] }),
        json!(-1.5),
        json!(null),
    ]
}

fn access() -> Value {
    let (_, certificate) = SECRETS[8];
    let token = json!({
        "secret": "utf8:long enough to be a secret of 32 bytes", "algorithms": ["HS256"], "issuer": "i",
        "audience": "a", "issued_to": ["c"], "scopes": ["s"], "leeway_s": 5,
    });
    json!({"all": [
        {"networks": {
            "allow": ["203.0.113.0/24"], "refuse": ["203.0.113.66"], "proxies": ["10.0.0.0/8"],
            "forwarding": "x_forwarded_for", "hops": 2, "unix_socket": "proxy",
        }},
        {"any": [
            {"api_key": {"header": "x-api-key", "value": "v"}},
            {"headers": [["x-client", "acme"], ["x-token", "v"]]},
            {"basic": ["a:b"]},
            {"bearer": token},
            {"bearer": {"pem": certificate, "algorithms": ["RS256"], "audience": "a"}},
            {"bearer": {"jwks": {"keys": [jwk()]}, "algorithms": ["EdDSA"]}},
            {"bearer": {"keys": [{"kid": "k", "pem": certificate}], "algorithms": ["RS256"]}},
            {"bearer": {"token_endpoint": true, "issued_to": ["c"], "scopes": ["s"], "leeway_s": 5}},
        ]},
    ]})
}

/// The public key of RFC 8037, appendix A.2.
fn jwk() -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})
}

/// A token endpoint with every member but `private_key`.
fn token_endpoint() -> Value {
    let (_, certificate) = SECRETS[8];
    json!({
        "issuer": "https://hooks.example/token", "path": "/token", "audience": "a", "lifetime_s": 60,
        "secret": "utf8:long enough to be a secret of 32 bytes", "also_named": ["token"], "address": "https://a",
        "clients": [
            {"id": "c", "secrets": ["one", "two"], "scopes": ["s"], "audience": "b"},
            {"id": "d", "jwks": {"keys": [jwk()]}, "algorithms": ["EdDSA"], "longest_assertion_s": 60},
        ],
        "users": [{"id": "u", "secrets": ["p"]}],
        "assertions": [{
            "client": "e", "pem": certificate, "algorithms": ["RS256"], "issuer": "i", "subject": "s",
            "version": "1", "audiences": ["x"], "allow_missing_audience": true, "refuse_replays": true,
            "longest_s": 60, "leeway_s": 5, "scopes": ["s"], "token_audience": "t",
        }],
    })
}

/// Settings with every member that there is, which make receivers.
fn whole() -> Vec<(&'static str, Value)> {
    let (_, certificate) = SECRETS[8];
    let signed = json!({
        "algorithms": ["RS256"], "key_ids": [], "signature_header": "x-signature", "encoding": "hex",
        "template": "{nonce}.{timestamp}.{algorithm}.{body}", "nonce_header": "x-nonce",
        "timestamp_header": "x-time", "timestamp_form": "rfc3339", "algorithm_header": "x-algorithm", "accept_tokens_as_requests": false,
    });
    let header = |layout: Value| {
        json!({
            "signature_header": "x-signature", "encoding": "hex", "layout": layout,
            "template": "{id}.{timestamp}.{body}", "id_header": "x-id", "timestamp_header": "x-time",
            "timestamp_unit": "milliseconds", "digest": "sha512",
        })
    };
    let pairs = json!({
        "signature_header": "x-signature", "encoding": "base64", "template": "{timestamp}.{body}",
        "layout": {"pairs": {"signature": "v1", "timestamp": "t"}},
    });
    let mut scheme = signed.clone();
    let algorithms = scheme.as_object_mut().unwrap().remove("algorithms");
    scheme.as_object_mut().unwrap().remove("key_ids");
    let all = [
        (
            "logto",
            json!({
                "accept_unreadable_time": true, "merge_hooks": true, "canonical_identity": true,
                "media_types": ["application/json"], "body_limit": 1000, "accept_gzip": true,
                "assume_media_type": true, "token_endpoint": token_endpoint(),
            }),
        ),
        (
            "access-only",
            json!({
                "identity": {"member": "/id"}, "type_member": "/type", "token_endpoint": {
                    "issuer": "i", "private_key": include_str!("../../../tests/vectors/token/p256.key.pem"),
                    "clients": [{"id": "c", "secrets": ["one"]}],
                },
            }),
        ),
        (
            "facephi",
            json!({"recipe": "data_only", "trust_claimed_type": true, "plain_json": true, "accept_unreadable_time": true}),
        ),
        (
            "idcloud",
            json!({"generation": {"both": {"terminal": [3, 4]}}}),
        ),
        (
            "sns",
            json!({"topics": ["arn:aws:sns:eu-west-1:123456789012:orders"], "signature": "sha1_or_sha256"}),
        ),
        (
            "unico-check",
            json!({"distinct_by_content": true, "accept_unreadable_time": true, "signed": signed.clone()}),
        ),
        (
            "hmac-header",
            header(json!({"single": {"prefix": "sha512="}})),
        ),
        (
            "hmac-header",
            header(json!({"space_separated": {"prefix": "v1,"}})),
        ),
        ("hmac-header", pairs),
        (
            "signed-form",
            json!({
                "signature_header": "x-signature", "encoding": "base64", "url": "https://hooks.example.com/in",
                "fields": ["a"], "leave_out_unknown_fields": true, "body_digest": "sha256", "digest": "sha1",
            }),
        ),
        (
            "signed-members",
            json!({
                "members": ["/a", "/b"], "signature": "/mac", "list": "/items", "within": "/item", "separator": ":",
                "free_member": "/b", "encoding": "hex", "digest": "sha256",
            }),
        ),
        ("contentful", json!({"signed_headers": ["x-a"]})),
        (
            "meta",
            json!({
                "challenge": "utf8:typed in", "web_hooks": {"origins": ["a.example"], "rate": 120},
            }),
        ),
        (
            "hmac-header",
            json!({
                "signature_header": "x-signature", "encoding": "hex", "layout": "list", "separator": ";",
                "more_signature_headers": ["x-signature-2"], "template": "{url}.{body}",
                "url": "https://hooks.example.com/in",
            }),
        ),
        (
            "hmac-header",
            json!({
                "signature_header": "webhook-signature", "encoding": "base64", "layout": {"space_separated": {"prefix": "v1,"}},
                "template": "{id}.{timestamp}.{body}", "id_header": "webhook-id", "timestamp_header": "webhook-timestamp",
                "or_headers": {
                    "signature_header": "svix-signature", "id_header": "svix-id", "timestamp_header": "svix-timestamp",
                },
            }),
        ),
        (
            "hmac-body-field",
            json!({
                "member": "signature", "recipe": "data_only", "data_member": "content", "encoding": "hex",
                "digest": "sha1",
            }),
        ),
        (
            "public-key-signature",
            json!({
                "algorithm": "RS256", "signature_header": "x-signature", "encoding": "base64", "key_id_header": "x-key-id",
                "key_ids": ["2026-11"], "ecdsa_form": "fixed",
            }),
        ),
        (
            "jwt-body-hash",
            json!({
                "algorithms": ["HS256"], "typ": "JWT", "issuers": ["acme"], "audiences": ["shop"], "needs_audience": true,
                "binding": {"digest": {"header": "x-token", "prefix": "Bearer ", "claim": "/sha256", "digest": "sha256:hex"}},
                "needs_claims": ["/x"], "claims": {"/sub": "acme events"}, "expires": true, "issued_at": true, "jti": "nonce",
                "leeway_secs": 5, "key_ids": ["2026-11"],
            }),
        ),
        (
            "access-token",
            json!({"at": {"each_of": {"list": "/value", "member": "/token"}}}),
        ),
        (
            "one-time-token",
            json!({
                "timestamp": "/time", "token": "/token", "token_length": 32, "signature": "/mac", "encoding": "base64",
                "digest": "sha512",
            }),
        ),
        (
            "cloudevents",
            json!({
                "signed": {"scheme": "hmac-header", "signature_header": "x-signature", "encoding": "hex"},
                "modes": ["structured", "batch"], "most_of_a_batch": 9,
                "tolerate": [
                    "plain_json", "version_03", "any_name", "any_value", "empty_text", "any_data_type", "plain_headers",
                    "unreadable_time",
                ],
            }),
        ),
        ("signed-request", signed),
        (
            "signed-request",
            json!({"algorithms": algorithms, "scheme": scheme}),
        ),
    ];
    all.into_iter()
        .map(|(provider, mut settings)| {
            settings["access"] = match provider {
                "logto" => access(),
                "access-token" => json!({"networks": {
                    "allow": ["203.0.113.0/24"], "proxies": ["10.0.0.0/8"],
                    "forwarding": {"single_address": "x-real-ip"},
                }}),
                // The same code reads it.
                _ => json!({"api_key": {"header": "x-api-key", "value": "v"}}),
            };
            let key = match provider {
                "unico-check" | "public-key-signature" | "signed-request" | "sns" => {
                    format!("pem:{certificate}")
                }
                _ => "utf8:k3y".to_owned(),
            };
            let mut record = published();
            record["provider"] = provider.into();
            record["keys"] = json!([key]);
            record["peer"] = "203.0.113.7:443".into();
            record["settings"] = settings;
            (provider, record)
        })
        .collect()
}

/// `value` with something in the place of each of its parts, itself included, and with each name changed.
fn changed(value: &Value) -> Vec<Value> {
    let mut all = misplaced();
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                for changed in changed(member) {
                    let mut object = members.clone();
                    object.insert(name.clone(), changed);
                    all.push(object.into());
                }
                let renamed: Map<_, _> = members
                    .iter()
                    .map(|(other, member)| {
                        let name = if other == name { CANARY } else { other };
                        (name.to_owned(), member.clone())
                    })
                    .collect();
                all.push(renamed.into());
            }
            let mut more = members.clone();
            more.insert(CANARY.to_owned(), CANARY.into());
            all.push(more.into());
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                for changed in changed(item) {
                    let mut list = items.clone();
                    list[place] = changed;
                    all.push(list.into());
                }
            }
        }
        _ => {}
    }
    all
}

#[test]
fn no_error_repeats_what_stands_in_any_setting() {
    let mut records = Vec::new();
    for (provider, record) in whole() {
        let verdict = verdicts(&verify_text(record.to_string())).remove(0);
        assert_eq!(verdict["verdict"], "rejected", "{provider}: {verdict}");
        assert_ne!(verdict["reason"], "bad_key", "{provider}");
        for settings in changed(&record["settings"]) {
            let mut record = record.clone();
            record["settings"] = settings;
            records.push(record);
        }
    }
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let output = verify_text(lines);
    assert!(output.stderr.is_empty(), "{output:?}");
    let verdicts = verdicts(&output);
    let mut errors: usize = 0;
    for (verdict, record) in verdicts.iter().zip(&records) {
        let text = verdict.to_string();
        assert!(!text.contains(CANARY), "{record}: {verdict}");
        errors += usize::from(verdict["verdict"] == "error");
    }
    assert_eq!(verdicts.len(), records.len());
    // Most values in a wrong place are refused, and not overlooked.
    assert!(errors * 2 > records.len(), "{errors} of {}", records.len());
}

#[test]
fn every_documented_setting_is_looked_at_here() {
    let document = include_str!("../../../docs/verify.md");
    let (_, part) = document.split_once("\n## Settings\n").unwrap();
    let (part, _) = part.split_once("\n## ").unwrap();
    let here: String = whole()
        .iter()
        .map(|(_, record)| record.to_string())
        .collect();
    let rows = part
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let mut count: usize = 0;
    // The one kind that is a text, and stands alone, and what stands in a template.
    for name in rows.filter(|name| *name != "\"none\"" && !name.starts_with('{')) {
        assert!(here.contains(&format!("\"{name}\"")), "{name}");
        count += 1;
    }
    assert!(count > 20, "{count}");
}

#[test]
fn a_range_is_named_by_its_place() {
    let mut record = published();
    for (ranges, place) in [
        (json!([CANARY]), "allowed network number 1"),
        (
            json!(["203.0.113.0/24", CANARY]),
            "allowed network number 2",
        ),
        (
            json!({"allow": ["203.0.113.0/24"], "proxies": ["10.0.0.0/8", CANARY], "forwarding": "forwarded"}),
            "trusted proxy number 2",
        ),
        (
            json!({"allow": ["203.0.113.0/24"], "proxies": ["10.0.0.0/8", "::/0"], "forwarding": "forwarded"}),
            "trusted proxy number 2",
        ),
        (json!(["10.0.0.1/8"]), "allowed network number 1"),
        (json!(["::ffff:10.0.0.1"]), "allowed network number 1"),
    ] {
        record["settings"] = json!({"access": {"networks": ranges}});
        let verdict = verdicts(&verify_text(record.to_string())).remove(0);
        let error = verdict["error"].as_str().unwrap();
        assert!(error.contains(place), "{error}");
        for shown in ["c4nary", "10.0.0.1", "::"] {
            assert!(!error.contains(shown), "{error}");
        }
        let output = feed(
            hookgate(&["explain", "-", "--json"]),
            record.to_string().as_bytes(),
        );
        let explained: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(explained["reason"], "bad_settings");
        assert!(explained.to_string().contains(place), "{explained}");
        assert!(!explained.to_string().contains(CANARY), "{explained}");
    }
}

/// Nothing listens there.
const TO: &str = "http://127.0.0.1:9/";

/// Keys as somebody gives them in the place of the variable or the file that holds them.
const KEYS: [&str; 7] = [
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08",
    "n4bQgYhMfWWaL6qgxVrQFaO8TxsrC4Is0V1sFbDwCgg",
    "n4bQgYhMfWWaL+qgxVrQFaO8TxsrC4Is0V1sFbDwCgg=",
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "sk_live_51H8xkJ2eZvKYlo2C0",
    "correct-horse",
];

/// What the command says when it cannot read what an option names.
fn unread(arguments: &[&str]) -> String {
    let output = feed(hookgate(arguments), b"{}");
    assert!(!output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[test]
fn a_key_in_the_place_of_its_name_is_not_shown() {
    let record = published().to_string();
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("record.json");
    std::fs::write(&capture, record).unwrap();
    let capture = capture.to_str().unwrap();
    let explain = ["explain", capture];
    let key_file = folder.path().join("key.txt");
    std::fs::write(&key_file, CANARY).unwrap();
    let send = ["send", "logto", "PostSignIn", "--to", TO];
    let keyed = [&send[..], &["--key-file", key_file.to_str().unwrap()]].concat();
    let signed = ["send", "signed-request", "ev", "--to", TO];
    let listen = ["listen", "--provider", "logto", "--port", "0"];
    for key in KEYS {
        for (command, option) in [
            (&explain[..], "--key-env"),
            (&explain, "--other-key-env"),
            (&explain, "--header-env"),
            (&send, "--key-env"),
            (&listen, "--key-env"),
            (&explain, "--key-file"),
            (&explain, "--other-key-file"),
            (&explain, "--header-file"),
            (&explain, "--settings"),
            (&send, "--key-file"),
            (&keyed, "--data"),
            (&signed, "--private-key"),
            (&listen, "--key-file"),
            (&listen, "--settings"),
        ] {
            let said = unread(&[command, &[option, key]].concat());
            assert!(!said.contains(key), "{option}: {said}");
            let what = if option.ends_with("-env") {
                "the environment variable that you named is not set"
            } else {
                option
            };
            assert!(said.contains(what), "{option}: {said}");
        }
    }
}

#[test]
fn a_variable_that_is_not_set_and_a_folder_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let send = ["send", "logto", "PostSignIn", "--to", TO];
    for name in [
        "KEY",
        "MY_KEY_2",
        "A_NAME_OF_MORE_THAN_THIRTY_ONE_CHARACTERS",
    ] {
        let said = unread(&[&send[..], &["--key-env", name]].concat());
        assert!(said.contains(&format!("variable {name} is not")), "{said}");
    }
    let said = unread(&[&send[..], &["--key-file", path]].concat());
    assert!(said.contains(path), "{said}");
}
