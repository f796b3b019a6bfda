//! Text from outside commands no terminal, in any command and in any form.

use std::{fs, process::Output};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use crate::{
    bad_receivers::{read_whole, receiver},
    command::{base64, hookgate, verdicts, verify_text},
    explain::request::feed,
    listening::{Listening, SECRETS, send},
    raw_request::{CLOSE, logto_event, logto_signature, post},
    send_and_listen::FRAMEWORKS,
};

/// Characters that a terminal obeys, and characters that turn, hide or split the text around them. `PWN` shows
/// where they came out.
const HOSTILE: [&str; 12] = [
    "\u{1b}[31mPWN",
    "\u{1b}]0;PWN\u{7}",
    "\u{9b}31mPWN",
    "\u{7f}\u{8}\u{85}PWN",
    "\u{202e}PWN\u{2066}",
    "\u{61c}PWN\u{200f}",
    "\u{2028}PWN\u{2029}",
    "\u{feff}PWN\u{200b}",
    "\u{2060}PWN\u{206f}",
    "\u{ad}PWN\u{180e}",
    "\u{e0050}PWN\u{e007f}",
    "\nPWN\r\t\u{b}",
];

/// Whether a text is made of characters that show themselves, and of line ends.
fn shows_itself(text: &str) -> bool {
    let hidden = |c: char| {
        c.is_control()
            || matches!(
                u32::from(c),
                0xad | 0x61c | 0x180e | 0xfeff | 0x200b | 0x200e | 0x200f
            )
            || matches!(u32::from(c), 0x2028..=0x202e | 0x2060..=0x206f | 0xe0000..=0xe007f)
    };
    !text.chars().any(|c| c != '\n' && hidden(c))
}

/// All output of a run.
fn shown(output: &Output) -> String {
    let text = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8(text).unwrap()
}

/// A record of an event of Logto with this name.
fn record(name: &str) -> Value {
    let body = logto_event(name, "s");
    let (_, secret) = SECRETS[6];
    json!({
        "id": format!("id {name}"),
        "provider": "logto",
        "keys": [format!("utf8:{secret}")],
        "headers": [
            ["content-type", "application/json"],
            ["logto-signature-sha-256", logto_signature(&body)],
        ],
        "body_base64": base64(body.as_bytes()),
    })
}

#[test]
fn verdicts_show_themselves_and_mean_what_was_signed() {
    let records: String = HOSTILE
        .iter()
        .map(|name| format!("{}\n", record(name)))
        .collect();
    let output = verify_text(records);
    assert!(shows_itself(&shown(&output)), "{output:?}");
    for (verdict, name) in verdicts(&output).iter().zip(HOSTILE) {
        assert_eq!(verdict["event_type"], name);
        assert_eq!(verdict["id"], format!("id {name}"));
    }
}

#[test]
fn explanations_show_themselves_whatever_the_record_says() {
    for hostile in [HOSTILE[0], HOSTILE[4], &HOSTILE.concat()] {
        let named = format!("x-{hostile}");
        let scheme = |settings: Value| json!({"provider": "hmac-header", "settings": settings});
        let in_body =
            |settings: Value| json!({"provider": "hmac-body-field", "settings": settings});
        let access = |rule: Value| json!({"provider": "idcloud", "settings": {"access": rule}});
        for changes in [
            access(json!({"api_key": {"header": named, "value": "v"}})),
            access(json!({"headers": [[named, "v"], ["x-a", hostile]]})),
            access(json!({"basic": [hostile]})),
            access(json!({"all": ["none", {"networks": [hostile]}]})),
            scheme(json!({"signature_header": named, "encoding": "hex"})),
            scheme(json!({"signature_header": "x-s", "encoding": hostile})),
            scheme(json!({"signature_header": "x-s", "encoding": "hex", "template": hostile})),
            scheme(
                json!({"signature_header": "x-s", "encoding": "hex", "layout": {"single": {"prefix": hostile}}}),
            ),
            in_body(json!({"member": hostile})),
            in_body(
                json!({"member": "sig", "recipe": "data_only", "data_member": hostile, "access": "none"}),
            ),
            json!({"endpoint": hostile}),
            json!({"tenant": hostile}),
            json!({"path": format!("/{hostile}")}),
            json!({"method": hostile}),
            json!({"id": hostile}),
            json!({"provider": hostile}),
            json!({"peer": hostile}),
            json!({"keys": [format!("utf8:{hostile}")]}),
            json!({"keys": [hostile]}),
            json!({"headers": [[format!("logto-signature-sha-256{hostile}"), "00".repeat(32)]]}),
            json!({"headers": [["content-type", format!("{hostile}/json")]]}),
            json!({ hostile: hostile }),
        ] {
            let mut record = record("PostSignIn");
            for (name, value) in changes.as_object().unwrap() {
                record[name] = value.clone();
            }
            for arguments in [&["explain", "-"][..], &["explain", "-", "--json"]] {
                let output = feed(hookgate(arguments), record.to_string().as_bytes());
                assert!(
                    output.status.code().is_some_and(|code| code != 101),
                    "{record}"
                );
                assert!(shows_itself(&shown(&output)), "{record}: {output:?}");
            }
            let output = verify_text(record.to_string());
            assert!(shows_itself(&shown(&output)), "{record}: {output:?}");
        }
    }
}

