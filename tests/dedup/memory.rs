//! The memory store keeps every promise of a store, and its own.

use std::{
    collections::{HashMap, HashSet},
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use hookgate::{
    EventKey, UnixTime,
    dedup::{
        BoxDedupStore, Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Settled, State,
        StoreError, contract,
    },
    pack::ContentDigest,
    testing::FakeClock,
};

use crate::props::{at_once, poll};

const LEASE: Duration = Duration::from_secs(30);
const RETAIN: Duration = Duration::from_secs(3600);

fn fake_clock() -> FakeClock {
    FakeClock::at(UnixTime::from_secs(1_700_000_000))
}

fn key(number: usize) -> EventKey {
    EventKey::from_bytes(*ContentDigest::of(&number.to_be_bytes()).as_bytes())
}

fn owner(number: u8) -> OwnerToken {
    OwnerToken::from_bytes([number; 16])
}

/// The output of a future that must not wait.
fn claim(store: &MemoryStore, key: &EventKey, by: u8) -> Result<Claim, StoreError> {
    at_once(store.claim(key, None, owner(by), LEASE))
}

fn win(store: &MemoryStore, key: &EventKey, by: u8) -> Lease {
    match claim(store, key, by) {
        Ok(Claim::Won(lease)) => lease,
        other => panic!("not won: {other:?}"),
    }
}

fn complete(store: &MemoryStore, key: &EventKey, retain: Duration) {
    let lease = win(store, key, 1);
    let settled = at_once(store.settle(&lease, End::Processed, retain));
    assert_eq!(settled.unwrap(), Settled::Ok);
}

#[tokio::test]
async fn it_keeps_the_contract() {
    let clock = fake_clock();
    contract::run(
        || async { MemoryStore::with_clock(500, clock.clone()) },
        &clock,
    )
    .await;
}

#[tokio::test]
async fn it_keeps_the_contract_in_a_box() {
    let clock = fake_clock();
    contract::run(
        || async { BoxDedupStore::new(MemoryStore::with_clock(500, clock.clone())) },
        &clock,
    )
    .await;
}

#[test]
fn one_of_many_threads_wins_a_key() {
    let store = MemoryStore::new();
    let keys: Vec<_> = (0..5_000).map(key).collect();
    let won: Vec<_> = thread::scope(|scope| {
        let claimers: Vec<_> = (0..8)
            .map(|by| {
                let (store, keys) = (&store, &keys);
                scope.spawn(move || at_once(contract::race(store, keys, owner(by), LEASE)))
            })
            .collect();
        claimers.into_iter().map(|c| c.join().unwrap()).collect()
    });
    contract::judge(&keys, won);
    assert_eq!(store.len(), keys.len());
}

#[test]
fn many_threads_fill_a_store_to_its_capacity_and_no_further() {
    let store = MemoryStore::with_capacity(1_000);
    let won = AtomicUsize::new(0);
    thread::scope(|scope| {
        for by in 0..8_u8 {
            let (store, won) = (&store, &won);
            scope.spawn(move || {
                for number in 0..500 {
                    match claim(store, &key(usize::from(by) * 500 + number), by) {
                        Ok(Claim::Won(_)) => won.fetch_add(1, Ordering::Relaxed),
                        Err(StoreError::Full) => 0,
                        other => panic!("{other:?}"),
                    };
                }
            });
        }
    });
    assert_eq!(won.into_inner(), 1_000);
    assert_eq!((store.len(), store.capacity()), (1_000, 1_000));
}

#[test]
fn a_store_without_room_holds_nothing() {
    let store = MemoryStore::with_capacity(0);
    assert!(matches!(claim(&store, &key(0), 1), Err(StoreError::Full)));
    assert!(store.is_empty());
}

#[test]
fn clones_share_their_keys_and_show_none() {
    let store = MemoryStore::with_capacity(5);
    complete(&store.clone(), &key(0), RETAIN);
    assert_eq!(at_once(store.look(&key(0))).unwrap(), State::Done);
    let shown = format!("{store:?}");
    assert_eq!(shown, "MemoryStore { len: 1, capacity: 5, .. }");
}

/// Nobody waits for it any more, but whoever hears of it must not hear anything wrong.
#[test]
fn a_claim_that_comes_behind_its_release_is_told_how_the_key_stands() {
    let clock = fake_clock();
    let store = MemoryStore::with_clock(10, clock.clone());
    let key = key(0);
    let (content, other) = (ContentDigest::of(b"content"), ContentDigest::of(b"other"));
    let late = |content| at_once(store.claim(&key, content, owner(1), LEASE)).unwrap();
    let left = |claim| match claim {
        Claim::InProgress { retry_after } => retry_after,
        other => panic!("{other:?}"),
    };
    let given_up = Lease::granted(key, owner(1), 1);
    let released = at_once(store.settle(&given_up, End::Release, RETAIN));
    assert_eq!(released.unwrap(), Settled::Ok);
    let soon = left(late(None));
    assert!(soon > Duration::ZERO && soon < LEASE, "{soon:?}");
    assert_eq!(at_once(store.look(&key)).unwrap(), State::Free);

    let claimed = at_once(store.claim(&key, Some(&content), owner(2), LEASE));
    let Ok(Claim::Won(lease)) = claimed else {
        panic!("{claimed:?}");
    };
    clock.advance(Duration::from_secs(5));
    assert_eq!(left(late(None)), Duration::from_secs(25));

    let settled = at_once(store.settle(&lease, End::Processed, RETAIN));
    assert_eq!(settled.unwrap(), Settled::Ok);
    for (content, is_same) in [(None, true), (Some(&content), true), (Some(&other), false)] {
        let Claim::Done { same_content } = late(content) else {
            panic!("it was handled");
        };
        assert_eq!(same_content, is_same);
    }
}

/// More retentions than the store keeps lists for, the longest first.
#[test]
fn marks_of_any_retention_leave_when_it_is_over() {
    let clock = fake_clock();
    let store = MemoryStore::with_clock(100, clock.clone());
    for number in 0..100 {
        let retain = Duration::from_secs(1_000 - 10 * number as u64);
        complete(&store, &key(number), retain);
    }
    for gone in 0..100 {
        assert!(matches!(
            claim(&store, &key(1_000), 1),
            Err(StoreError::Full)
        ));
        let shortest = 1_000 - 10 * (99 - gone as u64);
        clock.advance(Duration::from_secs(if gone == 0 { shortest } else { 10 }));
        // Room for exactly one. The key that is kept for longer stays.
        complete(&store, &key(2_000 + gone), Duration::from_secs(1_000_000));
        assert_eq!(at_once(store.look(&key(99 - gone))).unwrap(), State::Free);
        if gone < 99 {
            assert_eq!(at_once(store.look(&key(98 - gone))).unwrap(), State::Done);
        }
    }
}

#[test]
fn a_mark_without_end_stays() {
    let clock = fake_clock();
    let store = MemoryStore::with_clock(2, clock.clone());
    complete(&store, &key(0), Duration::MAX);
    clock.advance(Duration::from_secs(500 * 365 * 86_400));
    assert_eq!(at_once(store.look(&key(0))).unwrap(), State::Done);
}

#[test]
fn expired_marks_leave_by_the_claims_of_others() {
    let clock = fake_clock();
    let store = MemoryStore::with_clock(100_000, clock.clone());
    for generation in 0..20 {
        for number in 0..1_000 {
            complete(&store, &key(generation * 1_000 + number), RETAIN);
        }
        clock.advance(RETAIN);
    }
    // Each claim removes more than it adds, so two generations never meet.
    assert!(store.len() <= 1_100, "{}", store.len());
}

#[test]
fn a_few_lapsed_leases_are_found_among_many_that_run() {
    let clock = fake_clock();
    let store = MemoryStore::with_clock(20_000, clock.clone());
    let crashed = [17, 4_711, 19_999];
    for number in 0..20_000 {
        let lease = if crashed.contains(&number) {
            LEASE
        } else {
            LEASE * 10
        };
        let claim = at_once(store.claim(&key(number), None, owner(1), lease));
        assert!(matches!(claim, Ok(Claim::Won(_))));
    }
    clock.advance(LEASE);
    let mut new = 0;
    for _ in 0..200 {
        if claim(&store, &key(100_000 + new), 2).is_ok() {
            new += 1;
        }
    }
    assert_eq!(
        new,
        crashed.len(),
        "each makes room for one key, and no running lease does"
    );
}

#[test]
fn whoever_waits_is_woken_by_a_settle_in_another_thread() {
    let store = MemoryStore::new();
    for number in 0..500 {
        let key = key(number);
        let lease = win(&store, &key, 1);
        let end = if number % 2 == 0 {
            End::Processed
        } else {
            End::Release
        };
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    tokio::runtime::Builder::new_current_thread()
                        .build()
                        .unwrap()
                        .block_on(store.settled(&key));
                });
            }
            at_once(store.settle(&lease, end, RETAIN)).unwrap();
        });
    }
}

