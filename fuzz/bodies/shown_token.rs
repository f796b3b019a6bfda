//! No body makes a token in it panic. Whoever reads an accepted body in the usual way finds the right token there too. What
//! a sender writes passes.

use std::sync::LazyLock;

use hookgate::{
    Key, Secret, UnixTime,
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{AccessTokenConfig, OneTimeTokenConfig, SchemeConfig},
    simulator::{Sent, Signer},
};
use serde_json::Value;

/// Short, so that it is guessed.
const TOKEN: &str = "k";

/// Whether an ordinary reader finds the token.
type Finds = fn(&Value) -> bool;

type Endpoint = (Box<dyn Scheme>, Signer, Finds);

static SCHEMES: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    let member: Finds = |body| body["t"] == TOKEN;
    let each: Finds = |body| {
        let items = body["v"].as_array();
        items.is_some_and(|items| !items.is_empty() && items.iter().all(|item| item["t"] == TOKEN))
    };
    // Nobody guesses a MAC.
    let once: Finds = |_| false;
    let of = |config: SchemeConfig, finds: Finds| {
        let signer = Signer::new(config.clone(), TOKEN).unwrap();
        (config.try_into().unwrap(), signer, finds)
    };
    vec![
        of(AccessTokenConfig::member("/t").into(), member),
        of(AccessTokenConfig::each_of("/v", "/t").into(), each),
        of(OneTimeTokenConfig::new("/c", "/t", 16, "/s").into(), once),
    ]
});

pub(crate) fn run(body: &[u8]) {
    let keys = [Key::new("0", Secret::utf8(TOKEN).unwrap())];
    let headers: Vec<(&str, &str)> = Vec::new();
    let head = Head::new("POST", "/in", &headers);
    let value = serde_json::from_slice::<Value>(body);
    for (scheme, signer, finds) in SCHEMES.iter() {
        let verify = |body: &[u8]| scheme.verify(RawRequest::new(head, body), LiveKeys::new(&keys, UnixTime::EPOCH)).is_ok();
        if let Ok(value) = &value {
            assert!(!verify(body) || finds(value), "{scheme:?}");
        }
        let sent = Sent::post("/in", "application/json", body.to_vec());
        let sent = signer.sign(sent, "id", UnixTime::from_secs(1_700_000_000));
        if let (Ok(Value::Object(_)), Ok(sent)) = (&value, sent) {
            assert!(verify(&sent.body), "{scheme:?}");
        }
    }
}
