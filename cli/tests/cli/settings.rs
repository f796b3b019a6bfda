//! Options of `send` and `listen`: settings, delays, editors.

use std::{fs, io::Write, path::Path};

use serde_json::json;

use crate::{
    command::{base64, verdict, with},
    listening::{Listening, send, sent},
};

/// Writes a file and gives its path.
fn file(directory: &Path, name: &str, text: &str) -> String {
    let path = directory.join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn both_ends_read_the_same_settings() {
    let directory = tempfile::tempdir().unwrap();
    let guide = include_str!("../../../docs/verify.md");
    let documented = guide
        .lines()
        .filter(|line| line.starts_with("{\"signature_header\""));
    let others = [
        (
            "hmac-header",
            r#"{"signature_header":"x-sig","encoding":"hex","digest":"sha512"}"#,
        ),
        (
            "hmac-header",
            r#"{"signature_header":"X-Sig","encoding":"base64","digest":"sha1","template":"{timestamp}/{body}","timestamp_header":"X-Time","timestamp_unit":"milliseconds"}"#,
        ),
        ("facephi", r#"{"recipe":"sorted_keys"}"#),
        ("facephi", r#"{"recipe":"empty_member"}"#),
        (
            "facephi",
            r#"{"recipe":"data_only","access":{"headers":[["x-client","acme"],["x-token","s3cret"]]}}"#,
        ),
        (
            "logto",
            r#"{"access":{"all":[{"networks":["127.0.0.0/8"]},{"any":[{"basic":["a:s3cret"]},{"api_key":{"header":"x","value":"y"}}]}]}}"#,
        ),
        ("idcloud", r#"{"access":"none"}"#),
        // Senders that date their events and leave an audience open.
        (
            "livekit",
            r#"{"audiences":["shop.example"],"accept_unreadable_time":true}"#,
        ),
        (
            "kinde",
            r#"{"accept_unreadable_time":true,"audiences":["shop.example","b"]}"#,
        ),
        (
            "unico-check",
            r#"{"access":{"bearer":{"secret":"utf8:long enough to be a secret of 32 bytes","algorithms":["HS256"],"issuer":"https://i","audience":"a","issued_to":["c"],"scopes":["b"]}}}"#,
        ),
        (
            "unico-check",
            r#"{"access":{"bearer":{"keys":[{"kid":"a","secret":"utf8:long enough to be a secret of 32 bytes"}],"algorithms":["HS256"]}}}"#,
        ),
    ];
    let documented = documented.map(|settings| ("hmac-header", settings));
    for (place, (provider, settings)) in documented.chain(others).enumerate() {
        let event = match provider {
            "facephi" => "selfie_captured",
            "logto" => "PostSignIn",
            "idcloud" => "process_finished",
            "unico-check" => "update_process",
            _ => "user.created",
        };
        let settings = file(directory.path(), &format!("{place}.json"), settings);
        let listening = Listening::start(provider, &["--settings", &settings]);
        let to = [
            provider,
            event,
            "--to",
            &listening.url,
            "--settings",
            &settings,
        ];
        let output = send(&to);
        assert!(output.status.success(), "{provider} {place}: {output:?}");
        if provider == "hmac-header" {
            let once = ["--attempts", "1"];
            send(&[&to[..], &once, &["--unsigned"]].concat());
            assert_eq!(listening.note(), "refused  missing_signature", "{place}");
            send(&[&to[..], &once, &["--tamper"]].concat());
            assert_eq!(listening.note(), "refused  signature_mismatch", "{place}");
        }
        assert_eq!(listening.stop().events.len(), 1, "{provider} {place}");
    }
}

#[test]
fn what_a_row_does_not_leave_open_is_refused() {
    let address = "https://hooks.example/in";
    for (provider, settings, says) in [
        (
            "square",
            json!({"url": address, "accept_unreadable_time": true}),
            "leave it out",
        ),
        (
            "livekit",
            json!({"url": address, "accept_unreadable_time": true}),
            "address",
        ),
        ("livekit", json!({"audience": ["a"]}), "unknown member"),
        (
            "livekit",
            json!({"accept_unreadable_time": "yes"}),
            "`settings`",
        ),
    ] {
        let mut record = with("provider", provider);
        record["settings"] = settings;
        let verdict = verdict(&record);
        assert_eq!(verdict["verdict"], "error", "{record}");
        let error = verdict["error"].as_str().unwrap();
        assert!(error.contains(says), "{provider}: {error}");
    }
}

/// Both ends, each with its own half, from every place of keys.
#[test]
fn a_certificate_and_its_private_key_come_from_files_and_variables() {
    let directory = tempfile::tempdir().unwrap();
    let settings = r#"{"algorithms":["RS256"],"signature_header":"x-signature"}"#;
    let settings = file(directory.path(), "settings.json", settings);
    let vectors = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/vectors/signed_request"
    );
    let of = |name: &str| format!("{vectors}/{name}");
    let encoded = format!("pem:{}", base64(&fs::read(of("rsa.key.pem")).unwrap()));
    let encoded = file(directory.path(), "encoded", &encoded);
    let certificate = ["--settings", &settings, "--key-file", &of("rsa.crt.pem")];
    let listening = Listening::start("signed-request", &certificate);
    let to = ["signed-request", "user.created", "--to", &listening.url];
    let to = [&to[..], &["--settings", &settings, "--attempts", "1"]].concat();
    for key in [
        &["--private-key", &of("rsa.key.pem")][..],
        &["--key-file", &of("rsa.key.pem")],
        &["--key-file", &encoded],
        &["--key-env", "UNICO_CHECK_PRIVATE_KEY"],
    ] {
        let output = send(&[&to[..], key].concat());
        assert!(output.status.success(), "{key:?}: {output:?}");
    }
    for (key, why) in [
        (
            ["--private-key", &of("ed.key.pem")],
            "no algorithm that it signs with",
        ),
        (
            ["--private-key", &of("rsa.crt.pem")],
            "the private key cannot be read",
        ),
        (["--key-file", &settings], "not PEM"),
    ] {
        let output = send(&[&to[..], &key].concat());
        assert_eq!(output.status.code(), Some(1));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(why), "{error}");
    }
    assert_eq!(listening.stop().events.len(), 4);
}

#[test]
fn copies_at_once_wait_for_a_slow_handler_and_are_handled_once() {
    for framework in ["axum", "actix"] {
        let arguments = ["--delay", "300", "--json", "--framework", framework];
        let listening = Listening::start("logto", &arguments);
        let to = ["logto", "PostRegister", "--to", &listening.url, "--json"];
        let output = send(&[&to[..], &["--copies", "6", "--concurrency", "6"]].concat());
        assert_eq!(sent(&output).1["answers"], json!({"200": 6}), "{output:?}");
        assert_eq!(listening.stop().events.len(), 1, "{framework}");
    }
}

#[cfg(unix)]
#[test]
fn an_editor_changes_what_is_signed() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let editor = file(
        directory.path(),
        "editor",
        "#!/bin/sh\nsed -i 's/hello/changed by hand/' \"$1\"\n",
    );
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o700)).unwrap();
    let listening = Listening::start("slack", &["--show-payload"]);
    let output =
        crate::command::hookgate(&["send", "slack", "message", "--edit", "--to", &listening.url])
            .env("SLACK_SIGNING_SECRET", "s3cretOfSlack")
            .env_remove("VISUAL")
            .env("EDITOR", &editor)
            .output()
            .unwrap();
    assert!(output.status.success(), "{output:?}");
    let shown = listening.stop().events.concat();
    assert!(shown.contains("changed by hand"), "{shown}");
}