#[test]
fn nobody_waits_for_a_key_that_is_not_in_progress() {
    let clock = fake_clock();
    let store = MemoryStore::with_clock(10, clock.clone());
    at_once(store.settled(&key(0)));
    complete(&store, &key(0), RETAIN);
    at_once(store.settled(&key(0)));
    win(&store, &key(1), 1);
    clock.advance(LEASE);
    at_once(store.settled(&key(1)));
}

#[test]
fn a_wait_outlasts_a_takeover() {
    let clock = fake_clock();
    let store = MemoryStore::with_clock(10, clock.clone());
    let key = key(0);
    win(&store, &key, 1);
    let mut wait = pin!(store.settled(&key));
    assert!(poll(wait.as_mut()).is_pending());

    clock.advance(LEASE);
    let lease = win(&store, &key, 2);
    assert!(poll(wait.as_mut()).is_pending());
    at_once(store.settle(&lease, End::Processed, RETAIN)).unwrap();
    assert!(poll(wait.as_mut()).is_ready());
}

#[test]
fn a_lapsed_lease_that_makes_room_wakes_whoever_waits_for_it() {
    let clock = fake_clock();
    let store = MemoryStore::with_clock(1, clock.clone());
    let key_held = key(0);
    win(&store, &key_held, 1);
    let mut wait = pin!(store.settled(&key_held));
    assert!(poll(wait.as_mut()).is_pending());
    clock.advance(LEASE);
    win(&store, &key(1), 2);
    assert!(poll(wait.as_mut()).is_ready());
}

