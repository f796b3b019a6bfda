#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::Path;

use proptest::prelude::*;

use super::{Captured, read};

fn curl(text: &str) -> Captured {
    read(text, Path::new("")).unwrap()
}

fn header<'a>(captured: &'a Captured, name: &str) -> Vec<&'a str> {
    let headers = captured.headers.iter();
    headers
        .filter(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.as_str())
        .collect()
}

#[test]
fn a_browsers_copy_is_read() {
    let captured = curl(
        "curl 'https://example.org/hook?x=1' \\\n  -X 'POST' \\\n  -H 'content-type: application/json' \\\n  \
         -H 'X-Sig: a: b' \\\n  --data-raw $'{\"a\":\"\\u00ed\\n\"}' --compressed",
    );
    assert_eq!(captured.method, "POST");
    assert_eq!(captured.path, "/hook?x=1");
    assert_eq!(header(&captured, "x-sig"), ["a: b"]);
    assert_eq!(captured.bodies, ["{\"a\":\"í\n\"}".as_bytes()]);
}

#[test]
fn defaults_are_curls() {
    let captured = curl("curl -sSd a=1 -d b=2 example.org");
    assert_eq!(captured.method, "POST");
    assert_eq!(captured.path, "/");
    assert_eq!(captured.bodies, [b"a=1&b=2"]);
    assert_eq!(
        header(&captured, "content-type"),
        ["application/x-www-form-urlencoded"]
    );
    assert_eq!(curl("curl example.org").method, "GET");
    assert_eq!(curl("curl -XPUT -d x example.org").method, "PUT");
    let captured = curl("curl --json '{}' -u me:word -H 'content-type:' example.org/a");
    assert_eq!(header(&captured, "authorization"), ["Basic bWU6d29yZA=="]);
    assert_eq!(header(&captured, "content-type").len(), 0);
    assert_eq!(
        curl("curl --data-urlencode 'a=b c' example.org").bodies,
        [b"a=b%20c"]
    );
    assert_eq!(curl("curl --data-raw '@x' example.org").bodies, [b"@x"]);
}

#[test]
fn what_is_not_known_is_refused_without_repeating_it() {
    for text in [
        "wget x",
        "curl",
        "curl --s3cret x",
        "curl -H 's3cret' x",
        "curl x -d",
    ] {
        let error = read(text, Path::new("")).err().unwrap();
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn a_file_of_d_loses_its_line_ends() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("body"), "{\n}\n").unwrap();
    let captured = read("curl -d @body example.org", folder.path()).unwrap();
    assert_eq!(captured.bodies, [b"{}".to_vec(), b"{\n}\n".to_vec()]);
    let captured = read("curl --data-binary @body example.org", folder.path()).unwrap();
    assert_eq!(captured.bodies, [b"{\n}\n"]);
}

proptest! {
    #[test]
    fn what_is_written_as_a_command_comes_back(
        body in "[^\0]{0,40}",
        value in "[!-~]([ -~]{0,20}[!-~])?",
    ) {
        let quote = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
        let text = format!(
            "curl -X POST -H {} --data-raw {} https://example.org/hook",
            quote(&format!("x-sig: {value}")),
            quote(&body),
        );
        let captured = curl(&text);
        prop_assert_eq!(header(&captured, "x-sig"), [value.as_str()]);
        prop_assert_eq!(&captured.bodies, &[body.into_bytes()]);
    }

    #[test]
    fn any_text_is_a_request_or_refused(text in any::<String>()) {
        let _ = read(&format!("curl {text}"), Path::new("/no such folder"));
    }
}
