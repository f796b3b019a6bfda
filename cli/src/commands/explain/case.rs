//! [`Case`]: a request, everything that it is judged by, and changes to it.

use std::borrow::Cow;

use bytes::Bytes;
use hookgate::UnixTime;
use serde_json::{Map, Value};

use super::encoded::{MAX_BODY_BYTES, ungzipped};
use crate::settings::{
    members::{ACCEPT_GZIP, OF_RECEIVER},
    peer::Peer,
    pem::pem_text,
    terms::WindowTerm,
};

pub(crate) const CONTENT_ENCODING: &str = "content-encoding";

/// A captured request and the receiver's terms. Has no `Debug`: it holds keys and a payload.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) provider: String,
    /// The keys of the receiver.
    pub(crate) keys: Vec<NamedKey>,
    /// Keys that the developer also has, but not in this receiver.
    pub(crate) other_keys: Vec<NamedKey>,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// The time to judge at. `None`: time is not checked.
    pub(crate) now: Option<UnixTime>,
    pub(crate) window: WindowTerm,
    pub(crate) peer: Option<Peer>,
    /// The JSON text of the settings.
    pub(crate) settings: Option<String>,
    pub(crate) endpoint: String,
    pub(crate) tenant: Option<String>,
    /// Whether only a body was captured, so that method and path are assumed.
    pub(crate) is_body_alone: bool,
    /// The path on which the application listens, where the developer said it.
    pub(crate) route: Option<String>,
}

/// How a key's text becomes its bytes.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Reading {
    /// The text's own bytes.
    Utf8,
    /// Standard base64.
    Base64,
    /// Hexadecimal.
    Hex,
    /// `whsec_` and standard base64.
    Whsec,
    /// A public key or a certificate in PEM.
    Pem,
    /// A public key or a certificate in DER, as base64.
    Der,
    /// In another form of records, which the text itself names.
    #[value(skip)]
    Recorded,
}

impl Reading {
    /// In words: "read as …".
    pub(crate) const fn in_words(self) -> &'static str {
        match self {
            Self::Utf8 => "text",
            Self::Base64 => "base64",
            Self::Hex => "hexadecimal",
            Self::Whsec => "whsec_ and base64",
            Self::Pem => "PEM",
            Self::Der => "DER",
            Self::Recorded => "the record says",
        }
    }

    /// Whether it is a public key, which verifies and cannot sign.
    pub(crate) const fn is_public(self) -> bool {
        matches!(self, Self::Pem | Self::Der)
    }

    /// What builds such a key.
    pub(crate) const fn constructor(self) -> &'static str {
        match self {
            Self::Utf8 => "Secret::utf8",
            Self::Base64 => "Secret::base64",
            Self::Hex => "Secret::hex",
            Self::Whsec => "Secret::whsec",
            Self::Pem => "VerifyingKey::pem",
            Self::Der => "VerifyingKey::der",
            Self::Recorded => "Secret::parse",
        }
    }
}

/// A key, and where it comes from.
#[derive(Clone)]
pub(crate) struct NamedKey {
    /// Shown instead of the key.
    pub(crate) name: String,
    /// As it is configured.
    pub(crate) text: String,
    pub(crate) reading: Reading,
}

impl NamedKey {
    /// A key as records spell it: `utf8:…`, `base64:…`, `hex:…`, `whsec_…`, `pem:…` or `der:…`. The judge finds out
    /// whether anything else can be used.
    pub(crate) fn of_record(name: String, text: &str) -> Self {
        let (reading, text) = match text.split_once(':') {
            Some(("utf8", text)) => (Reading::Utf8, text),
            Some(("base64", text)) => (Reading::Base64, text),
            Some(("hex", text)) => (Reading::Hex, text),
            Some(("pem", text)) => {
                let text = pem_text(text).map_or_else(|| text.to_owned(), Cow::into_owned);
                let reading = Reading::Pem;
                return Self {
                    name,
                    text,
                    reading,
                };
            }
            Some(("der", text)) => (Reading::Der, text),
            _ if text.starts_with("whsec_") => (Reading::Whsec, text),
            _ => (Reading::Recorded, text),
        };
        Self {
            name,
            text: text.to_owned(),
            reading,
        }
    }