mod model {
    use proptest::prelude::*;

    use super::*;

    const CAPACITY: usize = 4;

    #[derive(Debug, Clone)]
    enum Step {
        Claim(usize, u8, Option<u8>, u64),
        Settle(usize, u8, End, u64),
        Extend(usize, u8, u64),
        Pass(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        let (key, owner) = (0..7_usize, 0..8_u8);
        let end = prop_oneof![
            3 => Just(End::Processed),
            1 => Just(End::Ignored),
            1 => Just(End::Rejected),
            1 => Just(End::Release),
        ];
        let content = prop::option::of(0..2_u8);
        // Mostly the same, so that marks share a list, and some that have to go elsewhere.
        let retain = prop_oneof![3 => Just(60), 1 => Just(100), 1 => 0..120_u64];
        prop_oneof![
            6 => (key.clone(), owner.clone(), content, 1..40_u64)
                .prop_map(|(key, owner, content, lease)| Step::Claim(key, owner, content, lease)),
            6 => (key.clone(), owner.clone(), end, retain)
                .prop_map(|(key, owner, end, retain)| Step::Settle(key, owner, end, retain)),
            1 => (key, owner, 0..60_u64).prop_map(|(key, owner, by)| Step::Extend(key, owner, by)),
            3 => (0..50_u64).prop_map(Step::Pass),
        ]
    }

    /// What the store must know of a key. It is kept for ever, since it has no bound to keep.
    #[derive(Debug, Clone, Copy)]
    struct Known {
        owner: u8,
        content: Option<u8>,
        until: u64,
        is_done: bool,
        attempt: u32,
    }

    #[derive(Default)]
    struct Model {
        time: u64,
        keys: HashMap<usize, Known>,
        /// The keys that were released, and by which owner.
        given_up: HashSet<(usize, u8)>,
    }

    impl Model {
        fn live(&self, key: usize) -> Option<Known> {
            let known = self.keys.get(&key).copied();
            known.filter(|known| known.until > self.time)
        }

        fn count(&self) -> usize {
            self.keys
                .keys()
                .filter(|key| self.live(**key).is_some())
                .count()
        }

        fn state(&self, key: usize) -> State {
            match self.live(key) {
                None => State::Free,
                Some(known) if known.is_done => State::Done,
                Some(known) => State::InProgress {
                    retry_after: Duration::from_millis(known.until - self.time),
                },
            }
        }
    }

    fn digest(content: Option<u8>) -> Option<ContentDigest> {
        content.map(|content| ContentDigest::of(&[content]))
    }

