//! No headers or keys make a signature by a private key panic; nothing passes that nobody signed; what is signed passes.

use std::sync::LazyLock;

use hookgate::{
    Key, UnixTime,
    keys::{EcdsaForm, JwsAlgorithm, VerifyingKey},
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{PublicKeySignature, PublicKeySignatureConfig, SignatureEncoding, SignatureLayout, TimestampForm},
    simulator::{Sent, Signer},
};

/// The key of RFC 8032, section 7.1, test 1, and a key on P-256.
const SEED: [u8; 32] = [
    0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69,
    0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
];
const POINT: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const P256: &[u8] = include_bytes!("../../tests/vectors/signed_request/p256.key.pem");
const P256_POINT: &[u8] = include_bytes!("../../tests/vectors/signed_request/p256.pub.der");

static SCHEMES: LazyLock<Vec<(PublicKeySignature, Signer, [Key; 1])>> = LazyLock::new(|| {
    let of = |algorithm, encoding| PublicKeySignatureConfig::new(algorithm, "s", encoding);
    let ed = || VerifyingKey::hex(POINT, [JwsAlgorithm::EdDsa]).with_id("k");
    let p256 = || VerifyingKey::der(P256_POINT, [JwsAlgorithm::Es256]).with_id("k");
    [
        (of(JwsAlgorithm::EdDsa, SignatureEncoding::Hex).layout(SignatureLayout::List), &SEED[..], ed()),
        (
            of(JwsAlgorithm::EdDsa, SignatureEncoding::Base64)
                .layout(SignatureLayout::SpaceSeparated { prefix: "v1a,".to_owned() })
                .id("i")
                .timestamp("t", TimestampForm::Seconds)
                .template("{id}.{timestamp}.{body}"),
            &SEED,
            ed(),
        ),
        (
            of(JwsAlgorithm::Es256, SignatureEncoding::Base64)
                .ecdsa_form(EcdsaForm::Der)
                .key_id("k")
                .timestamp("t", TimestampForm::Seconds)
                .template("{timestamp:10}{body}"),
            P256,
            p256(),
        ),
        (of(JwsAlgorithm::Es256, SignatureEncoding::Base64Url), P256, p256()),
    ]
    .map(|(config, private, public)| {
        let signer = Signer::new(config.clone(), private).unwrap().key_id("k");
        (config.try_into().unwrap(), signer, [Key::public("0", public)])
    })
    .into()
});

pub(crate) fn run(text: &[u8]) {
    let mut parts = text.splitn(5, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default().to_vec();
    let headers: Vec<(&str, Vec<u8>)> = ["s", "i", "t", "k"].into_iter().map(|name| (name, part())).collect();
    let body = part();

    for algorithm in [JwsAlgorithm::EdDsa, JwsAlgorithm::Es256, JwsAlgorithm::Rs256] {
        let _ = VerifyingKey::raw(text, [algorithm]).validate();
        let _ = VerifyingKey::jwk(text, [algorithm]).validate();
        if let Ok(text) = std::str::from_utf8(text) {
            let _ = VerifyingKey::hex(text, [algorithm]).validate();
            let _ = VerifyingKey::base64(text, [algorithm]).validate();
            let _ = VerifyingKey::whpk(text).validate();
        }
    }
    let request = RawRequest::new(Head::new("POST", "/in", &headers), &body);
    for (scheme, signer, keys) in SCHEMES.iter() {
        let keys = || LiveKeys::new(keys, UnixTime::EPOCH);
        let _ = scheme.key_name(&request);
        assert!(scheme.verify(request, keys()).is_err(), "nobody signed this");

        let sent = Sent::post("/in", "text/plain", body.clone());
        let sent = signer.sign(sent, "id", UnixTime::from_secs(1_700_000_000)).unwrap();
        let request = RawRequest::new(Head::new("POST", "/in", &sent.headers), &sent.body);
        assert!(scheme.verify(request, keys()).is_ok(), "{scheme:?}");
    }
}
