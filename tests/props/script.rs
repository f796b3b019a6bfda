//! [`Script`]: a handler that does what the test says, and remembers what it saw.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    extract::State,
    response::{IntoResponse, Response},
    routing::{MethodRouter, post},
};
use bytes::Bytes;
use hookgate::{Ack, Delivery, EventKey, LeaseHandle, Nack, Receiver};
use hookgate_axum::{Event, ReceiverExt};
use http::StatusCode;

use super::Gate;

/// What one run does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Process,
    Ignore,
    Retry,
    /// An error through `?`, with this text.
    Fail(&'static str),
    Reject,
    Panic(&'static str),
    /// A response of its own.
    Respond(StatusCode, &'static str),
    /// Waits at the gate, then goes on.
    Wait(Gate, Box<Step>),
    /// Waits until its lease is lost, then goes on.
    UntilLost(Box<Step>),
}

impl Step {
    pub(crate) fn wait(gate: &Gate) -> Self {
        Self::Wait(gate.clone(), Box::new(Self::Process))
    }
}

/// What one run was given.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) key: EventKey,
    pub(crate) key_id: String,
    pub(crate) tenant: Option<String>,
    pub(crate) event_type: Option<String>,
    pub(crate) signed_id: Option<String>,
    pub(crate) raw: Bytes,
    pub(crate) lease: LeaseHandle,
}

/// A handler. Runs beyond the script process their event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Script(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    steps: Mutex<VecDeque<Step>>,
    seen: Mutex<Vec<Seen>>,
    finished: AtomicUsize,
    dropped: AtomicUsize,
}

impl Script {
    pub(crate) fn then(&self, step: Step) -> &Self {
        self.0.steps.lock().unwrap().push_back(step);
        self
    }

    /// How many runs have begun.
    pub(crate) fn runs(&self) -> usize {
        self.0.seen.lock().unwrap().len()
    }

    /// How many runs came to their end, well or not. A panic is no end.
    pub(crate) fn finished(&self) -> usize {
        self.0.finished.load(Ordering::SeqCst)
    }

    /// How many runs were dropped before their end, by a panic too.
    pub(crate) fn dropped(&self) -> usize {
        self.0.dropped.load(Ordering::SeqCst)
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.0.seen.lock().unwrap().clone()
    }

    pub(crate) fn last(&self) -> Seen {
        self.seen().pop().expect("no run yet")
    }

    /// `post` of this handler behind `receiver`, for events of type `E`.
    pub(crate) fn route<E: Send + Sync + 'static>(&self, receiver: &Receiver) -> MethodRouter {
        post(handle::<E>)
            .layer(receiver.layer())
            .with_state(self.clone())
    }

    /// As [`Script::route`], without the receiver.
    pub(crate) fn bare<E: Send + Sync + 'static>(&self) -> MethodRouter {
        post(handle::<E>).with_state(self.clone())
    }

    async fn run<E>(&self, delivery: Delivery<E>) -> Result<Response, Nack> {
        self.0.seen.lock().unwrap().push(Seen {
            key: *delivery.event_key(),
            key_id: delivery.key_id().to_owned(),
            tenant: delivery.tenant().map(str::to_owned),
            event_type: delivery.event_type().map(str::to_owned),
            signed_id: delivery.signed_id().map(str::to_owned),
            raw: delivery.payload().clone(),
            lease: delivery.lease().clone(),
        });
        drop(tracing::info_span!("handler"));
        let mut guard = Running {
            inner: &self.0,
            finished: false,
        };
        let mut step = self.0.steps.lock().unwrap().pop_front();
        loop {
            step = match step.take() {
                Some(Step::Wait(gate, then)) => {
                    gate.passed().await;
                    Some(*then)
                }
                Some(Step::UntilLost(then)) => {
                    delivery.lease().lost().await;
                    Some(*then)
                }
                other => {
                    step = other;
                    break;
                }
            };
        }
        if let Some(Step::Panic(text)) = step {
            std::panic::panic_any(text);
        }
        drop(tracing::info_span!("handler at its end"));
        guard.finished = true;
        match step {
            None | Some(Step::Process) => Ok(Ack::processed().into_response()),
            Some(Step::Ignore) => Ok(Ack::ignored("not ours").into_response()),
            Some(Step::Retry) => Err(Nack::retry()),
            Some(Step::Fail(text)) => Err(std::io::Error::other(text))?,
            Some(Step::Reject) => Err(Nack::rejected("never")),
            Some(Step::Respond(status, body)) => Ok((status, body).into_response()),
            Some(Step::Panic(_) | Step::Wait(..) | Step::UntilLost(_)) => unreachable!(),
        }
    }
}

struct Running<'a> {
    inner: &'a Inner,
    finished: bool,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let count = if self.finished {
            &self.inner.finished
        } else {
            &self.inner.dropped
        };
        count.fetch_add(1, Ordering::SeqCst);
    }
}

async fn handle<E: Send + Sync + 'static>(
    State(script): State<Script>,
    Event(delivery): Event<E>,
) -> Result<Response, Nack> {
    script.run(delivery).await
}
