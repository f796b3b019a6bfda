//! No output shows a secret, a signature or anything of the body.

use super::{
    mistakes::rows,
    request::{NONCE, PERSONAL, Row},
};
use base64::{Engine, engine::general_purpose::STANDARD};

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
        // Of a key over several lines, each.
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
            // Nor a usable one, of which the request has nothing.
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
