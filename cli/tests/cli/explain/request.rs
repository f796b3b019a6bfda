//! Requests as senders sign them, written without the library.

use std::{
    io::Write,
    process::{Command, Output},
    thread,
};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeyPair as RsaKeyPair,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::command::{base64, hookgate};

/// The time of every request here.
pub(crate) const AT: i64 = 1_750_000_000;
/// The secret that requests are signed with. No output may contain it.
pub(crate) const SECRET: &str = "c4nary-s3cret-0123456789abcdef";
/// Stands for personal data. No output may contain it.
pub(crate) const PERSONAL: &str = "canary-personal";
/// As a program writes it, with texts that writers write differently.
pub(crate) const BODY: &str = r#"{"type":"push","name":"canary-personal María","url":"https://example.org/a/b?c=<1>","amount":12,"nested":{"z":1,"a":[true,null]}}"#;

/// A request with everything that it is judged by. `Value` is a record of `verify`.
#[derive(Clone)]
pub(crate) struct Row {
    pub(crate) record: Value,
    pub(crate) arguments: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
}

impl Row {
    pub(crate) fn new(provider: &str, key: &str, headers: &[(&str, &str)], body: &[u8]) -> Self {
        Self {
            record: json!({
                "id": "row",
                "provider": provider,
                "keys": [key],
                "headers": headers,
                "body_base64": base64(body),
                "now": AT,
            }),
            arguments: Vec::new(),
            environment: Vec::new(),
        }
    }

    pub(crate) fn set(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.record[member] = value.into();
        self
    }

    pub(crate) fn body(self, body: impl AsRef<[u8]>) -> Self {
        self.set("body_base64", base64(body.as_ref()))
    }

    pub(crate) fn key(self, key: &str) -> Self {
        self.set("keys", json!([key]))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let headers = self.record["headers"].as_array_mut().unwrap();
        headers.push(json!([name, value]));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        let headers = self.record["headers"].as_array_mut().unwrap();
        headers.retain(|header| header[0] != name);
        self
    }

    /// Changes the value of a header.
    pub(crate) fn change(mut self, name: &str, change: impl Fn(&str) -> String) -> Self {
        for header in self.record["headers"].as_array_mut().unwrap() {
            if header[0] == name {
                header[1] = change(header[1].as_str().unwrap()).into();
            }
        }
        self
    }

    pub(crate) fn renamed(mut self, from: &str, to: &str) -> Self {
        for header in self.record["headers"].as_array_mut().unwrap() {
            if header[0] == from {
                header[0] = to.into();
            }
        }
        self
    }

    pub(crate) fn argument(mut self, arguments: &[&str]) -> Self {
        self.arguments
            .extend(arguments.iter().map(|argument| (*argument).to_owned()));
        self
    }

