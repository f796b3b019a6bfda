//! [`run`]: one reading of the log, and what becomes of what it shows.

use std::{
    collections::HashSet,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{
    ApiError, ReconcileError, Reconciled,
    log::{Entry, Shown},
    lost::{Lost, Tried},
    reconciler::{Shared, TURN},
};
use crate::{
    dedup::{Lease, Settled, State},
    identity::EventKey,
    inbox::ProvedBy,
    judge::{AskedFor, NotAdmitted},
    road::{Asked, handle_asked},
    telemetry::{log, meter, words},
    time::{Timer, UnixTime},
    verdict::Reason,
};

/// Entries may come to the log in another order than their times have, by less than this.
const OVERLAP: Duration = Duration::from_secs(300);
/// How often one page is asked for.
const MOST_TRIES: u32 = 5;
/// The first pause between tries. It doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// A pass waits no longer for Logto than this at once.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// A turn is extended where it was not for so long.
const EXTENDED_AFTER: Duration = Duration::from_secs(30);
/// After so many events in a row that came to no end, the others would not either.
const MOST_FAILED: u32 = 10;

/// What earlier passes came to.
#[derive(Clone, Copy, Default)]
pub(super) struct Progress {
    /// Up to here the log was read, and all that it showed has its end. By Logto's clock.
    read_until: Option<UnixTime>,
    /// The last event of a pass that ended in failures, or left others untried.
    tried: Option<Tried>,
}

/// What a pass came to.
pub(super) struct Passed {
    pub(super) report: Reconciled,
    /// It has left lost events untried, or was told to stop. What lies beyond the most entries of a pass is not meant: the
    /// next one would not reach it either.
    pub(super) is_unfinished: bool,
}

/// Reads the log, and has handled what is lost. `turn` is extended meanwhile, where the pass has one. It ends early once
/// `stops` is set.
pub(super) async fn run(
    shared: &Shared,
    turn: Option<&Lease>,
    timer: &Arc<dyn Timer>,
    stops: &AtomicBool,
) -> Result<Passed, ReconcileError> {
    let clock = shared.receiver.0.clock();
    let now = clock.now();
    let progress = || {
        let progress = shared.progress.lock();
        progress.unwrap_or_else(PoisonError::into_inner)
    };
    let before = *progress();
    let begin = now.saturating_sub(shared.window);
    let begin = shared.since.map_or(begin, |since| since.max(begin));
    let mut pass = Pass {
        shared,
        turn,
        timer,
        stops,
        extended_at: clock.monotonic(),
        begin,
        read_from: before
            .read_until
            .map_or(begin, |it| it.saturating_sub(OVERLAP).max(begin)),
        newest: None,
        open_since: None,
        seen: HashSet::new(),
        lost: Lost::beginning_behind(before.tried),
        tried: before.tried,
        is_unfinished: false,
        report: Reconciled {
            is_whole: true,
            ..Reconciled::default()
        },
    };
    let done = pass.read_and_handle().await;
    pass.count();
    done?;
    let mut progress = progress();
    progress.tried = pass.tried;
    if !pass.is_unfinished
        && let Some(newest) = pass.newest
    {
        let until = pass.open_since.map_or(newest, |open| open.min(newest));
        progress.read_until = Some(until);
    }
    Ok(Passed {
        report: pass.report,
        is_unfinished: pass.is_unfinished,
    })
}

struct Pass<'a> {
    shared: &'a Shared,
    turn: Option<&'a Lease>,
    timer: &'a Arc<dyn Timer>,
    stops: &'a AtomicBool,
    extended_at: Duration,
    /// Events that occurred earlier are left out.
    begin: UnixTime,
    /// Entries that were written earlier need not be read.
    read_from: UnixTime,
    /// When the newest entry was written.
    newest: Option<UnixTime>,
    /// When the oldest event occurred that has no end yet.
    open_since: Option<UnixTime>,
    seen: HashSet<EventKey>,
    /// What was never handled.
    lost: Lost,
    /// Behind it the next pass begins.
    tried: Option<Tried>,
    /// As [`Passed`] has it.
    is_unfinished: bool,
    report: Reconciled,
}

