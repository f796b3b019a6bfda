//! Key sets, files and a token endpoint, as settings name them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    command::{hookgate, verdict, verdicts, verify_text_with, with},
    explain::request::{CERTIFICATES, certificate, feed},
    listening::{Listening, send},
    send_and_listen::FRAMEWORKS,
};

/// A new key, and its public half as a JWK under this id.
fn key(id: &str) -> (Ed25519KeyPair, Value) {
    let pair = Ed25519KeyPair::generate().unwrap();
    let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": id, "x": x});
    (pair, jwk)
}

fn token(pair: &Ed25519KeyPair, id: Option<&str>) -> String {
    let mut head = json!({"alg": "EdDSA"});
    if let Some(id) = id {
        head["kid"] = json!(id);
    }
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encode(head), encode(json!({"exp": 1_700_000_600})));
    let signature = URL_SAFE_NO_PAD.encode(pair.sign(text.as_bytes()));
    format!("Bearer {text}.{signature}")
}

fn of_set(set: Value) -> Value {
    json!({"access": {"bearer": {"jwks": set, "algorithms": ["EdDSA", "RS256"]}}})
}

/// The verdict, or the error, on a request with this token.
fn said(settings: Value, token: &str) -> String {
    let mut record = with("settings", settings);
    let headers = record["headers"].as_array_mut().unwrap();
    headers.push(json!(["authorization", token]));
    record["now"] = json!(1_700_000_000);
    record["window_s"] = Value::Null;
    let judged = verify_text_with(&["--files", "."], record.to_string());
    let verdict = verdicts(&judged).remove(0);
    let said = [&verdict["reason"], &verdict["error"], &verdict["verdict"]];
    let said = said.into_iter().find_map(Value::as_str);
    said.unwrap().to_owned()
}

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_token_is_tried_with_the_key_of_a_set_that_it_names() {
    let ((now, of_now), (next, of_next)) = (key("now"), key("next"));
    let for_encryption = json!({"kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB"});
    let set = json!({"keys": [for_encryption, of_now, of_next], "more": 1});
    for (pair, id, expected) in [
        (&now, Some("now"), "accepted"),
        (&next, Some("next"), "accepted"),
        (&next, Some("now"), "access_denied"),
        (&now, Some("gone"), "access_denied"),
        (&now, None, "accepted"),
        (&key("now").0, Some("now"), "access_denied"),
    ] {
        let token = token(pair, id);
        assert_eq!(said(of_set(set.clone()), &token), expected, "{id:?}");
    }
}

