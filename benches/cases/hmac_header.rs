//! What `HmacHeader::verify` and the bare keyed HMAC of the same bytes get, for times and for counts.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::{
    Key, UnixTime,
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding, SignatureLayout},
    time::Window,
};
use http::{HeaderMap, HeaderValue, header};
use sha2::Sha256;

pub(crate) const KEY: &[u8] = b"cl43GgdTZpcCdipNaStkoyZiwLi9QlES";
const NOW: UnixTime = UnixTime::from_secs(1_795_304_115);
const WINDOW: Window = Window::both(Duration::from_secs(300));

pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) scheme: HmacHeader,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The signed bytes in one piece, and their MAC: what the bare HMAC gets.
    signed: Vec<u8>,
    mac: [u8; 32],
}

fn headers() -> HeaderMap {
    [
        ("host", "127.0.0.1:9977"),
        ("connection", "keep-alive"),
        ("user-agent", "Logto (https://logto.io/)"),
        ("content-type", "application/json"),
        ("accept", "*/*"),
        ("accept-language", "*"),
        ("sec-fetch-mode", "cors"),
        ("accept-encoding", "gzip, deflate"),
    ]
    .into_iter()
    .map(|(name, value)| {
        (
            header::HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    })
    .collect()
}

fn mac_of(signed: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY).expect("HMAC takes any key");
    mac.update(signed);
    mac.finalize().into_bytes().into()
}

pub(crate) fn plain(size: usize) -> Case {
    let body = vec![b'x'; size];
    let mac = mac_of(&body);
    let mut headers = headers();
    let text: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    headers.insert(
        "logto-signature-sha-256",
        text.parse().expect("hex is a header value"),
    );
    let config = HmacHeaderConfig::new("logto-signature-sha-256", SignatureEncoding::Hex);
    Case {
        name: "logto",
        scheme: HmacHeader::try_from(config).expect("the configuration is right"),
        headers,
        signed: body.clone(),
        body,
        mac,
    }
}

pub(crate) fn templated(size: usize) -> Case {
    let body = vec![b'x'; size];
    let mut signed = b"msg_2KWPBgLlAfxdpx2AI54pPJ85f4W.1795304115.".to_vec();
    signed.extend_from_slice(&body);
    let mac = mac_of(&signed);
    let mut headers = headers();
    headers.insert(
        "webhook-id",
        HeaderValue::from_static("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"),
    );
    headers.insert("webhook-timestamp", HeaderValue::from_static("1795304115"));
    headers.insert(
        "webhook-signature",
        format!("v1,{}", STANDARD.encode(mac))
            .parse()
            .expect("base64 is a header value"),
    );
    let mut config = HmacHeaderConfig::new("webhook-signature", SignatureEncoding::Base64);
    config.layout = SignatureLayout::SpaceSeparated {
        prefix: "v1,".to_owned(),
    };
    config.template = "{id}.{timestamp}.{body}".to_owned();
    config.id_header = Some("webhook-id".to_owned());
    config.timestamp_header = Some("webhook-timestamp".to_owned());
    Case {
        name: "templated",
        scheme: HmacHeader::try_from(config).expect("the configuration is right"),
        headers,
        signed,
        body,
        mac,
    }
}

impl Case {
    pub(crate) fn hookgate(&self, keys: &[Key]) -> bool {
        let head = Head::new("POST", "/hook", &self.headers);
        let request = RawRequest::new(head, &self.body);
        let verified = self
            .scheme
            .verify(request, LiveKeys::new(keys, NOW))
            .expect("the signature is right");
        verified
            .sent_at()
            .is_none_or(|at| NOW.since(at) <= WINDOW.past && at.since(NOW) <= WINDOW.future)
    }

    pub(crate) fn bare(&self, keyed: &Hmac<Sha256>) -> bool {
        let mut mac = keyed.clone();
        mac.update(&self.signed);
        mac.verify_slice(&self.mac).is_ok()
    }
}