#[test]
fn a_listener_shows_names_ids_and_payloads_as_they_show_themselves() {
    for framework in FRAMEWORKS {
        let folder = tempfile::tempdir().unwrap();
        let saved = folder.path().to_str().unwrap();
        for form in ["--json", "--show-payload"] {
            let arguments = [
                "--framework",
                framework,
                form,
                "--fail",
                "1",
                "--save",
                saved,
            ];
            let listening = Listening::start("logto", &arguments);
            for (number, name) in HOSTILE.iter().enumerate() {
                let body = logto_event(name, &number.to_string());
                for _ in 0..2 {
                    let line = "user-agent: \u{202e}\u{9b}\r\n";
                    post(&listening, "/", &format!("{line}{CLOSE}"), &body);
                }
            }
            let shown = listening.stop();
            // The first handling fails, each event comes twice, and payloads have lines of their own.
            let lines = if form == "--json" { 1 } else { 2 };
            assert_eq!(
                shown.events.len(),
                lines * HOSTILE.len(),
                "{:?}",
                shown.events
            );
            assert!(shows_itself(&shown.events.join("\n")), "{:?}", shown.events);
            assert!(shows_itself(&shown.notes.join("\n")), "{:?}", shown.notes);
            assert!(shown.notes.iter().any(|note| note.starts_with("failed")));
            if form == "--json" {
                for (line, name) in shown.events.iter().zip(HOSTILE) {
                    let event: Value = serde_json::from_str(line).unwrap();
                    assert_eq!(event["event_type"], name);
                }
            }
        }
        for file in fs::read_dir(folder.path()).unwrap() {
            let record = fs::read_to_string(file.unwrap().path()).unwrap();
            assert!(shows_itself(&record), "{record}");
        }
    }
}

#[test]
fn a_token_endpoint_says_nothing_that_does_not_show_itself() {
    for hostile in [HOSTILE[0], HOSTILE[4], &HOSTILE.concat()] {
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({"iss": hostile, hostile: 1, "aud": [hostile]});
        let token = format!("{}.{}.x", encode(json!({"alg": hostile})), encode(claims));
        let answer =
            json!({"access_token": token, "token_type": hostile, "error": hostile}).to_string();
        let url = receiver(move |mut stream| {
            read_whole(&mut stream);
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
                answer.len()
            );
            let _ = std::io::Write::write_all(&mut stream, format!("{head}{answer}").as_bytes());
        });
        for json in [&[][..], &["--json"]] {
            let common = ["token", "--client-id", "unico", "--from", &url];
            let mut command = hookgate(&[&common, json].concat());
            let output = command
                .env("HOOKGATE_CLIENT_SECRET", "s3cret")
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
            assert!(shown(&output).contains("PWN"), "{output:?}");
            assert!(shows_itself(&shown(&output)), "{output:?}");
        }
    }
}

#[test]
fn arguments_are_repeated_as_they_show_themselves() {
    for hostile in [HOSTILE[4], HOSTILE[11], &HOSTILE.concat()] {
        let accepting = receiver(|mut stream| {
            read_whole(&mut stream);
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 204 Done\r\n\r\n");
        });
        for json in [&[][..], &["--json"]] {
            let to = ["slack", hostile, "--to", &accepting];
            let output = send(&[&to[..], json].concat());
            assert!(output.status.success(), "{output:?}");
            assert!(shows_itself(&shown(&output)), "{output:?}");
        }
        let option = format!("--{hostile}");
        for arguments in [
            &["verify", hostile][..],
            &["verify", "-", &option],
            &["explain", hostile],
            &["explain", "-", "--now", hostile],
            &["explain", "-", "--key-env", hostile],
            &["send", "idcloud", hostile, "--to", &accepting],
            &["listen", "--provider", hostile, "--port", "0"],
            &["listen", "--provider", "logto", "--port", hostile],
            &[
                "listen",
                "--provider",
                "logto",
                "--port",
                "0",
                "--store",
                hostile,
            ],
            &[
                "listen",
                "--provider",
                "logto",
                "--port",
                "0",
                "--key-env",
                hostile,
            ],
            &["token", "--from", hostile],
            &[hostile],
        ] {
            let mut command = hookgate(arguments);
            let output = command
                .envs(SECRETS)
                .stdin(std::process::Stdio::null())
                .output();
            let output = output.unwrap();
            assert!(!output.status.success(), "{arguments:?}");
            assert!(shows_itself(&shown(&output)), "{arguments:?}: {output:?}");
        }
    }
}
