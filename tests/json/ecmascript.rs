//! The ECMAScript writer against Node's `JSON.stringify(JSON.parse(text))`.
//!
//! `scripts/record-ecmascript` recorded Node's results, so the test needs no Node.

use std::{fs, io::Write};

use hookgate::json::canonical::{Refused, ecmascript};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::documents::{self, document};
use crate::props::vector;

/// Recorded in full.
const IN_FULL: u64 = 2_000;
/// Recorded as one digest for each block of this many documents.
const BLOCK: u64 = 1_000;
/// All of them.
const ALL: u64 = 202_000;

#[derive(Deserialize)]
struct Recorded {
    text: String,
    written: String,
}

#[derive(Deserialize)]
struct Digests {
    seed: u64,
    blocks: Vec<String>,
}

fn recorded(name: &str) -> Vec<u8> {
    vector(&format!("ecmascript/{name}"))
}

#[test]
fn documents_recorded_in_full_are_written_as_node_writes_them() {
    let recorded: Vec<Recorded> = serde_json::from_slice(&recorded("documents.json")).unwrap();
    assert_eq!(recorded.len() as u64, IN_FULL);
    for (number, Recorded { text, written }) in (0..).zip(recorded) {
        assert_eq!(
            document(number),
            text,
            "the generator has changed: record again"
        );
        let ours = ecmascript(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(ours).unwrap(), written, "{text}");
    }
}

#[test]
fn blocks_of_documents_have_the_digests_of_what_node_writes() {
    let digests: Digests = serde_json::from_slice(&recorded("digests.json")).unwrap();
    assert_eq!(
        digests.seed,
        documents::SEED,
        "the seed has changed: record again"
    );
    assert_eq!(digests.blocks.len() as u64, (ALL - IN_FULL) / BLOCK);
    // The blocks are independent, and a debug build is slow with them.
    let half = digests.blocks.len() / 2;
    std::thread::scope(|scope| {
        scope.spawn(|| check_blocks(0, &digests.blocks[..half]));
        scope.spawn(|| check_blocks(half, &digests.blocks[half..]));
    });
}

fn check_blocks(first: usize, blocks: &[String]) {
    for (place, block) in (first as u64..).zip(blocks) {
        let mut hash = Sha256::new();
        let start = IN_FULL + place * BLOCK;
        for number in start..start + BLOCK {
            hash.update(ecmascript(document(number).as_bytes()).unwrap());
            hash.update(b"\n");
        }
        let digest: [u8; 32] = hash.finalize().into();
        assert_eq!(
            &const_hex::encode(digest),
            block,
            "documents from {start} on"
        );
    }
}

#[test]
fn what_is_written_is_written_the_same_again() {
    for number in 0..IN_FULL {
        let once = ecmascript(document(number).as_bytes()).unwrap();
        assert_eq!(ecmascript(&once).unwrap(), once);
    }
}

#[test]
fn texts_that_readers_understand_differently_are_refused() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let many = |last: &str| {
        let members: Vec<_> = (0..100).map(|number| format!("\"k{number}\":0")).collect();
        format!("{{{},\"{last}\":0}}", members.join(","))
    };
    assert!(ecmascript(deep(128).as_bytes()).is_ok());
    assert!(ecmascript(many("k100").as_bytes()).is_ok());
    for (text, why) in [
        (r#"{"a":1,"a":1}"#.to_owned(), Refused::Repeated),
        (r#"{"a":1,"\u0061":2}"#.to_owned(), Refused::Repeated),
        (r#"{"\ud800":1,"\uD800":2}"#.to_owned(), Refused::Repeated),
        (
            r#"[{"b":[{"__proto__":1,"__proto__":2}]}]"#.to_owned(),
            Refused::Repeated,
        ),
        (many("k7"), Refused::Repeated),
        ("1e400".to_owned(), Refused::NotFinite),
        (r#"{"a":[-1e999]}"#.to_owned(), Refused::NotFinite),
        (deep(129), Refused::TooDeep),
        (format!("{{\"a\":{}}}", deep(128)), Refused::TooDeep),
        (deep(1_000_000), Refused::TooDeep),
    ] {
        assert_eq!(ecmascript(text.as_bytes()), Err(why), "{:.80}", text);
    }
    assert_eq!(ecmascript(b"\"\xff\""), Err(Refused::NotUtf8));
    assert_eq!(ecmascript(b"\"\xed\xa0\x80\""), Err(Refused::NotUtf8));
}

#[test]
fn texts_that_json_parse_throws_on_are_refused() {
    for text in [
        "",
        " ",
        "\u{feff}1",
        "\u{a0}1",
        "tru",
        "truee",
        "nul",
        "+1",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "1 2",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[",
        "]",
        "{",
        "}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{'a':1}",
        "[1}",
        "{\"a\":1]",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\u{1}\"",
        "\"\n\"",
        "{\"a\" \"b\"}",
        "//1",
        "1//",
        "\"a\"b",
    ] {
        assert_eq!(ecmascript(text.as_bytes()), Err(Refused::NotJson), "{text}");
    }
}

/// Gives the documents to `scripts/record-ecmascript`: each after its length, in the file that the script
/// names. Does nothing without the script.
#[test]
fn documents_are_handed_out_on_demand() {
    let Some(path) = std::env::var_os("HOOKGATE_DOCUMENTS") else {
        return;
    };
    let mut file = std::io::BufWriter::new(fs::File::create(path).unwrap());
    writeln!(file, "{} {IN_FULL} {BLOCK}", documents::SEED).unwrap();
    for number in 0..ALL {
        let text = document(number);
        writeln!(file, "{}\n{text}", text.len()).unwrap();
    }
    file.flush().unwrap();
}
