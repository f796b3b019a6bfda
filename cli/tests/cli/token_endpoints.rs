//! `hookgate token`, and `send` with a token that it fetches, against endpoints with chosen answers.

use std::{
    fs,
    process::{Command, Output},
    sync::mpsc::channel,
};

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};

use crate::{
    bad_receivers::{read_whole, receiver},
    command::hookgate,
    listening::{Listening, send, sent},
};

const CLIENT: [&str; 2] = ["--client-id", "unico"];
const SECRET: &str = "s3cret of the client";

fn token(arguments: &[&str]) -> Output {
    let mut command = asking(arguments);
    command.env("HOOKGATE_CLIENT_SECRET", SECRET);
    command.output().unwrap()
}

fn token_without_secret(arguments: &[&str]) -> Output {
    asking(arguments).output().unwrap()
}

fn asking(arguments: &[&str]) -> Command {
    let mut command = hookgate(&["token"]);
    command.args(arguments).args(CLIENT);
    command
}

/// An endpoint that gives this answer, and the requests that it got.
fn endpoint(
    status: &'static str,
    answer: &Value,
) -> (String, std::sync::mpsc::Receiver<(Vec<String>, String)>) {
    let (seen, asked) = channel();
    let body = answer.to_string();
    let url = receiver(move |mut stream| {
        seen.send(read_whole(&mut stream)).unwrap();
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n");
        let _ = std::io::Write::write_all(&mut stream, format!("{head}{body}").as_bytes());
    });
    (url, asked)
}

/// A P-256 key in PEM, which nobody else knows.
fn private_key() -> String {
    let document = EcdsaKeyPair::generate_pkcs8(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        &aws_lc_rs::rand::SystemRandom::new(),
    );
    let text = STANDARD.encode(document.unwrap());
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap())
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n")
}

fn jwt(claims: &Value) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!(
        "{}.{}.c2lnbmF0dXJl",
        encode(&json!({"alg": "ES256"})),
        encode(claims)
    )
}

#[test]
fn each_grant_is_asked_as_its_vendor_asks() {
    let (url, asked) = endpoint("200 OK", &json!({"access_token": "opaque"}));
    let basic = "authorization: basic dw5py286cznjcmv0jtiwb2ylmjb0agulmjbjbgllbnq=";

    assert!(token(&["idcloud", "--from", &url]).status.success());
    let (head, body) = asked.recv().unwrap();
    assert_eq!(body, "grant_type=client_credentials");
    assert!(head.contains(&basic.to_owned()), "{head:?}");

    let arguments = ["--client-auth", "body", "--scope", "a b"];
    assert!(
        token(&[&["facephi", "--from", &url], &arguments[..]].concat())
            .status
            .success()
    );
    let (_, body) = asked.recv().unwrap();
    let form = "grant_type=client_credentials&client_id=unico&client_secret=s3cret%20of%20the%20client&scope=a%20b";
    assert_eq!(body, form);

    let arguments = ["--grant", "user-password", "--from", &url];
    assert!(token(&arguments).status.success());
    let (_, body) = asked.recv().unwrap();
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(body, json!({"user": "unico", "password": SECRET}));

    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key.pem");
    fs::write(&key, private_key()).unwrap();
    let key = key.to_str().unwrap();
    let arguments = ["unico-check", "--private-key", key, "--from", &url];
    assert!(token(&arguments).status.success());
    let (_, body) = asked.recv().unwrap();
    let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";
    let claims = body.strip_prefix(grant).unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    assert_eq!(claims["sub"], "unico");
    assert_eq!(claims["aud"], json!(url));
}

#[test]
fn a_client_signs_in_place_of_showing_a_secret() {
    let (url, asked) = endpoint("200 OK", &json!({"access_token": "opaque"}));
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key.pem");
    fs::write(&key, private_key()).unwrap();
    let key = key.to_str().unwrap();
    let signed = [
        "idcloud",
        "--client-auth",
        "private-key-jwt",
        "--from",
        &url,
    ];
    let arguments = [
        &signed[..],
        &["--private-key", key, "--audience", "https://issuer"],
    ];
    let output = token_without_secret(&arguments.concat());
    assert!(output.status.success(), "{output:?}");
    let (head, body) = asked.recv().unwrap();
    assert!(
        !head.iter().any(|line| line.starts_with("authorization")),
        "{head:?}"
    );
    let form = "grant_type=client_credentials&client_id=unico&client_assertion_type=\
                urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion=";
    let claims = body.strip_prefix(form).unwrap().split('.').nth(1).unwrap();
    let claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
    for (name, value) in [
        ("iss", "unico"),
        ("sub", "unico"),
        ("aud", "https://issuer"),
    ] {
        assert_eq!(claims[name], value);
    }
    assert!(claims["jti"].as_str().is_some_and(|id| id.len() == 32));
    let lifetime = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
    assert!((1..300).contains(&lifetime), "{lifetime}");
    let output = token_without_secret(&signed);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("--private-key"),
        "{output:?}"
    );
}

