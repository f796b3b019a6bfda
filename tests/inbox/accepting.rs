//! What an endpoint with an inbox answers, and what it keeps.

use std::{sync::Arc, time::Duration};

use axum::Router;
use hookgate::{
    BuildError, Receiver, Secret,
    cloudevents::STRUCTURED_JSON,
    dedup::{Claim, DedupStore, OwnerToken},
    inbox::{
        Ask, DeadReason, FORMAT, Inbox, MemoryInbox, ProvedBy, StoredCoverage, StoredDelivery,
    },
    pack::KeyParts,
    providers::{
        cloudevents::CloudEvents,
        logto::{Event, EventName, Logto},
        preset::Preset,
    },
    schemes::{AccessToken, AccessTokenConfig, HmacBodyField, HmacBodyFieldConfig},
    simulator::{Sent, Signer},
    tenants::{KeySource, KeySourceError, Tenant, TenantName, Tenants},
    testing::FakeClock,
};
use http::HeaderName;

use super::works::Works;
use crate::props::{Call, Puppet, Server, Stage, logto, now};

/// Takes the one line out, as a worker would.
async fn stored(inbox: &MemoryInbox) -> StoredDelivery {
    let endpoints = [Arc::from("test")];
    let batch = inbox.lease(Ask {
        endpoints: &endpoints,
        format: FORMAT,
        limit: 9,
        lasts: Duration::from_secs(30),
        owner: OwnerToken::from_bytes([9; 16]),
        suspects: false,
    });
    let rows = batch.await.unwrap().rows;
    assert_eq!(rows.len(), 1);
    StoredDelivery::from_bytes(rows[0].payload.clone()).unwrap()
}

#[tokio::test]
async fn a_delivery_is_answered_once_it_is_durable_and_no_handler_runs() {
    let works = Works::new().await;
    let reply = works.stage.send(&logto::event(1)).await;
    assert_eq!((reply.status, reply.text()), (200, ""));
    assert_eq!((works.inbox.len(), works.stage.script.runs()), (1, 0));
}

#[tokio::test]
async fn copies_of_what_waits_are_answered_at_once() {
    let works = Works::new().await;
    for _ in 0..3 {
        let reply = works.stage.send(&logto::event(1)).await;
        assert_eq!(reply.status, 200);
    }
    assert_eq!(works.inbox.len(), 1);
}

#[tokio::test]
async fn what_is_not_wanted_is_not_stored() {
    let secret = Secret::utf8(logto::KEY).unwrap();
    let inbox = MemoryInbox::new();
    let pack = Logto::new(secret).interested_in([EventName::PostSignIn]);
    let stage = crate::props::Stage::of(pack, |builder| builder.inbox_for_tests(inbox.clone()));
    assert_eq!(stage.await.send(&logto::event(1)).await.status, 200);
    assert!(inbox.is_empty());
}

#[tokio::test]
async fn a_full_inbox_is_503_and_takes_more_when_there_is_room() {
    let inbox = MemoryInbox::with_clock(1, hookgate::time::SystemClock::new());
    let secret = Secret::utf8(logto::KEY).unwrap();
    let stage = crate::props::Stage::of(Logto::new(secret), |builder| {
        builder.inbox_for_tests(inbox.clone())
    })
    .await;
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
    let refused = stage.send(&logto::event(2)).await;
    assert_eq!(refused.status, 503);
    assert!(refused.header("retry-after").is_some());
    assert_eq!(stage.send(&logto::event(1)).await.status, 200);
}

