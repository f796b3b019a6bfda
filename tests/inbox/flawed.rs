//! The public suite notices inboxes that break a promise: each of its promises is broken here, one at a time.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use hookgate::{
    EventKey, UnixTime,
    dedup::{Claim, DedupStore, End, Lease, OwnerToken, Promises, Settled, State, StoreError},
    inbox::{
        Accept, Ask, Batch, Counts, DeadReason, Entry, Filter, Inbox, Kept, MemoryInbox, OrderKey,
        Page, Pause, Position, Quarantine, QuarantineCap, Stands, Totals, contract,
    },
    pack::ContentDigest,
    testing::FakeClock,
    time::Clock,
};

use crate::props::at_once;

/// The one fault of an inbox that is right in all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Flaw {
    OtherPayload,
    KindForgotten,
    CopiesAreDone,
    QueuedKeysLookFree,
    ClaimsWhatWaits,
    OwnTokenIsACopy,
    EqualKeysAreAllQueued,
    InlineRunsAreCopies,
    ContentNotCompared,
    NoCap,
    NoByteCap,
    OneCapForAll,
    QuarantineUntold,
    MarksForEver,
    NoMarks,
    QueuedKeysEnd,
    LateSettle,
    LateExtend,
    LateGiveBack,
    LateBury,
    RepeatedSettleIsLost,
    RepeatedGiveBackIsLost,
    RepeatedBuryIsLost,
    FailuresUncounted,
    VanishedUncounted,
    AttemptsStandStill,
    ShortLeases,
    LongLeases,
    KeepsWithoutLooking,
    KeepsForAMoment,
    ExtendsNothing,
    ForgetsWhoAsked,
    NoTurns,
    AnyFormat,
    AnyEndpoint,
    SuspectsToAll,
    SuspectsUntold,
    NoDelay,
    LongDelay,
    WrongNextDue,
    NoOrder,
    OrderStuckAfterAnEnd,
    OrderStuckAfterADeadLetter,
    PausesNothing,
    NeverResumes,
    ProbesWithAll,
    NoStrikes,
    WeakerPauseWins,
    NoProbeBesideABacklog,
    ReasonForgotten,
    DeadFilterIgnored,
    ErrorForgotten,
    WhyForgotten,
    ReplaysAnything,
    FailuresOutliveAReplay,
    DiscardsAnything,
    DiscardedIsNew,
    ErasesAtOnce,
    ErasesWithoutLimit,
    PagesWithoutBound,
    ListsBackwards,
    FilterIgnored,
    NothingIsBehind,
    NothingRuns,
    NoTotals,
    NoOldest,
    HoldsNothing,
    ResumeEndsAHold,
}

