//! What no known mistake explains gets no certain cause. It gets what was tried, and what to capture next.

use proptest::{collection::vec, prelude::*, test_runner::Config};
use serde_json::{Value, json};

use super::request::{AT, BODY, Row, SECRET, github, logto, shopify, slack, standard, stripe};

/// A break that nothing undoes.
#[derive(Clone, Debug)]
enum Break {
    /// Another text in the body, as somebody who changes an event would write it.
    Text(String),
    /// Another amount.
    Number(u32),
    /// A few bytes changed anywhere.
    Bytes(Vec<(usize, u8)>),
    /// No text at all.
    Anything(Vec<u8>),
    /// Signed with a secret that nobody named.
    Secret(String),
}

fn breaks() -> impl Strategy<Value = Break> {
    prop_oneof![
        "[a-z]{4,20}".prop_map(Break::Text),
        (13_u32..1_000_000).prop_map(Break::Number),
        vec((0..BODY.len(), 1_u8..=255), 1..4).prop_map(Break::Bytes),
        vec(any::<u8>(), 1..200).prop_map(Break::Anything),
        "[A-Za-z0-9]{16,40}".prop_map(Break::Secret),
    ]
}

type Sender = fn() -> Row;

const SENDERS: [Sender; 6] = [
    || github(SECRET.as_bytes(), BODY),
    || shopify(BODY),
    || stripe(AT, BODY),
    || slack(AT, BODY),
    || logto(BODY),
    || standard(SECRET.as_bytes(), AT, BODY),
];

impl Break {
    /// `None` where a known mistake does the same: white space, for example.
    fn of(&self, row: Row) -> Option<Row> {
        Some(match self {
            Self::Text(text) => row.body(BODY.replace("canary", text)),
            Self::Number(number) => row.body(BODY.replace("12", &number.to_string())),
            Self::Bytes(changes) => {
                let mut body = BODY.as_bytes().to_vec();
                for (place, change) in changes {
                    body[*place] ^= change;
                }
                if is_explainable(&body) {
                    return None;
                }
                row.body(body)
            }
            Self::Anything(body) => row.body(body),
            Self::Secret(secret) => row.key(&format!("utf8:{secret}")),
        })
    }
}

/// Whether the body differs from the signed one in what writers of JSON, texts and editors change.
fn is_explainable(body: &[u8]) -> bool {
    let plain = |text: &[u8]| -> Vec<u8> {
        let kept = |byte: &&u8| !byte.is_ascii_whitespace() && !matches!(byte, b'\\' | b'/' | 0);
        text.iter().filter(kept).copied().collect()
    };
    plain(body) == plain(BODY.as_bytes())
}

proptest! {
    #![proptest_config(Config { cases: 20, failure_persistence: None, ..Config::default() })]

    #[test]
    fn no_random_break_gets_a_certain_cause(sender in 0..SENDERS.len(), broken in breaks()) {
        let row = broken.of(SENDERS[sender]());
        prop_assume!(row.is_some());
        let explained = row.unwrap().explained();
        prop_assert_eq!(&explained["verdict"], "rejected");
        let findings = explained["findings"].as_array().unwrap();
        let certain: Vec<&Value> = findings.iter().filter(|it| it["confidence"] == "certain").collect();
        prop_assert!(certain.is_empty(), "{:?}: {:#}", broken, explained);
        prop_assert!(!explained["tried"].as_array().unwrap().is_empty());
        prop_assert!(!explained["next"].as_array().unwrap().is_empty());
    }
}

#[test]
fn what_is_left_after_a_certain_cause_is_said_with_what_was_tried() {
    // The media type is wrong, and that is not all.
    let row =
        github(b"nobody knows this one", BODY).change("content-type", |_| "text/plain".into());
    let output = row.explain(&[]);
    let text = String::from_utf8(output.stdout).unwrap();
    for said in [
        "1. certain: content-type is text/plain",
        "That is not all",
        "No change makes the proof match.",
        "What would help next:",
        "--other-key-env",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn a_head_that_no_server_takes_is_no_request() {
    let row = github(SECRET.as_bytes(), BODY);
    let explained = |bytes| {
        row.clone()
            .header("x-long", &"x".repeat(bytes))
            .explain(&[])
    };
    assert_eq!(explained(500 * 1024).status.code(), Some(0));
    // Headers and keys without a text take room as well.
    let headers = vec![json!(["", ""]); 10_000];
    let keys = vec![json!(""); 10_000];
    let empty = [("headers", headers), ("keys", keys)];
    let empty = empty.map(|(member, many)| row.clone().set(member, many).explain(&[]));
    for refused in [explained(512 * 1024)].into_iter().chain(empty) {
        assert_eq!(refused.status.code(), Some(2));
        let said = String::from_utf8(refused.stderr).unwrap();
        assert!(said.contains("over 512 KiB"), "{said}");
    }
}
