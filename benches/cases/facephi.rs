//! What Facephi's pack, and the bare keyed HMAC with one derived serde pass, get: for times and for counts.

use std::{fmt::Write, hint::black_box};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use hookgate::{
    Key, UnixTime,
    cloudevents::Timestamp,
    json::Json,
    pack::{Authenticated, Contents, Head, LiveKeys, Provider, RawRequest},
    providers::facephi::{AssetType, Facephi, PresignedUrl},
};
use http::HeaderMap;
use serde::{Deserialize, de::IgnoredAny};
use sha2::Sha256;

pub(crate) const KEY: &str = "N0tASecretForAnyone0123456789abc";
const NOW: UnixTime = UnixTime::from_secs(1_795_304_115);

/// What the baseline reads: the members of the pack's own event, read by derived code.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Event {
    specversion: String,
    #[serde(rename = "type")]
    event_type: String,
    source: String,
    id: String,
    time: Option<Timestamp>,
    subject: Option<String>,
    datacontenttype: Option<String>,
    dataschema: Option<String>,
    signature: IgnoredAny,
    data: IdCaptured,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct IdCaptured {
    ocr: Option<Json>,
    assets: Option<Vec<Asset>>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Asset {
    #[serde(rename = "type")]
    asset_type: AssetType,
    url: PresignedUrl,
}

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) body: Bytes,
    /// What the bare HMAC gets: the body, and its MAC.
    mac: [u8; 32],
}

fn mac_of(signed: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("HMAC takes any key");
    mac.update(signed);
    mac.finalize().into_bytes().into()
}

/// A compact event of about `size` bytes. The part that was read from the document grows.
pub(crate) fn compact(size: usize) -> String {
    let mut ocr = String::from("\"MatchingSidesScore\":0.97");
    for number in 0.. {
        let event = event(&ocr);
        if event.len() + 62 >= size {
            let mac = STANDARD.encode(mac_of(event.as_bytes()));
            return event.replacen(
                "\"data\":",
                &format!("\"signature\":\"{mac}\",\"data\":"),
                1,
            );
        }
        write!(ocr, ",\"Front/ML/Field{number:03}\":\"VALUE {number}\"").expect("memory");
    }
    unreachable!()
}

fn event(ocr: &str) -> String {
    let asset = |what: &str| {
        format!(
            "{{\"type\":\"{what}\",\"url\":\"https://cdn.example/a/{what}?sig=0123456789abcdef\"}}"
        )
    };
    format!(
        "{{\"specversion\":\"1.0\",\"type\":\"com.idv_suite.api.workflows.id_captured.v1\",\
         \"source\":\"/operations/11111111-2222-4333-8444-555555555555\",\
         \"id\":\"aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\",\"time\":\"2026-11-21T23:35:15.360Z\",\
         \"data\":{{\"ocr\":{{{ocr}}},\"assets\":[{},{},{}]}}}}",
        asset("id_front"),
        asset("id_back"),
        asset("id_portrait"),
    )
}

/// The same event as something on the way may write it.
pub(crate) fn rewritten(compact: &str) -> String {
    compact
        .replace(",\"", ",\n      \"")
        .replace("\":", "\": ")
        .replace('/', "\\/")
}

pub(crate) fn case(name: &'static str, body: String) -> Case {
    Case {
        name,
        mac: mac_of(body.as_bytes()),
        body: body.into(),
    }
}

impl Case {
    pub(crate) fn hookgate(&self, pack: &Facephi, keys: &[Key], headers: &HeaderMap) -> bool {
        let head = Head::new("POST", "/", headers);
        let request = RawRequest::new(head, &self.body);
        let verified = pack
            .verify(request, LiveKeys::new(keys, NOW))
            .expect("the signature is right");
        let bytes = verified.bytes_of(&self.body);
        let authenticated = Authenticated::new(&bytes, &verified, &self.body, head);
        // With the key: to make it of its parts is a part of the way too.
        let Ok(Contents::Event(decoded)) = pack.decode(&authenticated) else {
            return false;
        };
        let key = decoded.key_parts().key("facephi", None, "facephi");
        drop(black_box(decoded));
        black_box(key).is_some()
    }

    pub(crate) fn baseline(&self, keyed: &Hmac<Sha256>) -> bool {
        let mut mac = keyed.clone();
        mac.update(&self.body);
        let right = mac.verify_slice(&self.mac).is_ok();
        let event: Event = serde_json::from_slice(&self.body).expect("the event is right");
        black_box(event).data.ocr.is_some() && right
    }
}