/// Each flaw, and the promise that it breaks.
const BROKEN: &[(Flaw, &str)] = {
    use Flaw::*;
    &[
        (
            OtherPayload,
            "accepts::what_is_accepted_is_handed_out_as_it_came",
        ),
        (
            KindForgotten,
            "accepts::what_is_accepted_is_handed_out_as_it_came",
        ),
        (
            CopiesAreDone,
            "accepts::a_copy_of_what_waits_runs_or_is_dead_is_a_copy",
        ),
        (
            QueuedKeysLookFree,
            "accepts::a_copy_of_what_waits_runs_or_is_dead_is_a_copy",
        ),
        (
            ClaimsWhatWaits,
            "accepts::a_copy_of_what_waits_runs_or_is_dead_is_a_copy",
        ),
        (
            OwnTokenIsACopy,
            "accepts::a_repeated_accept_is_the_same_accept",
        ),
        (
            EqualKeysAreAllQueued,
            "accepts::equal_keys_of_one_call_are_one_event",
        ),
        (
            InlineRunsAreCopies,
            "accepts::an_inline_lease_keeps_an_accept_out_until_it_ends",
        ),
        (
            AttemptsStandStill,
            "accepts::an_inline_lease_keeps_an_accept_out_until_it_ends",
        ),
        (
            ContentNotCompared,
            "accepts::what_was_handled_is_done_until_its_mark_ends",
        ),
        (
            NoMarks,
            "accepts::what_was_handled_is_done_until_its_mark_ends",
        ),
        (
            NoCap,
            "accepts::what_cannot_be_decoded_is_kept_within_its_cap",
        ),
        (
            NoByteCap,
            "accepts::what_cannot_be_decoded_is_kept_within_its_cap",
        ),
        (
            OneCapForAll,
            "accepts::what_cannot_be_decoded_is_kept_within_its_cap",
        ),
        (
            QuarantineUntold,
            "accepts::what_cannot_be_decoded_is_kept_within_its_cap",
        ),
        (MarksForEver, "ends::an_end_leaves_the_mark_that_it_names"),
        (NoMarks, "ends::an_end_leaves_the_mark_that_it_names"),
        (
            QueuedKeysEnd,
            "ends::a_key_of_the_inbox_never_ends_by_itself",
        ),
        (LateSettle, "ends::a_late_owner_changes_nothing"),
        (LateExtend, "ends::a_late_owner_changes_nothing"),
        (LateGiveBack, "ends::a_late_owner_changes_nothing"),
        (LateBury, "ends::a_late_owner_changes_nothing"),
        (RepeatedSettleIsLost, "ends::repeated_ends_change_nothing"),
        (RepeatedGiveBackIsLost, "ends::repeated_ends_change_nothing"),
        (RepeatedBuryIsLost, "ends::repeated_ends_change_nothing"),
        (FailuresUncounted, "ends::each_run_counts_as_it_ended"),
        (VanishedUncounted, "ends::each_run_counts_as_it_ended"),
        (AttemptsStandStill, "ends::each_run_counts_as_it_ended"),
        (
            ShortLeases,
            "leases::a_lease_lasts_for_its_time_and_then_counts_as_vanished",
        ),
        (
            LongLeases,
            "leases::a_lease_lasts_for_its_time_and_then_counts_as_vanished",
        ),
        (
            VanishedUncounted,
            "leases::a_lease_lasts_for_its_time_and_then_counts_as_vanished",
        ),
        (KeepsWithoutLooking, "leases::a_kept_lease_lasts_longer"),
        (KeepsForAMoment, "leases::a_kept_lease_lasts_longer"),
        (ExtendsNothing, "leases::a_kept_lease_lasts_longer"),
        (ForgetsWhoAsked, "leases::a_repeated_ask_hands_out_the_same"),
        (NoTurns, "leases::endpoints_take_turns"),
        (
            AnyFormat,
            "leases::only_known_endpoints_and_formats_are_handed_out",
        ),
        (
            AnyEndpoint,
            "leases::only_known_endpoints_and_formats_are_handed_out",
        ),
        (
            SuspectsToAll,
            "leases::suspects_are_handed_out_only_when_asked_for",
        ),
        (
            SuspectsUntold,
            "leases::suspects_are_handed_out_only_when_asked_for",
        ),
        (NoDelay, "leases::what_was_given_back_waits_for_its_time"),
        (LongDelay, "leases::what_was_given_back_waits_for_its_time"),
        (
            WrongNextDue,
            "leases::what_was_given_back_waits_for_its_time",
        ),
        (
            NoOrder,
            "order::one_of_an_order_runs_at_a_time_and_the_oldest_first",
        ),
        (
            OrderStuckAfterAnEnd,
            "order::one_of_an_order_runs_at_a_time_and_the_oldest_first",
        ),
        (
            OrderStuckAfterADeadLetter,
            "order::a_dead_letter_lets_the_next_one_go_on",
        ),
        (
            PausesNothing,
            "pauses::a_paused_endpoint_keeps_its_lines_and_accepts_more",
        ),
        (
            NeverResumes,
            "pauses::a_paused_endpoint_keeps_its_lines_and_accepts_more",
        ),
        (
            ProbesWithAll,
            "pauses::a_pause_ends_with_one_probe_and_another_one_next_time",
        ),
        (
            NoStrikes,
            "pauses::a_pause_ends_with_one_probe_and_another_one_next_time",
        ),
        (WeakerPauseWins, "pauses::a_weaker_pause_changes_nothing"),
        (
            NoProbeBesideABacklog,
            "pauses::a_backlog_elsewhere_keeps_no_endpoint_from_its_probe",
        ),
        (
            ReasonForgotten,
            "dead::a_dead_letter_tells_what_became_of_it",
        ),
        (
            DeadFilterIgnored,
            "dead::a_dead_letter_tells_what_became_of_it",
        ),
        (
            ErrorForgotten,
            "dead::what_a_run_said_is_kept_beside_the_payload",
        ),
        (
            WhyForgotten,
            "dead::what_a_run_said_is_kept_beside_the_payload",
        ),
        (
            ReplaysAnything,
            "dead::a_replay_runs_again_under_a_higher_attempt",
        ),
        (
            FailuresOutliveAReplay,
            "dead::a_replay_runs_again_under_a_higher_attempt",
        ),
        (
            DiscardsAnything,
            "dead::what_is_discarded_is_remembered_as_rejected",
        ),
        (
            DiscardedIsNew,
            "dead::what_is_discarded_is_remembered_as_rejected",
        ),
        (ErasesAtOnce, "dead::what_was_dead_for_long_is_erased"),
        (ErasesWithoutLimit, "dead::what_was_dead_for_long_is_erased"),
        (PagesWithoutBound, "views::a_list_has_each_event_once"),
        (ListsBackwards, "views::a_list_has_each_event_once"),
        (FilterIgnored, "views::a_list_can_begin_with_the_newest"),
        (FilterIgnored, "views::a_list_has_what_its_filter_means"),
        (NothingIsBehind, "views::a_list_tells_where_each_stands"),
        (NothingRuns, "views::a_list_tells_where_each_stands"),
        (NoTotals, "views::totals_follow_what_happens"),
        (NoOldest, "views::totals_follow_what_happens"),
        (
            HoldsNothing,
            "views::an_operator_stops_an_endpoint_until_it_goes_on",
        ),
        (
            ResumeEndsAHold,
            "views::an_operator_stops_an_endpoint_until_it_goes_on",
        ),
    ]
};

