//! Nothing leaks: no secret, payload or personal data in an error or in `Debug`.

use std::sync::{Arc, Mutex};

use hookgate::{
    BuildError, Key, Keyring, Nack, Receiver, Secret,
    access::ApiKey,
    dedup::{MemoryStore, StoreError},
    framework::{self, Outcome},
    pack::{Head, RawRequest},
    providers::logto::{Event, Logto},
    tenants::{KeySourceError, Tenant},
};

use crate::props::{self, Stage, logto, personal, quiet};

const SECRET: &str = "CANARY-SECRET-cl43GgdTZpcCdipNaSt";
const API_KEY: &str = "CANARY-API-KEY";

#[tokio::test]
async fn debug_texts_and_errors_hold_no_canary() {
    let secret = || Secret::utf8(SECRET).unwrap();
    let ring = Keyring::new([Key::new("a", secret())]).unwrap();
    let access = ApiKey::header("x-api-key", API_KEY);
    quiet("secret", &format!("{:?} {:?}", secret(), ring));
    quiet("access", &format!("{access:?}"));
    quiet(
        "tenant",
        &format!("{:?}", Tenant::new("t", secret()).access(access)),
    );
    let builder = Receiver::new("test", Logto::new(secret())).dedup(MemoryStore::new());
    quiet("builder", &format!("{builder:?}"));
    let receiver = builder.build().unwrap();
    quiet("receiver", &format!("{receiver:?} {receiver:#?}"));

    let event = Event::from_slice(personal("PostSignIn", 1).as_bytes()).unwrap();
    quiet("event", &format!("{event:?} {event:#?}"));
    let misfit = Event::from_slice(personal("User.Created", 1).as_bytes()).unwrap();
    quiet("misfit", &format!("{misfit:?} {misfit:#?}"));

    let call = logto::signed(personal("PostSignIn", 1), SECRET).with("x-token", "CANARY");
    let head = Head::new("POST", "/CANARY-PATH", &call.headers)
        .query(Some("token=CANARY-QUERY"))
        .authority(Some("CANARY.example.com"));
    let request = RawRequest::new(head, &call.body);
    quiet("request", &format!("{head:?} {request:?}"));
    let refused = Event::from_slice(b"\"CANARY\"").unwrap_err();
    quiet("refused", &format!("{refused} {refused:?}"));

    let source = || "redis://CANARY@10.0.0.1";
    quiet(
        "store error",
        &StoreError::Unavailable(source().into()).to_string(),
    );
    quiet(
        "key source error",
        &KeySourceError::new(source()).to_string(),
    );
    let nack = Nack::retry().with_error("CANARY");
    quiet("nack", &format!("{nack:?}"));
    quiet("outcome", &format!("{:?}", Outcome::from(nack)));
    let build: BuildError = Secret::utf8("CANARY ").unwrap_err().into();
    quiet("build error", &format!("{build} {build:?}"));
}

#[tokio::test]
async fn what_travels_with_a_delivery_shows_no_canary() {
    let stage = Stage::of(Logto::new(Secret::utf8(SECRET).unwrap()), |builder| builder).await;
    stage.clock.set_wall(props::now());
    let call = logto::signed(personal("PostSignIn", 1), SECRET);
    let head = Head::new("POST", "/", &call.headers);
    let timer: Arc<dyn hookgate::time::Timer> = Arc::new(stage.clock.clone());
    let body = Some(call.body.clone());
    let admitted = stage
        .receiver
        .judge()
        .admit(head, body, &timer)
        .await
        .unwrap()
        .admitted()
        .unwrap();
    quiet("admitted", &format!("{admitted:?}"));
    let shown = Arc::new(Mutex::new(String::new()));
    let show = shown.clone();
    let run = move |slot: hookgate::framework::DeliverySlot, _bytes| async move {
        let mut text = format!("{slot:?}");
        let delivery = slot.take::<Event>().unwrap();
        text.push_str(&format!("{delivery:?} {:?} {slot:?}", delivery.lease()));
        show.lock().unwrap().push_str(&text);
        framework::Ran {
            outcome: Outcome::Processed,
            reply: Some(()),
            status: None,
        }
    };
    framework::handle(stage.receiver.clone(), admitted, timer.clone(), run).await;
    let shown = shown.lock().unwrap();
    assert!(shown.contains("Delivery"));
    quiet("delivery", &shown);
}
