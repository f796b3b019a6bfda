//! The handler's run: its panics are caught, those of what it leaves behind as well.

use std::{
    error::Error,
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use pin_project_lite::pin_project;

use crate::{
    delivery::{Delivery, DeliverySlot, NotTaken},
    telemetry::{
        Facts, Panicked, caught, log,
        one_line::{WithSources, one_line},
    },
    verdict::{Ack, Ending, Nack, Outcome, Verdict},
};

/// So many bytes are kept of what an error says.
const ERROR_BYTES: usize = 2048;

/// What the framework says of the handler's run.
#[derive(Debug)]
pub struct Ran<R> {
    /// How it ended.
    pub outcome: Outcome,
    /// The handler's own response, sent where the outcome allows it.
    pub reply: Option<R>,
    /// That response's status, for the log.
    pub status: Option<u16>,
}

impl<R> Ran<R> {
    /// By the handler's response, which has this `status`: its `verdict`, or else what the status means. A 2xx means
    /// processed, all else retry. Only a 2xx goes to the sender.
    pub fn answered(verdict: Option<Verdict>, status: u16, response: R) -> Self {
        let is_success = (200..300).contains(&status);
        Self {
            outcome: match verdict {
                Some(Verdict(outcome)) => outcome,
                None if is_success => Outcome::Processed,
                None => Outcome::not_handled(),
            },
            reply: is_success.then_some(response),
            status: Some(status),
        }
    }

    /// By an error of what stands in between, or of the handler itself. It may carry a verdict; whatever else it is, the
    /// event was not handled, so a `status` of its own changes nothing.
    pub fn failed(verdict: Option<Verdict>, status: Option<u16>) -> Self {
        Self {
            outcome: verdict.map_or_else(Outcome::not_handled, |Verdict(outcome)| outcome),
            reply: None,
            status,
        }
    }
}

/// The slot's delivery, for a handler that is a function. One that takes another event than the pack's does not run.
pub(crate) fn taken<E: 'static>(slot: &DeliverySlot) -> Result<Delivery<E>, Outcome> {
    slot.take().map_err(|why| {
        log::misused(why.reason(), &why);
        why.outcome()
    })
}

/// What such a handler came to, where it runs.
pub(crate) async fn ran<R>(
    running: Result<impl Future<Output = Result<Ack, Nack>>, Outcome>,
) -> Ran<R> {
    let outcome = match running {
        Ok(running) => running.await.map_or_else(Outcome::from, Outcome::from),
        Err(outcome) => outcome,
    };
    Ran {
        outcome,
        reply: None,
        status: None,
    }
}

pin_project! {
    /// A handler whose panics are caught, from the making of its future to its drop.
    pub(super) struct Caught<'a, F> {
        #[pin]
        work: Option<F>,
        facts: &'a Facts,
    }

    impl<F> PinnedDrop for Caught<'_, F> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            contain(&this.facts.endpoint, "a handler that was dropped", || this.work.set(None));
        }
    }
}

impl<'a, F> Caught<'a, F> {
    pub(super) fn start(facts: &'a Facts, run: impl FnOnce() -> F) -> Self {
        Self {
            work: caught(run).ok(),
            facts,
        }
    }
}

impl<'a, R, F: Future<Output = Ran<R>>> Future for Caught<'a, F> {
    type Output = Finished<'a, R>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Finished<'a, R>> {
        let this = self.project();
        let polled = match this.work.as_pin_mut() {
            Some(work) => caught(|| work.poll(context)),
            None => Err(Panicked),
        };
        let ran = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(ran)) => Ok(ran),
            Err(panicked) => Err(panicked),
        };
        Poll::Ready(Finished {
            ran,
            facts: this.facts,
        })
    }
}

/// A run that has ended. What it left, an error or a response that is not sent, may panic when it is
/// dropped: that is caught too.
pub(super) struct Finished<'a, R> {
    pub(super) ran: Result<Ran<R>, Panicked>,
    facts: &'a Facts,
}

impl<R> Finished<'_, R> {
    /// It asked for an event of another type than its pack's, as an `Option`, and ran with `None`: whatever it said, it
    /// did not handle the event.
    pub(super) fn ran_without_its_event(&mut self, mistaken: NotTaken) {
        if let Ok(ran) = &mut self.ran
            && ran.outcome.misuse().is_none()
        {
            log::misused(mistaken.reason(), &mistaken);
            let said = mem::replace(&mut ran.outcome, mistaken.outcome());
            contain(&self.facts.endpoint, "what a handler left", || drop(said));
        }
    }

    /// What the handler said.
    pub(super) fn said(&self) -> Ending {
        let ran = self.ran.as_ref();
        ran.map_or(Ending::Retry, |ran| Ending::from(&ran.outcome))
    }

    /// Whether it failed or rejected the event, and with what error.
    pub(super) fn failure(&self) -> Option<Option<&(dyn Error + Send + Sync)>> {
        match &self.ran {
            Err(Panicked) => Some(None),
            Ok(ran) => match &ran.outcome {
                Outcome::Retry { error, .. }
                | Outcome::Unavailable { error }
                | Outcome::Rejected { error, .. } => Some(error.as_deref()),
                Outcome::Processed
                | Outcome::Ignored { .. }
                | Outcome::WrongEventType
                | Outcome::TakenTwice
                | Outcome::NestedReceiver => None,
            },
        }
    }
}

impl<R> Finished<'_, R> {
    /// What it failed or was rejected with, as text.
    pub(super) fn error_text(&self) -> Option<Bytes> {
        Some(match self.failure()? {
            Some(error) => one_line(ERROR_BYTES, &WithSources(error)).into(),
            None => Bytes::from_static(self.said_without_error()?.as_bytes()),
        })
    }

    fn said_without_error(&self) -> Option<&'static str> {
        match &self.ran {
            Err(Panicked) => Some("the handler panicked"),
            Ok(Ran {
                outcome: Outcome::Rejected { why, .. },
                ..
            }) => Some(why),
            Ok(_) => None,
        }
    }
}

impl<R> Drop for Finished<'_, R> {
    fn drop(&mut self) {
        let ran = mem::replace(&mut self.ran, Err(Panicked));
        contain(&self.facts.endpoint, "what a handler left", || drop(ran));
    }
}

/// Runs what can no longer change how the delivery ends.
pub(super) fn contain(endpoint: &str, whose: &'static str, work: impl FnOnce()) {
    if caught(work).is_err() {
        log::panicked(endpoint, whose);
    }
}
