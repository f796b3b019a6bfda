//! A form whose fields are signed is read as it was signed, or refused. What is proved of it is one text, and read again the same.

use std::sync::LazyLock;

use hookgate::{
    Key, Secret, UnixTime,
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{SignatureEncoding, SignedForm, SignedFormConfig},
    simulator::{Sent, Signer},
};

const SECRET: &str = "2f0c7a54b1d94e0f8c61";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const FORM: &str = "application/x-www-form-urlencoded";

fn config() -> SignedFormConfig {
    SignedFormConfig::new("x-signature", SignatureEncoding::Hex)
        .url("https://hooks.example/hook")
        .fields(["Body", "BodyFrom", "Digits", "From", "To"])
}

static SCHEME: LazyLock<SignedForm> = LazyLock::new(|| config().try_into().unwrap());
static SIGNER: LazyLock<Signer> = LazyLock::new(|| Signer::new(config(), SECRET).unwrap());
static KEYS: LazyLock<[Key; 1]> = LazyLock::new(|| [Key::new("0", Secret::utf8(SECRET).unwrap())]);

/// What is proved of a form, and the digest of its signed text.
fn proved(sent: &Sent) -> (Vec<u8>, [u8; 32]) {
    let head = Head::new("POST", "/hook", &sent.headers);
    let request = RawRequest::new(head, &sent.body);
    let verified = SCHEME.verify(request, LiveKeys::new(&*KEYS, NOW)).unwrap();
    let digest = *verified.digest().unwrap().as_bytes();
    (verified.bytes_of(&sent.body).to_vec(), digest)
}

pub(crate) fn run(form: &[u8]) {
    // What cannot be read is not signed either.
    let sent = Sent::post("/hook", FORM, form.to_vec());
    let Ok(sent) = SIGNER.sign(sent, "", NOW) else {
        return;
    };
    let (text, digest) = proved(&sent);
    let again = sent.with_body(text.clone());
    assert_eq!(proved(&again), (text, digest));
}
