//! The public suite notices stores that break a promise.

use std::{sync::Mutex, time::Duration};

use hookgate::{
    EventKey, UnixTime,
    dedup::{
        Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Promises, Settled, State,
        StoreError, contract,
    },
    pack::ContentDigest,
    testing::FakeClock,
};

/// The one fault of a store that is right in all else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flaw {
    /// Leases end after three fifths of their time.
    ShortLeases,
    /// The same, but only after a takeover.
    ShortTakeovers,
    /// Marks of ignored and rejected events end after a second.
    ShortMarks,
    /// A release of a key that is not held leaves no trace.
    ForgetsReleases,
    /// The attempt is forgotten soon after its lease.
    ForgetsAttempts,
    /// Keeps the latest 100 keys, and says that it has no bound.
    Evicts,
}

struct Flawed {
    flaw: Flaw,
    clock: FakeClock,
    memory: MemoryStore,
    /// All claims, in their order.
    claimed: Mutex<Vec<(EventKey, OwnerToken, Duration)>>,
}

impl Flawed {
    fn evicted(&self, key: &EventKey) -> bool {
        let claimed = self.claimed.lock().unwrap();
        let latest = claimed.iter().rev().take(100);
        self.flaw == Flaw::Evicts && !latest.into_iter().any(|(known, ..)| known == key)
    }
}

impl DedupStore for Flawed {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let now = hookgate::time::Clock::monotonic(&self.clock);
        let (first, last) = {
            let mut claimed = self.claimed.lock().unwrap();
            let first = claimed.iter().find(|(known, ..)| known == key).copied();
            let last = claimed.iter().rfind(|(known, ..)| known == key).copied();
            claimed.push((*key, owner, now));
            (first, last)
        };
        let short = match self.flaw {
            Flaw::ShortLeases => true,
            Flaw::ShortTakeovers => first.is_some_and(|(_, by, _)| by != owner),
            _ => false,
        };
        let lasts = if short { lease.mul_f64(0.6) } else { lease };
        let claim = self.memory.claim(key, content, owner, lasts).await?;
        match (self.flaw, last) {
            (Flaw::ForgetsAttempts, Some((_, _, then))) if now > then + lease * 2 => {
                Ok(match claim {
                    Claim::Won(_) => Claim::Won(Lease::granted(*key, owner, 1)),
                    other => other,
                })
            }
            _ => Ok(claim),
        }
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        let is_free = self.memory.look(lease.key()).await? == State::Free;
        match (self.flaw, end) {
            (Flaw::ForgetsReleases, End::Release) if is_free => Ok(Settled::Ok),
            (Flaw::ShortMarks, End::Ignored | End::Rejected) => {
                let short = Duration::from_secs(1);
                self.memory.settle(lease, end, short).await
            }
            _ => self.memory.settle(lease, end, retain).await,
        }
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        self.memory.extend(lease, by).await
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        if self.evicted(key) {
            return Ok(State::Free);
        }
        self.memory.look(key).await
    }

    fn promises(&self) -> Promises {
        match self.flaw {
            Flaw::Evicts => Promises::durable(),
            _ => self.memory.promises(),
        }
    }
}

async fn prove(flaw: Flaw) {
    let clock = FakeClock::at(UnixTime::from_secs(1_700_000_000));
    let store = async || Flawed {
        flaw,
        clock: clock.clone(),
        memory: MemoryStore::with_clock(1_000, clock.clone()),
        claimed: Mutex::default(),
    };
    contract::run(store, &clock).await;
}

#[tokio::test]
#[should_panic(expected = "a lease lasts until now + `lease`")]
async fn leases_that_end_early_are_noticed() {
    prove(Flaw::ShortLeases).await;
}

#[tokio::test]
#[should_panic(expected = "a lease lasts until now + `lease`")]
async fn leases_that_end_early_after_a_takeover_are_noticed() {
    prove(Flaw::ShortTakeovers).await;
}

#[tokio::test]
#[should_panic(expected = "a mark of any end is kept for the whole retention")]
async fn marks_of_ignored_and_rejected_events_that_end_early_are_noticed() {
    prove(Flaw::ShortMarks).await;
}

#[tokio::test]
#[should_panic(expected = "a claim that comes after its own release is not granted")]
async fn a_late_claim_that_is_granted_after_its_release_is_noticed() {
    prove(Flaw::ForgetsReleases).await;
}

#[tokio::test]
#[should_panic(expected = "the attempt grows with a takeover, long after the lease has lapsed too")]
async fn an_attempt_that_is_forgotten_soon_after_its_lease_is_noticed() {
    prove(Flaw::ForgetsAttempts).await;
}

#[tokio::test]
#[should_panic(expected = "a store that says it has no bound forgets no mark")]
async fn a_cache_that_says_it_has_no_bound_is_noticed() {
    prove(Flaw::Evicts).await;
}
