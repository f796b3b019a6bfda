//! What an inbox takes of a body with several events.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use hookgate::{
    access::AnyoneMayCall,
    dedup::{DedupStore, StoreError},
    inbox::{Accept, Entry, Inbox, MemoryInbox},
};

use crate::props::{Call, Puppet, Stage};

/// Says how many entries each call had, and fails where a test wants it.
#[derive(Clone)]
struct Counting {
    inbox: MemoryInbox,
    calls: Arc<Mutex<Vec<usize>>>,
    is_down: Arc<AtomicBool>,
}

impl Counting {
    fn new(room: usize) -> Self {
        Self {
            inbox: MemoryInbox::with_clock(room, hookgate::time::SystemClock::new()),
            calls: Arc::default(),
            is_down: Arc::default(),
        }
    }

    fn calls(&self) -> Vec<usize> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }
}

impl DedupStore for Counting {
    hookgate::forward_calls!(inbox: claim, settle, extend, look, promises, settled, held, findings);
}

impl Inbox for Counting {
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<Accept>, StoreError> {
        self.calls.lock().unwrap().push(entries.len());
        if self.is_down.load(Ordering::SeqCst) {
            return Err(StoreError::Timeout);
        }
        self.inbox.accept(entries).await
    }

    hookgate::forward_calls!(inbox: quarantine, lease, keep, give_back, bury, pause, resume, promote, work_may_wait, hold, totals, list, read, replay, erase, discard);
}

async fn stage(inbox: &Counting) -> Stage {
    Stage::of(Puppet::default(), |builder| {
        let builder = builder.access(AnyoneMayCall);
        builder.inbox_for_tests(inbox.clone())
    })
    .await
}

fn batch(lines: &[&str]) -> Call {
    Call::post("/hook", format!("batch\n{}", lines.join("\n")))
}

#[tokio::test]
async fn the_events_of_a_body_are_accepted_in_one_call() {
    let inbox = Counting::new(100);
    let stage = stage(&inbox).await;
    let body = batch(&["one", "two", "one", "unwanted", "three"]);
    assert_eq!(stage.send(&body).await.status, 200);
    assert_eq!((inbox.calls(), inbox.inbox.len()), (vec![4], 3));
    // What was accepted before is a copy beside what is new.
    assert_eq!(stage.send(&batch(&["three", "four"])).await.status, 200);
    assert_eq!((inbox.calls(), inbox.inbox.len()), (vec![2], 4));
    assert_eq!(stage.send(&batch(&["unwanted"])).await.status, 200);
    assert!(inbox.calls().is_empty());
}

/// They are one delivery beside others.
#[tokio::test]
async fn the_events_of_a_body_take_one_place_together() {
    let inbox = Counting::new(100);
    let stage = Stage::of(Puppet::default(), |builder| {
        let builder = builder.access(AnyoneMayCall).handlers(1);
        builder.inbox_for_tests(inbox.clone())
    })
    .await;
    for _ in 0..2 {
        assert_eq!(stage.send(&batch(&["one", "two"])).await.status, 200);
    }
    assert_eq!((inbox.calls(), inbox.inbox.len()), (vec![2, 2], 2));
}

#[tokio::test]
async fn a_body_whose_accept_fails_is_503_and_its_copy_is_taken() {
    let inbox = Counting::new(100);
    let stage = stage(&inbox).await;
    let body = batch(&["one", "two"]);
    inbox.is_down.store(true, Ordering::SeqCst);
    let refused = stage.send(&body).await;
    assert_eq!((refused.status, inbox.calls()), (503, vec![2]));
    assert!(refused.header("retry-after").is_some());
    inbox.is_down.store(false, Ordering::SeqCst);
    assert_eq!(stage.send(&body).await.status, 200);
    assert_eq!(inbox.inbox.len(), 2);
}

#[tokio::test]
async fn a_large_body_is_kept_with_its_events_a_few_at_a_time() {
    let inbox = Counting::new(100);
    let stage = stage(&inbox).await;
    let padding = format!("unwanted {}", "x".repeat(900 * 1024));
    let lines: Vec<_> = (0..9).map(|n| format!("event{n}")).collect();
    let mut lines: Vec<_> = lines.iter().map(String::as_str).collect();
    lines.push(&padding);
    assert_eq!(stage.send(&batch(&lines)).await.status, 200);
    assert_eq!((inbox.calls(), inbox.inbox.len()), (vec![4, 4, 1], 9));
}

/// Each is kept with the whole body, so a body of 1 MiB could take up 1 GiB.
#[tokio::test]
async fn a_body_whose_events_would_take_up_too_much_together_is_413_and_nothing_of_it_is_kept() {
    let inbox = Counting::new(1000);
    let stage = stage(&inbox).await;
    let padding = format!("unwanted {}", "x".repeat(900 * 1024));
    let body = |events: usize| {
        let lines: Vec<_> = (0..events).map(|n| format!("event{n}")).collect();
        let mut lines: Vec<_> = lines.iter().map(String::as_str).collect();
        lines.push(&padding);
        batch(&lines)
    };
    // 64 MiB together are 72 times 900 KiB, less what is kept beside.
    assert_eq!(stage.send(&body(80)).await.status, 413);
    assert_eq!((inbox.calls(), inbox.inbox.len()), (vec![], 0));
    assert_eq!(stage.send(&body(70)).await.status, 200);
    assert_eq!(inbox.inbox.len(), 70);
}