#[test]
fn a_token_is_described_and_never_shown() {
    let claims =
        json!({"iss": "https://hooks.example", "exp": 1, "sub": "p3rsonal", "tenant": "p3rsonal"});
    let secret = jwt(&claims);
    let answer = json!({"access_token": secret, "token_type": "Bearer", "expires_in": "3600"});
    let (url, _asked) = endpoint("200 OK", &answer);
    for json in [&[][..], &["--json"]] {
        let output = token(&[&["--from", &url], json].concat());
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        for shown in ["https://hooks.example", "ES256", "tenant", "sub"] {
            assert!(text.contains(shown), "{text}");
        }
        for hidden in ["p3rsonal", "s3cret", "c2lnbmF0dXJl"] {
            assert!(!text.contains(hidden), "{text}");
        }
    }
    let output = token(&["--from", &url]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("1 h 0 min"), "{text}");
    assert!(text.contains(" ago)"), "{text}");
}

#[test]
fn a_refusal_is_named_by_its_code_alone() {
    let answer = json!({"error": "invalid_client", "error_description": SECRET});
    let (url, _asked) = endpoint("401 Unauthorized", &answer);
    let output = token(&["--from", &url]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("invalid_client"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
}

#[test]
fn a_sender_fetches_its_token_once_and_shows_it_each_time() {
    // A token that the receiver checks for itself.
    let directory = tempfile::tempdir().unwrap();
    let settings = directory.path().join("settings.json");
    let secret = "s3cret of the tokens, long enough for HS256";
    let rule = json!({"bearer": {"secret": format!("utf8:{secret}"), "algorithms": ["HS256"]}});
    fs::write(&settings, json!({"access": rule}).to_string()).unwrap();
    let settings = settings.to_str().unwrap();
    let listening = Listening::start("idcloud", &["--json", "--settings", settings]);

    // One that the command makes by the receiver's rule.
    let to = [
        "idcloud",
        "process_finished",
        "--to",
        &listening.url,
        "--json",
    ];
    let made = send(&[&to[..], &["--settings", settings]].concat());
    assert!(made.status.success(), "{made:?}");

    // And one of an endpoint.
    let token = signed(secret);
    let answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600});
    let (url, asked) = endpoint("200 OK", &answer);
    let grant = [
        "--token-url",
        &url,
        "--client-id",
        "unico",
        "--client-secret-env",
        "IDCLOUD_BASIC",
    ];
    let count = ["--count", "5", "--concurrency", "5"];
    let fetched = send(&[&to[..], &["--settings", settings], &grant, &count].concat());
    assert!(fetched.status.success(), "{fetched:?}");
    assert_eq!(sent(&fetched).1["accepted"], 5);
    assert_eq!(asked.try_iter().count(), 1);
    assert_eq!(listening.stop().events.len(), 6);

    let (url, _asked) = endpoint("400 Bad Request", &json!({"error": "invalid_scope"}));
    let refused = send(&[
        "idcloud",
        "process_finished",
        "--to",
        "http://127.0.0.1:1/",
        "--client-id",
        "unico",
        "--client-secret-env",
        "IDCLOUD_BASIC",
        "--token-url",
        &url,
    ]);
    assert_eq!(refused.status.code(), Some(1));
    let error = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(error.contains("invalid_scope"), "{error}");
}

/// A token for an hour, by HS256.
fn signed(secret: &str) -> String {
    use hmac::{Hmac, KeyInit, Mac};

    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let head = encode(&json!({"alg": "HS256"}));
    let text = format!("{head}.{}", encode(&json!({"exp": now.as_secs() + 3600})));
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    let mac = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{text}.{mac}")
}