/// Each event is kept with the whole body, so a body of 1 MiB with many small events would be kept as often.
#[tokio::test]
async fn a_body_is_kept_with_so_many_of_its_events_and_no_more() {
    const BODY: usize = 512 * 1024;
    let inbox = MemoryInbox::with_clock(1000, hookgate::time::SystemClock::new());
    let stage = crate::props::Stage::of(Puppet::default(), |builder| {
        let builder = builder.access(hookgate::access::AnyoneMayCall);
        builder.inbox_for_tests(inbox.clone())
    })
    .await;
    let body = |wanted: usize, unwanted: usize| {
        let mut body = String::from("batch\n");
        for n in 0..wanted {
            body.push_str(&format!("{wanted}-{n}\n"));
        }
        for n in 0..unwanted {
            body.push_str(&format!("unwanted{n}\n"));
        }
        body.push_str("unwanted ");
        body.push_str(&"x".repeat(BODY - body.len()));
        Call::post("/hook", body)
    };
    // 64 MiB hold 127 of them, with their addresses and headers.
    let refused = stage.send(&body(128, 0)).await;
    assert_eq!(refused.status, 413);
    assert_eq!(inbox.len(), 0, "nothing of it is kept");
    // What nobody asked for is not kept, and takes up nothing.
    assert_eq!(stage.send(&body(20, 500)).await.status, 200);
    assert_eq!(inbox.len(), 20);
}

#[tokio::test]
async fn a_copy_of_an_inline_run_waits_for_it_and_is_sent_back() {
    let works = Works::new().await;
    let parts = KeyParts::of_digest(logto::body(1).as_bytes());
    let key = works.stage.receiver.event_key(None, &parts).unwrap();
    let owner = OwnerToken::from_bytes([1; 16]);
    let lease = Duration::from_secs(3600);
    let claim = works.inbox.claim(&key, None, owner, lease).await.unwrap();
    assert!(matches!(claim, Claim::Won(_)));
    let sending = works.stage.sending(&logto::event(1));
    works.pass_until(|| sending.is_finished()).await;
    assert_eq!(sending.await.unwrap().status, 503);
    assert!(works.inbox.is_empty());
}

#[tokio::test]
async fn the_request_is_kept_as_it_came_without_its_credentials() {
    let extra = HeaderName::from_static("x-region");
    let works = Works::with(|builder| builder.inbox_headers([extra])).await;
    let call = logto::event(1)
        .target("/hook?a=1&b=%00")
        .with("authorization", "Bearer CANARY")
        .with("x-api-key", "CANARY")
        .with("x-region", "eu")
        .with(
            "traceparent",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        );
    assert_eq!(works.stage.send(&call).await.status, 200);
    let StoredDelivery { request, verdict } = stored(&works.inbox).await;
    assert_eq!((&*request.method, &*request.path), ("POST", "/hook"));
    assert_eq!(request.query.as_deref(), Some("a=1&b=%00"));
    assert_eq!(request.authority.as_deref(), Some("hooks.example.com"));
    assert_eq!(request.body, call.body);
    let mut names: Vec<_> = request.headers.iter().map(|(name, _)| &**name).collect();
    names.sort_unstable();
    assert_eq!(names, ["content-type", "traceparent", "x-region"]);
    assert_eq!(
        (&*verdict.pack, verdict.proved_by),
        ("logto", ProvedBy::Signature)
    );
    assert_eq!(verdict.coverage, StoredCoverage::Body);
    assert_eq!(verdict.retain, works.stage.receiver.retention());
}

#[tokio::test]
async fn what_was_compressed_is_kept_as_it_was_before() {
    let encoding = [http::header::CONTENT_ENCODING];
    let works = Works::with(|builder| builder.accept_gzip().inbox_headers(encoding)).await;
    let plain = logto::event(1);
    assert_eq!(works.stage.send(&plain.packed()).await.status, 200);
    let kept = stored(&works.inbox).await.request;
    assert_eq!(kept.body, plain.body);
    let names: Vec<_> = kept.headers.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["content-type"]);
}

