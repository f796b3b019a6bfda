//! An inbox that commits and whose answer is lost: what it has is never taken back.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hookgate::{
    access::AnyoneMayCall,
    dedup::{DedupStore, End, Lease, OwnerToken, Settled, StoreError},
    inbox::{Accept, Entry, Filter, Inbox, MemoryInbox},
};

use crate::props::{Call, Puppet, Stage, logto, now};

/// Commits, and then answers what the test wants. Clones are one inbox.
#[derive(Clone)]
struct Lossy {
    inbox: MemoryInbox,
    /// What the next accepts answer in place of what they did.
    lost: Arc<Mutex<Vec<StoreError>>>,
    /// What they did, and under which token.
    accepts: Arc<Mutex<Vec<(OwnerToken, Accept)>>>,
    /// How many claims or events were given up.
    given_up: Arc<AtomicUsize>,
}

impl Lossy {
    fn new(lost: impl IntoIterator<Item = StoreError>) -> Self {
        Self {
            inbox: MemoryInbox::new(),
            lost: Arc::new(Mutex::new(lost.into_iter().collect())),
            accepts: Arc::default(),
            given_up: Arc::default(),
        }
    }

    /// What each accept did.
    fn accepts(&self) -> Vec<Accept> {
        let accepts = self.accepts.lock().unwrap();
        accepts.iter().map(|(_, accept)| *accept).collect()
    }

    /// Nothing is given up, and one line waits for a worker.
    async fn keeps_one(&self) {
        assert_eq!(self.given_up.load(Ordering::SeqCst), 0);
        let listed = self.inbox.list(&Filter::all(), None, 9).await.unwrap();
        assert_eq!(listed.rows.len(), 1);
        assert!(listed.rows[0].stands.is_queued());
    }
}

impl DedupStore for Lossy {
    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        self.given_up.fetch_add(1, Ordering::SeqCst);
        self.inbox.settle(lease, end, retain).await
    }

    hookgate::forward_calls!(inbox: claim, extend, look, promises, settled, held, findings);
}

impl Inbox for Lossy {
    async fn accept(&self, entries: Vec<Entry>) -> Result<Vec<Accept>, StoreError> {
        let token = entries[0].token;
        let done = self.inbox.accept(entries).await?;
        self.accepts.lock().unwrap().push((token, done[0]));
        let lost = self.lost.lock().unwrap().pop();
        lost.map_or(Ok(done), Err)
    }

    hookgate::forward_calls!(inbox: quarantine, lease, keep, give_back, bury, pause, resume, promote, work_may_wait, hold, list, read, discard, totals, replay, erase);
}

fn unavailable() -> StoreError {
    StoreError::Unavailable("the connection broke".into())
}

async fn stage(inbox: &Lossy) -> Stage {
    Stage::logto_with(|builder| builder.inbox_for_tests(inbox.clone())).await
}

#[tokio::test]
async fn an_accept_whose_answer_is_lost_is_repeated_under_its_token_and_counts() {
    let inbox = Lossy::new([unavailable()]);
    let reply = stage(&inbox).await.send(&logto::event(1)).await;
    assert_eq!(reply.status, 200);
    assert_eq!(inbox.accepts(), [Accept::Queued, Accept::Queued]);
    let tokens: Vec<_> = inbox.accepts.lock().unwrap().clone();
    assert!(tokens[0].0 == tokens[1].0);
    inbox.keeps_one().await;
}

#[tokio::test]
async fn what_an_inbox_may_have_committed_is_never_taken_back() {
    for (lost, calls) in [
        (vec![StoreError::Timeout], 1),
        (vec![unavailable(), unavailable()], 2),
        (vec![StoreError::Timeout, unavailable()], 2),
    ] {
        let inbox = Lossy::new(lost);
        let stage = stage(&inbox).await;
        assert_eq!(stage.send(&logto::event(1)).await.status, 503);
        // Longer than any lease lasts, so that whatever goes on in the background has ended.
        stage.pass(Duration::from_secs(60)).await;
        assert!(stage.receiver.busy().is_idle());
        assert_eq!(inbox.accepts(), vec![Accept::Queued; calls]);
        inbox.keeps_one().await;
        assert_eq!(stage.send(&logto::event(1)).await.status, 200);
        assert_eq!(inbox.accepts().last(), Some(&Accept::Copy));
        inbox.keeps_one().await;
    }
}

#[tokio::test]
async fn a_nonce_stands_for_one_event_where_an_inbox_keeps_it() {
    let inbox = MemoryInbox::with_clock(100, hookgate::testing::FakeClock::at(now()));
    let stage = Stage::of(Puppet::default(), |builder| {
        let builder = builder.access(AnyoneMayCall);
        builder.inbox_for_tests(inbox.clone())
    })
    .await;
    for (body, status) in [
        ("one nonce=n", 200),
        ("one nonce=n", 200),
        ("two nonce=n", 401),
    ] {
        let reply = stage.send(&Call::post("/hook", body)).await;
        assert_eq!(reply.status, status, "{body}");
        assert_eq!(
            inbox
                .list(&Filter::all(), None, 9)
                .await
                .unwrap()
                .rows
                .len(),
            1
        );
    }
    let other = Call::post("/hook", "two nonce=m");
    assert_eq!(stage.send(&other).await.status, 200);
    assert_eq!(
        inbox
            .list(&Filter::all(), None, 9)
            .await
            .unwrap()
            .rows
            .len(),
        2
    );
}
