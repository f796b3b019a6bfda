//! An empty inbox, and what every promise does with it.

use std::{fmt::Debug, sync::Arc, time::Duration};

use bytes::Bytes;

use super::super::{
    Accept, Ask, Batch, Counts, DeadReason, Entry, FORMAT, Filter, Inbox, Leased, Listed,
};
use crate::{
    dedup::{
        Claim, End, Lease, OwnerToken, Settled, State, StoreError,
        contract::{Passage, Terms},
    },
    identity::{ContentDigest, EventKey},
};

/// The endpoint of an entry unless it names another.
pub(super) const ENDPOINT: &str = "first";

/// An empty inbox, and time.
pub(super) struct Scene<'a, S, P> {
    pub(super) store: S,
    pub(super) terms: Terms,
    passage: &'a P,
}

impl<'a, S: Inbox, P: Passage> Scene<'a, S, P> {
    pub(super) fn new(store: S, passage: &'a P) -> Self {
        Self {
            store,
            terms: passage.terms(),
            passage,
        }
    }

    pub(super) async fn accept(&self, entry: Entry) -> Accept {
        self.accept_all(vec![entry]).await[..]
            .first()
            .copied()
            .unwrap_or_else(|| panic!("inbox contract: an accept of one entry answers one"))
    }

    pub(super) async fn accept_all(&self, entries: Vec<Entry>) -> Vec<Accept> {
        let count = entries.len();
        let entries = entries.into_iter().map(|entry| self.timed(entry)).collect();
        let accepted = answered("accept", self.store.accept(entries).await);
        promise("each entry is answered", accepted.len() == count, &accepted);
        accepted
    }

    /// Its mark lasts as long as others of the suite.
    pub(super) fn timed(&self, entry: Entry) -> Entry {
        Entry {
            retain: self.terms.retain,
            ..entry
        }
    }

    /// Entries that nothing keeps out.
    pub(super) async fn queue(&self, entries: impl IntoIterator<Item = Entry>) {
        for entry in entries {
            let accepted = self.accept(entry).await;
            promise(
                "what is new is queued",
                accepted == Accept::Queued,
                &accepted,
            );
        }
    }

    /// Asks for lines of `endpoints`, as the owner of a number.
    pub(super) async fn ask(&self, endpoints: &[&str], limit: usize, by: usize) -> Batch {
        self.ask_with(endpoints, by, |ask| Ask { limit, ..ask })
            .await
    }

    pub(super) async fn ask_with(
        &self,
        endpoints: &[&str],
        by: usize,
        set: impl FnOnce(Ask<'_>) -> Ask<'_>,
    ) -> Batch {
        let endpoints: Vec<Arc<str>> = endpoints.iter().map(|&name| name.into()).collect();
        let ask = set(Ask {
            endpoints: &endpoints,
            format: FORMAT,
            limit: 100,
            lasts: self.terms.lease,
            owner: owner(by),
            suspects: false,
        });
        answered("lease", self.store.lease(ask).await)
    }

    /// The one line that is due.
    pub(super) async fn take(&self, by: usize) -> Leased {
        let mut rows = self.ask(&[ENDPOINT], 2, by).await.rows;
        match (rows.pop(), rows.pop()) {
            (Some(row), None) => row,
            other => panic!("inbox contract: one line is due; the store handed out {other:?}"),
        }
    }

    pub(super) async fn expect_nothing_due(&self, why: &str, by: usize) {
        let batch = self.ask(&[ENDPOINT], 100, by).await;
        promise(why, batch.rows.is_empty(), &batch);
    }

    pub(super) async fn settle(&self, lease: &Lease, end: End) -> Settled {
        let settled = self.store.settle(lease, end, self.terms.retain).await;
        answered("settle", settled)
    }

    pub(super) async fn give_back(&self, lease: &Lease, delay: Duration, counts: Counts) {
        let settled = self.store.give_back(lease, delay, counts, None).await;
        let settled = answered("give_back", settled);
        promise(
            "an owner gives its line back",
            settled == Settled::Ok,
            &settled,
        );
    }

    pub(super) async fn bury(&self, lease: &Lease, reason: DeadReason) {
        let settled = answered("bury", self.store.bury(lease, reason, None).await);
        promise("an owner buries its line", settled == Settled::Ok, &settled);
    }

    /// What `filter` lists, page by page of `limit`.
    pub(super) async fn list(&self, filter: &Filter, limit: usize) -> Vec<Listed> {
        let mut all = Vec::new();
        let mut after = None;
        loop {
            let page = self.store.list(filter, after.as_ref(), limit).await;
            let page = answered("list", page);
            promise("a page has its bound", page.rows.len() <= limit, &page);
            all.extend(page.rows);
            let Some(next) = page.next else { return all };
            promise("a page moves on", after.as_ref() != Some(&next), &next);
            after = Some(next);
        }
    }

    pub(super) async fn look(&self, key: &EventKey) -> State {
        answered("look", self.store.look(key).await)
    }

    pub(super) async fn claim(&self, key: &EventKey, by: usize) -> Claim {
        let claim = self.store.claim(key, None, owner(by), self.terms.lease);
        answered("claim", claim.await)
    }

    pub(super) async fn pass(&self, by: Duration) {
        self.passage.pass(by).await;
    }

    /// Lets a lease that was just granted lapse.
    pub(super) async fn lapse(&self) {
        self.pass(self.terms.lease.saturating_add(self.terms.slack))
            .await;
    }

    /// Lets a mark that was just written end.
    pub(super) async fn forget(&self) {
        self.pass(self.terms.retain.saturating_add(self.terms.slack))
            .await;
    }
}

/// Ends the suite unless `kept`.
#[track_caller]
pub(super) fn promise(what: &str, kept: bool, answer: &dyn Debug) {
    assert!(
        kept,
        "inbox contract: broken promise: {what}; the store answered {answer:?}"
    );
}

#[track_caller]
pub(super) fn answered<T>(call: &str, answer: Result<T, StoreError>) -> T {
    match answer {
        Ok(answer) => answer,
        Err(error) => panic!("inbox contract: `{call}` failed: {error:?}"),
    }
}

/// The entry of a number, with a token of its own.
pub(super) fn entry(number: usize) -> Entry {
    Entry {
        key: key(number),
        token: owner(1000 + number),
        content: None,
        endpoint: ENDPOINT.into(),
        event_type: "known",
        key_id: "key".into(),
        order: None,
        retain: Duration::ZERO,
        format: FORMAT,
        payload: Bytes::from(format!("payload \0 \u{fffd} {number}")),
    }
}

/// The same event, sent again.
pub(super) fn copy(number: usize) -> Entry {
    Entry {
        token: owner(2000 + number),
        ..entry(number)
    }
}

/// The key of a number.
pub(super) fn key(number: usize) -> EventKey {
    EventKey::from_bytes(*digest(&format!("key {number}")).as_bytes())
}

/// The owner of a number.
pub(super) fn owner(number: usize) -> OwnerToken {
    let mut bytes = [0; 16];
    let digest = digest(&format!("owner {number}"));
    for (byte, digest) in bytes.iter_mut().zip(digest.as_bytes()) {
        *byte = *digest;
    }
    OwnerToken::from_bytes(bytes)
}

pub(super) fn digest(text: &str) -> ContentDigest {
    ContentDigest::of(text.as_bytes())
}

/// The numbers of the entries that were handed out, in their order.
pub(super) fn numbers(batch: &Batch) -> Vec<usize> {
    let number = |row: &Leased| (0..100).find(|number| key(*number) == *row.lease.key());
    batch.rows.iter().filter_map(number).collect()
}
