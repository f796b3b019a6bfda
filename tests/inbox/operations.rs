//! What an operator does with an inbox.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use bytes::Bytes;
use hookgate::{
    EventKey, Key, Keyring, Secret, Severity, UnixTime,
    dedup::{DedupStore, End, OwnerToken},
    inbox::{
        Ask, Bound, DeadReason, Done, DrainEnd, EncryptedInbox, Entry, FORMAT, Filter, Happening,
        Inbox, Leased, MemoryInbox, OperationError, Operations, Pause, PauseReason, Progress,
        ProvedBy, StoredCoverage, StoredDelivery, StoredRequest, StoredVerdict, Totals, Unreadable,
    },
    pack::ContentDigest,
    testing::FakeClock,
    time::Clock,
};

use super::faulty::Faulty;
use crate::props::{CANARY, at_once, now, personal, quiet};

const MINUTE: Duration = Duration::from_secs(60);
const ENDPOINT: &str = "logto";

fn key(number: usize) -> EventKey {
    EventKey::from_bytes(*ContentDigest::of(&number.to_be_bytes()).as_bytes())
}

fn owner(number: usize) -> OwnerToken {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    OwnerToken::from_bytes(bytes)
}

fn entry(number: usize) -> Entry {
    Entry {
        key: key(number),
        token: owner(number),
        content: None,
        endpoint: ENDPOINT.into(),
        event_type: "User.Created",
        key_id: "key".into(),
        order: None,
        retain: MINUTE,
        format: FORMAT,
        payload: Bytes::from_static(b"no delivery"),
    }
}

/// An inbox, and what an operator does with it.
struct Desk {
    clock: FakeClock,
    inbox: MemoryInbox,
    operations: Operations,
}

impl Desk {
    fn new() -> Self {
        let clock = FakeClock::at(now());
        let inbox = MemoryInbox::with_clock(5000, clock.clone());
        Self {
            operations: Operations::new(inbox.clone()),
            clock,
            inbox,
        }
    }

    /// With so many dead letters.
    fn with_dead(count: usize) -> Self {
        let desk = Self::new();
        desk.queue(0..count);
        desk.bury_all(DeadReason::Failed);
        desk
    }

    fn queue(&self, numbers: impl IntoIterator<Item = usize>) {
        let entries = numbers.into_iter().map(entry).collect();
        at_once(self.inbox.accept(entries)).unwrap();
    }

    fn lease_all(&self) -> Vec<Leased> {
        let ask = Ask {
            endpoints: &[ENDPOINT.into()],
            format: FORMAT,
            limit: 10_000,
            lasts: MINUTE,
            owner: owner(usize::MAX),
            suspects: false,
        };
        at_once(self.inbox.lease(ask)).unwrap().rows
    }

    fn bury_all(&self, reason: DeadReason) {
        for row in self.lease_all() {
            let error = Some(Bytes::from_static(b"CANARY-ERROR"));
            at_once(self.inbox.bury(&row.lease, reason, error)).unwrap();
        }
    }

    fn keys(&self, filter: &Filter) -> Vec<EventKey> {
        let page = at_once(self.inbox.list(filter, None, 10_000)).unwrap();
        page.rows.iter().map(|row| row.key).collect()
    }

    fn counts(&self) -> (u64, u64) {
        let totals = at_once(self.operations.totals()).unwrap();
        totals.first().map_or((0, 0), |it| (it.queued, it.dead))
    }

    fn replay(&self, filter: &Filter, bound: Bound) -> Result<Done, OperationError> {
        at_once(self.operations.replay_all(filter, bound, "mended", |_| {}))
    }
}

fn of_endpoint() -> Filter {
    Filter::dead().of_endpoint(ENDPOINT)
}

#[test]
fn as_many_are_replayed_as_the_dry_run_has_said() {
    // More than one page.
    let desk = Desk::with_dead(1100);
    let filter = of_endpoint();
    let count = at_once(desk.operations.count(&filter)).unwrap();
    assert_eq!((count, desk.counts()), (1100, (0, 1100)));
    let mut told = Vec::new();
    let tell = |progress: Progress| told.push((progress.done, progress.of));
    let bound = Bound::Exactly(count);
    let done = at_once(desk.operations.replay_all(&filter, bound, "mended", tell)).unwrap();
    assert_eq!((done.changed, done.gone), (1100, 0));
    assert_eq!(desk.counts(), (1100, 0));
    let expected: Vec<_> = (1..=1100).map(|done| (done, Some(1100))).collect();
    assert_eq!(told, expected);
    let kept = at_once(desk.inbox.read(&key(7))).unwrap().unwrap();
    let why = kept
        .history
        .iter()
        .last()
        .map(|(_, happening)| happening.clone());
    let expected = Happening::Replayed {
        why: "mended".into(),
    };
    assert_eq!(why, Some(expected));
}

