//! GitHub's two content types: the event's JSON, or a form whose one field holds it.

use hookgate::{
    Rejection, Secret, UnixTime,
    json::Payload,
    providers::{
        known,
        preset::{Preset, PresetSimulator},
    },
    simulator::SampleId,
};
use proptest::prelude::*;

use crate::props::{
    Call, Stage, at_once,
    presets::{Vector, vectors},
};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const KEY: &str = "It's a Secret to Everybody";

/// What GitHub's row shows of a push.
fn octocat() -> String {
    let sample = known::find("github").unwrap().sample.unwrap();
    sample.body_of("push", SampleId::from_bits(7), UnixTime::from_secs(0))
}

fn signed(content_type: &str, body: &str) -> Vector {
    let vector = vectors("github").remove(0);
    let vector = vector.resigned("x-hub-signature-256", "sha256=", body, body);
    vector.with_header("content-type", content_type)
}

/// Encoded here once more, so that the test does not read what the simulator writes.
fn form(json: &str) -> String {
    let escaped: String = json.bytes().map(|byte| format!("%{byte:02x}")).collect();
    format!("payload={escaped}")
}

async fn refused(vector: &Vector) -> Option<Rejection> {
    vector.admit().await.err()
}

#[tokio::test]
async fn an_event_in_json_and_in_a_form_is_one_event() {
    let stage = Stage::of(Preset::github(Secret::utf8(KEY).unwrap()), |it| it).await;
    let github = PresetSimulator::github(KEY);
    let at = UnixTime::from_secs(0);
    let json = github.send(at, octocat());
    let form = github.in_form().send(at, octocat());
    assert_eq!(form.header("content-type"), Some(FORM));
    assert!(form.body.starts_with(b"payload=%7B%22ref"));
    for sent in [&json, &form] {
        assert_eq!(stage.send(&Call::of(sent)).await.status, 200);
        assert_eq!(stage.script.runs(), 1);
    }
    assert_eq!(stage.script.last().raw, json.body);

    // The other way round.
    let other = octocat().replace("main", "side");
    let github = PresetSimulator::github(KEY);
    let form = github.clone().in_form().send(at, other.clone());
    for sent in [&form, &github.send(at, other)] {
        assert_eq!(stage.send(&Call::of(sent)).await.status, 200);
        assert_eq!(stage.script.runs(), 2);
    }
    assert_eq!(stage.script.last().raw, form.body, "as it was sent");
}

#[tokio::test]
async fn the_event_is_the_json_and_the_payload_the_bytes_as_sent() {
    let json = r#"{"a":"1 + 1 = 2 & é"}"#;
    let delivery = signed(FORM, &form(json)).delivery().await;
    assert_eq!(delivery.payload(), form(json).as_bytes());
    let Payload::Known(event) = delivery.into_event() else {
        panic!("it is JSON");
    };
    assert_eq!(event.get(), json);

    let delivery = signed(FORM, &form("not JSON")).delivery().await;
    let Payload::Unrecognized { raw, .. } = delivery.into_event() else {
        panic!("it is no JSON");
    };
    assert_eq!(raw, "not JSON");
}

#[tokio::test]
async fn a_body_that_is_not_what_its_content_type_says_is_refused() {
    for (content_type, body) in [
        (JSON, form(&octocat())),
        ("application/json; charset=utf-8", form(&octocat())),
        (FORM, octocat()),
        (FORM, String::new()),
        (FORM, "other=1".to_owned()),
        (FORM, "Payload=1".to_owned()),
        (FORM, format!("a=1&{}", form("{}"))),
    ] {
        let refused = refused(&signed(content_type, &body)).await;
        assert_eq!(refused, Some(Rejection::MislabelledBody), "{body}");
    }
    for (content_type, body) in [
        ("application/json; charset=utf-8", octocat()),
        (
            "Application/X-WWW-Form-Urlencoded; charset=utf-8",
            form("{}"),
        ),
    ] {
        assert_eq!(refused(&signed(content_type, &body)).await, None, "{body}");
    }
}

#[tokio::test]
async fn a_form_that_can_be_read_in_two_ways_is_undecodable() {
    let json = form("{}");
    for body in [
        format!("{json}&"),
        format!("{json}&payload=1"),
        format!("{json}&a=1"),
        "payload=%".to_owned(),
        "payload=%7".to_owned(),
        "payload=%7g".to_owned(),
        "payload=%ff".to_owned(),
        "payload=%ed%a0%80".to_owned(),
    ] {
        let refused = refused(&signed(FORM, &body)).await;
        assert!(matches!(refused, Some(Rejection::Undecodable(_))), "{body}");
    }
}

#[tokio::test]
async fn what_was_signed_is_the_form_and_not_its_json() {
    let escaped = form(&octocat());
    let vector = signed(FORM, &escaped).with_body(escaped.replace("%7b", "%7B"));
    assert_eq!(refused(&vector).await, Some(Rejection::SignatureMismatch));
    let vector = signed(JSON, &octocat()).with_header("content-type", FORM);
    let vector = vector.with_body(form(&octocat()));
    assert_eq!(refused(&vector).await, Some(Rejection::SignatureMismatch));
}

#[tokio::test]
async fn a_form_is_as_deep_and_as_large_as_json_may_be() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    for (levels, is_known) in [(128, true), (129, false)] {
        for vector in [
            signed(JSON, &deep(levels)),
            signed(FORM, &form(&deep(levels))),
        ] {
            let event = vector.delivery().await.into_event();
            assert_eq!(matches!(event, Payload::Known(_)), is_known, "{levels}");
        }
    }
    // What counts is what is sent: a form of three bytes for one.
    let large = form(&"a".repeat(400_000));
    let refused = refused(&signed(FORM, &large)).await;
    assert!(matches!(refused, Some(Rejection::BodyTooLarge { .. })));
}

proptest! {
    #[test]
    fn any_text_has_one_key_as_json_and_in_a_form(text in "\\PC*") {
        let json = serde_json::to_string(&[text]).unwrap();
        let both = [signed(JSON, &json), signed(FORM, &form(&json))];
        let [plain, in_a_form] = both.map(|vector| at_once(async move { vector.key().await }));
        prop_assert_eq!(plain, in_a_form);
    }
}
