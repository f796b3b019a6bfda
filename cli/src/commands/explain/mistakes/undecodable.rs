//! The proof matches, and the pack cannot read the event.

use hookgate::{
    Rejection,
    providers::known::{
        KnownSender, {self},
    },
};
use serde_json::{Map, Value};

use super::super::{
    case::Case,
    court::Ruling,
    finding::{Confidence, Finding},
};
use crate::settings::credentials::Proof;

/// The media type of a CloudEvent in structured mode.
const CLOUD_EVENT: &str = "application/cloudevents+json";

/// The attributes of a CloudEvent that are texts, in the order in which they are looked at.
const TEXTS: [&str; 8] = [
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "datacontenttype",
    "dataschema",
    "data_base64",
];

pub(super) fn signs(case: &Case, ruling: &Ruling) -> Vec<Finding> {
    let Ruling::Rejected(Rejection::Undecodable(why)) = ruling else {
        return Vec::new();
    };
    let proof = match Proof::of(&case.provider, case.settings.as_deref()) {
        Proof::Access => "the credentials are right",
        Proof::Secret | Proof::Certificate => "the proof matches",
    };
    let which = misshapen(case).map_or_else(String::new, |which| format!(": {which}"));
    vec![Finding::sign(
        Confidence::Certain,
        "undecodable",
        format!("{proof}, and the body is not an event that the pack reads: {why}{which}"),
        "ask the sender to send its documented form; where this is its form, read it in a Provider of your own",
    )]
}

/// The attribute of a CloudEvent that has another type. Names of attributes alone, no value.
fn misshapen(case: &Case) -> Option<String> {
    let is_cloud_event = |sender: &&KnownSender| sender.media_types.contains(&CLOUD_EVENT);
    known::find(&case.provider).filter(is_cloud_event)?;
    let members: Map<String, Value> = serde_json::from_slice(&case.body).ok()?;
    let wrong = TEXTS.iter().find(|name| {
        let value = members.get(**name);
        value.is_some_and(|value| !value.is_string() && !value.is_null())
    })?;
    Some(format!("`{wrong}` is not a text"))
}