#[test]
fn another_number_than_was_said_changes_nothing() {
    let desk = Desk::with_dead(3);
    for said in [0, 2, 4, u64::MAX] {
        let replayed = desk.replay(&of_endpoint(), Bound::Exactly(said));
        assert!(
            matches!(replayed, Err(OperationError::OtherNumber { said: it }) if it == said),
            "{replayed:?}"
        );
        let filter = of_endpoint();
        let discarded = desk
            .operations
            .discard_all(&filter, Bound::Exactly(said), |_| {});
        assert!(at_once(discarded).is_err());
        assert_eq!(desk.counts(), (0, 3), "{said}");
    }
}

#[test]
fn a_limit_takes_the_oldest() {
    let desk = Desk::with_dead(4);
    let done = desk.replay(&of_endpoint(), Bound::AtMost(3)).unwrap();
    assert_eq!(done.changed, 3);
    assert_eq!(desk.keys(&Filter::dead()), [key(3)]);
    let none = desk.replay(&of_endpoint(), Bound::AtMost(0)).unwrap();
    assert_eq!((none.changed, desk.counts()), (0, (3, 1)));
}

#[test]
fn a_filter_that_means_everything_is_refused() {
    let desk = Desk::with_dead(2);
    for filter in [Filter::all(), Filter::dead(), Filter::queued()] {
        for bound in [Bound::AtMost(9), Bound::Exactly(2)] {
            let replayed = desk.replay(&filter, bound);
            assert!(matches!(replayed, Err(OperationError::NoFilter)));
            let discarded = desk.operations.discard_all(&filter, bound, |_| {});
            assert!(matches!(at_once(discarded), Err(OperationError::NoFilter)));
        }
    }
    assert_eq!(desk.counts(), (0, 2));
    let narrow = Filter::dead().accepted_before(now().saturating_add(MINUTE));
    assert_eq!(desk.replay(&narrow, Bound::Exactly(2)).unwrap().changed, 2);
}

#[test]
fn only_what_the_filter_means_is_touched_and_only_dead_letters() {
    let desk = Desk::with_dead(2);
    desk.queue(2..4);
    desk.bury_all(DeadReason::Rejected);
    desk.queue(4..6);
    for filter in [of_endpoint(), Filter::all().of_endpoint(ENDPOINT)] {
        assert_eq!(at_once(desk.operations.count(&filter)).unwrap(), 4);
    }
    let queued = Filter::queued().of_endpoint(ENDPOINT);
    assert_eq!(at_once(desk.operations.count(&queued)).unwrap(), 0);
    let rejected = Filter::all().dead_by(DeadReason::Rejected);
    let discarded = desk
        .operations
        .discard_all(&rejected, Bound::Exactly(2), |_| {});
    assert_eq!(at_once(discarded).unwrap().changed, 2);
    assert_eq!(desk.keys(&Filter::dead()), [key(0), key(1)]);
    assert_eq!(desk.counts(), (2, 2));
    // Copies of what was discarded are still recognised.
    assert_eq!(desk.inbox.len(), 4);
}

#[test]
fn a_run_that_fails_half_way_says_what_it_did_and_can_be_begun_again() {
    let desk = Desk::with_dead(5);
    let faulty = Faulty::new(desk.inbox.clone(), 2);
    let operations = Operations::new(faulty.clone());
    let filter = of_endpoint();
    let replay = || at_once(operations.replay_all(&filter, Bound::AtMost(9), "mended", |_| {}));
    let error = replay().unwrap_err();
    assert_eq!(error.to_string(), "the inbox failed after 2 were done");
    assert!(matches!(error, OperationError::Store { done, .. } if done.changed == 2));
    assert_eq!(desk.counts(), (2, 3));
    faulty.good.store(9, Ordering::SeqCst);
    assert_eq!(replay().unwrap().changed, 3);
    // Each was replayed once.
    let rows = at_once(desk.inbox.list(&Filter::all(), None, 9))
        .unwrap()
        .rows;
    assert!(rows.iter().all(|row| row.replays == 1), "{rows:?}");
    assert_eq!(rows.len(), 5);
}

