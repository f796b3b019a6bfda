//! What public SDKs of CloudEvents send, over real HTTP. The library's tests say all that is read of it.

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    access::AnyoneMayCall,
    cloudevents::{Mode, Tolerance},
    providers::cloudevents::CloudEvents,
    simulator::Sent,
};
use serde_json::Value;

use crate::{everywhere::with_extractors, scene::Tools, stage::Thing};

fn list(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().unwrap_or_default()
}

/// A recorded request. `None` where a header has bytes that no client here writes.
fn sent(request: &Value) -> Option<Sent> {
    let body = match request.get("body_base64") {
        Some(encoded) => BASE64_STANDARD.decode(encoded.as_str().unwrap()).unwrap(),
        None => text(request, "body").as_bytes().to_vec(),
    };
    let headers: Vec<(String, String)> =
        serde_json::from_value(request["headers"].clone()).unwrap();
    if !headers.iter().all(|(_, value)| value.is_ascii()) {
        return None;
    }
    let sent = Sent::post("/cloud", "", body).without_header("content-type");
    Some(
        headers
            .iter()
            .fold(sent, |sent, (name, value)| sent.with_header(name, value)),
    )
}

/// What a handler says of an event, up to its data, and what it says of that at the end.
fn told(event: &Value) -> (String, String) {
    let attributes = &event["attributes"];
    let data = match &event["data"] {
        Value::Null => "nothing".to_owned(),
        data if data.get("json").is_some() || data.get("unrecognized").is_some() => {
            "bytes that do not fit".to_owned()
        }
        data if data.get("text").is_some() => format!("text {}", text(data, "text")),
        data => {
            let bytes = BASE64_STANDARD.decode(text(data, "base64")).unwrap();
            format!("{:?}", bytes::Bytes::from(bytes))
        }
    };
    let (id, subject) = (text(attributes, "id"), text(attributes, "subject"));
    (format!("{id} {subject}: "), data)
}

async fn each_arrives(sdk: &str, recorded: &str, tolerances: &[Tolerance]) {
    let recorded: Value = serde_json::from_str(recorded).unwrap();
    let receiver = |tools: &Tools| {
        let pack = CloudEvents::by_access()
            .modes(Mode::ALL.iter().copied())
            .tolerate(tolerances.iter().copied());
        tools
            .receiver_of(pack.events::<Thing>())
            .access(AnyoneMayCall)
    };
    // The same event in another mode is a copy, so each mode has servers of its own.
    for mode in Mode::ALL {
        let requests = recorded["requests"].as_array().unwrap().iter();
        let requests: Vec<_> = requests.filter(|it| it["mode"] == mode.name()).collect();
        with_extractors(receiver, async |scene| {
            let mut answers = Vec::new();
            for request in &requests {
                if let Some(sent) = sent(request) {
                    let runs = scene.stage.runs();
                    let answer = scene.send(&sent).await;
                    let more = scene.stage.runs() - runs;
                    check(sdk, request, (answer.status, &answer.body, more));
                    answers.push(answer);
                }
            }
            answers
        })
        .await;
    }
}

/// `answered` is the status, the body, and how many handlers ran.
fn check(sdk: &str, request: &Value, answered: (u16, &str, usize)) {
    let events = list(include_str!(
        "../../../tests/vectors/cloudevents/sdk/events.json"
    ));
    let altered = list(include_str!(
        "../../../tests/vectors/cloudevents/sdk/altered.json"
    ));
    let names = request["events"].as_array().unwrap();
    let is_this =
        |it: &&Value| it["sdk"] == sdk && it["mode"] == request["mode"] && it["event"] == names[0];
    let (status, said, runs) = answered;
    let event = match altered.iter().find(is_this) {
        Some(other) if other.get("refused").is_some() => {
            assert_eq!((status, runs), (400, 0), "{sdk}: {names:?}");
            return;
        }
        Some(other) => &other["events"][0],
        None => events
            .iter()
            .find(|event| event["name"] == names[0])
            .unwrap(),
    };
    assert_eq!((status, runs), (200, names.len()), "{sdk}: {names:?}");
    if request["mode"] != "batch" {
        let (begin, end) = told(event);
        assert!(
            said.starts_with(&begin) && said.ends_with(&end),
            "{sdk}: {said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_sdk_of_javascript_sends_arrives() {
    let recorded = include_str!("../../../tests/vectors/cloudevents/sdk/javascript.json");
    each_arrives("javascript", recorded, &[Tolerance::PlainHeaders]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_sdk_of_python_sends_arrives() {
    let recorded = include_str!("../../../tests/vectors/cloudevents/sdk/python_core.json");
    each_arrives("python_core", recorded, &[]).await;
    let recorded = include_str!("../../../tests/vectors/cloudevents/sdk/python_v1.json");
    each_arrives("python_v1", recorded, &[Tolerance::PlainHeaders]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_sdk_of_rust_sends_arrives() {
    let recorded = include_str!("../../../tests/vectors/cloudevents/sdk/rust.json");
    each_arrives("rust", recorded, &[Tolerance::PlainHeaders]).await;
}
