//! Requests that are right.

use super::request::{
    AT, BODY, Row, SECRET, facephi, facephi_signed, github, shopify, slack, standard, stripe,
};

fn clean() -> Vec<Row> {
    let key = SECRET.as_bytes();
    vec![
        github(key, BODY),
        shopify(BODY),
        stripe(AT, BODY),
        stripe(AT - 300, BODY),
        slack(AT, BODY),
        slack(AT, "token=x&text=y").change("content-type", |_| {
            "application/x-www-form-urlencoded".to_owned()
        }),
        standard(key, AT, BODY),
        facephi(key, &facephi_signed()),
        github(key, format!("{BODY}\n")),
        github(key, ""),
        github(key, "payload=%7B%7D").change("content-type", |_| {
            "application/x-www-form-urlencoded".to_owned()
        }),
        github(key, BODY).argument(&["--route", "/"]),
        // As `listen --save` writes it.
        stripe(AT - 500, BODY)
            .set("path", "/hook?x=1")
            .set("peer", "127.0.0.1:4000")
            .set("endpoint", "listen")
            .set("window_s", 600)
            .set("settings", serde_json::json!({"access": "none"})),
    ]
}

#[test]
fn nothing_is_said_to_be_wrong_with_a_right_request() {
    for (place, row) in clean().iter().enumerate() {
        let explained = row.explained();
        assert_eq!(explained["verdict"], "accepted", "{place}: {explained}");
        assert_eq!(explained["findings"], serde_json::json!([]), "{place}");
        let output = row.explain(&[]);
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("Nothing is wrong"), "{text}");
    }
}

#[test]
fn the_key_that_matched_is_named() {
    let row = github(SECRET.as_bytes(), BODY).set(
        "keys",
        serde_json::json!(["utf8:first", format!("utf8:{SECRET}")]),
    );
    assert_eq!(row.explained()["key"], "key 1");
}

#[test]
fn without_a_time_of_arrival_time_is_not_checked() {
    let mut row = stripe(AT - 1_000_000, BODY);
    row.record.as_object_mut().unwrap().remove("now");
    let explained = row.explained();
    assert_eq!(explained["verdict"], "accepted");
    assert_eq!(explained["time_checked"], false);
    let row = row.argument(&["--now", &AT.to_string()]);
    assert_eq!(row.explained()["reason"], "timestamp_too_old");
}
