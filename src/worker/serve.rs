//! [`serve`]: who gets a slot, and stopping.

use std::{
    future::{Future, ready},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use super::{
    line,
    shared::{CALL_TIMEOUT, Shared, Slot},
};
use crate::{
    dedup::OwnerToken,
    inbox::{Ask, Batch, FORMAT, Inbox},
    receiver::Busy,
    telemetry::{log, words},
    time::{Timer, first_of, within},
    verdict::StoreError,
};

/// Works until `stop` resolves, then waits for what runs. Says what still does.
pub(super) async fn serve(
    shared: &Arc<Shared>,
    timer: &Arc<dyn Timer>,
    stop: impl Future<Output = ()> + Send,
) -> Busy {
    let mut stop = pin!(stop);
    let mut turns = Turns::new(shared);
    loop {
        // Registered before the inbox is asked, so that nothing is missed between.
        let mut woken = Box::pin(shared.inbox.work_may_wait());
        let mut freed = shared.freed();
        let mut registered = ready(());
        match first_of(&mut [&mut stop, &mut woken, &mut registered]).await {
            0 => break,
            // What it says is seen by the ask below.
            1 => woken = Box::pin(shared.inbox.work_may_wait()),
            _ => {}
        }
        // Never dropped half-way: nobody would know of the lines that were leased.
        let ended = match turns.ask(shared, timer).await {
            Pause::No => 1,
            Pause::UntilFreed => first_of(&mut [&mut stop, &mut freed]).await,
            Pause::Until(time) => {
                let mut sleep = timer.sleep(time.min(shared.poll));
                first_of(&mut [&mut stop, &mut freed, &mut woken, &mut sleep]).await
            }
        };
        if ended == 0 {
            break;
        }
    }
    let _ = within(timer, shared.grace, pin!(shared.none(Shared::running))).await;
    shared.let_go();
    let _ = within(timer, shared.lease, pin!(shared.none(Shared::open))).await;
    let left = Busy {
        handlers: shared.running(),
        unsettled: shared.open(),
        ..Busy::default()
    };
    if !left.is_idle() {
        log::worker_left(left.handlers, left.unsettled);
    }
    left
}

/// Until when the inbox need not be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    /// There may be more at once.
    No,
    /// So long, if nothing wakes the worker before.
    Until(Duration),
    /// No slot is free.
    UntilFreed,
}

/// So many times as long as a drain that did not come to its end nothing is drained.
const RESTS: u32 = 4;

/// What may be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// As much as there are free slots.
    Any,
    /// Nothing, until no line is open: then a suspect. After `until` the others go on without it.
    Drain { until: Duration },
    /// Nothing, until the suspect that runs has ended.
    Alone,
}

/// Whose turn it is.
struct Turns {
    endpoints: Vec<Arc<str>>,
    mode: Mode,
    /// How long the next drain may take: a lease, and twice as long after each that did not come to its end. A drain that is
    /// as long as any handler runs comes to its end.
    drains_for: Duration,
    /// A drain that did not come to its end is not begun again before.
    rests_until: Duration,
    /// An ask whose answer was lost, and when it was sent: it is repeated, since lines may be leased by it.
    open: Option<(OwnerToken, Duration)>,
}

impl Turns {
    fn new(shared: &Shared) -> Self {
        let mut endpoints: Vec<_> = shared.served.keys().cloned().collect();
        endpoints.sort();
        Self {
            endpoints,
            mode: Mode::Any,
            drains_for: shared.lease,
            rests_until: Duration::ZERO,
            open: None,
        }
    }

    /// Asks for as many lines as there are free slots, and begins them.
    async fn ask(&mut self, shared: &Arc<Shared>, timer: &Arc<dyn Timer>) -> Pause {
        let running = shared.running();
        let free = shared.slots.saturating_sub(running);
        let now = shared.clock.monotonic();
        if let Mode::Drain { until } = self.mode
            && shared.open() > 0
        {
            if now < until {
                return Pause::Until(until.saturating_sub(now));
            }
            // A handler that runs for long must not hold up all others.
            self.mode = Mode::Any;
            self.rests_until = now.saturating_add(self.drains_for.saturating_mul(RESTS));
            self.drains_for = self.drains_for.saturating_mul(2);
        }
        if free == 0 || (self.mode == Mode::Alone && shared.open() > 0) {
            return Pause::UntilFreed;
        }
        let suspects = matches!(self.mode, Mode::Drain { .. });
        let limit = if suspects { 1 } else { free };
        let (batch, asked) = match self.lease(shared, timer, limit, suspects).await {
            Ok(leased) => leased,
            Err(error) => {
                log::inbox(words::NO_WORK, &error);
                return Pause::Until(shared.poll);
            }
        };
        let count = batch.rows.len();
        for row in batch.rows {
            let slot = Slot::take(shared);
            let work = line::run(shared.clone(), slot, row, asked, timer.clone());
            timer.spawn(Box::pin(work));
        }
        if suspects {
            // It came to its end.
            self.drains_for = shared.lease;
        }
        self.mode = match (suspects, count) {
            (true, 1..) => Mode::Alone,
            (false, _) if batch.suspects_wait && now >= self.rests_until => Mode::Drain {
                until: now.saturating_add(self.drains_for),
            },
            _ => Mode::Any,
        };
        if self.mode != Mode::Any || count >= limit || suspects {
            return Pause::No;
        }
        Pause::Until(batch.next_due.unwrap_or(shared.poll))
    }

    async fn lease(
        &mut self,
        shared: &Shared,
        timer: &Arc<dyn Timer>,
        limit: usize,
        suspects: bool,
    ) -> Result<(Batch, Duration), StoreError> {
        let (owner, asked) = *self
            .open
            .get_or_insert_with(|| (shared.owners.next(), shared.clock.monotonic()));
        // Whoever was first is last next time.
        self.endpoints.rotate_left(1);
        let ask = Ask {
            endpoints: &self.endpoints,
            format: FORMAT,
            limit,
            lasts: shared.lease,
            owner,
            suspects,
        };
        let leased = within(timer, CALL_TIMEOUT, pin!(shared.inbox.lease(ask))).await;
        let batch = leased.unwrap_or(Err(StoreError::Timeout))?;
        self.open = None;
        Ok((batch, asked))
    }
}