fn clock() -> FakeClock {
    FakeClock::at(UnixTime::from_secs(1_700_000_000))
}

/// Why `promise` is broken, if it is.
fn broken(promise: &str, flaw: Option<Flaw>) -> Option<String> {
    let clock = clock();
    let store = Flawed::new(flaw, &clock);
    let run = || at_once(contract::run_one(promise, store, &clock));
    let thrown = catch_unwind(AssertUnwindSafe(run)).err()?;
    Some(thrown.downcast_ref::<String>().unwrap().clone())
}

#[test]
fn each_promise_can_be_broken_and_that_is_noticed() {
    let mut promises: BTreeSet<&str> = contract::PROMISES.iter().copied().collect();
    let mut unnoticed = Vec::new();
    for (flaw, promise) in BROKEN {
        promises.remove(promise);
        match broken(promise, Some(*flaw)) {
            Some(why) => assert!(why.starts_with("inbox contract: "), "{flaw:?}: {why}"),
            None => unnoticed.push((flaw, promise)),
        }
    }
    assert!(unnoticed.is_empty(), "{unnoticed:#?}");
    assert!(promises.is_empty(), "no flaw breaks {promises:#?}");
}

/// What breaks them is the flaw, not what stands around it.
#[test]
fn the_same_inbox_without_a_flaw_keeps_every_promise() {
    for promise in contract::PROMISES {
        assert_eq!(broken(promise, None), None);
    }
}

#[test]
#[should_panic(expected = "there is no promise `ends::all_well`")]
fn a_promise_that_is_not_one_is_refused() {
    let clock = clock();
    at_once(contract::run_one(
        "ends::all_well",
        Flawed::new(None, &clock),
        &clock,
    ));
}

/// A memory inbox with one flaw.
struct Flawed {
    flaw: Option<Flaw>,
    clock: FakeClock,
    memory: MemoryInbox,
    notes: Mutex<Notes>,
}

/// What a flaw needs to remember.
#[derive(Default)]
struct Notes {
    accepted: HashMap<EventKey, (OwnerToken, Duration, Duration)>,
    endpoints: BTreeMap<String, Arc<str>>,
    ended: BTreeSet<(&'static str, [u8; 16])>,
    replayed: bool,
    discarded: bool,
    settled: bool,
    buried: bool,
    quarantined: u64,
    asks: u8,
}

impl Flawed {
    fn new(flaw: Option<Flaw>, clock: &FakeClock) -> Self {
        Self {
            flaw,
            clock: clock.clone(),
            memory: MemoryInbox::with_clock(100, clock.clone()),
            notes: Mutex::default(),
        }
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn notes(&self) -> std::sync::MutexGuard<'_, Notes> {
        self.notes.lock().unwrap()
    }

