//! What cannot be, or would handle events twice, is refused when the reconciler is built.

use std::time::Duration;

use hookgate::{
    Ack, BuildError, Delivery, Receiver, Secret, Severity,
    dedup::MemoryStore,
    providers::{
        idcloud::IdCloud,
        logto::{Event, Logto as Pack, client::LogtoClient},
    },
};

use super::server::{HOOK, Kept, Logto, body, send, shown};
use crate::props::{logto::KEY, now};

fn secret() -> Secret {
    Secret::utf8(KEY).unwrap()
}

fn refused(built: Result<impl Sized, BuildError>) -> String {
    let error = built.err().expect("it was built");
    assert!(matches!(error, BuildError::Reconciler(_)), "{error:?}");
    error.to_string()
}

/// By their bytes, what was handled and what the log shows would be two events.
#[tokio::test]
async fn an_endpoint_that_identifies_events_by_their_bytes_is_refused() {
    let logto = Logto::start().await;
    let why = refused(logto.building(Pack::new(secret())).build());
    assert!(why.contains("canonical_identity"), "{why}");
    let why = refused(logto.building(Pack::new(secret()).merge_hooks()).build());
    assert!(why.contains("canonical_identity"), "{why}");
    assert!(logto.building(Logto::pack().merge_hooks()).build().is_ok());
}

#[tokio::test]
async fn a_store_that_forgets_at_a_restart_is_refused() {
    let logto = Logto::start().await;
    let receiver = Receiver::new("test", Logto::pack()).dedup(MemoryStore::new());
    let receiver = receiver.build().unwrap();
    let builder = logto.client().reconciler(&receiver, HOOK);
    let builder = builder.handle(|_: Delivery<Event>| async { Ok(Ack::processed()) });
    assert!(refused(builder.build()).contains("forgets at a restart"));
}

/// D7: the log shows what is a day old, and the mark of it has just gone.
#[tokio::test]
async fn a_window_that_is_longer_than_the_retention_less_an_hour_is_refused() {
    let logto = Logto::start().await;
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    for (window, is_taken) in [
        (hours(23), true),
        (hours(23) + Duration::from_secs(1), false),
    ] {
        let built = logto.building(Logto::pack()).window(window).build();
        assert_eq!(built.is_ok(), is_taken, "{window:?}");
    }
    let zero = logto.building(Logto::pack()).window(Duration::ZERO).build();
    assert!(refused(zero).contains("window"));
    // A longer retention has room for all that the log shows, and for no more.
    let receiver = Receiver::new("test", Logto::pack())
        .dedup(Kept(MemoryStore::new()))
        .retention(hours(72))
        .build()
        .unwrap();
    let build = |window| {
        let builder = logto.client().reconciler(&receiver, HOOK).window(window);
        let builder = builder.handle(|_: Delivery<Event>| async { Ok(Ack::processed()) });
        builder.build()
    };
    assert!(build(hours(24)).is_ok());
    assert!(refused(build(hours(25))).contains("window"));
}

#[tokio::test]
async fn what_does_not_fit_the_receiver_is_refused() {
    let logto = Logto::start().await;
    let client = logto.client();
    let receiver = logto.receiver(Logto::pack());
    assert!(refused(client.reconciler(&receiver, HOOK).build()).contains("handle"));
    let tenant = logto.building(Logto::pack()).tenant("acme").build();
    assert!(refused(tenant).contains("tenant"));
    let page = logto.building(Logto::pack()).page_size(101).build();
    assert!(refused(page).contains("100"));
    for hook in ["", "a/b", "a?b", "..", "a%2f"] {
        let handle = |_: Delivery<Event>| async { Ok(Ack::processed()) };
        let built = client.reconciler(&receiver, hook).handle(handle).build();
        assert!(matches!(built, Err(BuildError::Name { .. })), "{hook}");
    }
    let other = Receiver::new("test", IdCloud::new())
        .access(hookgate::access::Basic::from_text("unico:s3cret"))
        .dedup(Kept(MemoryStore::new()))
        .build()
        .unwrap();
    let built = client.reconciler(&other, HOOK);
    let built = built
        .handle(|_: Delivery<Event>| async { Ok(Ack::processed()) })
        .build();
    assert!(refused(built).contains("no events of Logto"));
}

#[test]
fn a_client_has_an_address_that_is_https() {
    let build = |url: &str| LogtoClient::new(url, "app", secret()).build().map(drop);
    assert!(build("https://example.logto.app").is_ok());
    for url in [
        "http://example.logto.app",
        "https://example.logto.app/api",
        "https://user:s3cret@example.logto.app",
        "example",
    ] {
        let error = build(url).unwrap_err().to_string();
        assert!(!error.contains("s3cret"), "{error}");
    }
    assert!(
        LogtoClient::new("https://example.logto.app", "", secret())
            .build()
            .is_err()
    );
}

/// Whoever changes it later must have been told.
#[test]
fn a_receiver_says_that_its_identity_must_stay_as_it_is() {
    let found = |pack: Pack| {
        let receiver = Receiver::new("test", pack)
            .dedup(MemoryStore::new())
            .build()
            .unwrap();
        let found = receiver.check();
        found
            .into_iter()
            .find(|it| it.code() == "identified_by_content")
    };
    let said = found(Logto::pack()).unwrap();
    assert_eq!(said.severity(), Severity::Note);
    assert!(said.what().contains("copies run again"), "{said}");
    assert_eq!(found(Pack::new(secret())), None);
}

/// As the log writes it, or with another spelling of the same values, it is the same event.
#[tokio::test]
async fn an_event_is_identified_by_what_its_json_says() {
    let logto = Logto::start().await;
    let endpoint = logto.endpoint().await;
    let sent = body(1, now());
    let same = [
        sent.clone(),
        shown(&sent).to_string(),
        format!(" {} ", shown(&sent)),
        sent.replace("1.0", "1e0")
            .replace("1e21", "1000000000000000000000"),
        sent.replace("Ana", "\\u0041na"),
    ];
    for text in &same {
        assert_eq!(send(&endpoint, text).await.status, 200, "{text}");
    }
    assert_eq!(logto.runs().len(), 1);
    send(&endpoint, &sent.replace("1.0", "1.5")).await;
    assert_eq!(logto.runs().len(), 2);
}

/// Logto's database takes half of a pair no more than RFC 8785 does, so its bytes identify it. A repeated member says two
/// things at once.
#[tokio::test]
async fn what_has_no_canonical_form_is_never_two_events() {
    let logto = Logto::start().await;
    let endpoint = logto.endpoint().await;
    let half = body(1, now()).replace("Ana", "\\ud800");
    for _ in 0..2 {
        assert_eq!(send(&endpoint, &half).await.status, 200);
    }
    assert_eq!(logto.runs().len(), 1);
    for twice in [
        body(2, now()).replace(r#""status":200"#, r#""status":200,"status":200"#),
        body(3, now()).replace(
            r#""isDefault":false"#,
            r#""isDefault":false,"isDefault":true"#,
        ),
        body(4, now()).replace("1e21", "1e999"),
    ] {
        let status = send(&endpoint, &twice).await.status;
        assert!((400..500).contains(&status), "{status}");
    }
    assert_eq!(logto.runs().len(), 1);
}
