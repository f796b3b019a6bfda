//! A store of your own, and the public suite that proves it: `cargo run --example own_store`.
//!
//! The engine here is a locked map. With a real one, each `lock` is one conditional statement.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hookgate::{
    EventKey, UnixTime,
    dedup::{
        Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State, StoreError, contract,
    },
    pack::ContentDigest,
    testing::FakeClock,
    time::Clock,
};

struct OwnStore<C> {
    rows: Mutex<HashMap<EventKey, Row>>,
    clock: C,
}

struct Row {
    owner: OwnerToken,
    attempt: u32,
    content: Option<ContentDigest>,
    /// How it ended. `None` while it runs.
    end: Option<End>,
    /// The owners that released it. A claim of theirs that comes late is not granted.
    given_up: Vec<OwnerToken>,
    /// The key is free from then on.
    until: Duration,
}

impl<C: Clock> OwnStore<C> {
    fn rows(&self) -> MutexGuard<'_, HashMap<EventKey, Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers that `lease` must not be granted any more, whether it was or not.
    fn give_up(&self, lease: &Lease) {
        let now = self.clock.monotonic();
        let mut rows = self.rows();
        let row = rows.entry(*lease.key()).or_insert_with(|| Row {
            owner: *lease.owner(),
            attempt: 0,
            content: None,
            end: Some(End::Release),
            given_up: Vec::new(),
            until: now,
        });
        if !row.given_up.contains(lease.owner()) {
            row.given_up.push(*lease.owner());
        }
    }

    /// Changes a running lease, if `lease` is the one that runs.
    fn change(&self, lease: &Lease, end: Option<End>, lasts: Duration) -> Settled {
        let now = self.clock.monotonic();
        match self.rows().get_mut(lease.key()) {
            Some(row) if row.owner != *lease.owner() => Settled::LeaseLost,
            Some(row) if row.end.is_none() && row.until > now => {
                (row.end, row.until) = (end, now.saturating_add(lasts));
                Settled::Ok
            }
            // Repeated by its owner.
            Some(row) if row.end.is_some() && row.end == end => Settled::Ok,
            _ => Settled::LeaseLost,
        }
    }
}

impl<C: Clock> DedupStore for OwnStore<C> {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let now = self.clock.monotonic();
        let mut rows = self.rows();
        let before = rows.get(key);
        let given_up = before.map_or_else(Vec::new, |row| row.given_up.clone());
        let attempt = match before {
            Some(row) if row.until > now => match row.end {
                None if row.owner == owner => {
                    return Ok(Claim::Won(Lease::granted(*key, owner, row.attempt)));
                }
                None => {
                    let retry_after = row.until.saturating_sub(now);
                    return Ok(Claim::InProgress { retry_after });
                }
                Some(_) => {
                    let known = row.content.as_ref().zip(content);
                    let same_content = known.is_none_or(|(then, now)| then == now);
                    return Ok(Claim::Done { same_content });
                }
            },
            _ if given_up.contains(&owner) => {
                let retry_after = Duration::from_secs(1);
                return Ok(Claim::InProgress { retry_after });
            }
            ended => ended.map_or(1, |row| row.attempt.saturating_add(1)),
        };
        let row = Row {
            owner,
            attempt,
            content: content.copied(),
            end: None,
            given_up,
            until: now.saturating_add(lease),
        };
        rows.insert(*key, row);
        Ok(Claim::Won(Lease::granted(*key, owner, attempt)))
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        let lasts = if end == End::Release {
            self.give_up(lease);
            Duration::ZERO
        } else {
            retain
        };
        Ok(self.change(lease, Some(end), lasts))
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        Ok(self.change(lease, None, by))
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        let now = self.clock.monotonic();
        Ok(match self.rows().get(key) {
            Some(row) if row.until > now => match row.end {
                None => State::InProgress {
                    retry_after: row.until.saturating_sub(now),
                },
                Some(_) => State::Done,
            },
            _ => State::Free,
        })
    }

    /// Unbounded: a real one removes what has ended, and says how much it holds.
    fn promises(&self) -> Promises {
        Promises::in_process(u64::MAX)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let clock = FakeClock::at(UnixTime::EPOCH);
    let make_store = || async {
        OwnStore {
            rows: Mutex::default(),
            clock: clock.clone(),
        }
    };
    contract::run(make_store, &clock).await;
    println!("the store keeps every promise");
}