    /// The same source with these bytes as the key.
    pub(crate) fn of_bytes(&self, bytes: &[u8]) -> Self {
        Self {
            name: self.name.clone(),
            text: bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
            reading: Reading::Hex,
        }
    }

    /// As records spell it.
    pub(crate) fn in_record(&self) -> String {
        let prefix = match self.reading {
            Reading::Utf8 => "utf8:",
            Reading::Hex => "hex:",
            Reading::Pem => "pem:",
            Reading::Der => "der:",
            Reading::Recorded => "",
            Reading::Whsec if self.text.starts_with("whsec_") => "",
            Reading::Base64 | Reading::Whsec => "base64:",
        };
        format!("{prefix}{}", self.text)
    }
}

impl Case {
    /// The values of a header.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The first value of a header.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The length that `content-length` gives the body.
    pub(crate) fn declared_length(&self) -> Option<usize> {
        self.value("content-length")?.trim().parse().ok()
    }

    /// With another body. The declared length of the old one no longer counts.
    pub(crate) fn with_body(&self, body: impl Into<Bytes>) -> Self {
        let mut case = self.without_header("content-length");
        case.body = body.into();
        case
    }

    /// Whether the receiver takes bodies that were compressed with gzip after they had been signed.
    pub(crate) fn accepts_gzip(&self) -> bool {
        self.setting(ACCEPT_GZIP) == Some(true.into())
    }

    /// Whether the receiver unpacks the body before it looks at it.
    pub(crate) fn is_unpacked(&self) -> bool {
        let mut encodings = self.values(CONTENT_ENCODING);
        let is_gzip = |value: &str| value.trim().eq_ignore_ascii_case("gzip");
        encodings.next().is_some_and(is_gzip) && encodings.next().is_none() && self.accepts_gzip()
    }

    /// As the receiver goes on with it once it has unpacked the body. `None` where it does not.
    pub(crate) fn unpacked(&self) -> Option<Self> {
        if !self.is_unpacked() {
            return None;
        }
        let plain = ungzipped(&self.body, MAX_BODY_BYTES).plain?;
        let case = self.without_header(CONTENT_ENCODING);
        Some(case.with_body(plain))
    }

    /// With these keys alone.
    pub(crate) fn with_keys(&self, keys: Vec<NamedKey>) -> Self {
        let mut case = self.clone();
        case.keys = keys;
        case
    }

    /// With one header of this name, of this value.
    pub(crate) fn with_header(&self, name: &str, value: impl Into<String>) -> Self {
        let mut case = self.without_header(name);
        case.headers.push((name.to_owned(), value.into()));
        case
    }

    /// Without any header of this name.
    pub(crate) fn without_header(&self, name: &str) -> Self {
        let mut case = self.clone();
        case.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        case
    }

    /// With one setting changed. Unchanged where the settings cannot be read.
    pub(crate) fn with_setting(&self, name: &str, value: Value) -> Self {
        let mut case = self.clone();
        if let Some(mut settings) = self.settings() {
            settings.insert(name.to_owned(), value);
            case.settings = Some(Value::Object(settings).to_string());
        }
        case
    }

    /// For another provider. The settings of the old one's scheme are gone, and the receiver's own stay.
    pub(crate) fn for_provider(&self, provider: &str) -> Self {
        let mut case = self.clone();
        provider.clone_into(&mut case.provider);
        if let Some(mut settings) = self.settings() {
            settings.retain(|name, _| OF_RECEIVER.contains(&name.as_str()));
            case.settings = Some(Value::Object(settings).to_string());
        }
        case
    }

    /// The settings. `None` where they are no JSON object.
    pub(crate) fn settings(&self) -> Option<Map<String, Value>> {
        match &self.settings {
            None => Some(Map::new()),
            Some(text) => serde_json::from_str(text).ok(),
        }
    }

    /// One of the settings.
    pub(crate) fn setting(&self, name: &str) -> Option<Value> {
        self.settings()?.remove(name)
    }
}
