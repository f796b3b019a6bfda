//! What a Logto server really put on the wire, byte for byte: see `tests/vectors/logto/README.md`.

use std::{fs, path::Path};

use bytes::Bytes;
use hookgate::{Key, Secret, UnixTime};
use http::{HeaderName, HeaderValue, Request};
use serde::Deserialize;

use crate::{Result, endpoint};

/// One recorded delivery.
pub(crate) struct Recording {
    around: Around,
    body: Bytes,
}

/// The request around the body.
#[derive(Deserialize)]
struct Around {
    n: u32,
    event: String,
    method: String,
    received_at: String,
    headers: Vec<(String, String)>,
    signing_key: Option<String>,
}

impl Recording {
    /// All of them, in the order of their arrival.
    pub(crate) fn all() -> Result<Vec<Self>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/logto");
        let mut recordings = Vec::new();
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path
                .extension()
                .is_some_and(|extension| extension == "json")
            {
                recordings.push(Self {
                    around: serde_json::from_slice(&fs::read(&path)?)?,
                    body: fs::read(path.with_extension("body"))?.into(),
                });
            }
        }
        recordings.sort_by_key(Self::number);
        Ok(recordings)
    }

    pub(crate) fn number(&self) -> u32 {
        self.around.n
    }

    pub(crate) fn event(&self) -> &str {
        &self.around.event
    }

    pub(crate) fn title(&self) -> String {
        format!("{:03} {}", self.around.n, self.around.event)
    }

    pub(crate) fn received_at(&self) -> Result<UnixTime> {
        let time = UnixTime::from_rfc3339(&self.around.received_at);
        Ok(time.ok_or("received_at is not RFC 3339")?)
    }

    /// The request as it was. Only the address that it goes to is ours.
    pub(crate) fn request(&self) -> Result<Request<Bytes>> {
        let mut request = Request::builder()
            .method(self.around.method.as_str())
            .uri(endpoint::PATH);
        for (name, value) in &self.around.headers {
            request = request.header(name.parse::<HeaderName>()?, latin1(value)?);
        }
        Ok(request.body(self.body.clone())?)
    }

    /// The key of the hook that sent it.
    pub(crate) fn key(&self) -> Result<Key> {
        let text = self.around.signing_key.as_deref().unwrap_or_default();
        Ok(Key::new(
            format!("recording-{}", self.around.n),
            Secret::utf8(text)?,
        ))
    }
}

/// Every hook's key once. One hook has none.
pub(crate) fn keys(recordings: &[Recording]) -> Result<Vec<Key>> {
    let mut known = Vec::new();
    let mut keys = Vec::new();
    for recording in recordings {
        let text = recording.around.signing_key.as_deref().unwrap_or_default();
        if !text.is_empty() && !known.contains(&text) {
            known.push(text);
            keys.push(recording.key()?);
        }
    }
    Ok(keys)
}

pub(crate) fn find(recordings: &[Recording], number: u32) -> Result<&Recording> {
    let found = recordings.iter().find(|known| known.number() == number);
    Ok(found.ok_or_else(|| format!("recording {number} is missing"))?)
}

/// The recordings show header values as Latin-1, the way they went over the wire.
fn latin1(text: &str) -> Result<HeaderValue> {
    let bytes: Vec<u8> = text.chars().map(u8::try_from).collect::<Result<_, _>>()?;
    Ok(HeaderValue::from_bytes(&bytes)?)
}
