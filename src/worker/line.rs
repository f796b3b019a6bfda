//! [`run`]: one line of work, from its lease to its end.

use std::{pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{
    handler::Handed,
    policy::{Decided, LOST_AFTER, Next, Run},
    shared::{CALL_TIMEOUT, Endpoint, Shared, Slot},
};
use crate::{
    dedup::{DedupStore, End, Settled},
    inbox::{
        Counts, DeadReason, Entry, FORMAT, Inbox, Leased, OrderKey, Pause, PauseReason,
        StoredDelivery, Unreadable,
    },
    judge::NotReopened,
    leases::LeaseHandle,
    road::{Said, Worked, work},
    telemetry::{
        Meter, log,
        words::{self, Words},
    },
    time::{Timer, within},
    verdict::{Reason, StoreError},
};

/// The first pause between tries to end a line.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// What a line came to, before its end is written.
enum Came {
    /// Its handler ran.
    Worked(Worked, Decided),
    /// It did not run.
    Not(Decided, Option<Words>),
}

/// Runs one line. `asked` is when its lease was asked for, in monotonic time.
pub(super) async fn run(
    shared: Arc<Shared>,
    slot: Slot,
    row: Leased,
    asked: Duration,
    timer: Arc<dyn Timer>,
) {
    // Only what was asked for is handed out.
    let Some(endpoint) = shared.served.get(&row.endpoint) else {
        return;
    };
    let Leased {
        lease,
        payload,
        failures,
        vanished,
        age,
        is_quarantined,
        probe,
        order,
        format,
        ..
    } = row;
    let stored = StoredDelivery::from_bytes(payload);
    let retain = stored.as_ref().map(|it| it.verdict.retain);
    let retain = retain.unwrap_or_else(|_| endpoint.served.receiver.retention());
    let hold = shared.keeper.hold(LeaseHandle::new(lease, retain), asked);
    let line = Line {
        shared: &shared,
        endpoint,
        slot: &slot,
        order,
        lease: &hold.lease,
        timer: &timer,
        asked,
        run: Run {
            failures,
            age,
            lease: shared.lease,
            probe,
            others_succeed: false,
        },
    };
    let came = match stored {
        _ if vanished >= LOST_AFTER => {
            not_run(Next::Dead(DeadReason::WorkerLost), words::WORKER_LOST)
        }
        // Its column says what another release wrote. A payload that contradicts it is damaged at its head.
        Err(Unreadable::UnknownFormat) if format != FORMAT => line.misrouted(words::OTHER_RELEASE),
        Err(Unreadable::UnknownFormat | Unreadable::Damaged) => damaged(),
        Ok(stored) if is_quarantined => line.accept_anew(&stored).await,
        Ok(stored) => match line.work(&stored).await {
            Some(came) => came,
            None => return line.promote().await,
        },
    };
    line.end(came).await;
    line.promote().await;
}

struct Line<'a> {
    shared: &'a Shared,
    endpoint: &'a Endpoint,
    slot: &'a Slot,
    order: Option<OrderKey>,
    lease: &'a LeaseHandle,
    timer: &'a Arc<dyn Timer>,
    /// When its lease was asked for.
    asked: Duration,
    run: Run,
}

