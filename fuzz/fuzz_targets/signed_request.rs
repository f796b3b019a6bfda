//! No header makes a signed request panic, only what was signed passes, and every public key is read or refused.
#![no_main]

use std::sync::LazyLock;

use hookgate::{keys::{TokenAlgorithm, TokenKey}, pack::{Head, RawRequest}, schemes::{RequestEncoding, SignedRequest, SignedRequestConfig, TimestampForm}};
use libfuzzer_sys::fuzz_target;

const CERTIFICATE: &[u8] = include_bytes!("../../tests/vectors/signed_request/ed.crt.der");

static SCHEMES: LazyLock<Vec<SignedRequest>> = LazyLock::new(|| {
    let mut schemes = Vec::new();
    for encoding in [
        RequestEncoding::Base64,
        RequestEncoding::Base64Url,
        RequestEncoding::Hex,
        RequestEncoding::Jws,
    ] {
        for form in [
            TimestampForm::Seconds,
            TimestampForm::Milliseconds,
            TimestampForm::Rfc3339,
        ] {
            let config = SignedRequestConfig::new("s")
                .nonce("n")
                .timestamp("t", form)
                .algorithm("a")
                .template("{timestamp}.{nonce}.{algorithm}.{body}")
                .encoding(encoding);
            let key = TokenKey::der(CERTIFICATE, [TokenAlgorithm::EdDsa]);
            schemes.push(SignedRequest::new(config, [key]).unwrap());
        }
    }
    schemes
});

fuzz_target!(|text: &[u8]| {
    let _ = TokenKey::der(text, [TokenAlgorithm::Rs256]).validate();
    let _ = TokenKey::pem(text, [TokenAlgorithm::Rs256]).validate();
    let mut parts = text.splitn(5, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default().to_vec();
    let headers = vec![("s", part()), ("n", part()), ("t", part()), ("a", part())];
    let body = part();
    let request = RawRequest::new(Head::new("POST", "/", &headers), &body);
    for scheme in SCHEMES.iter() {
        assert!(scheme.verify(request).is_err(), "nobody signed this");
    }
});