#[test]
fn a_key_set_comes_from_a_file_and_its_faults_name_the_file_and_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let (pair, jwk) = key("now");
    let token = token(&pair, Some("now"));
    let of_file = |path: &Path| of_set(json!({"file": path}));
    let right = file(
        folder.path(),
        "keys.json",
        &json!({"keys": [jwk]}).to_string(),
    );
    assert_eq!(said(of_file(&right), &token), "accepted");

    let octets = json!({"kty": "oct", "kid": "shared", "k": "c2VjcmV0LXRoYXQtbm9ib2R5LXNlZXM"});
    let mut other = jwk;
    other["alg"] = json!("ES256");
    other["kid"] = json!("a b");
    let unusable = json!({"keys": [octets, other]}).to_string();
    for (name, text, told) in [
        (
            "oct.json",
            &*unusable,
            &[
                "key 1 (`kid` shared)",
                "no public key",
                "key 2:",
                "none of the algorithms",
            ][..],
        ),
        ("none.json", r#"{"keys":[]}"#, &["no key is in it"]),
        ("text.json", "no JSON", &["holds no JSON object"]),
        ("twice.json", r#"{"keys":[],"keys":[]}"#, &["a name twice"]),
    ] {
        let path = file(folder.path(), name, text);
        let error = said(of_file(&path), &token);
        assert!(error.contains(name), "{error}");
        for told in told {
            assert!(error.contains(told), "{told}: {error}");
        }
        assert!(!error.contains("c2VjcmV0"), "{error}");
    }
    for (path, told) in [
        (folder.path().join("missing.json"), "cannot be read"),
        (folder.path().to_owned(), "is no plain file"),
    ] {
        let error = said(of_file(&path), &token);
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(error.contains(told) && error.contains(name), "{error}");
    }
    // Its sender may be a stranger.
    let mut record = with("settings", of_file(&right));
    record["now"] = json!(1_700_000_000);
    let error = verdict(&record)["error"].as_str().unwrap().to_owned();
    assert!(error.contains("is named by a record"), "{error}");
    assert!(error.contains("`--files FOLDER`"), "{error}");
    // `explain` has no such option.
    let explained = feed(hookgate(&["explain", "-"]), record.to_string().as_bytes());
    let error = String::from_utf8(explained.stderr).unwrap();
    assert!(error.contains("`--settings FILE`"), "{error}");
    assert!(!error.contains("--files"), "{error}");
    let endless = said(of_file(Path::new("/dev/zero")), &token);
    assert!(endless.contains("is no plain file"), "{endless}");
}

#[test]
fn files_are_found_beside_the_settings_and_saved_records_hold_what_they_held() {
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    file(folder.path(), "key.txt", "0f3c5d1e77ab\n");
    let rule = json!({"api_key": {"header": "x-api-key", "value": {"file": "key.txt"}}});
    let settings = json!({"access": rule}).to_string();
    let settings = file(folder.path(), "settings.json", &settings);
    let settings = settings.to_str().unwrap();
    let saving = ["--settings", settings, "--save", seen.to_str().unwrap()];
    let listening = Listening::start("idcloud", &saving);
    let to = [
        "idcloud",
        "process_finished",
        "--to",
        &listening.url,
        "--settings",
        settings,
    ];
    assert!(send(&to).status.success());
    listening.stop();
    // The file is gone, and the record is judged as the request was.
    fs::remove_file(folder.path().join("key.txt")).unwrap();
    let record = fs::read(seen.join("000001.json")).unwrap();
    let record: Value = serde_json::from_slice(&record).unwrap();
    assert_eq!(verdict(&record)["verdict"], "accepted");
    let refused = Listening::refused("idcloud", &["--settings", settings]);
    assert!(
        refused.contains("the file key.txt cannot be read"),
        "{refused}"
    );
}

/// Settings of a sender like Unico Check: it signs its requests, and an assertion for each token.
fn of_unico(more: Value) -> Value {
    let assertion = json!({
        "client": "unico-check",
        "pem": {"file": format!("{CERTIFICATES}/rsa.crt.pem")},
        "algorithms": ["RS256"],
        "subject": "unico-check",
    });
    let mut settings = json!({
        "access": {"bearer": {"token_endpoint": true, "issued_to": ["unico-check"]}},
        "signed": {
            "algorithms": ["RS256"], "signature_header": "x-signature", "nonce_header": "x-nonce",
            "timestamp_header": "x-timestamp", "template": "{timestamp}.{nonce}.{body}",
        },
        "token_endpoint": {
            "issuer": "https://hooks.example/token",
            "secret": "utf8:a secret of the endpoint of 32 bytes",
            "assertions": [assertion],
        },
    });
    for (name, value) in more.as_object().unwrap() {
        settings["token_endpoint"][name] = value.clone();
    }
    settings
}

#[test]
fn send_fetches_a_token_at_the_endpoint_of_listen_and_is_let_in_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let settings = file(
        folder.path(),
        "settings.json",
        &of_unico(json!({})).to_string(),
    );
    let settings = settings.to_str().unwrap();
    let private_key = format!("{CERTIFICATES}/rsa.key.pem");
    let key = certificate("rsa.crt.pem");
    for framework in FRAMEWORKS {
        let seen = folder.path().join(framework);
        let listening = Listening::start_in(
            &[("UNICO_CHECK_CERTIFICATE", &key)],
            "unico-check",
            &[
                "--json",
                "--framework",
                framework,
                "--settings",
                settings,
                "--save",
                seen.to_str().unwrap(),
            ],
        );
        let endpoint = format!("{}/token", listening.url);
        let login = [
            "--private-key",
            &private_key,
            "--client-id",
            "unico-check",
            "--audience",
            "https://hooks.example/token",
        ];
        let asking = [
            &["token", "unico-check", "--from", &endpoint, "--json"],
            &login[..],
        ]
        .concat();
        let output = hookgate(&asking).output().unwrap();
        let issued: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(issued["issued"], true, "{issued}");
        assert_eq!(listening.note(), "issued   a token");

        let sending = [
            "unico-check",
            "update_process",
            "--to",
            &listening.url,
            "--settings",
            settings,
        ];
        let with_token = [&sending[..], &["--token-url", &endpoint], &login].concat();
        let output = send(&with_token);
        assert!(output.status.success(), "{output:?}");
        assert_eq!(listening.note(), "issued   a token");
        let handled = listening.event();

        // Somebody else's assertion, and a request without a token.
        let stranger = format!("{CERTIFICATES}/other.key.pem");
        let asking = [
            "token",
            "unico-check",
            "--from",
            &endpoint,
            "--json",
            "--client-id",
            "unico-check",
        ];
        let asking = [&asking[..], &["--private-key", &stranger]].concat();
        let output = hookgate(&asking).output().unwrap();
        let issued: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(
            (&issued["issued"], &issued["error"]),
            (&json!(false), &json!("invalid_grant"))
        );
        assert_eq!(listening.note(), "refused  a token, with 400");
        listening.stop();

        // The endpoint's requests are kept nowhere: the one record is the delivery's, and is judged alike.
        let records: Vec<_> = fs::read_dir(&seen).unwrap().collect();
        assert_eq!(records.len(), 1, "{framework}");
        let record: Value =
            serde_json::from_slice(&fs::read(seen.join("000001.json")).unwrap()).unwrap();
        assert_eq!(verdict(&record)["event_key"], handled["event_key"]);
        let mut without = record.clone();
        let headers = without["headers"].as_array_mut().unwrap();
        headers.retain(|header| header[0] != "authorization");
        assert_eq!(verdict(&without)["reason"], "access_missing");
    }
}

