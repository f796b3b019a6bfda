//! `verify` and `listen` name an event by the key that the application's receiver makes.

use std::fs;

use hookgate::{
    Receiver, Secret,
    framework::Judgement,
    pack::Head,
    providers::logto::{Logto, LogtoSimulator},
    time::{Clock, SystemClock},
};
use serde_json::{Value, json};

use crate::{
    command::{base64, verdict},
    listening::{Listening, SECRETS},
    raw_request::{CLOSE, post},
};

fn secret() -> &'static str {
    let named = SECRETS
        .iter()
        .find(|(name, _)| *name == "LOGTO_SIGNING_KEY");
    named.unwrap().1
}

/// The key that an application's receiver makes.
fn key_in_receiver(pack: Logto, body: &str) -> String {
    let now = SystemClock::new().now();
    let request = LogtoSimulator::new(secret(), now).body(body.to_owned());
    let request = request.into_request().unwrap();
    let headers: Vec<_> = request.headers().iter().collect();
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let headers: Vec<_> = headers.collect();
    let judge = Receiver::new("hook", pack).judge().unwrap();
    let head = Head::new("POST", "/", &headers);
    let judgement = judge.judge_at_once(head, body.to_owned(), now);
    let Ok(Judgement::Believed(admitted)) = judgement else {
        panic!("it is signed: {body}");
    };
    admitted.first().event_key().to_string()
}

fn key_in_verify(settings: &Value, body: &str) -> Value {
    let signature = crate::raw_request::logto_signature(body);
    let verdict = verdict(&json!({
        "id": "1",
        "provider": "logto",
        "keys": [format!("utf8:{}", secret())],
        "headers": [["content-type", "application/json"], ["logto-signature-sha-256", signature]],
        "body_base64": base64(body.as_bytes()),
        "settings": settings,
    }));
    assert_eq!(verdict["verdict"], "accepted", "{verdict}");
    verdict["event_key"].clone()
}

#[test]
fn the_settings_of_logto_name_events_as_the_receiver_does() {
    let at = SystemClock::new().now().to_rfc3339();
    let body =
        |hook: &str| format!(r#"{{"event":"PostSignIn","createdAt":"{at}","hookId":"{hook}"}}"#);
    let as_sent = body("a");
    let reordered = format!(r#"{{"hookId":"a","createdAt":"{at}","event":"PostSignIn"}}"#);
    let of_another_hook = body("b");
    for (merges, is_canonical) in [(false, false), (true, false), (false, true), (true, true)] {
        let settings = json!({"merge_hooks": merges, "canonical_identity": is_canonical});
        let pack = || {
            let pack = Logto::new(Secret::utf8(secret()).unwrap());
            let pack = if merges { pack.merge_hooks() } else { pack };
            if is_canonical {
                pack.canonical_identity()
            } else {
                pack
            }
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.json");
        fs::write(&file, settings.to_string()).unwrap();
        let file = file.to_str().unwrap();
        let keys = [&as_sent, &reordered, &of_another_hook].map(|body| {
            let key = key_in_receiver(pack(), body);
            assert_eq!(key_in_verify(&settings, body), key, "verify, {settings}");
            // One for each, since a copy is no event.
            let listening = Listening::start("logto", &["--json", "--settings", file]);
            post(&listening, "/", CLOSE, body);
            assert_eq!(listening.event()["event_key"], key, "listen, {settings}");
            listening.stop();
            key
        });
        assert_eq!(keys[0] == keys[1], is_canonical, "{settings}");
        assert_eq!(keys[0] == keys[2], merges, "{settings}");
    }
}