    /// Answers that `lease` is held although it is not, or the other way round at its second end.
    fn told(
        &self,
        end: &'static str,
        lease: &Lease,
        late: Flaw,
        repeated: Flaw,
        settled: Settled,
    ) -> Settled {
        let is_new = self.notes().ended.insert((end, *lease.owner().as_bytes()));
        match settled {
            Settled::LeaseLost if self.has(late) => Settled::Ok,
            Settled::Ok if self.has(repeated) && !is_new => Settled::LeaseLost,
            settled => settled,
        }
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
        let claim = self.memory.claim(key, content, owner, lease).await?;
        Ok(match claim {
            Claim::Done { .. } if self.has(Flaw::ClaimsWhatWaits) => {
                Claim::Won(Lease::granted(*key, owner, 1))
            }
            claim => claim,
        })
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        let retain = match self.flaw {
            Some(Flaw::MarksForEver) => retain * 100,
            Some(Flaw::NoMarks) => Duration::ZERO,
            _ => retain,
        };
        let settled = self.memory.settle(lease, end, retain).await?;
        self.notes().settled = true;
        let (late, repeated) = (Flaw::LateSettle, Flaw::RepeatedSettleIsLost);
        Ok(self.told("settle", lease, late, repeated, settled))
    }

    async fn extend(&self, lease: &Lease, by: Duration) -> Result<Settled, StoreError> {
        let extended = self.memory.extend(lease, by).await?;
        Ok(match self.flaw {
            Some(Flaw::LateExtend) => Settled::Ok,
            Some(Flaw::ExtendsNothing) => Settled::LeaseLost,
            _ => extended,
        })
    }

    async fn look(&self, key: &EventKey) -> Result<State, StoreError> {
        let state = self.memory.look(key).await?;
        let looks_free = self.has(Flaw::QueuedKeysLookFree) && state == State::Done;
        Ok(if looks_free { State::Free } else { state })
    }

    fn promises(&self) -> Promises {
        self.memory.promises()
    }
}

impl Inbox for Flawed {
    async fn accept(&self, mut entries: Vec<Entry>) -> Result<Vec<Accept>, StoreError> {
        let now = self.clock.monotonic();
        for entry in &mut entries {
            if self.has(Flaw::NoOrder) {
                entry.order = None;
            }
            if self.has(Flaw::ContentNotCompared) {
                entry.content = None;
            }
            let endpoint = entry.endpoint.clone();
            self.notes()
                .endpoints
                .insert(endpoint.to_string(), endpoint);
        }
        let mut accepted = self.memory.accept(entries.clone()).await?;
        let is_one = entries.len() == 1;
        for (entry, accepted) in entries.iter().zip(&mut accepted) {
            let mut notes = self.notes();
            let before = notes.accepted.get(&entry.key).copied();
            let is_own = before.is_some_and(|(token, ..)| token == entry.token);
            let is_over = before.is_some_and(|(_, at, retain)| now >= at + retain);
            let flawed = match (self.flaw, &*accepted) {
                (Some(Flaw::CopiesAreDone), Accept::Copy) => {
                    Some(Accept::Done { same_content: true })
                }
                (Some(Flaw::OwnTokenIsACopy), Accept::Queued) if is_own => Some(Accept::Copy),
                (Some(Flaw::EqualKeysAreAllQueued), Accept::Copy) if !is_one => {
                    Some(Accept::Queued)
                }
                (Some(Flaw::InlineRunsAreCopies), Accept::InProgress { .. }) => Some(Accept::Copy),
                (Some(Flaw::QueuedKeysEnd), Accept::Copy) if is_over => Some(Accept::Queued),
                (Some(Flaw::DiscardedIsNew), Accept::Done { .. }) if notes.discarded => {
                    Some(Accept::Queued)
                }
                _ => None,
            };
            *accepted = flawed.unwrap_or(*accepted);
            notes
                .accepted
                .entry(entry.key)
                .or_insert((entry.token, now, entry.retain));
        }
        Ok(accepted)
    }

    async fn quarantine(&self, entry: Entry, cap: QuarantineCap) -> Result<Quarantine, StoreError> {
        let cap = match self.flaw {
            Some(Flaw::NoCap) => QuarantineCap::new(100, 1 << 20),
            Some(Flaw::NoByteCap) => QuarantineCap::new(cap.rows, 1 << 20),
            Some(Flaw::OneCapForAll) if self.notes().quarantined >= 3 => QuarantineCap::new(0, 0),
            _ => cap,
        };
        self.notes().quarantined += 1;
        self.memory.quarantine(entry, cap).await
    }

