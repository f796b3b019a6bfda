//! [`DeliverySlot`]: how a delivery travels through a framework's request.

use std::{
    any::{Any, type_name},
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use bytes::Bytes;

use super::Delivery;
use crate::{
    leases::LeaseHandle,
    telemetry::{Facts, caught, log},
    verdict::{Outcome, Reason},
};

/// A delivery whose event type is not named: how it travels through a framework's request.
///
/// Made by the road alone.
pub(crate) struct Sealed {
    pub(crate) event: Untaken,
    pub(crate) raw: Bytes,
    pub(crate) claimed_body: Option<Box<Bytes>>,
    pub(crate) facts: Arc<Facts>,
    pub(crate) lease: LeaseHandle,
}

/// A decoded event until a handler takes it. It may panic when it is dropped: that is caught, for it says nothing of how
/// the delivery ends.
pub(crate) struct Untaken {
    event: Option<Box<dyn Any + Send>>,
    endpoint: Arc<str>,
}

impl Untaken {
    pub(crate) fn new(event: Box<dyn Any + Send>, endpoint: Arc<str>) -> Self {
        let event = Some(event);
        Self { event, endpoint }
    }

    /// A look at the event, where it is one of `E`.
    pub(crate) fn get<E: 'static>(&self) -> Option<&E> {
        self.event.as_deref()?.downcast_ref()
    }

    /// The event as one of `E`, where it is one.
    fn downcast<E: 'static>(mut self) -> Result<Box<E>, Self> {
        match self.event.take().map(<Box<dyn Any + Send>>::downcast::<E>) {
            Some(Ok(event)) => Ok(event),
            Some(Err(event)) => {
                self.event = Some(event);
                Err(self)
            }
            None => Err(self),
        }
    }
}

impl Drop for Untaken {
    fn drop(&mut self) {
        let event = self.event.take();
        if caught(|| drop(event)).is_err() {
            log::panicked(&self.endpoint, "an event that nobody took");
        }
    }
}

/// Carries one sealed delivery through a framework's request extensions, which want `Clone`: whoever
/// takes it first has it.
#[derive(Clone)]
pub struct DeliverySlot(Arc<Slot>);

struct Slot {
    endpoint: Arc<str>,
    sealed: Mutex<Option<Sealed>>,
    /// Somebody asked for an event of a type that it has not.
    mistaken: OnceLock<NotTaken>,
    /// A worker has sent it through an application's routes, and no receiver has met it there.
    is_on_its_way: AtomicBool,
}

/// Why a slot gave no delivery. The text says what to change in the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotTaken {
    /// It was taken before: two extractors in one handler.
    Taken,
    /// The pack's event is of another type.
    WrongEventType {
        /// The name of the type that was asked for.
        asked: &'static str,
        /// The name of the type that the pack gives.
        given: &'static str,
    },
}

/// How the name of a type begins that applications choose.
const OWN_TYPE: &str = "hookgate::json::payload::Payload<";

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Taken => {
                f.write_str("a handler takes two `Event`s: the delivery can be had once")
            }
            Self::WrongEventType { asked, given } => {
                write!(
                    f,
                    "a handler takes `Event<{asked}>`, but its receiver's pack gives `{given}`: "
                )?;
                if given.starts_with(OWN_TYPE) {
                    f.write_str("take `Event<Payload<T>>`, with the `T` that the pack has from `.events::<T>()`")
                } else {
                    write!(f, "take `Event<{given}>`")
                }
            }
        }
    }
}

impl std::error::Error for NotTaken {}

impl NotTaken {
    /// What the log and the answer say of it.
    pub const fn reason(self) -> Reason {
        match self {
            Self::Taken => Reason::TakenTwice,
            Self::WrongEventType { .. } => Reason::WrongEventType,
        }
    }

    /// How a handler that could not run for it has ended.
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Taken => Outcome::TakenTwice,
            Self::WrongEventType { .. } => Outcome::WrongEventType,
        }
    }
}

impl DeliverySlot {
    pub(crate) fn new(sealed: Sealed) -> Self {
        Self(Arc::new(Slot {
            endpoint: sealed.facts.endpoint.clone(),
            sealed: Mutex::new(Some(sealed)),
            mistaken: OnceLock::new(),
            is_on_its_way: AtomicBool::new(false),
        }))
    }

    /// The receiver that made it.
    pub(crate) fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    /// It sets out for its receiver, or has come there.
    #[cfg(feature = "tower")]
    pub(crate) fn travels(&self, is_on_its_way: bool) {
        self.0.is_on_its_way.store(is_on_its_way, Ordering::Release);
    }

    /// Whether it set out for its receiver, and did not come there.
    pub(crate) fn is_on_its_way(&self) -> bool {
        self.0.is_on_its_way.load(Ordering::Acquire)
    }

    /// Whether somebody asked for an event of another type, and nobody for the one that is there.
    pub(crate) fn mistaken(&self) -> Option<NotTaken> {
        let sealed = || self.0.sealed.lock().unwrap_or_else(PoisonError::into_inner);
        let mistaken = *self.0.mistaken.get()?;
        sealed().is_some().then_some(mistaken)
    }

    /// Takes the delivery out, as one of `E`.
    ///
    /// # Errors
    ///
    /// When it was taken before, or is of another type; it then stays.
    pub fn take<E: 'static>(&self) -> Result<Delivery<E>, NotTaken> {
        let mut slot = self.0.sealed.lock().unwrap_or_else(PoisonError::into_inner);
        let sealed = slot.take().ok_or(NotTaken::Taken)?;
        match sealed.event.downcast::<E>() {
            Ok(event) => Ok(Delivery {
                event,
                payload: sealed.raw,
                claimed_body: sealed.claimed_body,
                facts: sealed.facts,
                lease: sealed.lease,
            }),
            Err(event) => {
                let mistaken = NotTaken::WrongEventType {
                    asked: type_name::<E>(),
                    given: sealed.facts.event_name,
                };
                *slot = Some(Sealed { event, ..sealed });
                Err(*self.0.mistaken.get_or_init(|| mistaken))
            }
        }
    }
}

impl fmt::Debug for DeliverySlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeliverySlot(..)")
    }
}