#[test]
fn an_endpoint_that_cannot_be_is_refused_at_start_and_the_setting_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let key = certificate("rsa.crt.pem");
    let refused = |settings: Value| {
        let path = file(folder.path(), "settings.json", &settings.to_string());
        Listening::refused_in(
            &[("UNICO_CHECK_CERTIFICATE", &key)],
            "unico-check",
            &["--settings", path.to_str().unwrap()],
        )
    };
    let client = |client: Value| json!({"clients": [client]});
    for (more, told) in [
        (json!({"issuer": ""}), "issuer"),
        (json!({"path": "token"}), "`path`"),
        (json!({"path": "/{id}"}), "`path`"),
        (json!({"path": "/:id"}), "`path`"),
        (json!({"secret": "utf8:short"}), "`secret`"),
        (json!({"secret": null}), "a `secret` or a `private_key`"),
        (
            json!({"secret": null, "private_key": "none"}),
            "`private_key`",
        ),
        (json!({"lifetime_s": 0}), "lifetime"),
        (json!({"tokens": 1}), "unknown member"),
        (json!({"assertions": []}), "nobody could have a token"),
        (
            json!({"assertions": [{"client": "c", "algorithms": ["RS256"]}]}),
            "`assertions`",
        ),
        (
            json!({"assertions": [{"client": "c", "pem": "x", "algorithms": ["RS256"]}]}),
            "`assertions`",
        ),
        (
            json!({"assertions": [{"client": "c", "pem": key, "algorithms": ["none"]}]}),
            "`assertions`",
        ),
        (
            json!({"assertions": [{"client": "c", "pem": key, "algorithms": ["ES256"]}]}),
            "`assertions`",
        ),
        (
            json!({"assertions": [{"client": "c", "pem": {"file": "gone.pem"}, "algorithms": []}]}),
            "the file gone.pem",
        ),
        (client(json!({"id": "c"})), "`clients`"),
        (
            client(json!({"id": "c", "secrets": [""]})),
            "token_endpoint",
        ),
        (
            client(json!({"id": "unico-check", "secrets": ["x"]})),
            "one id",
        ),
    ] {
        let told_of = refused(of_unico(more.clone()));
        assert!(
            told_of.contains("`settings`: `token_endpoint`")
                || told_of.contains("the file gone.pem"),
            "{more}: {told_of}"
        );
        assert!(told_of.contains(told), "{more}: {told_of}");
    }
    let mut without = of_unico(json!({}));
    without.as_object_mut().unwrap().remove("token_endpoint");
    let told = refused(without);
    assert!(
        told.contains("needs the setting of the same name"),
        "{told}"
    );
}