impl Pass<'_> {
    async fn read_and_handle(&mut self) -> Result<(), ReconcileError> {
        self.read().await?;
        self.handle_lost().await
    }

    async fn read(&mut self) -> Result<(), ReconcileError> {
        let size = self.shared.page_size;
        let mut number: u64 = 1;
        loop {
            let (entries, is_last) = self.entries(number, size).await?;
            let oldest = entries.iter().rev().find_map(Entry::at);
            for entry in entries {
                self.newest = self.newest.max(entry.at());
                self.weigh(entry).await?;
            }
            if is_last || oldest.is_some_and(|at| at < self.read_from) {
                return Ok(());
            }
            if self.report.read >= self.shared.most_entries {
                log::fallback(self.shared.receiver.name(), words::LOG_TOO_LONG);
                self.report.is_whole = false;
                return Ok(());
            }
            if self.stops.load(Ordering::Relaxed) {
                self.unfinished();
                return Ok(());
            }
            number = number.saturating_add(1);
        }
    }

    /// The entries of a page, and whether it is the last one. While it is read, newer entries may move others to the next
    /// page: they are seen twice then, and none is missed.
    async fn entries(
        &mut self,
        number: u64,
        size: u64,
    ) -> Result<(Vec<Entry>, bool), ReconcileError> {
        match self.page(number, size).await {
            Err(ReconcileError::Log(ApiError::TooLarge)) => {}
            page => {
                let entries = page?;
                let is_last = (entries.len() as u64) < size;
                return Ok((entries, is_last));
            }
        }
        let before = number.saturating_sub(1).saturating_mul(size);
        let mut all = Vec::new();
        for place in 1..=size {
            match self.page(before.saturating_add(place), 1).await {
                Err(ReconcileError::Log(ApiError::TooLarge)) => all.push(Entry::unreadable()),
                page => {
                    let entries = page?;
                    if entries.is_empty() {
                        return Ok((all, true));
                    }
                    all.extend(entries);
                }
            }
        }
        Ok((all, false))
    }

    async fn page(&mut self, number: u64, size: u64) -> Result<Vec<Entry>, ReconcileError> {
        let shared = self.shared;
        let mut tries: u32 = 0;
        loop {
            self.keep_turn().await?;
            let page = shared.client.page(&shared.hook, number, size).await;
            meter::question(shared.receiver.name(), label(&page));
            let error = match page {
                Ok(page) => return Ok(page.entries),
                Err(error) => error,
            };
            tries = tries.saturating_add(1);
            let pause = pause_after(error, tries);
            match pause.filter(|_| tries < MOST_TRIES && !self.stops.load(Ordering::Relaxed)) {
                Some(pause) => self.timer.sleep(pause).await,
                None => return Err(error.into()),
            }
        }
    }

    /// What is to be done for an entry.
    async fn weigh(&mut self, entry: Entry) -> Result<(), ReconcileError> {
        self.report.read = self.report.read.saturating_add(1);
        let shared = self.shared;
        let judge = shared.receiver.judge();
        let Some(event) = entry.event else {
            self.report.unreadable = self.report.unreadable.saturating_add(1);
            return Ok(());
        };
        if event.created_at < self.begin {
            self.report.too_old = self.report.too_old.saturating_add(1);
            return Ok(());
        }
        let key = judge.key_of_asked(shared.tenant.as_deref(), &event.body);
        let Some(key) = key
            .ok()
            .filter(|_| event.body.len() <= judge.gate.body.limit)
        else {
            self.report.unreadable = self.report.unreadable.saturating_add(1);
            return Ok(());
        };
        if !self.seen.insert(key) {
            self.report.known = self.report.known.saturating_add(1);
            return Ok(());
        }
        match shared.calls().look(&key, self.timer).await? {
            State::Done => self.report.known = self.report.known.saturating_add(1),
            State::InProgress { .. } => self.open(event.created_at),
            State::Free => self.keep(key, event),
        }
        Ok(())
    }

    /// Where there is no room, some are left to the next pass.
    fn keep(&mut self, key: EventKey, event: Shown) {
        self.lost.keep(key, event);
        while let Some(event) = self.lost.excess() {
            self.leave(&event);
        }
    }

    fn leave(&mut self, event: &Shown) {
        self.unfinished();
        self.open(event.created_at);
    }

    fn unfinished(&mut self) {
        self.is_unfinished = true;
        self.report.is_whole = false;
    }

    fn open(&mut self, created_at: UnixTime) {
        self.report.unresolved = self.report.unresolved.saturating_add(1);
        let earliest = self.open_since.map_or(created_at, |it| it.min(created_at));
        self.open_since = Some(earliest);
    }

    async fn handle_lost(&mut self) -> Result<(), ReconcileError> {
        let mut failed: u32 = 0;
        let mut last = self.tried;
        self.lost.sort();
        while let Some((key, event)) = self.lost.next() {
            if failed >= MOST_FAILED || self.stops.load(Ordering::Relaxed) {
                self.leave(&event);
                continue;
            }
            self.keep_turn().await?;
            let created_at = event.created_at;
            last = Some(Tried { key, created_at });
            failed = if self.handle(&event).await {
                0
            } else {
                failed.saturating_add(1)
            };
        }
        self.tried = last.filter(|_| self.is_unfinished || failed >= MOST_FAILED);
        Ok(())
    }

    /// Whether it has its end.
    async fn handle(&mut self, event: &Shown) -> bool {
        let shared = self.shared;
        let asked = AskedFor {
            tenant: shared.tenant.as_deref(),
            notification: &event.body,
            path: &shared.path,
            proved_by: ProvedBy::SendersLog,
        };
        let asked = handle_asked(&shared.receiver, asked, &shared.handler, self.timer).await;
        let report = &mut self.report;
        let count = match asked {
            Asked::Ended(Reason::Duplicate) => &mut report.known,
            Asked::Ended(Reason::NotOfInterest) => &mut report.not_wanted,
            Asked::Ended(_) => &mut report.handled,
            Asked::NotAdmitted(NotAdmitted::OutsideWindow) => &mut report.too_old,
            Asked::NotAdmitted(NotAdmitted::Undecodable(_)) => &mut report.unreadable,
            Asked::Open { .. } | Asked::NotAdmitted(NotAdmitted::Overloaded) => {
                self.open(event.created_at);
                return false;
            }
        };
        *count = count.saturating_add(1);
        true
    }

    /// A store that does not answer is no reason to end: claims decide what runs.
    async fn keep_turn(&mut self) -> Result<(), ReconcileError> {
        let now = self.shared.receiver.0.clock().monotonic();
        let Some(turn) = self.turn else {
            return Ok(());
        };
        if now.saturating_sub(self.extended_at) < EXTENDED_AFTER {
            return Ok(());
        }
        let calls = self.shared.calls();
        match calls.extend(turn, TURN, Duration::MAX, self.timer).await {
            Ok(Settled::Ok) => self.extended_at = now,
            Ok(Settled::LeaseLost) => return Err(ReconcileError::TakenOver),
            Err(_) => {}
        }
        Ok(())
    }

    /// Tells the metrics.
    fn count(&self) {
        let report = &self.report;
        for (outcome, count) in [
            ("known", report.known),
            ("handled", report.handled),
            ("not_wanted", report.not_wanted),
            ("unresolved", report.unresolved),
            ("too_old", report.too_old),
            ("unreadable", report.unreadable),
        ] {
            meter::reconciled(self.shared.receiver.name(), outcome, count);
        }
    }
}

