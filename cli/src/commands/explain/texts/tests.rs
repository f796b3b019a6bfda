//! What languages print is undone, and any bytes are read without a panic.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::{lost_value, undone};

fn bodies(text: &str) -> Vec<String> {
    let found = undone(text.as_bytes()).into_iter();
    found
        .map(|it| String::from_utf8_lossy(&it.bytes).into_owned())
        .collect()
}

#[test]
fn what_languages_print_is_undone() {
    for text in [
        r#"{"type":"Buffer","data":[123,34,97,34,58,49,125]}"#,
        r#"{"0":123,"1":34,"2":97,"3":34,"4":58,"5":49,"6":125}"#,
        "123,34,97,34,58,49,125",
        "[123 34 97 34 58 49 125]",
        "<Buffer 7b 22 61 22 3a 31 7d>",
        "7b2261223a317d",
        "\\x7b2261223a317d",
        r#"b'{"a":1}'"#,
        r#"{\"a\":1}"#,
        "{&quot;a&quot;:1}",
        "{'a': 1}",
        r#"{:a=>1}"#,
        r#"{"a"=>1}"#,
        "{ a: 1 }",
        "6\r\n{\"a\":1\r\n1\r\n}\r\n0\r\n\r\n",
        "--x\r\nContent-Disposition: form-data\r\n\r\n{\"a\":1}\r\n--x--\r\n",
        "{=22a=22:1}",
    ] {
        let found = bodies(text);
        assert!(
            found.iter().any(|it| it == r#"{"a":1}"#),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn a_value_of_which_nothing_is_left_is_known() {
    for text in [
        "[object Object]",
        "<_io.BytesIO object at 0x7f01>",
        "[B@1b6d3586",
        "java.io.BufferedReader@6d06d69c",
        "System.Byte[]",
        "Resource id #3",
        "map[a:1 b:2]",
        "{id=1, name=x}",
        "undefined",
    ] {
        assert!(lost_value(text.as_bytes()).is_some(), "{text}");
    }
    for text in [r#"{"a":1}"#, "a=1&b=2", "me@example.org", "<xml/>", "[1]"] {
        assert!(lost_value(text.as_bytes()).is_none(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_undone_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
        let _ = undone(&bytes);
        let _ = lost_value(&bytes);
    }

    #[test]
    fn any_text_of_marks_is_undone_or_not(text in "[\\\\'\"b{}:,=>0-9a-f&;#x \r\n]{0,40}") {
        let _ = undone(text.as_bytes());
    }
}
