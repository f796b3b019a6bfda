//! [`handle_each`]: the road of the events of one body.

use std::sync::Arc;

use bytes::Bytes;

use super::{Handled, Ran, Underway, accept::accept_each, handle::handle_one};
use crate::{
    delivery::DeliverySlot,
    judge::{Admitted, AdmittedEvent},
    receiver::Receiver,
    time::Timer,
    verdict::{Answer, RETRY_AFTER, Reason},
};

/// The most bytes that one call of an inbox holds of one body, unless one event alone has more: it is kept with each.
const AT_ONCE: usize = 4 * 1024 * 1024;

/// All have one deadline. What has not begun by then is not claimed: its sender was answered, and sends it again.
pub(super) async fn handle_each<R, F, H>(
    receiver: Receiver,
    admitted: Admitted,
    timer: Arc<dyn Timer>,
    run: H,
) -> Handled<R>
where
    F: Future<Output = Ran<R>>,
    H: FnOnce(DeliverySlot, Bytes) -> F + Clone,
{
    let Admitted {
        first,
        mut others,
        bytes: _bytes,
        arrived,
        declared: _,
    } = admitted;
    others.insert(0, first);
    let ends = arrived.saturating_add(receiver.0.handlers.deadline);
    let mut worst = Answer::ok(Reason::Handled);
    let mut left = NotBegun {
        receiver: &receiver,
        timer: &timer,
        events: others.into_iter(),
    };
    loop {
        let answer = if let Some(intake) = &receiver.0.once.inbox {
            let part = left.part();
            if part.is_empty() {
                break;
            }
            accept_each(&receiver, intake, part, &timer).await
        } else {
            let Some(event) = left.events.next() else {
                break;
            };
            of_several(handle_one(receiver.clone(), event, None, timer.clone(), run.clone()).await)
        };
        if answer.status() > worst.status() {
            worst = answer;
        }
        if receiver.0.clock().monotonic() >= ends
            && let Some(late) = left.turn_away::<R>()
        {
            worst = late;
        }
    }
    Handled::Answer(worst)
}

/// What one event's end is worth beside others.
pub(super) fn of_several<R>(handled: Handled<R>) -> Answer {
    match handled {
        Handled::Reply(_) => Answer::ok(Reason::Handled),
        Handled::Answer(answer) => answer,
        // Dropped, it does not wait.
        Handled::Running(_) => Answer::unavailable(Reason::InProgress, Some(RETRY_AFTER)),
    }
}

/// The events of a body that are still to come. Dropped, they are cut off with the one that runs.
struct NotBegun<'a> {
    receiver: &'a Receiver,
    timer: &'a Arc<dyn Timer>,
    events: std::vec::IntoIter<AdmittedEvent>,
}

impl NotBegun<'_> {
    /// The next events that an inbox takes in one call.
    fn part(&mut self) -> Vec<AdmittedEvent> {
        let mut room = 0_usize;
        let events = self.events.as_slice().iter();
        let fits = events.take_while(|event| {
            let of_this = event.kept.as_ref().map_or(0, |kept| kept.delivery.room());
            room = room.saturating_add(of_this);
            room <= AT_ONCE
        });
        let count = fits.count().max(1);
        self.events.by_ref().take(count).collect()
    }

    /// The deadline has passed. The answer, where an event was left.
    fn turn_away<R>(&mut self) -> Option<Answer> {
        let late = || Answer::unavailable(Reason::HandlerDeadline, Some(RETRY_AFTER));
        let mut answer = None;
        for event in self.events.by_ref() {
            let (facts, span) = (&event.facts, &event.span);
            let delivery = Underway::new(&self.receiver.0, facts, span, self.timer);
            span.within(|| drop(delivery.answered::<R>(late())));
            answer = Some(late());
        }
        answer
    }
}

impl Drop for NotBegun<'_> {
    fn drop(&mut self) {
        for event in self.events.by_ref() {
            drop(Underway::new(
                &self.receiver.0,
                &event.facts,
                &event.span,
                self.timer,
            ));
        }
    }
}
