//! Each single bit counts: of the body, of the decoded MAC and of the key.

use std::sync::Arc;

use hookgate::{
    Keyring, Reason, Receiver, Rejection, Secret, providers::logto::Logto, testing::FakeClock,
    time::Timer,
};

use crate::props::{Call, ScriptedStore, hex, logto};

/// This goes through the road itself, up to the decoded event. A server would add nothing but time.
struct Road {
    receiver: Receiver,
    timer: Arc<dyn Timer>,
}

impl Road {
    fn new(keys: impl Into<hookgate::tenants::Keys>) -> Self {
        let clock = FakeClock::at(logto::recording(37).received_at);
        Self {
            receiver: Receiver::new("test", Logto::new(keys))
                .dedup(ScriptedStore::new(&clock))
                .clock(clock.clone())
                .build()
                .unwrap(),
            timer: Arc::new(clock),
        }
    }

    async fn admits(&self, call: &Call) -> Result<(), Reason> {
        let head = hookgate::pack::Head::new(call.method.as_str(), "/", &call.headers);
        self.receiver
            .judge()
            .admit(head, Some(call.body.clone()), &self.timer)
            .await
            .map(drop)
            .map_err(|rejection: Rejection| rejection.reason())
    }
}

/// Every change of one bit.
fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

fn key() -> String {
    logto::recording(37).signing_key.unwrap()
}

fn mac(call: &Call) -> Vec<u8> {
    let text = call.headers[logto::SIGNATURE].to_str().unwrap();
    let digit = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).unwrap();
    (0..text.len()).step_by(2).map(digit).collect()
}

#[tokio::test]
async fn of_the_body() {
    let road = Road::new(Secret::utf8(key()).unwrap());
    let call = logto::recording(37).call;
    assert_eq!(road.admits(&call).await, Ok(()));
    let mut tried = 0;
    for body in flips(&call.body) {
        let mut changed = call.clone();
        changed.body = body.into();
        let refused = road.admits(&changed).await;
        assert_eq!(refused, Err(Reason::SignatureMismatch));
        tried += 1;
    }
    assert_eq!(tried, 296 * 8);
}

#[tokio::test]
async fn of_the_mac() {
    let road = Road::new(Secret::utf8(key()).unwrap());
    let call = logto::recording(37).call;
    let mut tried = 0;
    for mac in flips(&mac(&call)) {
        let changed = call.clone().with(logto::SIGNATURE, hex(&mac));
        let refused = road.admits(&changed).await;
        assert_eq!(refused, Err(Reason::SignatureMismatch));
        tried += 1;
    }
    assert_eq!(tried, 256);
}

#[tokio::test]
async fn of_the_key() {
    let call = logto::recording(37).call;
    let mut tried = 0;
    for key in flips(key().as_bytes()) {
        let ring = Keyring::from(Secret::bytes(key).unwrap());
        let refused = Road::new(ring).admits(&call).await;
        assert_eq!(refused, Err(Reason::SignatureMismatch));
        tried += 1;
    }
    assert_eq!(tried, 32 * 8);
}

#[tokio::test]
async fn not_of_the_hex_digits_case() {
    // Decoded bytes are compared, not text.
    let road = Road::new(Secret::utf8(key()).unwrap());
    let call = logto::recording(37).call;
    let upper = hex(&mac(&call)).to_uppercase();
    assert_eq!(
        road.admits(&call.with(logto::SIGNATURE, upper)).await,
        Ok(())
    );
}

#[tokio::test]
async fn a_mac_of_another_length_is_malformed() {
    let road = Road::new(Secret::utf8(key()).unwrap());
    let call = logto::recording(37).call;
    let whole = hex(&mac(&call));
    for text in [
        String::new(),
        whole[..2].to_owned(),
        whole[..62].to_owned(),
        whole[..63].to_owned(),
        format!("{whole}00"),
        format!("0x{whole}"),
        format!("0x{}", &whole[..62]),
        format!("sha256={whole}"),
        format!("{whole}, {whole}"),
        format!("{whole} {whole}"),
        whole.replace(&whole[..1], "g"),
        "ü".repeat(32),
    ] {
        let changed = call.clone().with(logto::SIGNATURE, &text);
        let refused = road.admits(&changed).await;
        assert_eq!(refused, Err(Reason::MalformedSignature), "{text}");
    }
}

#[tokio::test]
async fn a_signature_that_stands_twice_is_malformed_even_if_both_are_right() {
    let road = Road::new(Secret::utf8(key()).unwrap());
    let call = logto::recording(37).call;
    let twice = call.clone().and(logto::SIGNATURE, hex(&mac(&call)));
    let refused = road.admits(&twice).await;
    assert_eq!(refused, Err(Reason::MalformedSignature));
}
