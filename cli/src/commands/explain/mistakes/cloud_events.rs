//! CloudEvents of any sender: their mode, its label, and what 1.0 does not allow.

use hookgate::{
    Rejection,
    cloudevents::{BATCH_JSON, Mode, STRUCTURED_JSON, Tolerance},
};
use serde_json::{Map, Value, json};

use super::super::{
    case::Case,
    court::Ruling,
    finding::{Confidence, Finding, Trial},
};
use crate::settings::cloud_events::NAME;

/// The attributes that every event has.
const REQUIRED: [&str; 4] = ["specversion", "id", "source", "type"];

/// What is said of an event under a label that is not its own.
const LABEL: &str = "cloudevents_label";

/// A batch where the receiver takes none: the mistake, its cause and what to do.
const BATCH: (&str, &str, &str) = (
    "cloudevents_batch",
    "the request is a batch of events, which the receiver does not take",
    "name it: modes([Mode::Batch, …]), or have the sender deliver one event a request",
);

pub(super) fn trials(case: &Case, ruling: &Ruling) -> Vec<Trial> {
    if case.provider != NAME {
        return Vec::new();
    }
    match ruling.rejection() {
        Some(Rejection::EventModeNotTaken(_)) => {
            let labels = relabelled(case).into_iter();
            labels.chain(other_modes(case)).collect()
        }
        Some(Rejection::MislabelledBody) => relabelled(case).into_iter().collect(),
        Some(Rejection::Undecodable(_) | Rejection::UnreadableEventTime) => {
            let batch = is_batch(case).then(|| as_batch(case));
            let first = relabelled(case).into_iter().chain(batch);
            first
                .chain(unwrapped(case))
                .chain(tolerances(case))
                .collect()
        }
        _ => Vec::new(),
    }
}

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    if case.provider != NAME {
        return Vec::new();
    }
    match ruling.rejection() {
        Some(Rejection::UnsupportedEventFormat) => vec![Finding::sign(
            Confidence::Certain,
            "cloudevents_format",
            "the request is a CloudEvent in another format than JSON, which no receiver here takes",
            "have the sender use its JSON format, or binary mode",
        )],
        Some(Rejection::Undecodable(_)) => missing(case).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Data that was made JSON twice. It is a text of JSON's, so the event is accepted, and no handler can use it.
pub(in crate::commands::explain) fn double_encoded(case: &Case) -> Option<Finding> {
    let event = envelope(case).filter(|_| case.provider == NAME)?;
    let is_json = |text: &str| serde_json::from_str::<Map<String, Value>>(text).is_ok();
    let is_text = match event.get("datacontenttype") {
        None | Some(Value::Null) => false,
        Some(content_type) => !content_type.as_str()?.contains("json"),
    };
    let data = event.get("data")?.as_str().filter(|_| !is_text)?;
    is_json(data).then(|| {
        Finding::sign(
            Confidence::Likely,
            "cloudevents_data_twice",
            "`data` is a text that holds JSON: it was made JSON twice",
            "give the sender's SDK the value, and not its JSON text",
        )
    })
}

/// The event in the body, where it holds one in structured mode.
fn envelope(case: &Case) -> Option<Map<String, Value>> {
    let members: Map<String, Value> = serde_json::from_slice(&case.body).ok()?;
    members.contains_key("specversion").then_some(members)
}

fn is_batch(case: &Case) -> bool {
    let events: Result<Vec<Map<String, Value>>, _> = serde_json::from_slice(&case.body);
    events.is_ok_and(|events| events.iter().any(|event| event.contains_key("specversion")))
}

fn has_headers(case: &Case) -> bool {
    let mut required = REQUIRED.iter();
    required.any(|name| case.value(&format!("ce-{name}")).is_some())
}

/// Under the label that the body, or the headers, call for.
fn relabelled(case: &Case) -> Option<Trial> {
    let given = case.value("content-type").unwrap_or_default();
    let is = |label: &str| {
        let media_type = given.split(';').next().unwrap_or_default();
        media_type.trim().eq_ignore_ascii_case(label)
    };
    let (label, cause, advice) = if envelope(case).is_some() && !is(STRUCTURED_JSON) {
        (
            STRUCTURED_JSON,
            "the body is an event in structured mode, and content-type says something else",
            "have the sender write content-type: application/cloudevents+json; where it cannot and binary mode is \
             not taken: tolerate([Tolerance::PlainJson])",
        )
    } else if is_batch(case) && !is(BATCH_JSON) {
        (
            BATCH_JSON,
            "the body is a list of events, and content-type says something else",
            "have the sender write content-type: application/cloudevents-batch+json",
        )
    } else if has_headers(case) && (is(STRUCTURED_JSON) || is(BATCH_JSON)) {
        (
            "application/json",
            "the attributes are in ce- headers, as in binary mode, and content-type says that they are in the body",
            "have the sender write the content-type of its data, or put the attributes into the body",
        )
    } else {
        return None;
    };
    Some(Trial::step(
        case.with_header("content-type", label),
        LABEL,
        cause,
        advice,
    ))
}

/// With a mode that the receiver does not name.
fn other_modes(case: &Case) -> impl Iterator<Item = Trial> + '_ {
    Mode::ALL.iter().filter_map(|mode| {
        let (mistake, cause, advice) = match mode {
            Mode::Structured => (
                "cloudevents_structured",
                "the event is in structured mode, which the receiver does not take",
                "name it: modes([Mode::Structured, …])",
            ),
            Mode::Binary => (
                "cloudevents_binary",
                "the event is in binary mode (its attributes are ce- headers), which the receiver does not take",
                "have the sender use structured mode; where access proves who calls: modes([Mode::Binary, …])",
            ),
            Mode::Batch => BATCH,
            _ => return None,
        };
        Some(Trial::step(
            with_mode(case, *mode),
            mistake,
            cause,
            advice,
        ))
    })
}

