//! No headers, target or template make a MAC in a header panic; nothing passes that nobody signed; what is signed passes.

use std::sync::LazyLock;

use hookgate::{
    Key, Secret, UnixTime,
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{
        Digest, HeaderFamily, HmacHeader, HmacHeaderConfig, SignatureEncoding, SignatureLayout, Template, TimestampForm,
    },
    simulator::{Sent, Signer},
};

const SECRET: &str = "N0tASecretForAnyone0123456789abc";

static KEYS: LazyLock<[Key; 1]> =
    LazyLock::new(|| [Key::new("0", Secret::utf8(SECRET).unwrap())]);

/// Every layout, with an encoding, a form of time and a digest of its own.
static CONFIGS: LazyLock<Vec<HmacHeaderConfig>> = LazyLock::new(|| {
    let of = |encoding, layout| HmacHeaderConfig::new("s", encoding).layout(layout);
    let pairs = |timestamp: Option<&str>| SignatureLayout::Pairs {
        signature: "v".to_owned(),
        timestamp: timestamp.map(str::to_owned),
    };
    vec![
        of(SignatureEncoding::Hex, SignatureLayout::after("sha256="))
            .or_signed_in("s-2")
            .template("{method}\n{path}\n{header:h}{header:n:2}\n{body:sha384:base64_url}"),
        of(SignatureEncoding::Base64, SignatureLayout::SpaceSeparated { prefix: "v1,".to_owned() })
            .id("i")
            .timestamp("t", TimestampForm::Seconds)
            .template("{id}.{timestamp}.{body}")
            .or_headers(HeaderFamily::new("s-2").id("h").timestamp("n")),
        of(SignatureEncoding::Base64Unpadded, SignatureLayout::List)
            .digest(Digest::Sha384)
            .timestamp("t", TimestampForm::FractionalSeconds)
            .template("{timestamp}|{body}"),
        of(SignatureEncoding::Base64Url, pairs(None)).digest(Digest::Sha512),
        of(SignatureEncoding::Base64UrlPadded, pairs(Some("t")))
            .separator(';')
            .timestamp_form(TimestampForm::Milliseconds)
            .template("{url}{body}{timestamp:13}")
            .url("https://hooks.example/in"),
        of(SignatureEncoding::Hex, SignatureLayout::TimeAndSignature)
            .digest(Digest::Sha1)
            .timestamp_form(TimestampForm::Rfc3339)
            .template("{body}{timestamp:rfc3339}"),
        of(SignatureEncoding::Hex, SignatureLayout::TimeAndList)
            .timestamp_form(TimestampForm::UtcDateTime)
            .template("{timestamp}:{body}"),
    ]
});

pub(crate) fn run(text: &[u8]) {
    let mut parts = text.splitn(8, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default().to_vec();
    let names = ["s", "s-2", "i", "t", "h", "n"];
    let headers: Vec<(&str, Vec<u8>)> = names.into_iter().map(|name| (name, part())).collect();
    let target = String::from_utf8_lossy(&part()).into_owned();
    let body = part();

    if let Ok(template) = target.parse::<Template>() {
        assert_eq!(template.to_string(), target);
    }
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (&*target, None),
    };
    let request = RawRequest::new(Head::new("POST", path, &headers).query(query), &body);
    let keys = || LiveKeys::new(&*KEYS, UnixTime::EPOCH);
    for config in CONFIGS.iter() {
        let scheme = HmacHeader::try_from(config.clone()).unwrap();
        assert!(scheme.verify(request, keys()).is_err(), "nobody signed this");

        let signer = Signer::new(config.clone(), SECRET).unwrap();
        let sent = Sent::post("/in?n=1", "text/plain", body.clone());
        let sent = signer.sign(sent, "id", UnixTime::from_secs(1_700_000_000)).unwrap();
        let head = Head::new("POST", "/in", &sent.headers).query(Some("n=1"));
        let request = RawRequest::new(head, &sent.body);
        assert!(scheme.verify(request, keys()).is_ok(), "{config:?}");
    }
}
