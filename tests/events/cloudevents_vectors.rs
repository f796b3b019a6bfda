//! The specification's own cases, and what public SDKs send: `tests/vectors/cloudevents`.

use std::collections::BTreeMap;

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    Reason, Receiver, UnixTime,
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

/// The bytes of a header, of which a character stands for one, where all can.
fn bytes(value: &str) -> Vec<u8> {
    let one = |character| u8::try_from(u32::from(character)).ok();
    let all: Option<Vec<u8>> = value.chars().map(one).collect();
    all.unwrap_or_else(|| value.into())
}

fn read(case: &Value) -> Result<Value, Reason> {
    let judge = Receiver::new("test", pack(case))
        .access(AnyoneMayCall)
        .clock(FakeClock::at(now()))
        .judge()
        .unwrap();
    let headers: Vec<(String, String)> = serde_json::from_value(case["headers"].clone()).unwrap();
    let headers: Vec<_> = headers
        .into_iter()
        .map(|(name, value)| (name, bytes(&value)))
        .collect();
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

/// The recordings of an SDK, and the tolerances without which its binary mode does not arrive whole.
const SDKS: [(&str, &str, &[&str]); 4] = [
    (
        "javascript",
        include_str!("../vectors/cloudevents/sdk/javascript.json"),
        &["plain_headers"],
    ),
    (
        "python_core",
        include_str!("../vectors/cloudevents/sdk/python_core.json"),
        &[],
    ),
    (
        "python_v1",
        include_str!("../vectors/cloudevents/sdk/python_v1.json"),
        &["plain_headers"],
    ),
    (
        "rust",
        include_str!("../vectors/cloudevents/sdk/rust.json"),
        &["plain_headers"],
    ),
];

fn list(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

/// An event that an SDK was asked to send, as it arrives: headers have no types.
fn arrived(event: &Value, mode: &str) -> Value {
    let mut event = event.clone();
    event.as_object_mut().unwrap().remove("name");
    let attributes = event["attributes"].as_object_mut().unwrap();
    attributes.insert("specversion".to_owned(), "1.0".into());
    if mode == "binary" {
        for value in attributes.values_mut().filter(|it| !it.is_string()) {
            *value = value.to_string().into();
        }
    }
    event
}

/// The same, its time a moment: each SDK writes it in its own way.
fn at_moment(mut events: Value) -> Value {
    for event in events.as_array_mut().unwrap() {
        if let Some(time) = event["attributes"].get_mut("time") {
            let moment = UnixTime::from_rfc3339(time.as_str().unwrap()).unwrap();
            *time = moment.as_millis().into();
        }
    }
    events
}

#[test]
fn what_public_sdks_send_arrives_whole() {
    let events = list(include_str!("../vectors/cloudevents/sdk/events.json"));
    let name_of = |event: &Value| event["name"].as_str().unwrap().to_owned();
    let events: BTreeMap<String, &Value> = events.iter().map(|it| (name_of(it), it)).collect();
    let mut altered = list(include_str!("../vectors/cloudevents/sdk/altered.json"));
    let mut wrong = Vec::new();
    for (sdk, text, tolerances) in SDKS {
        let recorded: Value = serde_json::from_str(text).unwrap();
        for request in recorded["requests"].as_array().unwrap() {
            let mode = request["mode"].as_str().unwrap();
            let mut case = request.clone();
            case["modes"] = json!([mode]);
            case["tolerate"] = if mode == "binary" {
                json!(tolerances)
            } else {
                json!([])
            };
            let names = names(request, "events").unwrap();
            let mut expected = Ok(Vec::new());
            for name in &names {
                let is_this =
                    |it: &Value| it["sdk"] == sdk && it["mode"] == mode && it["event"] == *name;
                let other = altered.iter().position(is_this);
                let other = other.map(|place| altered.swap_remove(place));
                let event = match &other {
                    Some(other) => match other.get("refused") {
                        Some(reason) => {
                            expected = Err(reason.as_str().unwrap().to_owned());
                            break;
                        }
                        None => other["events"][0].clone(),
                    },
                    None => arrived(events[*name], mode),
                };
                expected.as_mut().unwrap().push(event);
            }
            let expected = expected.map(|events| at_moment(events.into()));
            let is = read(&case)
                .map(at_moment)
                .map_err(|reason| reason.as_str().to_owned());
            if is != expected {
                wrong.push(format!("{sdk}, {mode}, {names:?}: {is:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(altered.is_empty(), "no such request: {altered:?}");
}
