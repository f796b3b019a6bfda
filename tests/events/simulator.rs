//! The simulators send what the real senders sent when they were recorded.

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    UnixTime,
    providers::{
        logto::{Event, EventName, LogtoSimulator, User},
        preset::StandardWebhooksSimulator,
    },
    simulator::Sent,
};

use crate::props::logto::{KEY, SIGNATURE, with_body};

/// Custom headers of the recorded hooks.
fn custom_headers(file: &str) -> &'static [(&'static str, &'static str)] {
    match file.get(..3).unwrap() {
        "062" => &[("x-name", "José")],
        "067" => &[("Logto-Signature-Sha-256", "deadbeef"), (SIGNATURE, "lost")],
        "068" => &[
            ("x-custom-one", "1"),
            ("user-agent", "MyAgent/2"),
            ("authorization", "Bearer abc"),
            ("x-forwarded-for", "203.0.113.9"),
            ("content-type", "application/json; charset=utf-8"),
        ],
        _ => &[],
    }
}

#[test]
fn logto_sends_the_recorded_headers_in_their_order() {
    for recorded in with_body() {
        let (key, path) = (
            recorded.signing_key.unwrap_or_default(),
            recorded.call.target,
        );
        let mut logto = LogtoSimulator::new(&key, UnixTime::EPOCH).path(&path);
        for (name, value) in custom_headers(&recorded.file) {
            logto = logto.custom_header(*name, *value);
        }
        let sent = logto.body(recorded.call.body.clone());
        let clients = ["host", "connection", "content-length"];
        let mut expected = recorded.headers;
        expected.retain(|(name, _)| !clients.contains(&name.as_str()));
        assert_eq!(sent.headers, expected, "{}", recorded.file);
        assert_eq!(sent.method, "POST");
        assert_eq!(sent.path, path);
        assert_eq!(sent.body, recorded.call.body);
    }
}

#[test]
fn a_typed_event_is_sent_with_the_recorded_signature() {
    let mut same = 0;
    for recorded in with_body() {
        let event = Event::from_slice(&recorded.call.body).unwrap();
        let key = recorded.signing_key.unwrap_or_default();
        let sent = LogtoSimulator::new(&key, UnixTime::EPOCH)
            .event(&event)
            .unwrap();
        let signature = recorded.headers.iter().find(|(name, _)| name == SIGNATURE);
        same += usize::from(sent.header(SIGNATURE) == signature.map(|(_, value)| value.as_str()));
    }
    // All but four whose members are in an order of their own, and the joined header.
    assert_eq!(same, 34);
}

#[test]
fn conveniences_send_events_of_their_own_type_time_and_hook() {
    let now = UnixTime::from_rfc3339("2026-11-21T23:35:15.360Z").unwrap();
    let logto = LogtoSimulator::new(KEY, now).hook_id("h1");
    let user = User::new("u1", now);
    for (sent, name) in [
        (logto.post_sign_in(user.clone()), EventName::PostSignIn),
        (logto.post_register(user.clone()), EventName::PostRegister),
        (logto.user_created(user), EventName::UserCreated),
    ] {
        let event = Event::from_slice(&sent.body).unwrap();
        assert_eq!(event.known_name(), Some(name));
        assert_eq!(event.created_at(), Some(now));
        assert_eq!(event.hook_id(), Some("h1"));
        assert_eq!(event.user_id(), Some("u1"));
        assert_eq!(sent.header(SIGNATURE).unwrap().len(), 64);
    }
    let later = UnixTime::from_millis(now.as_millis() + 1);
    let event = Event::from_slice(&logto.at(later).unknown("Some.New.Event").body).unwrap();
    assert_eq!(event.name(), "Some.New.Event");
    assert_eq!(event.label(), "other");
    assert_eq!(event.created_at(), Some(later));
    assert_eq!(event.hook_id(), Some("h1"));
}

fn values<'a>(sent: &'a Sent, name: &str) -> Vec<&'a str> {
    let found = sent.headers.iter().filter(|(found, _)| found == name);
    found.map(|(_, value)| value.as_str()).collect()
}

