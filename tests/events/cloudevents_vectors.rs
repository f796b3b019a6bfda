//! The cases of the specification, and what public SDKs send, as `tests/vectors/cloudevents` holds them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    Receiver, UnixTime,
    access::AnyoneMayCall,
    cloudevents::{Attributes, CloudEvent, Mode, Tolerance, TypedData},
    framework::Judgement,
    json::Json,
    pack::Head,
    providers::cloudevents::CloudEvents,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value, json};

use crate::props::now;

fn vectors(path: &str) -> Value {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("vectors/cloudevents");
    serde_json::from_slice(&fs::read(folder.join(path)).unwrap()).unwrap()
}

fn named<T: Copy>(names: &Value, all: &[T], name: impl Fn(T) -> &'static str) -> Vec<T> {
    let one = |wanted: &Value| {
        let found = all.iter().copied().find(|it| wanted == name(*it));
        found.unwrap_or_else(|| panic!("{wanted}"))
    };
    names.as_array().unwrap().iter().map(one).collect()
}

/// The pack that a case asks for.
fn pack(case: &Value) -> CloudEvents<Json> {
    let mut pack = CloudEvents::by_access();
    if let Some(modes) = case.get("modes") {
        pack = pack.modes(named(modes, Mode::ALL, Mode::name));
    }
    if let Some(tolerances) = case.get("tolerate") {
        pack = pack.tolerate(named(tolerances, Tolerance::ALL, Tolerance::name));
    }
    pack
}

/// A character of a header stands for one byte, as a recording has it. Those of the specification's cases are ASCII.
fn headers(case: &Value) -> HeaderMap {
    let pairs = case["headers"].as_array().unwrap().iter().map(|pair| {
        let name = pair[0].as_str().unwrap();
        let value: Vec<u8> = (pair[1].as_str().unwrap().chars())
            .map(|it| u8::try_from(u32::from(it)).unwrap())
            .collect();
        (
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_bytes(&value).unwrap(),
        )
    });
    pairs.collect()
}

fn body(case: &Value) -> Vec<u8> {
    match case.get("body_base64") {
        Some(encoded) => BASE64_STANDARD.decode(encoded.as_str().unwrap()).unwrap(),
        None => case["body"].as_str().unwrap().as_bytes().to_owned(),
    }
}

/// What a receiver reads of a case, as the vectors say it: its events, or why there are none.
fn read(case: &Value) -> Value {
    let receiver = Receiver::new("test", pack(case)).access(AnyoneMayCall);
    let judge = receiver.judge().unwrap();
    let headers = headers(case);
    let head = Head::new(case["method"].as_str().unwrap(), "/hook", &headers);
    match judge.judge_at_once(head, body(case), now()).unwrap() {
        Judgement::Believed(admitted) => {
            let each = admitted
                .events()
                .map(|it| written(it.event::<CloudEvent<Json>>().unwrap()));
            json!({ "events": each.collect::<Vec<_>>() })
        }
        Judgement::Answered(_) => json!({"events": []}),
        Judgement::Refused { rejection, .. } => json!({"refused": rejection.reason().as_str()}),
        other => panic!("{other:?}"),
    }
}

fn written(event: &CloudEvent<Json>) -> Value {
    let mut written = json!({"attributes": attributes(event.attributes().unwrap())});
    let data = match &event.data {
        TypedData::Missing => return written,
        TypedData::Known(json) => json!({"json": json.parse::<Value>().unwrap()}),
        TypedData::Text(text) => json!({"text": text}),
        TypedData::Bytes(bytes) => json!({"base64": BASE64_STANDARD.encode(bytes)}),
        TypedData::Unrecognized { raw, .. } => {
            json!({"unrecognized": String::from_utf8_lossy(raw)})
        }
    };
    written["data"] = data;
    written
}

fn attributes(attributes: &Attributes) -> Map<String, Value> {
    let mut all = Map::new();
    let mut put = |name: &str, value: Option<&str>| {
        value.map(|value| all.insert(name.to_owned(), value.into()));
    };
    put("specversion", Some(attributes.spec_version.as_str()));
    put("id", Some(&attributes.id));
    put("source", Some(&attributes.source));
    put("type", Some(&attributes.event_type));
    put("time", attributes.time.as_ref().map(|time| time.as_str()));
    put("subject", attributes.subject.as_deref());
    put("datacontenttype", attributes.data_content_type.as_deref());
    put("dataschema", attributes.data_schema.as_deref());
    for (name, value) in attributes.extensions.iter() {
        let value: Value = value.parse().unwrap();
        if !value.is_null() {
            all.insert(name.to_owned(), value);
        }
    }
    all
}

/// What a case says is read.
fn expected(case: &Value) -> Value {
    match case.get("refused") {
        Some(reason) => json!({"refused": reason}),
        None => json!({"events": case["events"]}),
    }
}

#[test]
fn the_cases_of_the_specification_are_read_as_it_says() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for file in ["conformance", "http_binding", "json_format"] {
        for case in vectors(&format!("{file}.json")).as_array().unwrap() {
            let (is, should_be) = (read(case), expected(case));
            if is != should_be {
                wrong.push(format!("{file}: {}\n  {is}\n  {should_be}", case["name"]));
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(count, 175);
}

/// An event as an SDK was asked to send it, as it arrives in `mode`: headers have no types, and each SDK writes times in
/// its own way.
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

/// The same with its time as a moment.
fn at_moment(mut read: Value) -> Value {
    for event in read["events"].as_array_mut().into_iter().flatten() {
        if let Some(time) = event["attributes"].get_mut("time") {
            *time = UnixTime::from_rfc3339(time.as_str().unwrap()).unwrap().as_millis().into();
        }
    }
    read
}

pub(crate) const SDKS: [&str; 4] = ["javascript", "python_core", "python_v1", "rust"];

#[test]
fn what_public_sdks_send_arrives_whole() {
    let events = vectors("sdk/events.json");
    let events: BTreeMap<&str, &Value> = (events.as_array().unwrap().iter())
        .map(|event| (event["name"].as_str().unwrap(), event))
        .collect();
    let altered = vectors("sdk/altered.json");
    let mut altered: Vec<&Value> = altered.as_array().unwrap().iter().collect();
    let mut wrong = Vec::new();
    for sdk in SDKS {
        for request in vectors(&format!("sdk/{sdk}.json"))["requests"].as_array().unwrap() {
            let mode = request["mode"].as_str().unwrap();
            let mut case = request.clone();
            case["modes"] = json!([mode]);
            let names: Vec<&str> = (request["events"].as_array().unwrap().iter())
                .map(|name| name.as_str().unwrap())
                .collect();
            let is_this =
                |it: &&Value| it["sdk"] == sdk && it["mode"] == mode && it["event"] == names[0];
            let should_be = match altered.iter().position(is_this) {
                Some(place) => expected(altered.remove(place)),
                None => {
                    let each = names.iter().map(|name| arrived(events[name], mode));
                    json!({"events": each.collect::<Vec<_>>()})
                }
            };
            let (is, should_be) = (at_moment(read(&case)), at_moment(should_be));
            if is != should_be {
                wrong.push(format!("{sdk}: {mode} {names:?}\n  {is}\n  {should_be}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(altered.is_empty(), "no such request: {altered:?}");
}
