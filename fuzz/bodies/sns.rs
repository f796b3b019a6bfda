//! No body makes a message of Amazon SNS panic; nothing passes that nobody signed; what is signed passes.

use std::sync::LazyLock;

use hookgate::{
    Key, UnixTime,
    keys::{JwsAlgorithm, VerifyingKey},
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{Sns, SnsConfig, SnsSignature},
    simulator::{Sent, Signer},
};

const TOPIC: &str = "arn:aws:sns:us-west-2:131990247566:orders";
const PRIVATE: &[u8] = include_bytes!("../../tests/vectors/signed_request/rsa.key.pem");
const PUBLIC: &[u8] = include_bytes!("../../tests/vectors/signed_request/rsa.pub.der");

static SCHEMES: LazyLock<(Sns, Sns, Signer, [Key; 1])> = LazyLock::new(|| {
    let config = || SnsConfig::new([TOPIC]);
    let scheme = |signature| Sns::try_from(config().signature(signature)).unwrap();
    let key = VerifyingKey::der(PUBLIC, [JwsAlgorithm::Rs256]);
    (
        scheme(SnsSignature::Sha256),
        scheme(SnsSignature::Sha1OrSha256),
        Signer::new(config(), PRIVATE).unwrap(),
        [Key::public("0", key)],
    )
});

pub(crate) fn run(text: &[u8]) {
    let (scheme, of_both, signer, keys) = &*SCHEMES;
    let headers = Vec::<(&str, &str)>::new();
    let keys = || LiveKeys::new(keys, UnixTime::EPOCH);
    let request = RawRequest::new(Head::new("POST", "/", &headers), text);
    let _ = scheme.key_name(&request);
    assert!(scheme.verify(request, keys()).is_err(), "nobody signed this");
    assert!(of_both.verify(request, keys()).is_err(), "nobody signed this");

    // As a topic, and as the text of a message.
    if let Ok(text) = std::str::from_utf8(text) {
        let _ = Sns::try_from(SnsConfig::new([text]));
    }
    let sent = Sent::post("/", "text/plain", text.to_vec());
    if let Ok(sent) = signer.sign(sent, "id", UnixTime::from_secs(1_700_000_000)) {
        let request = RawRequest::new(Head::new("POST", "/", &headers), &sent.body);
        let verified = scheme.verify(request, keys());
        // A message that was given may be of another topic, or name another certificate.
        let is_given = text.first() == Some(&b'{');
        assert!(verified.is_ok() || is_given);
    }
}
