//! [`Pass`]: a worker's run on its way through an application's own routes.

use std::{
    fmt,
    future::{Future, poll_fn},
    mem, panic,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use event_listener::Event;

use super::{Concluded, Ran, handler::contain, misused};
use crate::{
    delivery::DeliverySlot,
    receiver::Receiver,
    telemetry::{Panicked, caught, log, words},
    verdict::{Answer, Outcome, Reason},
};

/// Whose panic is caught when it is dropped.
const LEFT: &str = "what a handler left";

/// A delivery that a worker sends through an application's own routes, to the receiver's middleware there. It travels in
/// the request's extensions. Only a worker makes one: nothing that comes over a network has it.
///
/// The handler's verdict is read at the receiver, as inline, so what stands in front of the receiver changes nothing of
/// it. Extensions want `Clone`: the first that comes to the receiver is let through, and no other.
#[derive(Clone)]
pub(crate) struct Pass(Arc<Inner>);

struct Inner {
    slot: DeliverySlot,
    bytes: Bytes,
    stage: Mutex<Stage>,
    changed: Event,
}

type Unfinished = Pin<Box<dyn Future<Output = Ran<()>> + Send>>;

enum Stage {
    /// No receiver has met it.
    Sent,
    /// Its handler runs within the routes.
    Running,
    /// The routes have dropped its handler, which goes on: half an effect is worse than a late end.
    Left(Unfinished),
    /// What its handler came to.
    Ended(Result<Ran<()>, Panicked>),
    /// The worker has ended the run. Whoever comes now is late.
    Over,
}

impl Pass {
    /// `bytes` are the authenticated ones.
    pub(crate) fn new(slot: DeliverySlot, bytes: Bytes) -> Self {
        slot.travels(true);
        Self(Arc::new(Inner {
            slot,
            bytes,
            stage: Mutex::new(Stage::Sent),
            changed: Event::new(),
        }))
    }

    fn stage(&self) -> MutexGuard<'_, Stage> {
        self.0.stage.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, stage: Stage) {
        let before = mem::replace(&mut *self.stage(), stage);
        // What is dropped may be an application's: never under the lock.
        drop(before);
        self.0.changed.notify(usize::MAX);
    }

    /// It has come to `receiver`. Its handler is run with `run`, without verification and without a claim.
    ///
    /// # Errors
    ///
    /// The answer, where it is another receiver's, or not the first.
    pub(crate) fn arrive<R, F>(
        self,
        receiver: &Receiver,
        run: impl FnOnce(DeliverySlot, Bytes) -> F,
    ) -> Result<Passing<R, F>, Answer>
    where
        F: Future<Output = Ran<R>> + Send + 'static,
        R: 'static,
    {
        if self.0.slot.endpoint() != receiver.name() {
            return Err(misused(Reason::NotProtected, &words::OTHER_ENDPOINT));
        }
        {
            let mut stage = self.stage();
            if !matches!(*stage, Stage::Sent) {
                drop(stage);
                return Err(misused(Reason::TakenTwice, &words::CAME_AGAIN));
            }
            *stage = Stage::Running;
        }
        self.0.slot.travels(false);
        let (slot, bytes) = (self.0.slot.clone(), self.0.bytes.clone());
        Ok(Passing {
            work: caught(|| Box::pin(run(slot, bytes))).map(Some),
            pass: self,
        })
    }

    /// Drives `routes`, which got a request with this in its extensions, and says what the handler came to. Where no
    /// receiver met it, the slot is [still on its way](DeliverySlot::is_on_its_way).
    ///
    /// What the routes answer changes nothing. It is dropped unread.
    ///
    /// # Panics
    ///
    /// As the handler did: the worker catches that as it does for a function.
    pub(crate) async fn through<T>(self, routes: impl Future<Output = T>) -> Ran<()> {
        let endpoint = self.0.slot.clone();
        let endpoint = endpoint.endpoint();
        {
            let mut routes = Box::pin(routes);
            let answered = poll_fn(|context| match caught(|| routes.as_mut().poll(context)) {
                Ok(Poll::Pending) => Poll::Pending,
                Ok(Poll::Ready(answered)) => Poll::Ready(Ok(answered)),
                Err(panicked) => Poll::Ready(Err(panicked)),
            });
            match answered.await {
                Ok(answered) => contain(endpoint, LEFT, || drop(answered)),
                Err(Panicked) => log::panicked(endpoint, "a layer of a worker's routes"),
            }
            contain(endpoint, LEFT, || drop(routes));
        }
        self.ended().await
    }

    async fn ended(self) -> Ran<()> {
        loop {
            let changed = self.0.changed.listen();
            let stage = {
                let mut stage = self.stage();
                match &*stage {
                    // A layer has answered, and runs the handler elsewhere.
                    Stage::Running => None,
                    _ => Some(mem::replace(&mut *stage, Stage::Over)),
                }
            };
            match stage {
                None => changed.await,
                Some(Stage::Left(work)) => return work.await,
                Some(Stage::Ended(Ok(ran))) => return ran,
                // Its message was written when it was caught.
                Some(Stage::Ended(Err(Panicked))) => {
                    panic::resume_unwind(Box::new("a handler panicked"))
                }
                Some(Stage::Sent | Stage::Running | Stage::Over) => return Ran::failed(None, None),
            }
        }
    }
}

