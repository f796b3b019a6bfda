//! [`handle_asked`]: an event that we asked its sender for goes the road of those that are sent.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use super::{Handled, Ran, handle, ran, taken};
use crate::{
    delivery::{Delivery, DeliverySlot},
    judge::{AskedFor, NotAdmitted},
    receiver::Receiver,
    time::{Timer, within},
    verdict::{Ack, Nack, Outcome, Reason},
};

type Running = Pin<Box<dyn Future<Output = Ran<()>> + Send>>;

/// Who handles what was asked for. Behind an inbox nobody does here.
pub(crate) type Handler = Arc<dyn Fn(DeliverySlot) -> Running + Send + Sync>;

/// A function as a handler.
pub(crate) fn handler_of<E, F, Fut>(handler: F) -> Handler
where
    E: Send + 'static,
    F: Fn(Delivery<E>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Ack, Nack>> + Send + 'static,
{
    Arc::new(move |slot| Box::pin(ran(taken(&slot).map(&handler))))
}

/// Behind an inbox the road asks for no handler.
pub(crate) fn nobody() -> Handler {
    Arc::new(|_| {
        Box::pin(async {
            Ran {
                outcome: Outcome::not_handled(),
                reply: None,
                status: None,
            }
        })
    })
}

/// What is wrong where the handler, or the path at which a worker finds it, does not fit the receiver.
pub(crate) fn misfit(
    receiver: &Receiver,
    handler: Option<&Handler>,
    path: Option<&str>,
) -> Result<(), &'static str> {
    match (handler, receiver.has_inbox()) {
        (None, false) => {
            Err("nobody handles what is asked for: call `.handle(…)` with the endpoint's handler")
        }
        (Some(_), true) => Err(
            "the receiver has an inbox, whose worker handles what is asked for: leave out `.handle(…)`",
        ),
        (None, true) if !path.is_some_and(|it| it.starts_with('/')) => Err(
            "nobody knows at which route the worker finds the handler: call `.path(\"/…\")` with the endpoint's path",
        ),
        _ => Ok(()),
    }
}

/// What became of an event that was asked for. Exhaustive on purpose.
pub(crate) enum Asked {
    /// It has its end: its effect, or the commit of an inbox.
    Ended(Reason),
    /// It has none. The handler failed, or another copy runs, or this one still does.
    Open {
        /// When it is worth another try, where the handler said that.
        retry_after: Option<Duration>,
    },
    /// It did not come to its handler.
    NotAdmitted(NotAdmitted),
}

/// Handles an event that we asked for: under its key, through the same claim or inbox.
pub(crate) async fn handle_asked(
    receiver: &Receiver,
    asked: AskedFor<'_>,
    handler: &Handler,
    timer: &Arc<dyn Timer>,
) -> Asked {
    let admitted = match receiver.judge().asked_for(asked) {
        Ok(admitted) => admitted,
        Err(why) => return Asked::NotAdmitted(why),
    };
    let handler = handler.clone();
    let run = move |slot, _| handler(slot);
    let handling = handle(receiver.clone(), admitted, timer.clone(), run);
    let mut handling = Box::pin(handling);
    // A handler keeps the caller no longer than its claim. It goes on then: half an effect is worse than a second run.
    let limit = receiver.0.once.run_timeout;
    let handled = within(timer, limit, handling.as_mut()).await;
    if handled.is_err()
        && let Some(grant) = receiver.0.handlers.detached.take(1)
    {
        timer.spawn(Box::pin(async move {
            handling.await;
            drop(grant);
        }));
    }
    match handled {
        Ok(Handled::Reply(())) => Asked::Ended(Reason::Handled),
        // A 2xx stands behind the effect, or behind the commit of an inbox.
        Ok(Handled::Answer(answer)) if answer.status().is_success() => {
            Asked::Ended(answer.reason())
        }
        Ok(Handled::Answer(answer)) => Asked::Open {
            retry_after: answer.retry_after(),
        },
        Ok(Handled::Running(_)) | Err(_) => Asked::Open { retry_after: None },
    }
}
