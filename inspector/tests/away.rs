//! While the inbox does not answer, what this process knows by itself is shown, and each page says what is missing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hookgate::{
    EventKey,
    dedup::{DedupStore, End, Lease, Settled, StoreError},
    inbox::{Filter, Inbox, Kept, MemoryInbox, Page, Position, Totals},
};
use hookgate_inspector::{Behind, Inspector};
use serde_json::{Value, json};

use super::props::{Scene, get, json, open, page};

/// An inbox that can be away for those who look at it.
#[derive(Clone)]
struct Switched {
    inner: MemoryInbox,
    is_away: Arc<AtomicBool>,
}

impl Switched {
    fn of(inner: &MemoryInbox) -> Self {
        Self {
            inner: inner.clone(),
            is_away: Arc::new(AtomicBool::new(true)),
        }
    }

    fn there(&self) -> Result<&MemoryInbox, StoreError> {
        match self.is_away.load(Ordering::SeqCst) {
            true => Err(StoreError::Unavailable("the server is gone".into())),
            false => Ok(&self.inner),
        }
    }
}

impl DedupStore for Switched {
    async fn settle(&self, lease: &Lease, end: End, by: Duration) -> Result<Settled, StoreError> {
        self.there()?.settle(lease, end, by).await
    }

    hookgate::forward_calls!(inner: claim, extend, look, promises, settled, held, findings);
}

impl Inbox for Switched {
    async fn totals(&self) -> Result<Vec<Totals>, StoreError> {
        self.there()?.totals().await
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.there()?.list(filter, after, limit).await
    }

    async fn read(&self, key: &EventKey) -> Result<Option<Kept>, StoreError> {
        self.there()?.read(key).await
    }

    hookgate::forward_calls!(inner: accept, quarantine, lease, keep, give_back, bury, pause, resume, promote, work_may_wait, hold, discard, replay, erase);
}

/// The heading of what each page says.
const SAID: &str = "The inbox did not answer.";

/// One event delivered twice, and one intruder. The event is a dead letter, which the inbox alone knows.
async fn shown() -> (Scene, Switched, Behind) {
    let scene = Scene::start().await;
    scene.deliver("one", b"{}", "").await;
    scene.reject_all("no").await;
    scene.deliver("one", b"{}", "").await;
    scene.intrude("").await;
    let inbox = Switched::of(&scene.inbox);
    let behind = open(scene.builder().inbox(inbox.clone()).show_contents());
    (scene, inbox, behind)
}

#[tokio::test]
async fn what_this_process_knows_is_shown_without_the_inbox() {
    let (scene, inbox, behind) = shown().await;
    let key = scene.keys().await[0];
    let pages = [
        "/receivers".to_owned(),
        "/deliveries".to_owned(),
        "/deliveries?reason=duplicate".to_owned(),
        "/delivery?id=1".to_owned(),
        format!("/delivery?key={key}"),
        format!("/compare?a={key}&b=1"),
    ];
    for address in &pages {
        let html = page(&behind, address).await;
        assert!(html.contains(SAID), "{address}: {html}");
        assert_eq!(json(&behind, address).await["inbox_answered"], false);
    }
    let list = json(&behind, "/deliveries").await;
    let rows = list["rows"].as_array().unwrap().iter();
    let reasons: Vec<_> = rows.map(|row| row["reason"].as_str().unwrap()).collect();
    let expected = [
        "signature_mismatch",
        "duplicate",
        "handler_rejected",
        "queued",
    ];
    assert_eq!(reasons, expected);
    let one = json(&behind, "/delivery?id=1").await;
    assert_eq!(one["verdict"]["reason"], "queued");
    let endpoint = &json(&behind, "/receivers").await["endpoints"][0];
    assert_eq!(endpoint["states"][0]["state"], "accepting");
    assert_eq!(endpoint["last_refused_reason"], "signature_mismatch");
    assert_eq!(endpoint["inbox"], Value::Null);
    let card = page(&behind, "/receivers").await;
    assert!(card.contains("its counts are not known"), "{card}");

    inbox.is_away.store(false, Ordering::SeqCst);
    for address in &pages {
        let html = page(&behind, address).await;
        assert!(!html.contains(SAID), "{address}: {html}");
        assert_eq!(json(&behind, address).await["inbox_answered"], true);
    }
    let endpoint = &json(&behind, "/receivers").await["endpoints"][0];
    assert_eq!(endpoint["inbox"]["dead"], 1);
}

#[tokio::test]
async fn what_the_inbox_alone_knows_is_503() {
    let (scene, _inbox, behind) = shown().await;
    let (key, other) = (scene.keys().await[0], "0".repeat(64));
    for address in [
        "/deliveries?source=inbox".to_owned(),
        // Nothing in an inbox has this outcome.
        "/deliveries?source=inbox&outcome=refused".to_owned(),
        "/dead".to_owned(),
        format!("/delivery?key={other}"),
        format!("/delivery?key={key}&contents=shown"),
        format!("/body?key={key}"),
        format!("/compare?a={other}&b=1"),
    ] {
        assert_eq!(get(&behind, &address).await.status(), 503, "{address}");
    }
    assert_eq!(get(&behind, "/delivery?id=9").await.status(), 404);
    // There is nothing else to show.
    let behind = open(Inspector::builder().inbox(Switched::of(&scene.inbox)));
    for address in ["/receivers", "/deliveries", "/dead", "/live"] {
        assert_eq!(get(&behind, address).await.status(), 503, "{address}");
    }
}

/// So an open page shows it, and shows the counts once they are there again.
#[tokio::test]
async fn the_cursor_moves_when_the_inbox_goes_and_comes() {
    let (_scene, inbox, behind) = shown().await;
    let away = json(&behind, "/live").await;
    assert_eq!(away["inbox_answered"], json!(false));
    assert_eq!(json(&behind, "/live").await, away);
    inbox.is_away.store(false, Ordering::SeqCst);
    assert_ne!(json(&behind, "/live").await["cursor"], away["cursor"]);
}

#[tokio::test]
async fn without_an_inbox_nothing_is_said_of_one() {
    let scene = Scene::start().await;
    scene.intrude("").await;
    let behind = open(Inspector::builder().recent(&scene.recent));
    for address in ["/receivers", "/deliveries", "/delivery?id=1"] {
        assert!(!page(&behind, address).await.contains("inbox"), "{address}");
        let value = json(&behind, address).await;
        assert_eq!(value["inbox_answered"], Value::Null, "{address}");
    }
}