    async fn lease(&self, ask: Ask<'_>) -> Result<Batch, StoreError> {
        let all: Vec<Arc<str>> = self.notes().endpoints.values().cloned().collect();
        let asks = {
            let mut notes = self.notes();
            notes.asks += 1;
            notes.asks
        };
        let flawed = match self.flaw {
            Some(Flaw::ShortLeases) => Ask {
                lasts: ask.lasts / 2,
                ..ask
            },
            Some(Flaw::LongLeases) => Ask {
                lasts: ask.lasts * 3,
                ..ask
            },
            Some(Flaw::AnyFormat) => Ask {
                format: u16::MAX,
                ..ask
            },
            Some(Flaw::AnyEndpoint) => Ask {
                endpoints: &all,
                ..ask
            },
            Some(Flaw::ForgetsWhoAsked) => Ask {
                owner: OwnerToken::from_bytes([asks; 16]),
                ..ask
            },
            _ => ask,
        };
        if self.has(Flaw::ProbesWithAll) {
            self.memory.resume("first").await?;
        }
        let mut batch = self.memory.lease(flawed).await?;
        if self.has(Flaw::SuspectsToAll) && !ask.suspects {
            let suspects = self
                .memory
                .lease(Ask {
                    suspects: true,
                    ..ask
                })
                .await?;
            batch.rows.extend(suspects.rows);
        }
        let (is_stuck, replayed) = {
            let notes = self.notes();
            let is_stuck = self.has(Flaw::OrderStuckAfterAnEnd) && notes.settled
                || self.has(Flaw::OrderStuckAfterADeadLetter) && notes.buried;
            (is_stuck, notes.replayed)
        };
        if is_stuck {
            batch.rows.retain(|row| row.order.is_none());
        }
        if self.has(Flaw::NoTurns) {
            batch
                .rows
                .sort_by(|one, other| one.endpoint.cmp(&other.endpoint));
        }
        if self.has(Flaw::NoProbeBesideABacklog) && batch.rows.len() > 1 {
            batch.rows.retain(|row| row.probe.is_none());
        }
        if self.has(Flaw::SuspectsUntold) {
            batch.suspects_wait = false;
        }
        if self.has(Flaw::WrongNextDue) {
            batch.next_due = Some(ask.lasts * 100);
        }
        for row in &mut batch.rows {
            let (key, owner, attempt) = (*row.lease.key(), *row.lease.owner(), row.lease.attempt());
            match self.flaw {
                Some(Flaw::OtherPayload) => row.payload = Bytes::from_static(b"another"),
                Some(Flaw::KindForgotten) => row.lease = Lease::granted(key, owner, attempt),
                Some(Flaw::AttemptsStandStill) => row.lease = Lease::of_work(key, owner, 1),
                Some(Flaw::VanishedUncounted) => row.vanished = 0,
                Some(Flaw::QuarantineUntold) => row.is_quarantined = false,
                Some(Flaw::FailuresOutliveAReplay) if replayed => row.failures = 1,
                Some(Flaw::NoStrikes) => row.probe = row.probe.and(Some(1)),
                _ => {}
            }
        }
        Ok(batch)
    }

    async fn keep(&self, leases: &[&Lease], by: Duration) -> Result<Vec<Settled>, StoreError> {
        let by = if self.has(Flaw::KeepsForAMoment) {
            by / 8
        } else {
            by
        };
        let mut kept = self.memory.keep(leases, by).await?;
        if self.has(Flaw::KeepsWithoutLooking) {
            kept.fill(Settled::Ok);
        }
        Ok(kept)
    }

    async fn give_back(
        &self,
        lease: &Lease,
        delay: Duration,
        counts: Counts,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        let (delay, counts) = match self.flaw {
            Some(Flaw::NoDelay) => (Duration::ZERO, counts),
            Some(Flaw::LongDelay) => (delay * 10, counts),
            Some(Flaw::FailuresUncounted) => (delay, Counts::Nothing),
            _ => (delay, counts),
        };
        let error = error.filter(|_| !self.has(Flaw::ErrorForgotten));
        let settled = self.memory.give_back(lease, delay, counts, error).await?;
        let (late, repeated) = (Flaw::LateGiveBack, Flaw::RepeatedGiveBackIsLost);
        Ok(self.told("give_back", lease, late, repeated, settled))
    }