#[test]
fn a_run_that_is_dropped_leaves_what_it_had_not_reached() {
    let desk = Desk::with_dead(3);
    // A caller that gives up: here it unwinds out of the run, after the second.
    let filter = of_endpoint();
    let stops = |progress: Progress| assert!(progress.done < 2, "stop");
    let run = desk
        .operations
        .replay_all(&filter, Bound::AtMost(9), "mended", stops);
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| at_once(run)));
    assert!(dropped.is_err());
    assert_eq!(desk.counts(), (2, 1));
    assert_eq!(desk.replay(&filter, Bound::AtMost(9)).unwrap().changed, 1);
}

#[test]
fn a_letter_that_dies_again_meanwhile_is_not_replayed_again() {
    let desk = Desk::with_dead(3);
    let filter = of_endpoint();
    let dies = |_| desk.bury_all(DeadReason::Failed);
    let run = desk
        .operations
        .replay_all(&filter, Bound::AtMost(9), "mended", dies);
    assert_eq!(at_once(run).unwrap().changed, 3);
    assert_eq!(desk.counts(), (0, 3));
}

#[test]
fn what_somebody_else_has_changed_meanwhile_is_counted_apart() {
    let desk = Desk::with_dead(3);
    let filter = of_endpoint();
    let other = |progress: Progress| {
        if progress.done == 1 {
            assert!(at_once(desk.inbox.discard(&key(1))).unwrap());
        }
    };
    let run = desk
        .operations
        .replay_all(&filter, Bound::Exactly(3), "mended", other);
    let done = at_once(run).unwrap();
    assert_eq!((done.changed, done.gone), (2, 1));
}

#[test]
fn old_dead_letters_are_pruned_and_young_ones_kept() {
    let desk = Desk::with_dead(1100);
    desk.clock.advance(MINUTE * 2);
    desk.queue([2000]);
    desk.bury_all(DeadReason::Failed);
    let mut told = Vec::new();
    let done = at_once(
        desk.operations
            .prune(MINUTE, |progress| told.push(progress.done)),
    );
    assert_eq!(done.unwrap().changed, 1100);
    assert_eq!(told, [500, 1000, 1100]);
    assert_eq!(desk.keys(&Filter::all()), [key(2000)]);
    let faulty = Operations::new(Faulty::new(Desk::with_dead(600).inbox, 0));
    let error = at_once(faulty.prune(Duration::ZERO, |_| {})).unwrap_err();
    assert_eq!(error.to_string(), "the inbox failed");
}

#[tokio::test]
async fn a_drain_ends_when_nothing_is_queued() {
    let desk = Desk::with_dead(2);
    desk.queue(10..12);
    let (clock, inbox) = (desk.clock.clone(), desk.inbox.clone());
    let operations = desk.operations.clone();
    let looks = Arc::new(std::sync::Mutex::new(Vec::new()));
    let told = looks.clone();
    let draining = tokio::spawn(async move {
        let tell = |totals: &Totals| told.lock().unwrap().push(totals.queued);
        operations.drain(ENDPOINT, MINUTE, clock, tell).await
    });
    let pass = async || {
        for _ in 0..64 {
            tokio::task::yield_now().await;
        }
        desk.clock.advance(Duration::from_secs(1));
    };
    pass().await;
    for row in desk.lease_all() {
        inbox
            .settle(&row.lease, End::Processed, MINUTE)
            .await
            .unwrap();
        pass().await;
    }
    pass().await;
    let drained = crate::props::soon(draining).await.unwrap().unwrap();
    assert_eq!(drained.end, DrainEnd::Empty);
    assert_eq!((drained.left.queued, drained.left.dead), (0, 2));
    let looks = looks.lock().unwrap().clone();
    assert_eq!(
        (looks.first(), looks.last()),
        (Some(&2), Some(&0)),
        "{looks:?}"
    );
}

#[tokio::test]
async fn a_drain_without_an_end_says_what_is_left() {
    let desk = Desk::new();
    desk.queue(0..2);
    let began = desk.clock.monotonic();
    let operations = desk.operations.clone();
    let clock = desk.clock.clone();
    let draining =
        tokio::spawn(async move { operations.drain(ENDPOINT, MINUTE, clock, |_| {}).await });
    while !draining.is_finished() {
        for _ in 0..64 {
            tokio::task::yield_now().await;
        }
        desk.clock.advance(Duration::from_secs(1));
    }
    let drained = draining.await.unwrap().unwrap();
    assert_eq!((drained.end, drained.left.queued), (DrainEnd::TimeUp, 2));
    assert!(desk.clock.monotonic() - began < MINUTE * 2);
    // Nobody would ever handle them.
    desk.operations.hold(ENDPOINT).await.unwrap();
    let clock = desk.clock.clone();
    let held = desk.operations.drain(ENDPOINT, MINUTE, clock, |_| {});
    assert_eq!(at_once(held).unwrap().end, DrainEnd::Held);
}