    pub(crate) fn environment(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn explain(&self, arguments: &[&str]) -> Output {
        let mut all = vec!["explain", "-"];
        all.extend(self.arguments.iter().map(String::as_str));
        all.extend(arguments);
        let mut command = hookgate(&all);
        command.envs(self.environment.iter().cloned());
        feed(command, self.record.to_string().as_bytes())
    }

    pub(crate) fn explained(&self) -> Value {
        let output = self.explain(&["--json"]);
        assert!(output.stderr.is_empty(), "{output:?}");
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// Runs a command over an input.
pub(crate) fn feed(mut command: Command, input: &[u8]) -> Output {
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // The command may refuse its options before it reads.
    let writer = thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// HMAC-SHA256.
pub(crate) fn mac(key: &[u8], signed: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(signed);
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn utf8(secret: &str) -> String {
    format!("utf8:{secret}")
}

/// GitHub's request over `signed`.
pub(crate) fn github(key: &[u8], signed: impl AsRef<[u8]>) -> Row {
    let signature = format!("sha256={}", hex(&mac(key, signed.as_ref())));
    Row::new(
        "github",
        &utf8(SECRET),
        &[
            ("content-type", "application/json"),
            ("x-github-event", "push"),
            ("x-hub-signature-256", &signature),
        ],
        signed.as_ref(),
    )
}

pub(crate) fn shopify(signed: impl AsRef<[u8]>) -> Row {
    let signature = STANDARD.encode(mac(SECRET.as_bytes(), signed.as_ref()));
    let headers = [
        ("content-type", "application/json"),
        ("x-shopify-topic", "orders/create"),
        ("x-shopify-hmac-sha256", &*signature),
    ];
    Row::new("shopify", &utf8(SECRET), &headers, signed.as_ref())
}

pub(crate) fn stripe(at: i64, signed: &str) -> Row {
    let signature = hex(&mac(SECRET.as_bytes(), format!("{at}.{signed}").as_bytes()));
    let header = format!("t={at},v1={signature}");
    let headers = [
        ("content-type", "application/json"),
        ("stripe-signature", &*header),
    ];
    Row::new("stripe", &utf8(SECRET), &headers, signed.as_bytes())
}

pub(crate) fn slack(at: i64, signed: &str) -> Row {
    let text = format!("v0:{at}:{signed}");
    let signature = format!("v0={}", hex(&mac(SECRET.as_bytes(), text.as_bytes())));
    let headers = [
        ("content-type", "application/json"),
        ("x-slack-request-timestamp", &*at.to_string()),
        ("x-slack-signature", &signature),
    ];
    Row::new("slack", &utf8(SECRET), &headers, signed.as_bytes())
}

pub(crate) fn logto(signed: impl AsRef<[u8]>) -> Row {
    let signature = hex(&mac(SECRET.as_bytes(), signed.as_ref()));
    let headers = [
        ("content-type", "application/json"),
        ("logto-signature-sha-256", &*signature),
    ];
    Row::new("logto", &utf8(SECRET), &headers, signed.as_ref())
}

/// A Standard Webhooks request. Its key is the secret's bytes.
pub(crate) fn standard(key: &[u8], at: i64, signed: &str) -> Row {
    let text = format!("msg_1.{at}.{signed}");
    let signature = format!("v1,{}", STANDARD.encode(mac(key, text.as_bytes())));
    let headers = [
        ("content-type", "application/json"),
        ("webhook-id", "msg_1"),
        ("webhook-timestamp", &*at.to_string()),
        ("webhook-signature", &signature),
    ];
    let key = format!("whsec_{}", STANDARD.encode(SECRET));
    Row::new("standard-webhooks", &key, &headers, signed.as_bytes())
}

/// A Facephi event. `signed` is what its signature covers.
pub(crate) fn facephi(key: &[u8], signed: &str) -> Row {
    let signature = STANDARD.encode(mac(key, signed.as_bytes()));
    let body = FACEPHI_EVENT.replace("SIGNATURE", &signature);
    let headers = [("content-type", "application/cloudevents+json")];
    Row::new("facephi", &utf8(SECRET), &headers, body.as_bytes())
}

pub(crate) const FACEPHI_EVENT: &str = concat!(
    r#"{"specversion":"1.0","type":"com.idv_suite.api.workflows.operation_started.v1","#,
    r#""source":"/operations/1","id":"e1","time":"2025-06-15T15:06:40Z","#,
    r#""signature":"SIGNATURE","data":{"type":"ONBOARDING","customerId":"canary-personal"}}"#,
);

/// The event without its signature: what the pack's default recipe covers.
pub(crate) fn facephi_signed() -> String {
    FACEPHI_EVENT.replace(r#""signature":"SIGNATURE","#, "")
}

/// The folder with the keys and certificates of signed requests.
pub(crate) const CERTIFICATES: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/vectors/signed_request"
);

/// The text of a PEM file there.
pub(crate) fn certificate(file: &str) -> String {
    std::fs::read_to_string(format!("{CERTIFICATES}/{file}")).unwrap()
}

/// RSA with PKCS #1 v1.5 and SHA-256, by the key of `rsa.crt.pem`.
pub(crate) fn rs256(signed: &[u8]) -> Vec<u8> {
    let pair = RsaKeyPair::from_pkcs8(&private_key("rsa.key.pem")).unwrap();
    let mut signature = vec![0; pair.public_modulus_len()];
    let random = SystemRandom::new();
    pair.sign(&RSA_PKCS1_SHA256, &random, signed, &mut signature)
        .unwrap();
    signature
}

/// ECDSA on P-256 as Java writes it: in DER.
pub(crate) fn es256_in_der(signed: &[u8]) -> Vec<u8> {
    let pair = EcdsaKeyPair::from_pkcs8(
        &ECDSA_P256_SHA256_ASN1_SIGNING,
        &private_key("p256.key.pem"),
    );
    let signature = pair.unwrap().sign(&SystemRandom::new(), signed).unwrap();
    signature.as_ref().to_vec()
}

/// Ed25519, by the key of `ed.crt.pem`.
pub(crate) fn ed25519(signed: &[u8]) -> Vec<u8> {
    let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&private_key("ed.key.pem"));
    pair.unwrap().sign(signed).as_ref().to_vec()
}

fn private_key(file: &str) -> Vec<u8> {
    let pem = certificate(file);
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

/// The nonce of Unico Check's requests here.
pub(crate) const NONCE: &str = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";
/// A body of Unico Check's, with something personal in it.
pub(crate) const UNICO_BODY: &str = r#"{"event":"canary-personal","data":{"id":"f4dd6bc9-74d3-4dba-8deb-eb09ad4ea704","status":3}}"#;

/// A request of Unico Check's with all of the form's tags and this signature. Its receiver assumes a signature over
/// the body in base64.
pub(crate) fn unico(signature: &str) -> Row {
    let headers = [
        ("content-type", "application/json"),
        ("user-agent", "unico"),
        ("x-signature", signature),
        ("x-nonce", NONCE),
        ("x-timestamp", &*AT.to_string()),
        ("x-algorithm", "RS256"),
    ];
    let key = format!("pem:{}", certificate("rsa.crt.pem"));
    Row::new("unico-check", &key, &headers, UNICO_BODY.as_bytes()).set(
        "settings",
        json!({"signed": {"algorithms": ["RS256"], "signature_header": "x-signature"}}),
    )
}