#[test]
fn mistakes_are_what_they_say_and_nothing_else() {
    let logto = LogtoSimulator::new(KEY, UnixTime::EPOCH);
    let standard = StandardWebhooksSimulator::new("secret");
    for (right, header) in [
        (logto.body("{\"event\":\"X\"}"), SIGNATURE),
        (
            standard.send("id", UnixTime::EPOCH, "{\"event\":\"X\"}"),
            "webhook-signature",
        ),
    ] {
        let signature = right.header(header).unwrap().to_owned();

        let wrong = right.clone().with_tampered_body();
        assert_ne!(wrong.body, right.body);
        assert_eq!(wrong.body.len(), right.body.len());
        assert_eq!(wrong.headers, right.headers);
        assert!(!logto.body("").with_tampered_body().body.is_empty());

        let wrong = right.clone().with_tampered_signature();
        let forged = wrong.header(header).unwrap();
        assert_eq!(forged.len(), signature.len());
        let differences = forged
            .bytes()
            .zip(signature.bytes())
            .filter(|(one, other)| one != other);
        assert_eq!(differences.count(), 1);
        assert_eq!(wrong.body, right.body);

        assert_eq!(values(&right.clone().unsigned(), header), [""; 0]);
        let wrong = right.clone().with_joined_signature("deadbeef");
        assert_eq!(values(&wrong, header), [format!("deadbeef, {signature}")]);
        let wrong = right.clone().with_repeated_signature();
        assert_eq!(values(&wrong, header), [&signature, &signature]);
        assert_eq!(values(&right, header), [&signature]);
    }
    let other = LogtoSimulator::new("another key", UnixTime::EPOCH).body("{}");
    assert_ne!(other.header(SIGNATURE), logto.body("{}").header(SIGNATURE));
    let unsigned = LogtoSimulator::new("", UnixTime::EPOCH).body("{}");
    assert_eq!(unsigned.header(SIGNATURE), None);
}

#[test]
fn standard_webhooks_are_signed_as_their_libraries_do() {
    // The example in the test suites of the specification's own libraries.
    let secret = BASE64_STANDARD
        .decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
        .unwrap();
    let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    let at = UnixTime::from_millis(1_614_265_330_999);
    let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    let sender = StandardWebhooksSimulator::new(&secret).path("/hooks");
    let sent = sender.send(id, at, r#"{"test": 2432232314}"#);
    assert_eq!(sent.path, "/hooks");
    assert_eq!(sent.header("webhook-id"), Some(id));
    assert_eq!(sent.header("webhook-timestamp"), Some("1614265330"));
    assert_eq!(sent.header("webhook-signature"), Some(expected));

    let sender = sender.also_signed_with("another").svix_names();
    let sent = sender.send(id, at, r#"{"test": 2432232314}"#);
    assert_eq!(sent.header("svix-id"), Some(id));
    assert_eq!(sent.header("svix-timestamp"), Some("1614265330"));
    let signatures = sent.header("svix-signature").unwrap();
    let (first, second) = signatures.split_once(' ').unwrap();
    assert_eq!(first, expected);
    assert!(second.starts_with("v1,") && second != expected);
    assert_eq!(sent.unsigned().header("svix-signature"), None);
}

#[test]
fn a_sent_request_can_be_given_to_a_service() {
    let sent = LogtoSimulator::new(KEY, UnixTime::EPOCH)
        .path("/hooks?tenant=a")
        .body("{}")
        .with_repeated_signature();
    let request = sent.clone().into_request().unwrap();
    assert_eq!(request.method(), "POST");
    assert_eq!(request.uri(), "/hooks?tenant=a");
    assert_eq!(request.headers().get_all(SIGNATURE).iter().count(), 2);
    assert_eq!(request.body(), &sent.body);
    assert!(sent.with_header("a b", "c").into_request().is_err());
}

#[test]
fn simulators_show_no_key_and_no_body() {
    let logto = LogtoSimulator::new(KEY, UnixTime::EPOCH);
    let sent = logto.body("{\"secret\":1}");
    for shown in [format!("{logto:?}"), format!("{sent:?}")] {
        assert!(!shown.contains(KEY), "{shown}");
        assert!(!shown.contains("secret"), "{shown}");
        assert!(!shown.contains(sent.header(SIGNATURE).unwrap()), "{shown}");
    }
    let standard = StandardWebhooksSimulator::new("secret-bytes");
    assert!(!format!("{standard:?}").contains("secret-bytes"));
}
