//! What the pack of CloudEvents, and the bare keyed HMAC with one derived serde pass, get: for times and for counts.

use std::{fmt::Write, hint::black_box};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use hookgate::{
    Key, Secret, UnixTime,
    cloudevents::{CloudEvent, Mode, STRUCTURED_JSON},
    pack::{Authenticated, Contents, Head, LiveKeys, Provider, RawRequest},
    providers::cloudevents::CloudEvents,
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding},
};
use http::{HeaderMap, HeaderName, HeaderValue, header::CONTENT_TYPE};
use serde::Deserialize;
use sha2::{Digest, Sha256};

pub(crate) const KEY: &str = "N0tASecretForAnyone0123456789abc";
const NOW: UnixTime = UnixTime::from_secs(1_795_304_115);
const SIGNATURE: &str = "x-signature";

/// What the baseline reads of a body in structured mode.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Envelope {
    specversion: String,
    #[serde(rename = "type")]
    event_type: String,
    source: String,
    id: String,
    time: Option<String>,
    subject: Option<String>,
    datacontenttype: Option<String>,
    dataschema: Option<String>,
    data: Order,
}

/// The application's type.
#[derive(Clone, Deserialize)]
#[allow(dead_code)]
pub(crate) struct Order {
    number: String,
    lines: Vec<Line>,
}

#[derive(Clone, Deserialize)]
#[allow(dead_code)]
struct Line {
    article: String,
    pieces: u32,
    price: f64,
}

pub(crate) struct Case {
    pub(crate) mode: Mode,
    headers: HeaderMap,
    pub(crate) body: Bytes,
    mac: [u8; 32],
}

const ATTRIBUTES: [(&str, &str); 6] = [
    ("specversion", "1.0"),
    ("type", "com.example.order.placed.v1"),
    ("source", "https://shop.example/orders"),
    ("id", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"),
    ("time", "2026-11-21T23:35:15.360Z"),
    ("subject", "orders/4711"),
];

/// An order whose JSON has about `size` bytes.
fn order(size: usize) -> String {
    let mut lines = String::new();
    for number in 0.. {
        if lines.len() + 40 >= size {
            break;
        }
        if number > 0 {
            lines.push(',');
        }
        write!(
            lines,
            "{{\"article\":\"Article {number:04}\",\"pieces\":{},\"price\":12.5}}",
            number % 9
        )
        .expect("memory");
    }
    format!("{{\"number\":\"4711\",\"lines\":[{lines}]}}")
}

pub(crate) fn case(mode: Mode, size: usize) -> Case {
    let mut headers = HeaderMap::new();
    let body = if mode == Mode::Structured {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(STRUCTURED_JSON));
        let mut body = String::from("{");
        for (name, value) in ATTRIBUTES {
            write!(body, "\"{name}\":\"{value}\",").expect("memory");
        }
        body.push_str("\"datacontenttype\":\"application/json\",\"data\":");
        let data = order(size.saturating_sub(body.len() + 1));
        body + &data + "}"
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in ATTRIBUTES {
            let name = HeaderName::from_bytes(format!("ce-{name}").as_bytes());
            headers.insert(name.expect("a name"), HeaderValue::from_static(value));
        }
        order(size)
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("HMAC takes any key");
    mac.update(body.as_bytes());
    let mac: [u8; 32] = mac.finalize().into_bytes().into();
    let signature = HeaderValue::from_str(&const_hex::encode(mac)).expect("hexadecimal");
    headers.insert(HeaderName::from_static(SIGNATURE), signature);
    Case {
        mode,
        headers,
        body: body.into(),
        mac,
    }
}

impl Case {
    pub(crate) fn pack(&self) -> CloudEvents<Order> {
        let config = HmacHeaderConfig::new(SIGNATURE, SignatureEncoding::Hex);
        let scheme = HmacHeader::try_from(config).expect("the scheme is right");
        let secret = Secret::utf8(KEY).expect("the key is not empty");
        CloudEvents::signed(scheme, secret)
            .modes([self.mode])
            .events::<Order>()
    }

    pub(crate) fn hookgate(&self, pack: &CloudEvents<Order>, keys: &[Key]) -> bool {
        let head = Head::new("POST", "/", &self.headers);
        if pack.check_media_type(&head).is_err() {
            return false;
        }
        let verified = pack
            .verify(RawRequest::new(head, &self.body), LiveKeys::new(keys, NOW))
            .expect("the signature is right");
        let bytes = verified.bytes_of(&self.body);
        let authenticated = Authenticated::new(&bytes, &verified, &self.body, head);
        // With the key: to make it of its parts is a part of the way too.
        let Ok(Contents::Event(decoded)) = pack.decode(&authenticated) else {
            return false;
        };
        let key = decoded.key_parts().key("cloudevents", None, "cloudevents");
        drop(black_box::<hookgate::pack::Decoded<CloudEvent<Order>>>(
            decoded,
        ));
        black_box(key).is_some()
    }

    pub(crate) fn baseline(&self, keyed: &Hmac<Sha256>) -> bool {
        let mut mac = keyed.clone();
        mac.update(&self.body);
        let right = mac.verify_slice(&self.mac).is_ok();
        if self.mode == Mode::Structured {
            let event: Envelope = serde_json::from_slice(&self.body).expect("the event is right");
            return !black_box(event).data.lines.is_empty() && right;
        }
        let attributes = ATTRIBUTES.map(|(name, _)| {
            let value = match name {
                "specversion" => self.headers.get("ce-specversion"),
                "type" => self.headers.get("ce-type"),
                "source" => self.headers.get("ce-source"),
                "id" => self.headers.get("ce-id"),
                "time" => self.headers.get("ce-time"),
                _ => self.headers.get("ce-subject"),
            };
            value
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        });
        black_box(Sha256::digest(&self.body));
        let data: Order = serde_json::from_slice(&self.body).expect("the data is right");
        !black_box(data).lines.is_empty()
            && black_box(attributes).iter().all(Option::is_some)
            && right
    }
}
