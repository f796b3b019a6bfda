//! [`serve`]: what is due is begun, and stopping.

use std::{future::ready, pin::pin, sync::Arc, time::Duration};

use super::{
    AskDue, Expectations, one,
    shared::{CALL_TIMEOUT, Place, Shared},
};
use crate::{
    receiver::Busy,
    telemetry::{log, meter, words},
    time::{Timer, first_of, within},
    verdict::StoreError,
};

/// Until when the store need not be asked again.
enum Pause {
    /// No place is free.
    UntilFreed,
    /// So long, if nothing is due earlier than it said.
    Until(Duration),
}

/// Asks for what is due until `stop` resolves, then waits for what was begun. Says what still runs.
pub(super) async fn serve(
    shared: &Arc<Shared>,
    timer: &Arc<dyn Timer>,
    stop: impl Future<Output = ()> + Send,
) -> Busy {
    meter::described();
    let mut stop = pin!(stop);
    loop {
        // Registered before the store is asked, so that nothing is missed between.
        let (mut freed, mut sooner) = (shared.freed.listen(), shared.sooner.listen());
        if first_of(&mut [&mut stop, &mut ready(())]).await == 0 {
            break;
        }
        // Never dropped half-way: what was leased would wait for the end of its lease.
        let ended = match begin(shared, timer).await {
            Pause::UntilFreed => first_of(&mut [&mut stop, &mut freed]).await,
            Pause::Until(time) => {
                let mut sleep = timer.sleep(time);
                first_of(&mut [&mut stop, &mut sooner, &mut sleep]).await
            }
        };
        if ended == 0 {
            break;
        }
    }
    let _ = within(timer, shared.grace, pin!(shared.taken.unused())).await;
    Busy {
        handlers: shared.taken.used(),
        ..Busy::default()
    }
}

/// Begins as much of what is due as there are places.
async fn begin(shared: &Arc<Shared>, timer: &Arc<dyn Timer>) -> Pause {
    let free = shared.places.saturating_sub(shared.taken.used());
    if free == 0 {
        return Pause::UntilFreed;
    }
    let rests = shared.pauses.rests(shared.clock().monotonic());
    if !rests.is_zero() {
        return Pause::Until(rests);
    }
    let ask = AskDue {
        endpoint: shared.receiver.name(),
        limit: free,
        lasts: shared.lease,
        owner: shared.owners.next(),
    };
    let leased_at = shared.clock().monotonic();
    let due = within(timer, CALL_TIMEOUT, pin!(shared.expectations.due(ask))).await;
    let batch = match due.unwrap_or(Err(StoreError::Timeout)) {
        Ok(batch) => batch,
        Err(error) => {
            log::fallback_store(shared.receiver.name(), words::NOT_SEEN_DUE, &error);
            return Pause::Until(shared.poll());
        }
    };
    let count = batch.rows.len();
    for due in batch.rows {
        let Some(place) = Place::take(shared) else {
            break;
        };
        let work = one::run(shared.clone(), place, due, leased_at, timer.clone());
        timer.spawn(Box::pin(work));
    }
    if count >= free {
        return Pause::UntilFreed;
    }
    let next = batch.next_due.unwrap_or(Duration::MAX);
    Pause::Until(next.max(Duration::from_millis(1)).min(shared.poll()))
}
