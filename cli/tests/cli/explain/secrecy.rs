//! No output shows a secret, a signature or anything of the body.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    mistakes::rows,
    request::{NONCE, PERSONAL, Row},
};

/// Pieces of a row that no output may contain.
fn canaries(row: &Row) -> Vec<String> {
    let mut canaries = vec![
        PERSONAL.to_owned(),
        "Mar\u{ed}a".to_owned(),
        "example.org".to_owned(),
        "k3y-canary".to_owned(),
        "ONBOARDING".to_owned(),
        "f4dd6bc9".to_owned(),
        NONCE.to_owned(),
        "thirty-two".to_owned(),
        "00112233445566".to_owned(),
        STANDARD.encode("thirty-two bytes"),
        "abc-def".to_owned(),
        "an0ther".to_owned(),
    ];
    for key in row.record["keys"].as_array().unwrap() {
        let text = key.as_str().unwrap();
        let text = text.split_once(':').map_or(text, |(_, text)| text);
        canaries.push(text.trim_matches(['"', ' ', '\n']).to_owned());
        // Each line of a key over several lines.
        let lines = text
            .lines()
            .filter(|line| line.len() >= 16 && !line.starts_with('-'));
        canaries.extend(lines.map(str::to_owned));
    }
    canaries.extend(["c4nary", "C4NARY", "YzRuYXJ5"].map(str::to_owned));
    for header in row.record["headers"].as_array().unwrap() {
        let name = header[0]
            .as_str()
            .unwrap()
            .to_ascii_lowercase()
            .replace('_', "-");
        let value = header[1].as_str().unwrap();
        if ["signature", "assinatura", "hmac"]
            .iter()
            .any(|it| name.contains(it))
        {
            // Any sixteen characters of it.
            canaries.extend(
                value
                    .as_bytes()
                    .windows(16)
                    .map(|part| String::from_utf8_lossy(part).into_owned()),
            );
        }
    }
    let body = STANDARD
        .decode(row.record["body_base64"].as_str().unwrap())
        .unwrap();
    let body = String::from_utf8_lossy(&body).into_owned();
    if let Some((_, rest)) = body.split_once(r#""signature":""#) {
        canaries.extend(rest.get(..40).map(str::to_owned));
    }
    canaries
}

#[test]
fn no_output_shows_a_secret_a_signature_or_a_payload() {
    for (name, _, row) in rows() {
        for arguments in [&[][..], &["--json"]] {
            let output = row.explain(arguments);
            let text = [output.stdout, output.stderr].concat();
            let text = String::from_utf8(text).unwrap();
            for canary in canaries(&row) {
                assert!(!text.contains(&canary), "{name} shows {canary}:\n{text}");
            }
            // It shows no usable key either, of which the request has nothing.
            let digits =
                |word: &&str| word.len() >= 40 && word.chars().all(|c| c.is_ascii_hexdigit());
            let word = text
                .split(|c: char| !c.is_ascii_alphanumeric())
                .find(digits);
            assert_eq!(word, None, "{name}");
        }
    }
}

#[test]
fn an_unreadable_input_is_not_repeated() {
    for input in [
        "curl https://example.org -d \"$(cat c4nary)\"",
        "curl --c4nary x",
        "POST /\nc4nary no header\n\n{}",
        r#"{"body_base64":"c4nary","provider":"github","id":"c4nary"}"#,
        r#"{"body_base64":"","c4nary":1}"#,
    ] {
        let command = crate::command::hookgate(&["explain", "-"]);
        let output = super::request::feed(command, input.as_bytes());
        assert_eq!(output.status.code(), Some(2), "{input}: {output:?}");
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!text.contains("c4nary"), "{text}");
    }
}

#[test]
fn keys_are_not_taken_from_arguments_and_a_wrong_name_is_not_repeated() {
    let name = "c4nary-s3cret-given-as-a-name";
    let row = rows().remove(0).2.argument(&["--key-env", name]);
    let output = row.explain(&[]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(!text.contains("c4nary"), "{text}");
}

/// A notification whose proof is its credential, without that header.
fn credential_row() -> Row {
    let body = r#"{"processId":"p","state":"PROCESS_STATE_FINISHED"}"#;
    Row::new(
        "idcloud",
        "utf8:unused",
        &[("content-type", "application/json")],
        body.as_bytes(),
    )
}

fn with_access(rule: serde_json::Value) -> Row {
    credential_row().set("settings", serde_json::json!({ "access": rule }))
}

#[test]
fn a_credential_among_the_arguments_is_refused_and_not_repeated() {
    let api_key = serde_json::json!({"api_key": {"header": "X-Client", "value": "c4nary"}});
    let basic = serde_json::json!({"basic": ["unico:c4nary"]});
    for (rule, header) in [
        (&basic, "authorization: Basic c4nary"),
        (&basic, "Proxy-Authorization: c4nary"),
        (&basic, "cookie: session=c4nary"),
        (&basic, "x_api_key: c4nary"),
        (&basic, "x-anything: Bearer c4nary"),
        // The receiver's own credential, under any header's name.
        (&api_key, "x-client: c4nary"),
        (&basic, "c4nary without a colon"),
    ] {
        let output = with_access(rule.clone()).explain(&["-H", header]);
        assert_eq!(output.status.code(), Some(2), "{header}: {output:?}");
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!text.contains("c4nary"), "{text}");
        let advice = header.contains(": ").then_some("--header-file");
        assert!(text.contains(advice.unwrap_or("Name: value")), "{text}");
    }
    // Nor is the header in which the sender shows a token.
    let row = Row::new(
        "access-token",
        "utf8:unused",
        &[("content-type", "application/json")],
        b"{}",
    )
    .set(
        "settings",
        serde_json::json!({"at": {"header": "X-Client"}}),
    );
    let output = row.explain(&["-H", "x-client: c4nary"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    assert!(
        !text.contains("c4nary") && text.contains("--header-file"),
        "{text}"
    );
}

#[test]
fn a_credential_comes_from_a_file_the_environment_or_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let credential = format!("Authorization: Basic {}\n", STANDARD.encode("unico:c4nary"));
    let file = folder.path().join("headers");
    std::fs::write(&file, format!("{credential}\nx-other: 1\n")).unwrap();
    let row = with_access(serde_json::json!({"basic": ["unico:c4nary"]}));
    let record = folder.path().join("record.json");
    std::fs::write(&record, row.record.to_string()).unwrap();
    let (file, record) = (file.to_str().unwrap(), record.to_str().unwrap());
    for arguments in [
        ["--header-file", file],
        ["--header-env", "HEADER"],
        ["--header-file", "-"],
    ] {
        let mut command = crate::command::hookgate(&["explain", record]);
        command.args(arguments).env("HEADER", &credential);
        let output = super::request::feed(command, credential.as_bytes());
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
    }
    for arguments in [
        &["--header-file", "-", "--key-stdin"][..],
        &["--header-env", "c4nary=k3y"],
    ] {
        let mut command = crate::command::hookgate(&["explain", record]);
        command.args(arguments);
        let output = super::request::feed(command, b"");
        assert!(matches!(output.status.code(), Some(1 | 2)), "{output:?}");
        let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(!text.contains("c4nary"), "{text}");
    }
}
