//! [`handle`]: claims the events of an admitted request, runs the handler for each, and settles.

use std::{future::Future, pin::pin, sync::Arc};

use bytes::Bytes;

use super::{
    Either, Ran, Run, RunningCopy, Underway, accept::accept, each::handle_each, handler::Caught,
    underway::store_answer,
};
use crate::{
    dedup::Claim,
    delivery::{DeliverySlot, Sealed},
    judge::{Admitted, AdmittedEvent},
    limits::Grant,
    receiver::Receiver,
    time::Timer,
    verdict::{Answer, Ending, Reason},
};

/// What became of an admitted request.
#[derive(Debug)]
pub enum Handled<R> {
    /// The handler's own response.
    Reply(R),
    /// An answer from the table.
    Answer(Answer),
    /// Another copy is being handled: [`conclude`](super::conclude) waits for it.
    Running(RunningCopy),
}

impl<R> Handled<R> {
    pub(super) fn reason(&self) -> Reason {
        match self {
            Self::Reply(_) => Reason::Handled,
            Self::Answer(answer) => answer.reason(),
            Self::Running(_) => Reason::InProgress,
        }
    }
}

/// Claims the events of a request, runs the handler once for each, and settles. Mostly there is one event.
///
/// This is the part that is moved to a task of its own when the sender hangs up: it owns all it needs.
/// A panic of the handler is caught here, and is a retry.
///
/// Several events are handled one after the other, in their order in the body, each with a copy of `run`. The answer is
/// the worst of theirs: the one with the highest status, the first of equals. Where all ended well it is 200 without a
/// body, whatever the handlers replied. A copy of a running event does not wait for it: it counts as 503. All have one
/// deadline, that of the request: what has not begun by then counts as 503, and is not claimed. An inbox takes them
/// together, in one call where they are not too large.
pub fn handle<R, F, H>(
    receiver: Receiver,
    admitted: Admitted,
    timer: Arc<dyn Timer>,
    run: H,
) -> impl Future<Output = Handled<R>>
where
    F: Future<Output = Ran<R>>,
    H: FnOnce(DeliverySlot, Bytes) -> F + Clone,
{
    if admitted.others.is_empty() {
        let Admitted { first, bytes, .. } = admitted;
        Either::mostly(handle_one(receiver, first, Some(bytes), timer, run))
    } else {
        Either::seldom(handle_each(receiver, admitted, timer, run))
    }
}

/// `bytes` is given back when the handler has ended.
///
/// Longer than a screen, since it is the road behind the judge, step by step. A step in a future of its own would make
/// each delivery's larger.
pub(super) fn handle_one<R, F>(
    receiver: Receiver,
    event: AdmittedEvent,
    bytes: Option<Grant>,
    timer: Arc<dyn Timer>,
    run: impl FnOnce(DeliverySlot, Bytes) -> F,
) -> impl Future<Output = Handled<R>>
where
    F: Future<Output = Ran<R>>,
{
    let span = event.span.clone();
    span.cover(async move {
        let delivery = Underway::new(&receiver.0, &event.facts, &event.span, &timer);
        let _running = match delivery.begin(event.wanted) {
            Ok(running) => running,
            Err(answer) => return delivery.answered(answer),
        };
        if let Some(nonce) = &event.nonce
            // Boxed, so that deliveries without a nonce do not carry it along.
            && let Err(answer) = Box::pin(delivery.claim_nonce(nonce)).await
        {
            return delivery.answered(answer);
        }
        // Here the ways part: an inbox takes the delivery, or its handler runs at once.
        if let Some(intake) = &receiver.0.once.inbox {
            // Boxed, so that inline deliveries do not carry it along.
            let (kept, content) = (event.kept, event.content);
            return Box::pin(accept(&receiver, delivery, intake, kept, content)).await;
        }
        let claimed = delivery.clock().monotonic();
        let lease = match delivery.claim(event.content.as_ref()).await {
            Ok(Claim::Won(lease)) => lease,
            Ok(Claim::Done { same_content }) => {
                let answer = delivery.duplicate(same_content);
                return delivery.answered(answer);
            }
            Ok(Claim::InProgress { retry_after }) => {
                let (of, span) = (event.facts.clone(), event.span.clone());
                let copy = RunningCopy::new(receiver.clone(), of, span, event.content, retry_after);
                return delivery.ended(Handled::Running(copy));
            }
            Err(error) => return delivery.answered(store_answer(&error)),
        };
        let run_of_it = Run::under(lease, &delivery, claimed);
        if !event.recognized {
            delivery.unrecognized();
        }
        let slot = DeliverySlot::new(Sealed {
            event: event.event,
            raw: event.raw.clone(),
            claimed_body: event.claimed_body,
            facts: event.facts.clone(),
            lease: run_of_it.lease().clone(),
        });
        let asked = slot.clone();
        let began = receiver.0.judge.told.meter.start(delivery.clock());
        let mut finished = {
            let handler = pin!(Caught::start(&event.facts, || run(slot, event.raw)));
            run_of_it.through(handler, &asked, began).await
        };
        drop(asked);
        drop(bytes);
        // Boxed, since it is the largest part. With it in place, all this would be larger than what glibc's allocator has at
        // hand, 1,032 bytes, and cost each delivery more.
        let handled = Box::pin(run_of_it.settle(&mut finished.ran)).await;
        if let Some(error) = finished.failure() {
            delivery.tell(|observer, seen| observer.handler_failed(seen, error));
        }
        let said = finished.said();
        drop(run_of_it);
        if said == Ending::Ignored && handled.reason() == Reason::Handled {
            return delivery.ended_as(said, handled);
        }
        delivery.ended(handled)
    })
}
