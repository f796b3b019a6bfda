//! No header makes a signed request panic, only what was signed passes, and every public key is read or refused.

use std::sync::LazyLock;

use hookgate::{Key, UnixTime, keys::{JwsAlgorithm, VerifyingKey}, pack::{Head, LiveKeys, RawRequest, Scheme}, schemes::{SignatureEncoding, SignedRequest, SignedRequestConfig, TimestampForm}};

const CERTIFICATE: &[u8] = include_bytes!("../../tests/vectors/signed_request/ed.crt.der");

static SCHEMES: LazyLock<Vec<SignedRequest>> = LazyLock::new(|| {
    let mut schemes = Vec::new();
    for encoding in [
        SignatureEncoding::Base64,
        SignatureEncoding::Base64Url,
        SignatureEncoding::Hex,
        SignatureEncoding::Jws,
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
            schemes.push(config.try_into().unwrap());
        }
    }
    schemes
});

static KEYS: LazyLock<[Key; 1]> =
    LazyLock::new(|| [VerifyingKey::der(CERTIFICATE, [JwsAlgorithm::EdDsa]).into()]);

pub(crate) fn run(text: &[u8]) {
    let _ = VerifyingKey::der(text, [JwsAlgorithm::Rs256]).validate();
    let _ = VerifyingKey::pem(text, [JwsAlgorithm::Rs256]).validate();
    let mut parts = text.splitn(5, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default().to_vec();
    let headers = vec![("s", part()), ("n", part()), ("t", part()), ("a", part())];
    let body = part();
    let request = RawRequest::new(Head::new("POST", "/", &headers), &body);
    for scheme in SCHEMES.iter() {
        let keys = LiveKeys::new(&*KEYS, UnixTime::EPOCH);
        assert!(scheme.verify(request, keys).is_err(), "nobody signed this");
        let _ = scheme.key_name(&request);
    }
}