/// A handler that runs behind its receiver, within a worker's run. Its panics are caught here, as inline.
pub(crate) struct Passing<R, F>
where
    F: Future<Output = Ran<R>> + Send + 'static,
    R: 'static,
{
    work: Result<Option<Pin<Box<F>>>, Panicked>,
    pass: Pass,
}

// The work is boxed; nothing else is ever pinned.
impl<R, F: Future<Output = Ran<R>> + Send> Unpin for Passing<R, F> {}

impl<R, F: Future<Output = Ran<R>> + Send> Future for Passing<R, F> {
    type Output = Concluded<R>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Concluded<R>> {
        let polled = match &mut self.work {
            Ok(Some(work)) => caught(|| work.as_mut().poll(context)),
            Ok(None) => return Poll::Pending,
            Err(Panicked) => Err(Panicked),
        };
        let (handled, end) = match polled {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(ran)) => {
                let (handled, ran) = replied(ran);
                (handled, Ok(ran))
            }
            Err(Panicked) => {
                let answer = Answer::unavailable(Reason::HandlerPanicked, None);
                (Concluded::Answer(answer), Err(Panicked))
            }
        };
        let work = mem::replace(&mut self.work, Ok(None));
        contain(self.pass.0.slot.endpoint(), LEFT, || drop(work));
        self.pass.set(Stage::Ended(end));
        Poll::Ready(handled)
    }
}

impl<R, F: Future<Output = Ran<R>> + Send + 'static> Drop for Passing<R, F> {
    fn drop(&mut self) {
        if let Ok(Some(work)) = mem::replace(&mut self.work, Ok(None)) {
            let slot = self.pass.0.slot.clone();
            let work = async move { without_reply(slot.endpoint(), work.await) };
            self.pass.set(Stage::Left(Box::pin(work)));
        }
    }
}

/// What goes back through the routes, as inline, and what the worker gets.
fn replied<R>(ran: Ran<R>) -> (Concluded<R>, Ran<()>) {
    let Ran {
        outcome,
        reply,
        status,
    } = ran;
    let handled = match (&outcome, reply) {
        (Outcome::Processed | Outcome::Ignored { .. }, Some(reply)) => Concluded::Reply(reply),
        (outcome, _) => Concluded::Answer(Answer::to(outcome)),
    };
    let ran = Ran {
        outcome,
        reply: None,
        status,
    };
    (handled, ran)
}

fn without_reply<R>(endpoint: &str, ran: Ran<R>) -> Ran<()> {
    contain(endpoint, LEFT, || drop(ran.reply));
    Ran {
        outcome: ran.outcome,
        reply: None,
        status: ran.status,
    }
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pass(..)")
    }
}