#[test]
fn what_cannot_be_begun_is_said_and_nothing_is_sent() {
    let nowhere = "http://127.0.0.1:1/";
    for (arguments, why) in [
        (&["facephi", "id_captured"][..], "--to"),
        (&["facephi", "no_such_event", "--to", nowhere], "no event"),
        (&["logto", "--flow", "--to", nowhere], "only facephi"),
        (&["no-such-provider"], "unknown provider"),
        (&["logto", "PostSignIn", "--to", "127.0.0.1:1"], "http://"),
        (
            &[
                "logto",
                "PostSignIn",
                "--to",
                nowhere,
                "--key-env",
                "NOT_SET_ANYWHERE",
            ],
            "NOT_SET_ANYWHERE",
        ),
        (
            &[
                "logto",
                "PostSignIn",
                "--to",
                nowhere,
                "--key-file",
                "no such file",
            ],
            "the file of --key-file: No such file",
        ),
    ] {
        let output = send(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(error.contains(why), "{error}");
    }
    let listed = String::from_utf8(send(&["--list"]).stdout).unwrap();
    for event in [
        "id_captured",
        "PostSignIn",
        "invoice.paid",
        "process_finished",
    ] {
        assert!(listed.contains(event), "{listed}");
    }
}

#[test]
fn a_request_that_never_comes_whole_does_not_keep_it_from_ending() {
    for framework in ["axum", "actix"] {
        let listening = Listening::start("facephi", &["--framework", framework]);
        let address = listening.url.trim_start_matches("http://");
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        stream.write_all(b"POST / HTTP/1.1\r\nhost: a\r\n").unwrap();
        listening.stop();
    }
}
