//! [`work`]: one run of a handler whose event was accepted before.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;

use super::{Ran, Underway, handler::Caught};
use crate::{
    delivery::{DeliverySlot, Sealed},
    judge::AdmittedEvent,
    leases::LeaseHandle,
    receiver::Receiver,
    telemetry::{DeliverySpan, Facts, Observed, Panicked, log},
    time::{Elapsed, Timer, either, within},
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
    /// The handler ran for longer than it may, and was dropped.
    Overran,
    /// The program is wired wrongly: the handler did not have its event.
    Misused(Reason),
    /// The worker stops, and the handler was dropped.
    Stopped,
}

/// A run that has ended, and whose line has not yet.
pub(crate) struct Worked {
    pub(crate) said: Said,
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
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }
}

/// Runs the handler under `lease`, for no longer than the receiver's run timeout and until `stop` resolves. The heartbeat
/// is the worker's.
pub(crate) async fn work<F>(
    receiver: &Receiver,
    event: AdmittedEvent,
    lease: &LeaseHandle,
    timer: &Arc<dyn Timer>,
    stop: Pin<&mut (impl Future<Output = ()> + Send)>,
    run: impl FnOnce(DeliverySlot, Bytes) -> F,
) -> Worked
where
    F: Future<Output = Ran<()>>,
{
    let policy = &*receiver.0;
    let (facts, span) = (event.facts, event.span);
    let delivery = Underway::new(policy, &facts, &span, timer);
    span.claimed(lease.attempt());
    if !event.recognized {
        policy.judge.told.meter.unrecognized(facts.type_label());
        delivery.tell(|observer, seen| observer.unrecognized(seen));
    }
    let slot = DeliverySlot::new(Sealed {
        event: event.event,
        raw: event.raw.clone(),
        facts: facts.clone(),
        lease: lease.clone(),
    });
    let asked = slot.clone();
    let began = policy.judge.told.meter.start(delivery.clock());
    let (mut finished, mut is_over) = (None, false);
    {
        let raw = event.raw;
        let handler = pin!(span.cover(Caught::start(&facts, || run(slot, raw))));
        let ended = pin!(async { finished = Some(handler.await) });
        let limit = policy.once.run_timeout;
        let limited = pin!(async { is_over = within(timer, limit, ended).await == Err(Elapsed) });
        either(limited, stop).await;
    }
    let said = match finished {
        None if is_over => {
            log::lease(
                &facts,
                lease.attempt(),
                "handler ran too long: it was dropped",
            );
            Said::Overran
        }
        None => Said::Stopped,
        Some(mut finished) => {
            if asked.was_mistaken() {
                finished.ran_without_its_event();
            }
            let meter = &policy.judge.told.meter;
            meter.handler_ran(began, delivery.clock(), finished.said());
            if let Some(error) = finished.failure() {
                delivery.tell(|observer, seen| observer.handler_failed(seen, error));
            }
            said(&finished.ran)
        }
    };
    delivery.told_elsewhere();
    let (facts, span) = (facts.clone(), span.clone());
    Worked { said, facts, span }
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
    }
}
