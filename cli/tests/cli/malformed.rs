//! Lines that are no records.

use serde_json::{Value, json};

use crate::command::{published, verdict, verdicts, verify_text, with};

const SECRET: &str = "cl43GgdTZpcCdipNaStkoyZiwLi9QlES";

#[test]
fn each_gets_a_verdict_and_the_run_goes_on() {
    let input = format!(
        "{published}\nnot JSON\n\n  \n{{\"id\":\"cut\",\n[]\n{{}}\n{{\"id\":7}}\n\
         {{\"id\":\"a\",\"provider\":\"svix\"}}\r\n{published}",
        published = published()
    );
    let output = verify_text(input);
    let verdicts = verdicts(&output);
    let of = |verdict: &Value| {
        (
            verdict["id"].clone(),
            verdict["verdict"].clone(),
            verdict["line"].clone(),
        )
    };
    let error = |id: Value, line: u64| (id, json!("error"), json!(line));
    let accepted = (json!("published"), json!("accepted"), Value::Null);
    assert_eq!(
        verdicts.iter().map(of).collect::<Vec<_>>(),
        [
            accepted.clone(),
            error(Value::Null, 2),
            error(Value::Null, 5),
            error(Value::Null, 6),
            error(Value::Null, 7),
            error(Value::Null, 8),
            error(json!("a"), 9),
            accepted,
        ]
    );
    assert_eq!(verdicts[4]["error"], "`id` is missing (column 2)");
    assert_eq!(verdicts[6]["error"], "`body_base64` is missing (column 28)");
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stderr.is_empty());
}

#[test]
fn bytes_that_are_not_utf8_are_an_error() {
    let output = verify_text(b"{\"id\":\"\xff\"}\n".as_slice());
    assert_eq!(verdicts(&output)[0]["verdict"], "error");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_rejected_record_is_no_malformed_one() {
    let output = verify_text(with("method", "GET").to_string());
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_empty_input_has_no_verdict() {
    let output = verify_text("");
    assert!(output.stdout.is_empty());
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_line_may_be_long_but_not_endless() {
    let mut input = vec![b' '; 32 * 1024 * 1024 + 1];
    input.push(b'\n');
    input.extend(published().to_string().bytes());
    let verdicts = verdicts(&verify_text(input));
    assert_eq!(
        verdicts[0],
        json!({"id": null, "verdict": "error", "error": "the line is longer than 32 MiB", "line": 1})
    );
    assert_eq!(verdicts[1]["verdict"], "accepted");
}

#[test]
fn what_cannot_be_meant_is_named_and_nothing_of_it_repeated() {
    let scheme = |settings: Value| {
        let mut record = with("provider", "hmac-header");
        record["settings"] = settings;
        record
    };
    let cases = [
        (with("provider", SECRET), "unknown `provider`"),
        (with("body_base64", SECRET.to_owned() + "="), "base64"),
        (with("body_base64", Value::Null), "wrong type"),
        (with("keys", SECRET), "wrong type"),
        (with("keys", json!([SECRET, 1])), "wrong type"),
        (with("headers", json!([[SECRET]])), ""),
        (with("headers", json!({ SECRET: SECRET })), "wrong type"),
        (with(SECRET, 1), "unknown member"),
        (with("now", SECRET), "wrong type"),
        (with("now", 1e300), ""),
        (with("window_s", -1), "wrong type"),
        (with("window_s", 1.5), "wrong type"),
        (with("window_s", SECRET), "wrong type"),
        (with("peer", SECRET), ""),
        (with("endpoint", SECRET.to_owned() + "/"), "endpoint"),
        (with("endpoint", ""), "endpoint"),
        (with("settings", json!([SECRET])), "`settings`"),
        (with("settings", json!({ SECRET: 1 })), "unknown member"),
        (
            with("settings", json!({"access": {SECRET: [SECRET]}})),
            "unknown member or kind, expected one of `api_key`, `headers`",
        ),
        (
            with(
                "settings",
                json!({"access": {"api_key": {"header": SECRET}}}),
            ),
            "`value` is missing",
        ),
        (
            with(
                "settings",
                json!({"access": {"api_key": {"header": SECRET.to_owned() + ":", "value": SECRET}}}),
            ),
            "API key's header",
        ),
        (with("settings", json!({"access": SECRET})), "`access`"),
        (scheme(json!({})), "`signature_header` is missing"),
        (
            scheme(json!({"signature_header": "x-signature", "encoding": SECRET})),
            "expected one of `hex`, `base64`",
        ),
        (
            scheme(json!({"signature_header": SECRET.to_owned() + ":", "encoding": "hex"})),
            "signature header",
        ),
        (
            scheme(
                json!({"signature_header": "x-signature", "encoding": "hex", "template": SECRET}),
            ),
            "template",
        ),
        (
            scheme(json!({"signature_header": "x-signature", "encoding": "hex", "secret": SECRET})),
            "unknown member",
        ),
    ];
    for (record, named) in cases {
        let verdict = verdict(&record);
        assert_eq!(verdict["verdict"], "error", "{record}");
        assert_eq!(verdict["id"], "published", "{record}");
        let error = verdict["error"].as_str().unwrap();
        assert!(error.contains(named), "{record}: {error}");
        assert!(!verdict.to_string().contains(SECRET), "{verdict}");
    }
}

#[test]
fn a_member_that_stands_twice_is_refused() {
    let record = published().to_string();
    let twice = record.replacen('{', r#"{"now":1,"#, 1);
    let output = verify_text(twice);
    let error = verdicts(&output)[0]["error"].to_string();
    assert!(error.contains("`now` stands twice"), "{error}");
    let twice = with("provider", "hmac-header").to_string().replacen(
        '{',
        r#"{"settings":{"encoding":"hex","encoding":"hex"},"#,
        1,
    );
    let output = verify_text(twice);
    assert_eq!(verdicts(&output)[0]["verdict"], "error");
}

#[test]
fn keys_of_refused_records_are_not_shown() {
    let key = format!("base64:{SECRET}%");
    let output = verify_text(with("keys", json!([key])).to_string());
    assert_eq!(verdicts(&output)[0]["reason"], "bad_key");
    assert!(!String::from_utf8_lossy(&output.stdout).contains(SECRET));
}
