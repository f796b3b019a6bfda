//! The specification's own cases, and what public SDKs send: `tests/vectors/cloudevents`.

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    Reason, Receiver,
    access::AnyoneMayCall,
    cloudevents::{CloudEvent, Event, Mode, Tolerance, TypedData},
    framework::Judgement,
    pack::Head,
    providers::cloudevents::CloudEvents,
    testing::FakeClock,
};
use serde_json::{Map, Value, json};

use crate::props::now;

const FILES: [(&str, &str); 3] = [
    (
        "conformance",
        include_str!("../vectors/cloudevents/conformance.json"),
    ),
    (
        "http_binding",
        include_str!("../vectors/cloudevents/http_binding.json"),
    ),
    (
        "json_format",
        include_str!("../vectors/cloudevents/json_format.json"),
    ),
];

/// The names in a member of a case, where it has that.
fn names<'c>(case: &'c Value, member: &str) -> Option<Vec<&'c str>> {
    let names = case.get(member)?.as_array().unwrap().iter();
    Some(names.map(|name| name.as_str().unwrap()).collect())
}

fn pack(case: &Value) -> CloudEvents<Value> {
    let modes = names(case, "modes").unwrap_or(vec!["structured", "binary"]);
    let modes = modes.iter().map(|name| {
        let known = Mode::ALL.iter().find(|mode| mode.name() == *name);
        *known.unwrap()
    });
    let tolerances = names(case, "tolerate").unwrap_or_default();
    let tolerances = tolerances.iter().map(|name| {
        let known = Tolerance::ALL.iter().find(|it| it.name() == *name);
        *known.unwrap()
    });
    CloudEvents::by_access()
        .modes(modes)
        .tolerate(tolerances)
        .events()
}

fn body(case: &Value) -> Vec<u8> {
    match case.get("body_base64") {
        Some(bytes) => BASE64_STANDARD.decode(bytes.as_str().unwrap()).unwrap(),
        None => case["body"].as_str().unwrap_or_default().into(),
    }
}

/// An event as the vectors write it.
fn written(event: &CloudEvent<Value>) -> Value {
    let attributes = Event::new(event.attributes().unwrap().clone());
    let Value::Object(attributes) = serde_json::to_value(attributes).unwrap() else {
        panic!("it is an object");
    };
    let set = attributes.into_iter().filter(|(_, value)| !value.is_null());
    let attributes: Map<_, _> = set.collect();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let data = match &event.data {
        TypedData::Missing => return json!({ "attributes": attributes }),
        TypedData::Known(value) => json!({ "json": value }),
        TypedData::Text(text) => json!({ "text": text }),
        TypedData::Bytes(bytes) => json!({ "base64": BASE64_STANDARD.encode(bytes) }),
        TypedData::Unrecognized { raw, .. } => json!({ "unrecognized": text(raw) }),
    };
    json!({ "attributes": attributes, "data": data })
}

fn read(case: &Value) -> Result<Value, Reason> {
    let judge = Receiver::new("test", pack(case))
        .access(AnyoneMayCall)
        .clock(FakeClock::at(now()))
        .judge()
        .unwrap();
    let headers: Vec<(String, String)> = serde_json::from_value(case["headers"].clone()).unwrap();
    let head = Head::new(case["method"].as_str().unwrap(), "/", &headers);
    match judge.judge_at_once(head, body(case), now()).unwrap() {
        Judgement::Believed(request) => {
            let events = request.events();
            Ok(events
                .map(|event| written(event.event::<CloudEvent<Value>>().unwrap()))
                .collect())
        }
        Judgement::Answered(_) => Ok(json!([])),
        Judgement::Refused { rejection, .. } => Err(rejection.reason()),
        Judgement::NonceUnclaimed(..) => panic!("no nonce was sent"),
    }
}

#[test]
fn each_case_of_the_specification_is_read_or_refused_as_it_says() {
    let mut wrong = Vec::new();
    for (file, text) in FILES {
        let cases: Vec<Value> = serde_json::from_str(text).unwrap();
        assert!(cases.len() > 20, "{file}");
        for case in &cases {
            let expected = match case.get("refused") {
                Some(reason) => Err(reason.as_str().unwrap()),
                None => Ok(&case["events"]),
            };
            let read = read(case);
            let is = read.as_ref().map_err(|reason| reason.as_str());
            if is != expected {
                wrong.push(format!("{file}, {}: {is:?}", case["name"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
