//! CloudEvents in each mode, and what the extractor gives of them.

use hookgate::{
    access::ApiKey,
    cloudevents::{BATCH_JSON, Mode, STRUCTURED_JSON},
    providers::cloudevents::CloudEvents,
    simulator::Sent,
};

use crate::{everywhere::with_extractors, scene::Tools, stage::Thing};

const KEY: &str = "the key that a broker shows";

fn receiver(tools: &Tools) -> hookgate::ReceiverBuilder {
    let pack = CloudEvents::by_access().modes(Mode::ALL.iter().copied());
    tools
        .receiver_of(pack.events::<Thing>())
        .access(ApiKey::header("x-api-key", KEY))
}

fn sent(content_type: &str, body: impl Into<bytes::Bytes>) -> Sent {
    Sent::post("/cloud", content_type, body).with_header("x-api-key", KEY)
}

fn envelope(id: &str, more: &str) -> String {
    format!(r#"{{"specversion":"1.0","type":"t","source":"/s","id":"{id}","subject":"é"{more}}}"#)
}

fn binary(content_type: &str, id: &str, body: impl Into<bytes::Bytes>) -> Sent {
    let head = [
        ("ce-specversion", "1.0"),
        ("ce-type", "t"),
        ("ce-source", "/s"),
        ("ce-id", id),
        ("ce-subject", "%C3%A9"),
    ];
    let sent = sent(content_type, body);
    head.into_iter()
        .fold(sent, |sent, (name, value)| sent.with_header(name, value))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_arrives_whole_in_each_mode_and_once_in_all_of_them() {
    with_extractors(receiver, async |scene| {
        let mut answers = Vec::new();
        for (sent, told) in [
            (
                sent(STRUCTURED_JSON, envelope("1", r#","data":{"name":"n"}"#)),
                "1 é: known n",
            ),
            (
                binary("application/json", "2", r#"{"name":"n"}"#),
                "2 é: known n",
            ),
            (
                binary("application/json", "3", "[]"),
                "3 é: 2 bytes that do not fit",
            ),
            (binary("text/plain", "4", "né"), "4 é: text né"),
            (
                binary("image/png", "5", &b"\xff\0"[..]),
                "5 é: b\"\\xff\\0\"",
            ),
            (binary("image/png", "6", ""), "6 é: nothing"),
            (
                sent(BATCH_JSON, format!("[{}]", envelope("7", ""))),
                "7 é: nothing",
            ),
        ] {
            let answer = scene.send(&sent).await;
            assert_eq!((answer.status, &*answer.body), (200, told));
            answers.push(answer);
        }
        assert_eq!(scene.stage.runs(), 7);
        // The same events in other modes are copies.
        let all: Vec<_> = (1..=7).map(|id| envelope(&id.to_string(), "")).collect();
        let copies = scene
            .send(&sent(BATCH_JSON, format!("[{}]", all.join(","))))
            .await;
        assert_eq!((copies.status, scene.stage.runs()), (200, 7));
        answers.push(copies);
        answers
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_event_of_a_mode_that_is_taken_is_refused() {
    with_extractors(receiver, async |scene| {
        let mut answers = Vec::new();
        for (sent, status) in [
            (sent("application/cloudevents+xml", "<event/>"), 415),
            (sent("application/cloudevents-batch+avro", "x"), 415),
            (sent("application/json", envelope("1", "")), 400),
            (sent(STRUCTURED_JSON, "{}"), 400),
            (sent(BATCH_JSON, envelope("1", "")), 400),
            (binary("text/plain", "", "x"), 400),
            (binary("text/plain", "%FF", "x"), 400),
            (
                binary("text/plain", "1", "x").with_header("x-api-key", "another"),
                401,
            ),
            (
                sent("application/cloudevents+xml", "<event/>").without_header("x-api-key"),
                415,
            ),
        ] {
            let answer = scene.send(&sent).await;
            assert_eq!(answer.status, status, "{sent:?}");
            answers.push(answer);
        }
        assert_eq!(scene.stage.runs(), 0);
        answers
    })
    .await;
}
