//! Members of JSON are read as they were signed, or refused. What is proved of a body is one text, and read again the same.

use std::sync::LazyLock;

use bytes::Bytes;
use hookgate::{
    Key, Secret, UnixTime,
    pack::{ContentDigest, Head, LiveKeys, RawRequest, Scheme},
    schemes::{SignedMembers, SignedMembersConfig, Verified},
    simulator::{Sent, Signer},
};
use serde_json::Value;

const SECRET: &str = "2f0c7a54b1d94e0f8c61";
const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const MEMBERS: [&str; 4] = ["/id", "/amount/value", "/text", "/done"];

fn plain() -> SignedMembersConfig {
    SignedMembersConfig::new(MEMBERS, "/mac").free_member("/text")
}

/// The same in the one item of a list, as Adyen has it.
fn listed() -> SignedMembersConfig {
    plain().in_list("/items").within("/item")
}

struct Endpoint {
    scheme: SignedMembers,
    signer: Signer,
}

impl Endpoint {
    fn of(config: SignedMembersConfig) -> Self {
        Self {
            signer: Signer::new(config.clone(), SECRET).unwrap(),
            scheme: config.try_into().unwrap(),
        }
    }

    /// What is proved of a body, and the digest of its signed text.
    fn proved(&self, body: &Bytes) -> Option<(Vec<u8>, ContentDigest)> {
        let headers: Vec<(&str, &str)> = Vec::new();
        let request = RawRequest::new(Head::new("POST", "/hook", &headers), body);
        let verified: Verified<'_> = self
            .scheme
            .verify(request, LiveKeys::new(&*KEYS, NOW))
            .ok()?;
        let digest = verified.digest().unwrap();
        Some((verified.bytes_of(body).to_vec(), digest))
    }
}

static ENDPOINTS: LazyLock<[Endpoint; 2]> = LazyLock::new(|| [plain(), listed()].map(Endpoint::of));
static KEYS: LazyLock<[Key; 1]> = LazyLock::new(|| [Key::new("0", Secret::utf8(SECRET).unwrap())]);

pub(crate) fn run(body: &[u8]) {
    for endpoint in &*ENDPOINTS {
        let sent = Sent::post("/hook", "application/json", body.to_vec());
        assert!(endpoint.proved(&sent.body).is_none(), "nobody signed this");
        // What cannot be read is not signed either.
        let Ok(sent) = endpoint.signer.sign(sent, "", NOW) else {
            continue;
        };
        let (text, digest) = endpoint.proved(&sent.body).expect("it was signed");
        let read: Value = serde_json::from_slice(&text).expect("it is JSON");
        let values = MEMBERS.map(|at| read.pointer(at).and_then(Value::as_str).unwrap());
        assert_eq!(ContentDigest::of(values.join(":").as_bytes()), digest);
        let [plain, _] = &*ENDPOINTS;
        let again = Sent::post("/hook", "application/json", text.clone());
        let again = plain.signer.sign(again, "", NOW).unwrap();
        assert_eq!(plain.proved(&again.body), Some((text, digest)));
    }
}