#[test]
fn an_endpoint_that_is_held_runs_nothing_and_accepts_on() {
    let desk = Desk::new();
    desk.queue([0]);
    at_once(desk.operations.hold(ENDPOINT)).unwrap();
    desk.queue([1]);
    assert!(desk.lease_all().is_empty());
    let pause = Pause {
        reason: PauseReason::Unavailable,
        lasts: MINUTE,
        strikes: 1,
    };
    at_once(desk.inbox.pause(ENDPOINT, pause)).unwrap();
    at_once(desk.operations.resume(ENDPOINT)).unwrap();
    assert_eq!(desk.lease_all().len(), 2);
}

#[test]
fn a_name_that_no_endpoint_has_is_refused() {
    let desk = Desk::new();
    desk.queue([0]);
    let clock = desk.clock.clone();
    for refused in [
        at_once(desk.operations.hold("logot")),
        at_once(desk.operations.resume("logot")),
        at_once(desk.operations.drain("logot", MINUTE, clock, |_| {})).map(drop),
    ] {
        assert!(matches!(refused, Err(OperationError::UnknownEndpoint)));
    }
    assert_eq!(at_once(desk.operations.totals()).unwrap().len(), 1);
}

/// A delivery with personal data wherever its sender can write.
fn delivery() -> StoredDelivery {
    let body = personal("User.Created", 1);
    let text = |name: &str| Some(format!("{CANARY}-{name}").into_boxed_str());
    StoredDelivery {
        request: StoredRequest {
            method: format!("{CANARY}-METHOD").into(),
            path: format!("/hooks/{CANARY}").into(),
            query: text("QUERY"),
            authority: text("HOST"),
            route_params: vec![("tenant".into(), format!("{CANARY}-PARAM").into())],
            headers: vec![("user-agent".into(), Bytes::from_static(b"CANARY-AGENT"))],
            body: body.into_bytes().into(),
        },
        verdict: StoredVerdict {
            pack: "logto".into(),
            tenant: text("TENANT"),
            proved_by: ProvedBy::Signature,
            key_id: "key".into(),
            coverage: StoredCoverage::Bytes(Bytes::from_static(b"CANARY-COVERED")),
            signed_id: text("ID"),
            sent_at: Some(UnixTime::from_secs(7)),
            digest: None,
            claimed_type: text("TYPE"),
            received_at: now(),
            retain: MINUTE,
            position: 0,
        },
    }
}

fn with_delivery(payload: Bytes) -> Desk {
    let desk = Desk::new();
    let entry = Entry {
        payload,
        ..entry(0)
    };
    at_once(desk.inbox.accept(vec![entry])).unwrap();
    desk.bury_all(DeadReason::Failed);
    desk
}

#[test]
fn one_event_is_shown_without_anything_of_its_senders() {
    let stored = delivery();
    let desk = with_delivery(stored.to_bytes());
    let shown = at_once(desk.operations.show(&key(0))).unwrap().unwrap();
    quiet("what is shown", &format!("{shown:?}"));
    assert_eq!(shown.error_bytes, Some("CANARY-ERROR".len()));
    assert_eq!(shown.listed.event_type.as_ref(), "User.Created");
    let request = shown.request.unwrap();
    let shape = request.shape.unwrap().to_string();
    quiet("the body's shape", &shape);
    assert!(
        shape.starts_with("{event: text of 12, createdAt: text of 24, hookId: text of 2,"),
        "{shape}"
    );
    assert_eq!(request.method, "other");
    assert_eq!(request.headers, [("user-agent".into(), 12)]);
    assert_eq!(request.route_params, [("tenant".into(), 12)]);
    assert_eq!(request.body, stored.request.body.len());
    assert_eq!((request.query, request.tenant), (Some(12), Some(13)));
    assert_eq!(request.sent_at, Some(UnixTime::from_secs(7)));
}

