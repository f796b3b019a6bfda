//! A copy with other content: observed, and refused only by choice.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

mod support;

use std::sync::{Arc, Mutex};

use hookgate::{
    ContentDigest, KeyParts, Keys, Observed, Observer, Provider, Rejection, Secret, Verified,
    keys::LiveKeys,
    provider::{Authenticated, Decoded, SenderProfile, Undecodable},
    providers::logto::Logto,
    request::RawRequest,
};
use support::{Stage, logto};

/// Signed as Logto signs; the first word of the body identifies an event.
struct Words(Logto);

impl Provider for Words {
    type Event = String;

    fn name(&self) -> &str {
        "words"
    }

    fn profile(&self) -> SenderProfile {
        SenderProfile::unknown()
    }

    fn keys(&self) -> Keys {
        self.0.keys()
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.0.verify(request, keys)
    }

    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
        key: &mut KeyParts,
    ) -> Result<Decoded<String>, Undecodable> {
        let text = std::str::from_utf8(authenticated.bytes).map_err(|_| Undecodable("no text"))?;
        if let Some(word) = text.split(' ').next().filter(|word| !word.is_empty()) {
            key.part(word);
        }
        let digest = ContentDigest::of(text.as_bytes());
        Ok(Decoded::new(text.to_owned()).content(digest))
    }
}

#[derive(Clone, Default)]
struct Changes(Arc<Mutex<Vec<String>>>);

impl Observer for Changes {
    fn changed_content(&self, delivery: Observed<'_>) {
        self.0
            .lock()
            .unwrap()
            .push(delivery.event_key().to_string());
    }

    fn undecodable(&self, _endpoint: &str, why: &'static str, bytes: &bytes::Bytes) {
        self.0.lock().unwrap().push(format!("{why}: {bytes:?}"));
    }
}

fn words() -> Words {
    Words(Logto::new(Secret::utf8(logto::KEY).unwrap()))
}

#[tokio::test]
async fn it_is_a_copy_and_the_application_is_told() {
    let changes = Changes::default();
    let stage = Stage::of(words(), |builder| builder.observer(changes.clone())).await;
    for text in ["one a", "one a", "one b", "one a"] {
        let reply = stage.send(&logto::signed(text, logto::KEY)).await;
        assert_eq!(reply.status, 200);
    }
    assert_eq!(stage.script.runs(), 1);
    let key = stage.script.last().key.to_string();
    assert_eq!(*changes.0.lock().unwrap(), [key]);
}

#[tokio::test]
async fn it_is_refused_by_choice() {
    let stage = Stage::of(words(), |builder| builder.refuse_changed_content()).await;
    let mut answers = Vec::new();
    for text in ["one a", "one a", "one b", "one a", "two b"] {
        answers.push(stage.send(&logto::signed(text, logto::KEY)).await.status);
    }
    assert_eq!(answers, [200, 200, 400, 200, 200]);
    assert_eq!(stage.script.runs(), 2);
}

#[tokio::test]
async fn an_event_without_identity_is_no_event_and_its_bytes_go_to_the_application() {
    let told = Changes::default();
    let stage = Stage::of(words(), |builder| builder.observer(told.clone())).await;
    let reply = stage.send(&logto::signed(" none", logto::KEY)).await;
    assert_eq!(reply.status, 400);
    let told = told.0.lock().unwrap();
    assert_eq!(*told, ["nothing identifies the event: b\" none\""]);
}