/// How long to wait before the same page is asked for once more. `None` where the answer would be the same, or Logto wants
/// to be left alone for longer than a pass waits.
fn pause_after(error: ApiError, tries: u32) -> Option<Duration> {
    let doubled = 2_u32.saturating_pow(tries.saturating_sub(1));
    let own = FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE);
    match error {
        ApiError::Limited { retry_after } => {
            let asked = retry_after.map_or(own, |it| it.max(FIRST_PAUSE));
            Some(asked).filter(|it| *it <= LONGEST_PAUSE)
        }
        ApiError::Status { status } | ApiError::Login { status } => {
            (status == 429 || status >= 500).then_some(own)
        }
        ApiError::Unreachable | ApiError::TooSlow => Some(own),
        // The token endpoint is left alone for 2 s.
        ApiError::NoToken => Some(own.max(FIRST_PAUSE.saturating_mul(3))),
        _ => None,
    }
}

/// The name in metrics.
fn label<T>(answer: &Result<T, ApiError>) -> &'static str {
    match answer {
        Ok(_) => "page",
        Err(ApiError::Limited { .. }) => "limited",
        Err(ApiError::Refused { .. }) => "refused",
        Err(ApiError::Login { status }) if *status < 500 => "refused",
        Err(_) => "unavailable",
    }
}