#[test]
fn whoever_asks_for_personal_data_gets_it() {
    let mut stored = delivery();
    // A receiver takes no other than its sender's.
    stored.request.method = "POST".into();
    let desk = with_delivery(stored.to_bytes());
    let opened = at_once(desk.operations.show_personal_data(&key(0)));
    let opened = opened.unwrap().unwrap();
    quiet("what a log would show", &format!("{opened:?}"));
    assert_eq!(opened.delivery, Ok(stored));
    assert_eq!(opened.kept.error.as_deref(), Some(&b"CANARY-ERROR"[..]));
    let none = at_once(desk.operations.show_personal_data(&key(1))).unwrap();
    assert!(none.is_none());
    assert!(at_once(desk.operations.show(&key(1))).unwrap().is_none());
}

#[test]
fn an_encrypted_event_is_shown_to_whoever_has_its_key() {
    let desk = Desk::new();
    let key_of = |secret: &str| Key::new("2026-11", Secret::utf8(secret).unwrap());
    let keys = Keyring::new([key_of("a secret of thirty-two bytes, or more")]).unwrap();
    let sealing = EncryptedInbox::new(desk.inbox.clone(), keys).unwrap();
    let stored = delivery();
    let entry = Entry {
        payload: stored.to_bytes(),
        ..entry(0)
    };
    at_once(sealing.accept(vec![entry])).unwrap();
    let without = at_once(desk.operations.show(&key(0))).unwrap().unwrap();
    assert_eq!(without.request.unwrap_err(), Unreadable::UnknownFormat);
    let operations = Operations::new(sealing);
    let with = at_once(operations.show(&key(0))).unwrap().unwrap();
    assert!(with.request.unwrap().shape.is_some());
    let opened = at_once(operations.show_personal_data(&key(0))).unwrap();
    assert_eq!(opened.unwrap().delivery, Ok(stored));
}

#[test]
fn what_cannot_be_read_is_still_listed_and_shown() {
    let mut bytes = delivery().to_bytes().to_vec();
    bytes[40] ^= 1;
    let desk = with_delivery(bytes.into());
    let shown = at_once(desk.operations.show(&key(0))).unwrap().unwrap();
    assert_eq!(shown.request.unwrap_err(), Unreadable::Damaged);
    assert!(shown.payload_bytes > 40);
}

#[test]
fn what_is_wrong_with_an_endpoint_is_found() {
    let old = Some(MINUTE * 10);
    let waits = || {
        let mut totals = Totals::new(ENDPOINT.into());
        totals.queued = 3;
        totals.oldest_queued = old;
        totals.asked = Some(Duration::ZERO);
        totals
    };
    let with = |set: fn(&mut Totals)| {
        let mut totals = waits();
        set(&mut totals);
        let found = totals.findings();
        assert!(found.iter().all(|it| it.severity() == Severity::Warning));
        found.iter().map(|it| it.code()).collect::<Vec<_>>()
    };
    const NOTHING: [&str; 0] = [];
    assert_eq!(with(|_| {}), NOTHING);
    assert_eq!(with(|it| it.asked = None), ["inbox_no_worker"]);
    assert_eq!(with(|it| it.asked = Some(MINUTE * 5)), ["inbox_no_worker"]);
    // A worker may be about to start.
    let young = |it: &mut Totals| (it.asked, it.oldest_queued) = (None, Some(MINUTE));
    assert_eq!(with(young), NOTHING);
    assert_eq!(with(|it| (it.asked, it.queued) = (None, 0)), NOTHING);
    assert_eq!(with(|it| it.is_held = true), ["inbox_held"]);
    assert_eq!(with(|it| (it.is_held, it.queued) = (true, 0)), NOTHING);
    let days = |it: &mut Totals| it.oldest_queued = Some(MINUTE * 60 * 24 * 4);
    assert_eq!(with(days), ["inbox_old_work"]);
    let all = |it: &mut Totals| (it.asked, it.dead) = (None, 1);
    assert_eq!(with(all), ["inbox_no_worker", "inbox_dead_letters"]);
}

#[test]
fn the_guide_lists_what_is_found() {
    let guide = include_str!("../../docs/observability.md");
    for code in Totals::CODES {
        assert!(guide.contains(&format!("\n| `{code}` | ")), "{code}");
    }
}

#[test]
fn dead_letters_are_told_by_their_order_of_magnitude() {
    let mut totals = Totals::new(ENDPOINT.into());
    let mut texts = Vec::new();
    for dead in 1..=1000 {
        totals.dead = dead;
        texts.push(totals.findings()[0].what().to_owned());
    }
    texts.dedup();
    assert_eq!(texts.len(), 4, "{texts:?}");
    assert!(texts[3].ends_with("1000 or more"));
}