    async fn bury(
        &self,
        lease: &Lease,
        reason: DeadReason,
        error: Option<Bytes>,
    ) -> Result<Settled, StoreError> {
        let settled = self.memory.bury(lease, reason, error).await?;
        self.notes().buried = true;
        let (late, repeated) = (Flaw::LateBury, Flaw::RepeatedBuryIsLost);
        Ok(self.told("bury", lease, late, repeated, settled))
    }

    async fn pause(&self, endpoint: &str, pause: Pause) -> Result<(), StoreError> {
        if self.has(Flaw::PausesNothing) {
            return Ok(());
        }
        if self.has(Flaw::WeakerPauseWins) {
            self.memory.resume(endpoint).await?;
        }
        self.memory.pause(endpoint, pause).await
    }

    async fn resume(&self, endpoint: &str) -> Result<(), StoreError> {
        if self.has(Flaw::NeverResumes) {
            return Ok(());
        }
        if self.has(Flaw::ResumeEndsAHold) {
            self.memory.hold(endpoint, false).await?;
        }
        self.memory.resume(endpoint).await
    }

    async fn promote(&self, order: &OrderKey) -> Result<(), StoreError> {
        self.memory.promote(order).await
    }

    async fn hold(&self, endpoint: &str, is_held: bool) -> Result<(), StoreError> {
        if self.has(Flaw::HoldsNothing) {
            return Ok(());
        }
        self.memory.hold(endpoint, is_held).await
    }

    async fn totals(&self) -> Result<Vec<Totals>, StoreError> {
        let mut totals = self.memory.totals().await?;
        if self.has(Flaw::NoTotals) {
            totals.clear();
        }
        if self.has(Flaw::NoOldest) {
            for it in &mut totals {
                it.oldest_queued = None;
            }
        }
        Ok(totals)
    }

    async fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        let all = Filter::all();
        let dead = Filter::dead();
        let filter = match self.flaw {
            Some(Flaw::FilterIgnored) => &all,
            Some(Flaw::DeadFilterIgnored) => &dead,
            _ => filter,
        };
        let more = usize::from(self.has(Flaw::PagesWithoutBound));
        let mut page = self.memory.list(filter, after, limit + more).await?;
        if self.has(Flaw::ListsBackwards) {
            page.rows.reverse();
        }
        for row in &mut page.rows {
            let due = row.accepted_at;
            let flawed = match (self.flaw, row.stands) {
                (Some(Flaw::ReasonForgotten), Stands::Dead { at, .. }) => {
                    let reason = DeadReason::WorkerLost;
                    Some(Stands::Dead { reason, at })
                }
                (Some(Flaw::NothingIsBehind), Stands::Behind)
                | (Some(Flaw::NothingRuns), Stands::Runs) => Some(Stands::Waits { due }),
                _ => None,
            };
            row.stands = flawed.unwrap_or(row.stands);
        }
        Ok(page)
    }

    async fn read(&self, key: &EventKey) -> Result<Option<Kept>, StoreError> {
        self.memory.read(key).await
    }

    async fn replay(&self, key: &EventKey, why: &str) -> Result<bool, StoreError> {
        let why = if self.has(Flaw::WhyForgotten) {
            ""
        } else {
            why
        };
        let replayed = self.memory.replay(key, why).await?;
        self.notes().replayed = true;
        Ok(replayed || self.has(Flaw::ReplaysAnything))
    }

    async fn discard(&self, key: &EventKey) -> Result<bool, StoreError> {
        let discarded = self.memory.discard(key).await?;
        self.notes().discarded = true;
        Ok(discarded || self.has(Flaw::DiscardsAnything))
    }

    async fn erase(&self, age: Duration, limit: usize) -> Result<u64, StoreError> {
        if self.has(Flaw::ErasesAtOnce) {
            let dead = self.memory.list(&Filter::dead(), None, limit).await?;
            for letter in &dead.rows {
                self.memory.discard(&letter.key).await?;
            }
            return Ok(dead.rows.len() as u64);
        }
        let limit = if self.has(Flaw::ErasesWithoutLimit) {
            100
        } else {
            limit
        };
        self.memory.erase(age, limit).await
    }
}
