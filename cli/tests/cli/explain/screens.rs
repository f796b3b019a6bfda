//! What a terminal shows. With `UPDATE_SCREENS=1` the files are written anew.

use std::{env, fs, path::PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};

use super::request::{
    AT, BODY, NONCE, Row, SECRET, UNICO_BODY, facephi, facephi_signed, github, rs256, standard,
    stripe, unico,
};
use crate::command::hookgate;

fn screens() -> Vec<(&'static str, Row)> {
    let key = SECRET.as_bytes();
    let bytes = b"thirty-two bytes of a secret key";
    let sorted = serde_json::from_str::<serde_json::Value>(&facephi_signed())
        .unwrap()
        .to_string();
    let encoded = format!("utf8:{}", STANDARD.encode(bytes));
    vec![
        ("accepted", github(key, BODY)),
        ("body", github(key, BODY).body(BODY.replace("\":", "\": "))),
        ("facephi", facephi(bytes, &sorted).key(&encoded)),
        ("late", stripe(AT - 100_000, BODY)),
        ("nothing", github(b"nobody knows this one", BODY)),
        (
            "several",
            stripe(AT + 437, BODY)
                .body(format!("{BODY}\n"))
                .set("method", "GET"),
        ),
        ("truncated", github(key, BODY).body(&BODY[..60])),
        (
            "unico",
            unico(&STANDARD.encode(rs256(format!("{AT}.{NONCE}.{UNICO_BODY}").as_bytes()))),
        ),
        (
            "unsigned",
            standard(key, AT, BODY).without("webhook-signature"),
        ),
    ]
}

fn compare(name: &str, shown: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/cli/explain/screens")
        .join(name);
    if env::var_os("UPDATE_SCREENS").is_some() {
        fs::write(&path, shown).unwrap();
    }
    assert_eq!(
        fs::read_to_string(&path).unwrap_or_default(),
        shown,
        "{}",
        path.display()
    );
}

#[test]
fn screens_are_stable() {
    for (name, row) in screens() {
        let output = row.explain(&[]);
        assert!(output.stderr.is_empty(), "{output:?}");
        compare(
            &format!("{name}.txt"),
            &String::from_utf8(output.stdout).unwrap(),
        );
    }
}

#[test]
fn the_json_form_is_stable() {
    let row = stripe(AT + 437, BODY).body(format!("{BODY}\n"));
    let output = row.explain(&["--json"]);
    compare("several.json", &String::from_utf8(output.stdout).unwrap());
}

#[test]
fn there_is_no_colour_where_there_is_no_terminal() {
    let output = github(SECRET.as_bytes(), BODY).body("").explain(&[]);
    assert!(!output.stdout.contains(&0x1b));
}

#[test]
fn the_screen_in_the_documents_is_what_a_terminal_shows() {
    let folder = tempfile::tempdir().unwrap();
    let secret = b"thirty-two bytes of a secret key";
    let sorted = serde_json::from_str::<serde_json::Value>(&facephi_signed())
        .unwrap()
        .to_string();
    let row = facephi(secret, &sorted);
    let body = STANDARD
        .decode(row.record["body_base64"].as_str().unwrap())
        .unwrap();
    let head = b"POST /webhooks/facephi HTTP/1.1\nContent-Type: application/cloudevents+json\n\n";
    fs::write(
        folder.path().join("captured.http"),
        [head, &body[..]].concat(),
    )
    .unwrap();
    let command = "hookgate explain captured.http --key-env FACEPHI_WEBHOOK_SECRET";
    let arguments: Vec<&str> = command.split(' ').skip(1).collect();
    let output = hookgate(&arguments)
        .current_dir(folder.path())
        .env("FACEPHI_WEBHOOK_SECRET", STANDARD.encode(secret))
        .output()
        .unwrap();
    let screen = format!("$ {command}\n{}", String::from_utf8(output.stdout).unwrap());
    for document in ["../README.md", "../docs/explain.md"] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(document);
        let text = fs::read_to_string(path).unwrap();
        assert!(
            text.contains(&format!("```console\n{screen}```")),
            "{document}:\n{screen}"
        );
    }
}
