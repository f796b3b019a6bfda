//! Logto's recordings, and events signed as Logto does.

use std::{fs, path::Path};

use bytes::Bytes;
use hookgate::UnixTime;
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::{Call, hex, hmac_sha256, stage::NOW};

/// The signing key of events that [`event`] makes.
pub(crate) const KEY: &str = "cl43GgdTZpcCdipNaStkoyZiwLi9QlES";
pub(crate) const SIGNATURE: &str = "logto-signature-sha-256";

/// One recorded delivery.
#[derive(Clone, Debug)]
pub(crate) struct Recording {
    pub(crate) file: String,
    pub(crate) number: u64,
    /// The event's name. Where there is none, what it is.
    pub(crate) event: String,
    pub(crate) received_at: UnixTime,
    pub(crate) signing_key: Option<String>,
    pub(crate) verifies: bool,
    /// The headers in their order, and as they were spelled.
    pub(crate) headers: Vec<(String, String)>,
    /// The request as it was recorded.
    pub(crate) call: Call,
}

/// All recordings, by number.
pub(crate) fn recordings() -> Vec<Recording> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/logto");
    let mut all: Vec<Recording> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .map(|path| {
            let about: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            let text = |name: &str| about[name].as_str().map(str::to_owned);
            let body = Bytes::from(fs::read(path.with_extension("body")).unwrap());
            let mut call = Call::post(&text("path").unwrap(), body)
                .method(text("method").unwrap().parse().unwrap());
            call.headers.clear();
            let headers: Vec<(String, String)> =
                serde_json::from_value(about["headers"].clone()).unwrap();
            for (name, value) in &headers {
                call.headers.append(
                    name.parse::<HeaderName>().unwrap(),
                    HeaderValue::from_bytes(&latin1(value)).unwrap(),
                );
            }
            Recording {
                file: path.file_stem().unwrap().to_str().unwrap().to_owned(),
                number: about["n"].as_u64().unwrap(),
                event: text("event").unwrap(),
                received_at: UnixTime::from_rfc3339(&text("received_at").unwrap()).unwrap(),
                signing_key: text("signing_key").filter(|key| !key.is_empty()),
                verifies: about["signature_verifies"] == true,
                headers,
                call,
            }
        })
        .collect();
    all.sort_by_key(|recording| recording.number);
    all
}

/// Those with a body, which all but one have.
pub(crate) fn with_body() -> Vec<Recording> {
    let mut all = recordings();
    all.retain(|recording| !recording.call.body.is_empty());
    assert_eq!(all.len(), 39);
    all
}

pub(crate) fn recording(number: u64) -> Recording {
    let found = recordings().into_iter().find(|one| one.number == number);
    found.unwrap_or_else(|| panic!("no recording {number}"))
}

/// The bytes of header values on the wire: the JSON has their text.
fn latin1(text: &str) -> Vec<u8> {
    text.chars()
        .map(|c| u8::try_from(u32::from(c)).unwrap())
        .collect()
}

/// A small event that differs from others by `n`, created at [`NOW`].
pub(crate) fn body(n: u64) -> String {
    body_at(n, NOW)
}

pub(crate) fn body_at(n: u64, created_at: &str) -> String {
    format!(
        r#"{{"event":"Organization.Deleted","createdAt":"{created_at}","path":"/organizations/o{n}","method":"DELETE","status":204,"params":{{"id":"o{n}"}},"matchedRoute":"/organizations/:id","hookId":"h1"}}"#
    )
}

/// `body`, signed with `key`.
pub(crate) fn signed(body: impl Into<Bytes>, key: &str) -> Call {
    let body = body.into();
    let signature = hex(&hmac_sha256(key.as_bytes(), &body));
    Call::post("/hook", body).with(SIGNATURE, signature)
}

/// The event `n`, signed with [`KEY`].
pub(crate) fn event(n: u64) -> Call {
    signed(body(n), KEY)
}