/// A list of events under the label of one event, where the receiver may not take a list.
fn as_batch(case: &Case) -> Trial {
    let (mistake, cause, advice) = BATCH;
    let labelled = case.with_header("content-type", BATCH_JSON);
    Trial::step(with_mode(&labelled, Mode::Batch), mistake, cause, advice)
}

/// Alone: under a signature over the body, binary mode stands beside no other.
fn with_mode(case: &Case, mode: Mode) -> Case {
    case.with_setting("modes", json!([mode.name()]))
}

/// The body out of the JSON text that holds it.
fn unwrapped(case: &Case) -> Option<Trial> {
    let inner: String = serde_json::from_slice(&case.body).ok()?;
    Some(Trial::step(
        case.with_body(inner),
        "cloudevents_twice",
        "the body is a JSON text that holds the event: it was made JSON twice",
        "have the sender write the event itself as the body",
    ))
}

/// With each tolerance.
fn tolerances(case: &Case) -> impl Iterator<Item = Trial> + '_ {
    Tolerance::ALL.iter().filter_map(|tolerance| {
        let (cause, advice) = match tolerance {
            Tolerance::Version03 => (
                "the event is of version 0.3, and 1.0 is asked for",
                "have the sender use 1.0; where it cannot: tolerate([Tolerance::Version03])",
            ),
            Tolerance::AnyName => (
                "the name of an extension has other characters than a to z and digits",
                "have the sender rename it; where it cannot: tolerate([Tolerance::AnyName])",
            ),
            Tolerance::AnyValue => (
                "an extension is no text, whole number of 32 bits or truth value",
                "have the sender write it as a text; where it cannot: tolerate([Tolerance::AnyValue])",
            ),
            Tolerance::EmptyText => (
                "an attribute that may be left out is an empty text",
                "have the sender leave it out; where it cannot: tolerate([Tolerance::EmptyText])",
            ),
            Tolerance::UnreadableTime => (
                "`time` is no RFC 3339 time",
                "have the sender write it so; where it cannot: tolerate([Tolerance::UnreadableTime])",
            ),
            Tolerance::PlainHeaders => (
                "the value of a ce- header is not percent-encoded, or not in UTF-8",
                "have the sender encode it (HTTP binding, section 3.1.3.2); where its SDK encodes nothing: \
                 tolerate([Tolerance::PlainHeaders])",
            ),
            // A label's own trial says it, and other data than its type says arrives.
            _ => return None,
        };
        let mut names = case.setting("tolerate").and_then(|it| it.as_array().cloned());
        let names = names.get_or_insert_default();
        names.push(tolerance.name().into());
        let with = case.with_setting("tolerate", names.clone().into());
        Some(Trial::step(with, "cloudevents_strict", cause, advice))
    })
}

/// An attribute that every event has and this one has not.
fn missing(case: &Case) -> Option<Finding> {
    let event = envelope(case);
    let has = |name: &str| match &event {
        Some(event) => event.get(name).is_some_and(|it| it.as_str() != Some("")),
        None => case
            .value(&format!("ce-{name}"))
            .is_some_and(|it| !it.is_empty()),
    };
    let missing = REQUIRED.iter().find(|name| !has(name))?;
    let is_any = event.is_some() || has_headers(case);
    is_any.then(|| {
        Finding::sign(
            Confidence::Certain,
            "cloudevents_attribute",
            format!("the event has no `{missing}`"),
            "have the sender write it: every event has specversion, id, source and type",
        )
    })
}
