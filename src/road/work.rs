//! [`work`]: one run of a handler whose event was accepted before.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;

use super::{Ran, Underway, handler::Caught};
use crate::{
    delivery::{DeliverySlot, Sealed},
    judge::AdmittedEvent,
    leases::LeaseHandle,
    receiver::Receiver,
    telemetry::{DeliverySpan, Facts, Observed, Panicked, log, words},
    time::{Timer, both, either},
    verdict::{Outcome, Reason},
};

/// What the run of a handler came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// Handled.
    Processed,
    /// Not for this application.
    Ignored,
    /// Can never be handled.
    Rejected,
    /// Not handled.
    Failed {
        /// How long the handler asks to wait.
        after: Option<Duration>,
    },
    /// What the handler needs is away, and nothing was learnt of the event.
    Unavailable,
    /// The handler panicked.
    Panicked,
    /// The handler runs for longer than it may, and goes on.
    Overran,
    /// The program is wired wrongly: the handler did not have its event.
    Misused(Reason),
    /// The worker stops, and the handler goes on.
    Stopped,
}

/// What is known of a run whose line has to end.
pub(crate) struct Worked {
    pub(crate) said: Said,
    /// What it failed with, as text. It may hold personal data, and goes nowhere but beside the payload.
    pub(crate) error: Option<Bytes>,
    /// Whether an observer was given an error.
    pub(crate) has_error: bool,
    facts: Arc<Facts>,
    span: DeliverySpan,
}

impl Worked {
    /// Says what became of the event: to the application, in its span and in metrics.
    pub(crate) fn tell(self, receiver: &Receiver, reason: Reason) {
        let told = &receiver.0.judge.told;
        told.tell(|observer| observer.ended(Observed::new(&self.facts), reason));
        let ending = match self.said {
            Said::Ignored if reason == Reason::Handled => crate::verdict::Ending::Ignored,
            _ => reason.ending(),
        };
        told.ended(&self.span, ending, reason, self.facts.type_label());
        if reason == Reason::LeaseLost {
            told.meter.lease_lost();
        }
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }
}

/// Runs the handler under `lease` to its end. The heartbeat is the worker's.
///
/// Past the receiver's run timeout, and once `stop` resolves, the lease is told lost. `let_go` then ends the line, while
/// the handler goes on: half an effect is worse than one that may repeat. `None` where that was so.
///
/// Longer than a screen, since it is a run from its beginning to its end, step by step.
pub(crate) async fn work<F>(
    receiver: &Receiver,
    event: AdmittedEvent,
    lease: &LeaseHandle,
    timer: &Arc<dyn Timer>,
    stop: Pin<&mut (impl Future<Output = ()> + Send)>,
    run: impl FnOnce(DeliverySlot, Bytes) -> F,
    let_go: impl AsyncFnOnce(Worked),
) -> Option<Worked>
where
    F: Future<Output = Ran<()>>,
{
    let policy = &*receiver.0;
    let (facts, span) = (event.facts, event.span);
    let mut delivery = Underway::new(policy, &facts, &span, timer);
    span.claimed(lease.attempt());
    if !event.recognized {
        delivery.unrecognized();
    }
    let slot = DeliverySlot::new(Sealed {
        event: event.event,
        raw: event.raw.clone(),
        claimed_body: event.claimed_body,
        facts: facts.clone(),
        lease: lease.clone(),
    });
    let asked = slot.clone();
    let began = policy.judge.told.meter.start(delivery.clock());
    let raw = event.raw;
    let mut handler = pin!(span.cover(Caught::start(&facts, || run(slot, raw))));
    let gone = either(timer.sleep(policy.once.run_timeout), stop);
    let worked = |said, error| Worked {
        said,
        error,
        has_error: false,
        facts: facts.clone(),
        span: span.clone(),
    };
    let (mut finished, was_let_go) = match unless(gone, handler.as_mut()).await {
        Ok(finished) => (finished, false),
        Err(is_over) => {
            lease.lose();
            let (said, why) = if is_over {
                (unless_misrouted(&asked, Said::Overran), words::OVERRAN)
            } else {
                (Said::Stopped, words::STOPPED)
            };
            log::lease(&facts, lease.attempt(), why);
            delivery = delivery.told_elsewhere();
            let let_go = pin!(let_go(worked(said, None)));
            (both(let_go, handler).await, true)
        }
    };
    if let Some(mistaken) = asked.mistaken() {
        finished.ran_without_its_event(mistaken);
    }
    // No receiver met it in the application's routes: no handler ran.
    if !asked.is_on_its_way() {
        let meter = &policy.judge.told.meter;
        meter.handler_ran(began, delivery.clock(), finished.said());
        if let Some(error) = finished.failure() {
            delivery.tell(|observer, seen| observer.handler_failed(seen, error));
        }
    }
    delivery.told_elsewhere();
    if was_let_go {
        log::lease(&facts, lease.attempt(), words::ENDED_AFTER_LEASE);
        return None;
    }
    let error = finished.error_text();
    let has_error = finished.failure().flatten().is_some();
    Some(Worked {
        has_error,
        ..worked(unless_misrouted(&asked, said(&finished.ran)), error)
    })
}

/// Where no receiver met the event in the application's routes, nothing is learnt of it, whatever the routes answered.
fn unless_misrouted(slot: &DeliverySlot, said: Said) -> Said {
    if slot.is_on_its_way() {
        log::misused(Reason::NotProtected, &words::ASTRAY);
        return Said::Misused(Reason::NotProtected);
    }
    said
}

/// What `handler` came to, or `Err` with what `gone` says where that comes first.
async fn unless<F: Future>(
    mut gone: impl Future<Output = bool> + Unpin,
    mut handler: Pin<&mut F>,
) -> Result<F::Output, bool> {
    poll_fn(|context| {
        let is_gone = Pin::new(&mut gone).poll(context);
        // One that ends in the same moment has ended.
        if let Poll::Ready(finished) = handler.as_mut().poll(context) {
            return Poll::Ready(Ok(finished));
        }
        is_gone.map(Err)
    })
    .await
}

fn said(ran: &Result<Ran<()>, Panicked>) -> Said {
    match ran.as_ref().map(|ran| &ran.outcome) {
        Err(Panicked) => Said::Panicked,
        Ok(Outcome::Processed) => Said::Processed,
        Ok(Outcome::Ignored { .. }) => Said::Ignored,
        Ok(Outcome::Rejected { .. }) => Said::Rejected,
        Ok(Outcome::Retry { after, .. }) => Said::Failed { after: *after },
        Ok(Outcome::Unavailable { .. }) => Said::Unavailable,
        Ok(Outcome::WrongEventType) => Said::Misused(Reason::WrongEventType),
        Ok(Outcome::TakenTwice) => Said::Misused(Reason::TakenTwice),
        Ok(Outcome::NestedReceiver) => Said::Misused(Reason::NestedReceiver),
    }
}