impl Line<'_> {
    fn name(&self) -> &str {
        self.endpoint.served.receiver.name()
    }

    fn meter(&self) -> &Meter {
        &self.endpoint.served.receiver.0.judge.told.meter
    }

    fn misrouted(&self, why: Words) -> Came {
        let retries = &self.shared.retries;
        Came::Not(
            retries.paused(PauseReason::Misrouted, self.run, chance()),
            Some(why),
        )
    }

    fn unread(&self, why: NotReopened) -> Came {
        match why {
            NotReopened::OtherPack => self.misrouted(words::OTHER_PACK),
            NotReopened::Undecodable => {
                not_run(Next::Dead(DeadReason::Undecodable), words::UNREADABLE)
            }
        }
    }

    /// `None` where the line has ended before its handler.
    async fn work(&self, stored: &StoredDelivery) -> Option<Came> {
        let served = &self.endpoint.served;
        let key = self.lease.granted().key();
        let event = match served.receiver.judge().reopen(stored, key) {
            Ok(event) => event,
            Err(why) => return Some(self.unread(why)),
        };
        let began = self.shared.clock.monotonic();
        if self.lease.attempt() == 1 {
            let since = began.saturating_sub(self.asked);
            self.meter().waited(self.run.age.saturating_add(since));
        }
        let stop = pin!(self.shared.lets_go());
        let handler = |slot, bytes| {
            (served.handler)(Handed {
                slot,
                bytes,
                request: &stored.request,
            })
        };
        let came = |worked: Worked| {
            let run = Run {
                others_succeed: self.endpoint.has_succeeded_since(began),
                ..self.run
            };
            let decided = self.shared.retries.decide(worked.said, run, chance());
            Came::Worked(worked, decided)
        };
        let let_go = async |worked| {
            self.end(came(worked)).await;
            self.slot.let_go();
        };
        let worked = work(
            &served.receiver,
            event,
            self.lease,
            self.timer,
            stop,
            handler,
            let_go,
        );
        worked.await.map(came)
    }

    /// A request that could not be decoded when it came. What it holds is accepted under its own keys, so that a copy
    /// that was handled meanwhile counts. The line of the request is done then.
    async fn accept_anew(&self, stored: &StoredDelivery) -> Came {
        let receiver = &self.endpoint.served.receiver;
        let events = match receiver.judge().reopen_all(stored) {
            Ok(events) => events,
            Err(why) => return self.unread(why),
        };
        let entries = events.into_iter().filter_map(|event| {
            let kept = event.kept?;
            Some(Entry {
                key: event.facts.key,
                token: self.shared.owners.next(),
                content: event.content,
                endpoint: event.facts.endpoint.clone(),
                event_type: event.facts.type_label(),
                key_id: event.facts.key_id.clone(),
                order: kept.order,
                retain: receiver.retention(),
                format: FORMAT,
                payload: kept.delivery.to_bytes(),
            })
        });
        let entries: Vec<Entry> = entries.collect();
        // It would be a copy of itself, and done without a run.
        if entries
            .iter()
            .any(|entry| entry.key == *self.lease.granted().key())
        {
            return damaged();
        }
        let again = Next::Again {
            delay: self.shared.retries.first,
            counts: Counts::Nothing,
        };
        match self.call(self.shared.inbox.accept(entries)).await {
            // An inline run of one of them is under way, and may fail.
            Ok(accepted) if accepted.iter().any(is_in_progress) => {
                not_run(again, words::HELD_INLINE)
            }
            Ok(_) => Came::Not(Next::Done(End::Processed).into(), None),
            Err(error) => {
                log::inbox(words::ANEW_FAILED, &error);
                not_run(again, words::NOT_ACCEPTED)
            }
        }
    }

    /// Writes what the line came to, then tells it.
    async fn end(&self, came: Came) {
        let (Came::Worked(_, decided) | Came::Not(decided, _)) = came;
        if let Some(pause) = decided.pause {
            // Before the line ends, or the next one would be handed out at once.
            self.pause(pause).await;
        }
        let error = match &came {
            Came::Worked(worked, _) => worked.error.clone(),
            Came::Not(..) => None,
        };
        let settled = self.write(decided.next, error).await;
        if let Came::Worked(worked, _) = &came {
            self.learn(worked.said).await;
        }
        self.tell(came, decided, settled);
    }

    fn tell(&self, came: Came, decided: Decided, settled: Result<Settled, StoreError>) {
        let is_written = matches!(settled, Ok(Settled::Ok));
        let (called, cause) = decided.labels(is_written);
        self.meter().worked(called, cause);
        let attempt = self.lease.attempt();
        match came {
            Came::Not(_, None) => {}
            Came::Not(_, Some(why)) => log::worker(self.name(), why),
            Came::Worked(worked, _) => {
                let reason = match worked.said {
                    Said::Overran | Said::Stopped => Reason::LeaseLost,
                    _ if matches!(settled, Ok(Settled::LeaseLost)) => Reason::LeaseLost,
                    _ if !is_written => Reason::SettleFailed,
                    Said::Processed | Said::Ignored => Reason::Handled,
                    Said::Rejected => Reason::HandlerRejected,
                    Said::Failed { .. } | Said::Unavailable => Reason::HandlerRetry,
                    Said::Panicked => Reason::HandlerPanicked,
                    Said::Misused(reason) => reason,
                };
                match decided.next {
                    Next::Dead(_) if worked.has_error => {
                        log::worked(worked.facts(), attempt, words::DEAD);
                    }
                    Next::Dead(_) => log::worked(worked.facts(), attempt, words::DEAD_UNTOLD),
                    Next::Again { .. } if worked.has_error => {
                        log::worked(worked.facts(), attempt, words::WORK_FAILED);
                    }
                    Next::Again { .. } => {
                        log::worked(worked.facts(), attempt, words::WORK_NOT_DONE);
                    }
                    Next::Done(_) if !is_written => {
                        log::worked(worked.facts(), attempt, words::NOT_ENDED);
                    }
                    Next::Done(_) => {}
                }
                worked.tell(&self.endpoint.served.receiver, reason);
            }
        }
    }

    /// What a run says of its endpoint.
    async fn learn(&self, said: Said) {
        if matches!(said, Said::Unavailable | Said::Misused(_) | Said::Stopped) {
            return;
        }
        if matches!(said, Said::Processed | Said::Ignored | Said::Rejected) {
            self.endpoint.succeeded(self.shared.clock.monotonic());
        }
        if self.run.probe.is_some()
            && let Err(error) = self.call(self.shared.inbox.resume(self.name())).await
        {
            // The next probe tries again.
            log::inbox(words::NOT_RESUMED, &error);
        }
    }

    /// A handler that settled inside of its own transaction committed it behind the store's back. So what waits behind its
    /// event is let go on here, whatever the handler said then.
    async fn promote(&self) {
        let Some(order) = &self.order else { return };
        if !self.lease.heartbeat_stopped() {
            return;
        }
        if let Err(error) = self.call(self.shared.inbox.promote(order)).await {
            log::inbox(words::NOT_PROMOTED, &error);
        }
    }

    async fn pause(&self, pause: Pause) {
        log::worker(
            self.name(),
            match pause.reason {
                PauseReason::Unavailable => words::PAUSED,
                PauseReason::Misrouted => words::MISROUTED,
            },
        );
        if let Err(error) = self.call(self.shared.inbox.pause(self.name(), pause)).await {
            log::inbox(words::NOT_PAUSED, &error);
        }
    }

    /// Again and again for as long as a lease: what it stands for has happened.
    async fn write(&self, next: Next, error: Option<Bytes>) -> Result<Settled, StoreError> {
        let inbox = &self.shared.inbox;
        let lease = self.lease.granted();
        let once = async || match next {
            Next::Done(end) => inbox.settle(lease, end, self.lease.retain()).await,
            Next::Dead(reason) => inbox.bury(lease, reason, error.clone()).await,
            Next::Again { delay, counts } => {
                let given = inbox.give_back(lease, delay, counts, error.clone());
                given.await
            }
        };
        let tries = async {
            let mut pause = FIRST_PAUSE;
            loop {
                match self.call(once()).await {
                    Ok(settled) => return settled,
                    Err(error) => log::inbox(words::NOT_WRITTEN, &error),
                }
                self.timer.sleep(pause).await;
                pause = pause.saturating_mul(2);
            }
        };
        within(self.timer, self.shared.lease, pin!(tries))
            .await
            .map_err(|_| StoreError::Timeout)
    }

    async fn call<T>(
        &self,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        within(self.timer, CALL_TIMEOUT, pin!(call))
            .await
            .unwrap_or(Err(StoreError::Timeout))
    }
}

fn not_run(next: Next, why: Words) -> Came {
    Came::Not(next.into(), Some(why))
}

fn damaged() -> Came {
    not_run(Next::Dead(DeadReason::Damaged), words::DAMAGED)
}

fn is_in_progress(accepted: &crate::inbox::Accept) -> bool {
    matches!(accepted, crate::inbox::Accept::InProgress { .. })
}

/// In 0 to 1. Without randomness all wait as long as they may.
fn chance() -> f64 {
    let mut bytes = [0; 4];
    match getrandom::fill(&mut bytes) {
        Ok(()) => f64::from(u32::from_ne_bytes(bytes)) / f64::from(u32::MAX),
        Err(_) => 1.0,
    }
}
