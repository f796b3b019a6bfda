//! Live update: what changes is told, and nothing is asked of a store while nobody looks.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use hookgate::{UnixTime, inbox::MemoryInbox, testing::FakeClock};
use hookgate_inspector::Inspector;

use super::props::{Scene, json, open, page};

async fn cursor(behind: &hookgate_inspector::Behind) -> String {
    json(behind, "/live").await["cursor"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn the_cursor_moves_with_each_change_and_with_nothing_else() {
    let scene = Scene::start().await;
    let behind = scene.open();
    let mut last = cursor(&behind).await;
    assert_eq!(cursor(&behind).await, last);
    let shown = page(&behind, "/deliveries").await;
    assert!(
        shown.contains(&format!("data-cursor=\"{last}\"")),
        "{shown}"
    );
    assert!(shown.contains("data-live=\"/live.json\""), "{shown}");

    scene.deliver("one", b"{}", "").await;
    let next = cursor(&behind).await;
    assert_ne!(std::mem::replace(&mut last, next.clone()), next);
    scene.intrude("").await;
    let next = cursor(&behind).await;
    assert_ne!(std::mem::replace(&mut last, next.clone()), next);
    // What another process does shows in the inbox alone.
    let behind = open(Inspector::builder().inbox(scene.inbox.clone()));
    let before = cursor(&behind).await;
    scene.reject_all("no").await;
    assert_ne!(cursor(&behind).await, before);
    // An older page stays as it is.
    let older = page(&behind, "/deliveries?after=newest%205").await;
    assert!(!older.contains("data-live"), "{older}");
}

/// Each call of the inbox reads its clock.
#[derive(Clone)]
struct Counting(FakeClock, Arc<AtomicUsize>);

impl hookgate::time::Clock for Counting {
    fn now(&self) -> UnixTime {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.now()
    }

    fn monotonic(&self) -> std::time::Duration {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.monotonic()
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_asked_of_the_inbox_while_nobody_looks() {
    let asked = Arc::new(AtomicUsize::new(0));
    let clock = FakeClock::at(UnixTime::from_secs(1_700_000_000));
    let inbox = MemoryInbox::with_clock(10, Counting(clock, asked.clone()));
    let behind = open(Inspector::builder().inbox(inbox));
    let made = asked.load(Ordering::Relaxed);
    tokio::time::advance(std::time::Duration::from_secs(3600)).await;
    assert_eq!(asked.load(Ordering::Relaxed), made);
    page(&behind, "/deliveries").await;
    let once = asked.load(Ordering::Relaxed);
    assert!(once > made);
    tokio::time::advance(std::time::Duration::from_secs(3600)).await;
    assert_eq!(asked.load(Ordering::Relaxed), once);
    cursor(&behind).await;
    assert!(asked.load(Ordering::Relaxed) > once);
}
