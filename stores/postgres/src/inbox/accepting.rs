//! [`Accepting`]: a batch of accepts, from the committer to the commit.

use std::{collections::HashMap, ops::Range, sync::Arc, time::Instant};

use hookgate::{
    dedup::StoreError,
    inbox::{Accept, Entry},
};
use hookgate_store_kit::{
    Commit, Failed, Merge,
    limits::{LOCKED, ROUNDS},
};

use super::{
    accept::{self, Accepted, Stopped},
    core::Core,
    order, quarantine,
};
use crate::{lock::LockLimit, prepared::Call, session};

/// A batch waits for another instance's commit so long at most: this part of a call's limit. All of its senders wait.
const PATIENCE: u32 = 4;
/// A part of a batch that waited in vain waits so long at most. Most parts have nothing to wait for.
const PATIENCE_OF_A_PART: u32 = 100;

/// Writes batches of accepts.
pub(super) struct Accepting(pub(super) Arc<Core>);

impl Commit for Accepting {
    const STORE: &str = "postgres_inbox";

    type Item = Entry;
    type Answer = Accept;

    fn bytes(entry: &Entry) -> Option<usize> {
        Some(entry.payload.len())
    }

    async fn commit(&self, entries: &[Entry]) -> Result<Vec<Accept>, Failed> {
        let mut merge = Merge::of(entries);
        while let Some(round) = merge.round() {
            let accepted = self.0.accept(&round).await?;
            merge.answered(&accepted).map_err(Failed::Engine)?;
        }
        merge.answers().map_err(Failed::Engine)
    }

    /// It is kept as it is, for somebody to look at. Its sender would send it in vain for ever.
    async fn refused(&self, entry: &Entry, _: StoreError) -> Result<Accept, StoreError> {
        quarantine::set_aside(&self.0, entry).await
    }
}

impl Core {
    /// Accepts entries whose keys differ.
    async fn accept(&self, entries: &[&Entry]) -> Result<Vec<Accept>, Failed> {
        let mut answers = vec![None; entries.len()];
        let mut open: Vec<usize> = (0..entries.len()).collect();
        // What somebody else was inserting can be read once it is there.
        for _ in 0..ROUNDS {
            let left: Vec<&Entry> = open
                .iter()
                .filter_map(|place| entries.get(*place).copied())
                .collect();
            let accepted = self.accept_apart(&left).await?;
            let mut again = Vec::new();
            for accepted in accepted {
                let Some(place) = open.get(accepted.at) else {
                    continue;
                };
                match (accepted.answer, answers.get_mut(*place)) {
                    (Some(answer), Some(told)) => *told = Some(answer),
                    _ => again.push(*place),
                }
            }
            open = again;
            if open.is_empty() {
                break;
            }
        }
        let in_progress = Accept::InProgress {
            retry_after: LOCKED,
        };
        let answers = answers.into_iter();
        Ok(answers.map(|it| it.unwrap_or(in_progress)).collect())
    }

    /// In one transaction. Where somebody else's holds one of the keys or orders, in parts, by halves: that one may last, and
    /// the other entries have nothing to do with it.
    async fn accept_apart(&self, entries: &[&Entry]) -> Result<Vec<Accepted>, Failed> {
        if self.is_slot_old() {
            // Where this fails, so does what follows, or the old slot is as good for a while.
            let _ = self.read_slot().await;
        }
        let mut all = Vec::with_capacity(entries.len());
        let begun = Instant::now();
        let mut patience = self.limit() / PATIENCE;
        let whole: Range<usize> = 0..entries.len();
        // The next part stands last. Parts are in the order of arrival, as numbers are.
        let mut parts = Vec::from([whole]);
        while let Some(part) = parts.pop() {
            let Some(of_part) = entries.get(part.clone()) else {
                continue;
            };
            if begun.elapsed() >= self.limit() {
                all.extend(part.map(Accepted::in_progress));
                continue;
            }
            let lock = self.store.statements().lock().at_most(patience);
            let at = |accepted: Accepted| Accepted {
                at: accepted.at.saturating_add(part.start),
                ..accepted
            };
            match self.accept_once(of_part, lock).await? {
                Some(accepted) => {
                    self.tell_of(of_part, &accepted).await;
                    all.extend(accepted.into_iter().map(at));
                }
                None if part.len() == 1 => all.push(Accepted::in_progress(part.start)),
                None => {
                    let middle = part.start.midpoint(part.end);
                    parts.extend([middle..part.end, part.start..middle]);
                }
            }
            patience = self.limit() / PATIENCE_OF_A_PART;
        }
        Ok(all)
    }

    /// `None` where it waited for others in vain.
    async fn accept_once(
        &self,
        entries: &[&Entry],
        lock: LockLimit,
    ) -> Result<Option<Vec<Accepted>>, Failed> {
        let slot = self.slot();
        let accept = self.call(&self.sql.accept, accept::values(entries, slot));
        let accepting = accept::Accepting {
            accept: Call { lock, ..accept },
            entries,
            payload: self.names.payload(slot),
            idle: self.store.statements().lock(),
        };
        let accepted = session::ask(self.pool(), self.limit(), &accepting).await;
        match accepted.map_err(Failed::Engine)? {
            Ok(accepted) => Ok(Some(accepted)),
            Err(Stopped::Locked) => Ok(None),
            Err(Stopped::Refused(refused)) => Err(Failed::Item(refused.error())),
        }
    }

    /// Tells workers of what has been committed.
    async fn tell_of(&self, entries: &[&Entry], accepted: &[Accepted]) {
        let mut lowest: HashMap<&str, i64> = HashMap::new();
        let mut parked = Vec::new();
        for accepted in accepted {
            let Some((entry, number)) = entries.get(accepted.at).zip(accepted.number) else {
                continue;
            };
            match entry.order.filter(|_| accepted.is_parked) {
                Some(order) => parked.push(*order.as_bytes()),
                None => {
                    let known = lowest.entry(&entry.endpoint).or_insert(number);
                    *known = number.min(*known);
                }
            }
        }
        for (endpoint, number) in &lowest {
            self.cursors.committed(endpoint, *number);
        }
        if let Some(number) = lowest.values().min() {
            self.tell(*number);
        }
        if !parked.is_empty() {
            self.promote(&parked).await;
        }
    }

    /// Lets the next of each order go on. What fails here is found by the next worker that asks.
    pub(super) async fn promote(&self, orders: &[[u8; 32]]) {
        let _ = self.try_promote(orders).await;
    }

    pub(super) async fn try_promote(&self, orders: &[[u8; 32]]) -> Result<(), StoreError> {
        self.text(order::promote(&self.names, orders)).await?;
        self.tell_of_old();
        Ok(())
    }
}