/// A worker hands it to the application's whole router, which knows the route by its whole path.
#[tokio::test]
async fn the_path_of_a_nested_route_is_kept_whole() {
    let works = Works::new().await;
    let stage = &works.stage;
    let hook = stage.script.route::<Event>(&stage.receiver);
    let inner = Router::new().route("/hooks/{name}", hook);
    let server = Server::start(Router::new().nest("/api", inner)).await;
    let call = logto::event(1).target("/api/hooks/a%2fb?x=1");
    assert_eq!(call.send(server.addr).await.status, 200);
    let StoredDelivery { request, .. } = stored(&works.inbox).await;
    assert_eq!(&*request.path, "/api/hooks/a%2fb");
    assert_eq!(request.query.as_deref(), Some("x=1"));
}

/// Two deliveries of the same bytes that nobody can decode, and one of others.
#[tokio::test]
async fn what_cannot_be_decoded_is_kept_once_and_its_sender_is_content() {
    let works = Works::new().await;
    for (text, expected) in [("[]", 1), ("[]", 1), ("[1]", 2)] {
        let reply = works.stage.send(&logto::signed(text, logto::KEY)).await;
        assert_eq!(reply.status, 200);
        assert_eq!(works.dead().await, vec![DeadReason::Undecodable; expected]);
    }
    let forged = logto::signed("[2]", "another key of some length");
    assert_eq!(works.stage.send(&forged).await.status, 401);
    assert_eq!(works.dead().await.len(), 2);
}

