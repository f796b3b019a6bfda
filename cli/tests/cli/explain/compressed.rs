//! Bodies that were compressed after they had been signed: the search is about what the receiver reads.

use serde_json::{Value, json};

use super::{
    mistakes::{deflate, gzip, pretty, zlib},
    request::{BODY, Row, SECRET, github},
};

const OTHER: &str = "another-s3cret-of-the-same-kind";

/// A request of GitHub that says `content-encoding: gzip`, to a receiver that takes it.
fn packed(key: &str, body: Vec<u8>) -> Row {
    let row = github(key.as_bytes(), BODY).body(body);
    let row = row.header("content-encoding", "gzip");
    row.set("settings", json!({"accept_gzip": true}))
}

/// The findings, each with all of its words.
fn findings(row: &Row) -> Vec<(String, String)> {
    let explained = row.explained();
    assert_eq!(explained["complete"], true, "{explained:#}");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let findings = explained["findings"].as_array().unwrap().iter();
    let pair = |it: &Value| {
        let words = format!("{} {}", text(&it["cause"]), text(&it["advice"]));
        (text(&it["mistake"]), words)
    };
    findings.map(pair).collect()
}

fn mistakes(row: &Row) -> Vec<String> {
    findings(row).into_iter().map(|it| it.0).collect()
}

#[test]
fn what_the_receiver_unpacks_is_searched() {
    let ours = packed(SECRET, gzip(BODY));
    assert_eq!(ours.explained()["verdict"], "accepted");
    let other = packed(OTHER, gzip(BODY))
        .argument(&["--other-key-env", "OTHER_SECRET"])
        .environment("OTHER_SECRET", OTHER);
    assert_eq!(mistakes(&other), ["other_key"]);
    let rewritten = packed(SECRET, gzip(&pretty(b"  ")));
    assert_eq!(rewritten.explained()["reason"], "signature_mismatch");
    assert_eq!(mistakes(&rewritten), ["body_rewritten"]);
}

#[test]
fn a_body_that_cannot_be_unpacked_is_found_behind_the_access_rule() {
    let access = json!({"api_key": {"header": "x-api-key", "value": "0f3c"}});
    let settings = json!({"accept_gzip": true, "access": access});
    let two = [gzip(BODY), gzip("")].concat();
    let row = packed(SECRET, two).set("settings", settings);
    assert_eq!(row.explained()["reason"], "access_missing");
    assert_eq!(
        mistakes(&row),
        ["access_missing", "content_encoding", "body_compressed"]
    );
}

#[test]
fn what_becomes_too_large_is_found_behind_the_access_rule() {
    let access = json!({"api_key": {"header": "x-api-key", "value": "0f3c"}});
    let settings = json!({"accept_gzip": true, "access": access});
    let row = packed(SECRET, gzip(&"0".repeat(60_000))).set("settings", settings);
    let explained = row.explained();
    assert_eq!(explained["reason"], "access_missing");
    let second = &explained["findings"][1];
    assert_eq!(second["mistake"], "body_too_large", "{explained:#}");
    let cause = second["cause"].as_str().unwrap();
    assert!(cause.contains("times as large"), "{cause}");
}

#[test]
fn what_is_said_of_an_encoding_fits_the_setting_and_the_body() {
    let unset = |row: Row| row.set("settings", json!({}));
    let with = |encoding: &str, body: Vec<u8>| {
        let row = github(SECRET.as_bytes(), BODY).body(body);
        row.header("content-encoding", encoding)
    };
    let set = |row: Row| row.set("settings", json!({"accept_gzip": true}));
    let encoded = "content_encoding";
    for (row, first, said, not_said) in [
        (
            with("gzip", gzip(BODY)),
            encoded,
            "set accept_gzip",
            "one member",
        ),
        (
            set(with("deflate", zlib(BODY))),
            encoded,
            "takes gzip alone",
            "no encoded body",
        ),
        (
            set(with("gzip", zlib(BODY))),
            encoded,
            "one member of gzip",
            "set accept_gzip",
        ),
        (
            set(with("gzip", BODY.into())),
            "body_decompressed",
            "take the header",
            "accept_gzip",
        ),
        (
            with("br", BODY.into()),
            "body_decompressed",
            "take the header",
            "accept_gzip",
        ),
    ] {
        let found = findings(&row);
        assert_eq!(found[0].0, first, "{found:?}");
        assert!(found[0].1.contains(said), "{found:?}");
        assert!(!found[0].1.contains(not_said), "{found:?}");
    }
    // What accept_gzip does not take is not said to be mended by it.
    let two = [gzip(BODY), gzip("")].concat();
    for (body, names_it) in [
        (gzip(BODY), true),
        (two, false),
        (zlib(BODY), false),
        (deflate(BODY), false),
    ] {
        let row = unset(github(SECRET.as_bytes(), BODY).body(body));
        let found = findings(&row);
        assert_eq!(found[0].0, "body_compressed");
        assert_eq!(found[0].1.contains("accept_gzip"), names_it, "{found:?}");
    }
}

#[test]
fn a_body_that_nothing_here_unpacks_is_not_said_to_be_decompressed() {
    let with = |encoding: &str, body: &[u8]| {
        let row = github(SECRET.as_bytes(), BODY).body(body);
        row.header("content-encoding", encoding)
    };
    let set = |row: Row| row.set("settings", json!({"accept_gzip": true}));
    let packed = gzip(BODY);
    let cut = &packed[..packed.len() - 1];
    let huge = gzip(&"0".repeat(5 * 1024 * 1024));
    // `{"action":"opened"}`, as Node's zlib writes it.
    let brotli = b"\x1b\x12\x00\xf8\xa5Et\xf6\xfa\xa6$\x94pR\x19L\xd2X\xe2";
    for (row, said) in [
        (set(with("gzip", cut)), "one member of gzip"),
        (with("gzip", cut), "takes no encoded body"),
        (with("gzip", &huge), "takes no encoded body"),
        (with("br", brotli), "takes no encoded body"),
        (set(with("br", brotli)), "takes gzip alone"),
        // Nothing, as brotli: a control character.
        (with("br", b"\x06"), "takes no encoded body"),
        (with("gzip", b""), "takes no encoded body"),
    ] {
        let explained = row.explained();
        let first = &explained["findings"][0];
        assert_eq!(first["mistake"], "content_encoding", "{explained:#}");
        let cause = first["cause"].as_str().unwrap();
        assert!(cause.contains(said), "{cause}");
        let all = explained["findings"].to_string();
        assert!(!all.contains("decompressed on the way"), "{all}");
    }
}
