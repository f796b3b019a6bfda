//! Nothing that a sender wrote is on a page, unless the application allows it and the reader asks.

use hookgate::inbox::{Filter, Inbox};
use hookgate_inspector::{Inspector, Recent};
use hookgate_sqlite::SqliteInbox;
use hookgate_test_support::inboxes::{CANARY, accept_canaries, handle_canaries, shows_canary};

use super::props::{Scene, get, json, links, open, page};

/// Every page that a link leads to, and its JSON.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_page_shows_a_canary() {
    let folder = tempfile::tempdir().unwrap();
    let inbox = SqliteInbox::open(folder.path().join("inbox.db"))
        .await
        .unwrap();
    let receiver = accept_canaries(&inbox).await;
    handle_canaries(&inbox, &receiver).await;
    let behind = open(
        Inspector::builder()
            .receiver(&receiver)
            .inbox(inbox.clone()),
    );
    let mut addresses = vec!["/".to_owned()];
    let mut seen = 0;
    while let Some(address) = addresses.get(seen).cloned() {
        seen += 1;
        let shown = page(&behind, &address).await;
        assert!(!shows_canary(&shown), "{address}: {shown}");
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        if !path.contains('.') && path != "/" {
            let value = json(&behind, &format!("{path}.json?{query}")).await;
            assert!(!shows_canary(&value.to_string()), "{address}: {value}");
        }
        for link in links(&shown) {
            if link.starts_with('/') && !addresses.contains(&link) && addresses.len() < 300 {
                addresses.push(link);
            }
        }
    }
    assert!(seen > 20, "the links lead to all pages: {addresses:?}");
    let dead = inbox.list(&Filter::dead(), None, 1).await.unwrap();
    let key = dead.rows[0].key;
    // Asking is not enough.
    for address in [
        format!("/delivery?key={key}&contents=shown"),
        format!("/body?key={key}"),
    ] {
        let answer = get(&behind, &address).await;
        assert_eq!(answer.status(), 403, "{address}");
        assert!(!shows_canary(&String::from_utf8_lossy(answer.body())));
    }
    // Allowing is not enough either.
    let behind = open(Inspector::builder().inbox(inbox).show_contents());
    let shown = page(&behind, &format!("/delivery?key={key}")).await;
    assert!(!shows_canary(&shown), "{shown}");
    let shown = page(&behind, &format!("/delivery?key={key}&contents=shown")).await;
    assert!(shows_canary(&shown), "the search finds what is there");
}

#[tokio::test]
async fn what_this_process_has_seen_holds_nothing_of_a_sender() {
    let scene = Scene::start().await;
    let body = format!("{{\"type\":\"{CANARY}\",\"a\":\"{CANARY}\"}}");
    scene.deliver(CANARY, body.as_bytes(), CANARY).await;
    scene.intrude(&format!("/{CANARY}?token={CANARY}")).await;
    let builder = Inspector::builder()
        .recent(&scene.recent)
        .receiver(&scene.receiver);
    let behind = open(builder.show_contents());
    for address in [
        "/",
        "/deliveries",
        "/delivery?id=1",
        "/delivery?id=2",
        "/compare?a=1&b=2",
    ] {
        let shown = page(&behind, address).await;
        assert!(!shows_canary(&shown), "{address}: {shown}");
    }
    let debug = format!("{:?} {behind:?}", scene.recent);
    assert!(!shows_canary(&debug));
}

/// Each header that a check reads, in turn.
#[tokio::test]
async fn no_refusal_says_what_its_sender_wrote() {
    let scene = Scene::start().await;
    let future = "99999999999";
    let versions = format!("v1,{CANARY} {CANARY},{CANARY}");
    let of_json = ("content-type", "application/json");
    let of_type = format!("application/cloudevents+{CANARY}");
    for changed in [
        &[("content-type", CANARY)][..],
        &[("content-type", &of_type)],
        &[of_json, ("content-encoding", CANARY)],
        &[("webhook-signature", CANARY)],
        &[("webhook-signature", &versions)],
        &[("webhook-id", CANARY)],
        &[("webhook-id", "canary-5f1d0c7e."), of_json],
        &[("webhook-id", CANARY), ("webhook-id", CANARY)],
        &[("webhook-timestamp", CANARY)],
        &[("webhook-timestamp", future)],
    ] {
        scene.disturb(changed).await;
    }
    let behind = open(Inspector::builder().recent(&scene.recent));
    let list = json(&behind, "/deliveries").await;
    let rows = list["rows"].as_array().unwrap();
    let mut reasons: Vec<_> = rows.iter().map(|row| row["reason"].as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    for row in rows {
        let address = format!("/delivery?id={}", row["id"]);
        let one = json(&behind, &address).await;
        assert!(!shows_canary(&one.to_string()), "{one}");
        assert!(one["verdict"]["said"].is_string(), "{one}");
    }
    let expected = [
        "malformed_id",
        "malformed_signature",
        "malformed_timestamp",
        "signature_mismatch",
        "unsupported_encoding",
        "unsupported_media_type",
    ];
    assert_eq!(reasons, expected.map(Some), "each check has refused one");
}

#[test]
fn an_address_with_a_password_is_on_no_page() {
    let recent = Recent::new();
    let builder = Inspector::builder().recent(&recent);
    let builder = builder.inbox_arguments([format!("postgres://u:{CANARY}@host/db")]);
    assert!(!shows_canary(&format!("{builder:?}")));
}