/// A signature may be spelt in many ways. It is the same delivery in each.
#[tokio::test]
async fn what_cannot_be_decoded_is_kept_once_however_its_mac_is_written() {
    let inbox = MemoryInbox::with_clock(9, FakeClock::at(now()));
    let config = HmacBodyFieldConfig::new("mac");
    let scheme = HmacBodyField::try_from(config.clone()).unwrap();
    let pack = CloudEvents::signed(scheme, Secret::utf8(logto::KEY).unwrap());
    let stage = Stage::of(pack, |it| it.inbox_for_tests(inbox.clone())).await;
    // It has no id.
    let event = r#"{"specversion":"1.0","type":"t","source":"/s"}"#;
    let sent = Sent::post("/hook", STRUCTURED_JSON, event);
    let signer = Signer::new(config, logto::KEY).unwrap();
    let sent = signer.sign(sent, "", now()).unwrap();
    let members: serde_json::Value = serde_json::from_slice(&sent.body).unwrap();
    let mac = members["mac"].as_str().unwrap();
    let first = u32::from(mac.chars().next().unwrap());
    let copies = [
        String::from_utf8(sent.body.to_vec()).unwrap(),
        event.replacen('{', &format!(r#"{{"mac":"{mac}","#), 1),
        event.replacen('{', &format!(r#"{{"mac":"\u{first:04x}{}","#, &mac[1..]), 1),
    ];
    for body in copies {
        let call = Call::post("/hook", body.clone()).with("content-type", STRUCTURED_JSON);
        assert_eq!(stage.send(&call).await.status, 200, "{body}");
        assert_eq!(inbox.len(), 1, "{body}");
    }
}

#[tokio::test]
async fn what_cannot_be_decoded_is_refused_where_there_is_no_inbox() {
    let stage = crate::props::Stage::logto().await;
    assert_eq!(
        stage.send(&logto::signed("[]", logto::KEY)).await.status,
        400
    );
}

#[test]
fn an_inbox_that_forgets_has_to_be_named() {
    let builder = || {
        let secret = Secret::utf8(logto::KEY).unwrap();
        Receiver::new("test", Logto::new(secret))
    };
    let refused = builder().inbox(MemoryInbox::new()).build().unwrap_err();
    assert!(matches!(refused, BuildError::Receiver(why) if why.contains("inbox_for_tests")));
    let receiver = builder().inbox_for_tests(MemoryInbox::new()).build();
    let receiver = receiver.unwrap();
    assert!(receiver.has_inbox());
    // What is accepted is not lost with its sender's patience.
    let codes: Vec<_> = receiver.check().iter().map(|it| it.code()).collect();
    assert!(!codes.contains(&"events_can_be_lost"), "{codes:?}");
    let store = hookgate::dedup::MemoryStore::new();
    assert!(
        !builder()
            .inbox_for_tests(MemoryInbox::new())
            .dedup(store)
            .build()
            .unwrap()
            .has_inbox()
    );
}

#[test]
fn headers_that_hold_credentials_are_not_kept() {
    for name in ["authorization", "cookie", "proxy-authorization"] {
        let secret = Secret::utf8(logto::KEY).unwrap();
        let refused = Receiver::new("test", Logto::new(secret))
            .inbox_for_tests(MemoryInbox::new())
            .inbox_headers([HeaderName::from_static(name)])
            .build();
        assert!(matches!(refused, Err(BuildError::Receiver(_))), "{name}");
    }
}

/// Wherever the sender shows it.
#[test]
fn a_header_that_the_access_rule_reads_is_not_kept() {
    for (name, is_kept) in [("x-api-key", false), ("x-region", true)] {
        let secret = Secret::utf8(logto::KEY).unwrap();
        let built = Receiver::new("test", Logto::new(secret))
            .access(hookgate::access::ApiKey::header(
                "x-api-key",
                "a key of the sender",
            ))
            .inbox_for_tests(MemoryInbox::new())
            .inbox_headers([HeaderName::from_static(name)])
            .build();
        assert_eq!(built.is_ok(), is_kept, "{name}");
    }
}

/// Nobody asked for it to be kept: it is one of those that every inbox keeps.
#[tokio::test]
async fn a_usual_header_that_lets_somebody_in_is_not_kept() {
    const NAME: &str = "user-agent";
    let token = || Secret::utf8("CANARY").unwrap();
    let shown = AccessToken::try_from(AccessTokenConfig::header(NAME)).unwrap();
    let inbox = MemoryInbox::new();
    let by_rule = Stage::of(Logto::new(Secret::utf8(logto::KEY).unwrap()), |builder| {
        let rule = hookgate::access::ApiKey::header(NAME, "CANARY");
        builder.access(rule).inbox_for_tests(inbox.clone())
    });
    let call = logto::event(1).with(NAME, "CANARY");
    assert_eq!(by_rule.await.send(&call).await.status, 200);
    let of_rule = stored(&inbox).await.request;
    let inbox = MemoryInbox::new();
    let by_token = Stage::of(Preset::custom("acme", shown, token()), |builder| {
        builder.inbox_for_tests(inbox.clone())
    });
    assert_eq!(by_token.await.send(&call).await.status, 200);
    let of_token = stored(&inbox).await.request;
    for kept in [of_rule, of_token] {
        let names: Vec<_> = kept.headers.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["content-type"]);
    }
}

/// A receiver that is built does not know them.
struct Acme;

impl KeySource for Acme {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        let tenant = Tenant::new(name, Secret::utf8(logto::KEY).unwrap());
        let key = hookgate::access::ApiKey::header("x-api-key", "CANARY");
        Ok(Some(tenant.access(key)))
    }
}

#[tokio::test]
async fn a_header_that_the_tenants_rule_reads_is_not_kept() {
    let inbox = MemoryInbox::new();
    let name = TenantName::Header(HeaderName::from_static("x-tenant"));
    let pack = Logto::new(Tenants::new(name, Acme));
    let headers = ["x-api-key", "x-region"].map(HeaderName::from_static);
    let stage = crate::props::Stage::of(pack, |builder| {
        builder
            .inbox_for_tests(inbox.clone())
            .inbox_headers(headers)
    })
    .await;
    let call = logto::event(1)
        .with("x-tenant", "acme")
        .with("x-api-key", "CANARY")
        .with("x-region", "eu");
    assert_eq!(stage.send(&call).await.status, 200);
    let kept = stored(&inbox).await.request;
    let names: Vec<_> = kept.headers.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["content-type", "x-region"]);
}
