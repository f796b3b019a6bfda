//! A JSON record, as `hookgate verify` reads them.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Captured, NamedKey, Recorded, Unreadable};
use crate::{commands::verify::record::Record, output::fault};

/// Whether a text begins as a record does.
pub(super) fn looks_like_one(text: &[u8]) -> bool {
    text.starts_with(b"{")
        && serde_json::Deserializer::from_slice(text)
            .into_iter::<serde_json::Value>()
            .next()
            .is_some_and(|value| value.is_ok_and(|value| value.get("body_base64").is_some()))
}

/// The first record.
pub(super) fn read(bytes: &[u8]) -> Result<Captured, Unreadable> {
    let mut records = serde_json::Deserializer::from_slice(bytes).into_iter::<Record<'_>>();
    let record = records
        .next()
        .ok_or("there is no record")?
        .map_err(|error| fault::describe(&error))?;
    let mut notes = Vec::new();
    if records.next().is_some() {
        notes.push("there are more records; this is about the first".to_owned());
    }
    let body = STANDARD
        .decode(record.body_base64.as_bytes())
        .map_err(|_| "`body_base64` is not standard base64 with padding")?;
    let keys = record.keys.iter().enumerate();
    let now = record.now.map(|now| now.0);
    let window = record.window;
    let peer = record.peer;
    let settings = record.settings.map(|settings| settings.get().to_owned());
    let endpoint = record.endpoint.to_string();
    let tenant = record.tenant.as_deref().map(str::to_owned);
    Ok(Captured {
        is_body_alone: false,
        method: record.method.to_string(),
        path: record.path.to_string(),
        headers: record
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        bodies: vec![body],
        recorded: Some(Recorded {
            provider: record.provider.to_string(),
            keys: keys
                .map(|(place, key)| NamedKey::of_record(format!("key {place}"), key))
                .collect(),
            terms: Box::new(move |case| {
                case.now = now;
                case.window = window;
                case.peer = peer;
                case.settings.clone_from(&settings);
                case.endpoint.clone_from(&endpoint);
                case.tenant.clone_from(&tenant);
            }),
        }),
        notes,
    })
}

/// The text of a file of settings, where it is a JSON object.
pub(crate) fn settings_of(bytes: &[u8]) -> Result<String, Unreadable> {
    let object: serde_json::Map<String, serde_json::Value> =
        serde_json::from_slice(bytes).map_err(|_| "the settings are no JSON object")?;
    Ok(serde_json::Value::Object(object).to_string())
}
