//! Runs the command, and builds its input.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
    thread,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// A moment at which the example of the Standard Webhooks specification is inside the window.
pub(crate) const SIGNED_AT: i64 = 1_614_265_330;

/// `hookgate` with these arguments.
pub(crate) fn hookgate(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hookgate"));
    command
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs `hookgate verify -` over `input`.
pub(crate) fn verify_text(input: impl Into<Vec<u8>>) -> Output {
    verify_text_with(&[], input)
}

/// The same with these options.
pub(crate) fn verify_text_with(options: &[&str], input: impl Into<Vec<u8>>) -> Output {
    let arguments = [&["verify", "-"], options].concat();
    let mut child = hookgate(&arguments).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.into();
    // It writes while it reads the output, or both would wait once the pipes are full.
    let writer = thread::spawn(move || stdin.write_all(&input).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// The verdicts of a run.
pub(crate) fn verdicts(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The verdicts on `records`.
pub(crate) fn verify(records: &[Value]) -> Vec<Value> {
    let lines: String = records.iter().map(|record| format!("{record}\n")).collect();
    let output = verify_text(lines);
    assert!(output.stderr.is_empty(), "{output:?}");
    let verdicts = verdicts(&output);
    assert_eq!(verdicts.len(), records.len());
    verdicts
}

/// The verdict on one record.
pub(crate) fn verdict(record: &Value) -> Value {
    verify(std::slice::from_ref(record)).remove(0)
}

/// The example of the Standard Webhooks specification, accepted as it is.
pub(crate) fn published() -> Value {
    json!({
        "id": "published",
        "provider": "standard-webhooks",
        "keys": ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
        "headers": [
            ["content-type", "application/json"],
            ["webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"],
            ["webhook-timestamp", "1614265330"],
            ["webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="],
        ],
        "body_base64": base64(br#"{"test": 2432232314}"#),
        "now": SIGNED_AT,
    })
}

/// The published record with `member` set to `value`.
pub(crate) fn with(member: &str, value: impl Into<Value>) -> Value {
    let mut record = published();
    record[member] = value.into();
    record
}

/// The published record with one more header.
pub(crate) fn with_header(name: &str, value: &str) -> Value {
    let mut record = published();
    record["headers"]
        .as_array_mut()
        .unwrap()
        .push(json!([name, value]));
    record
}

/// The published record without the header `name`.
pub(crate) fn without_header(name: &str) -> Value {
    let mut record = published();
    record["headers"]
        .as_array_mut()
        .unwrap()
        .retain(|header| header[0] != name);
    record
}

/// The published record with another value of the header `name`.
pub(crate) fn with_other_header(name: &str, value: &str) -> Value {
    let mut record = without_header(name);
    record["headers"]
        .as_array_mut()
        .unwrap()
        .push(json!([name, value]));
    record
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}