    fn take(
        store: &MemoryStore,
        model: &mut Model,
        clock: &FakeClock,
        step: Step,
    ) -> Result<(), TestCaseError> {
        match step {
            Step::Pass(by) => {
                clock.advance(Duration::from_millis(by));
                model.time += by;
            }
            Step::Claim(number, by, content, lease) => {
                let digest = digest(content);
                let lease_time = Duration::from_millis(lease);
                let key = key(number);
                let claim = at_once(store.claim(&key, digest.as_ref(), owner(by), lease_time));
                let until = model.time + lease;
                match (model.live(number), claim) {
                    (Some(known), Ok(Claim::Done { same_content })) if known.is_done => {
                        let differs = known.content.zip(content).is_some_and(|(a, b)| a != b);
                        prop_assert_eq!(same_content, !differs);
                    }
                    (Some(known), Ok(Claim::Won(lease))) if !known.is_done && known.owner == by => {
                        prop_assert_eq!(lease.attempt(), known.attempt);
                        model.keys.insert(number, Known { until, ..known });
                    }
                    (None, claim) if model.given_up.contains(&(number, by)) => {
                        let refused = matches!(claim, Ok(Claim::InProgress { .. }));
                        prop_assert!(refused, "given up, but {claim:?}");
                    }
                    (Some(known), Ok(Claim::InProgress { .. })) => {
                        prop_assert!(!known.is_done && known.owner != by);
                    }
                    (None, Err(StoreError::Full)) => prop_assert_eq!(model.count(), CAPACITY),
                    (None, Ok(Claim::Won(lease))) => {
                        prop_assert!(model.count() < CAPACITY);
                        let lapsed = model.keys.get(&number).filter(|known| !known.is_done);
                        prop_assert!(lease.attempt() > lapsed.map_or(0, |known| known.attempt));
                        model.keys.insert(
                            number,
                            Known {
                                owner: by,
                                content,
                                until,
                                is_done: false,
                                attempt: lease.attempt(),
                            },
                        );
                    }
                    (known, claim) => prop_assert!(false, "{known:?}, but {claim:?}"),
                }
            }
            Step::Settle(number, by, end, retain) => {
                let lease = Lease::granted(key(number), owner(by), 1);
                let settled = at_once(store.settle(&lease, end, Duration::from_millis(retain)));
                let settled = settled.unwrap();
                if end == End::Release {
                    model.given_up.insert((number, by));
                }
                let owned = model.live(number).filter(|known| known.owner == by);
                let expected = match (owned, end) {
                    (Some(known), End::Release) if known.is_done => Settled::Ok,
                    (Some(_), End::Release) => {
                        model.keys.remove(&number);
                        Settled::Ok
                    }
                    (Some(known), _) if known.is_done => Settled::Ok,
                    (Some(known), _) => {
                        let until = model.time + retain;
                        let is_done = true;
                        model.keys.insert(
                            number,
                            Known {
                                until,
                                is_done,
                                ..known
                            },
                        );
                        Settled::Ok
                    }
                    // There is nothing to release, and a release asks for no more.
                    (None, End::Release) => Settled::Ok,
                    (None, _) => Settled::LeaseLost,
                };
                prop_assert_eq!(settled, expected);
            }
            Step::Extend(number, by, extension) => {
                let lease = Lease::granted(key(number), owner(by), 1);
                let extended = at_once(store.extend(&lease, Duration::from_millis(extension)));
                let owned = model
                    .live(number)
                    .filter(|known| known.owner == by && !known.is_done);
                let expected = match owned {
                    Some(known) => {
                        let until = model.time + extension;
                        model.keys.insert(number, Known { until, ..known });
                        Settled::Ok
                    }
                    None => Settled::LeaseLost,
                };
                prop_assert_eq!(extended.unwrap(), expected);
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_behaves_as_a_plain_map_would(
            steps in prop::collection::vec(step(), 1..200),
        ) {
            let clock = fake_clock();
            let store = MemoryStore::with_clock(CAPACITY, clock.clone());
            let mut model = Model::default();
            for step in steps {
                take(&store, &mut model, &clock, step)?;
                for number in 0..7 {
                    let state = at_once(store.look(&key(number))).unwrap();
                    prop_assert_eq!(state, model.state(number));
                }
                prop_assert!((model.count()..=CAPACITY).contains(&store.len()));
            }
        }
    }
}
