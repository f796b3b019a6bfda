//! The proof types that handlers take: [`Delivery`], and the sealed form in which it travels.

use std::{
    any::Any,
    fmt,
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use event_listener::Event;

use crate::{
    clock::UnixTime,
    dedup::Lease,
    event_key::EventKey,
    keys::{KeyId, TenantId},
    log,
    panics::caught,
    provider::EventType,
    trace_context::TraceContext,
    verified::Unsigned,
};

/// A request that passed every check, with its decoded event.
///
/// Its fields are private and only the road makes one, behind verification: a handler that takes a
/// `Delivery` cannot run unverified. `Debug` shows no payload.
pub struct Delivery<E> {
    event: E,
    raw: Bytes,
    facts: Arc<Facts>,
    lease: LeaseHandle,
}

/// What the road knows of a delivery, beside its event. Nothing of its body: a copy that waits keeps these.
pub(crate) struct Facts {
    pub(crate) endpoint: Arc<str>,
    pub(crate) pack: Arc<str>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) key: EventKey,
    pub(crate) key_id: KeyId,
    pub(crate) event_type: Option<EventType>,
    pub(crate) claimed_type: Option<Box<str>>,
    pub(crate) signed_id: Option<Box<str>>,
    pub(crate) sent_at: Option<UnixTime>,
    pub(crate) occurred_at: Option<UnixTime>,
    pub(crate) received_at: UnixTime,
    pub(crate) trace_context: Option<TraceContext>,
    pub(crate) claimed_trace_context: Option<TraceContext>,
}

impl Facts {
    /// The event's type where the pack knows it, else `other` or `none`.
    pub(crate) fn type_label(&self) -> &'static str {
        self.event_type.as_ref().map_or("none", EventType::label)
    }
}

impl<E> Delivery<E> {
    /// The event.
    pub fn event(&self) -> &E {
        &self.event
    }

    /// The event, by value.
    pub fn into_event(self) -> E {
        self.event
    }

    /// The authenticated bytes: what the event was read from.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The event's type as its sender names it, where something signed says it.
    pub fn event_type(&self) -> Option<&str> {
        self.facts.event_type.as_ref().map(EventType::as_str)
    }

    /// The event's type as a header names it that nothing signs, such as `x-github-event`. Whoever
    /// captured a delivery can send it again under another type: read what the event is from its
    /// payload before acting on it.
    pub fn claimed_type(&self) -> Option<Unsigned<&str>> {
        self.facts.claimed_type.as_deref().map(Unsigned::new)
    }

    /// The identity under which the event is handled once. A stable key for the application's own
    /// idempotent effects.
    pub fn event_key(&self) -> &EventKey {
        &self.facts.key
    }

    /// The id that the signature covers, where the sender has one.
    pub fn signed_id(&self) -> Option<&str> {
        self.facts.signed_id.as_deref()
    }

    /// The id of the key that matched.
    pub fn key_id(&self) -> &str {
        &self.facts.key_id
    }

    /// The endpoint's name.
    pub fn endpoint(&self) -> &str {
        &self.facts.endpoint
    }

    /// The pack's name.
    pub fn pack(&self) -> &str {
        &self.facts.pack
    }

    /// The canonical id of the tenant, where the endpoint serves many.
    pub fn tenant(&self) -> Option<&str> {
        self.facts.tenant.as_deref()
    }

    /// When this attempt was signed, where the sender signs that.
    pub fn sent_at(&self) -> Option<UnixTime> {
        self.facts.sent_at
    }

    /// When the event occurred, where the sender signs that.
    pub fn occurred_at(&self) -> Option<UnixTime> {
        self.facts.occurred_at
    }

    /// When the request's head arrived here.
    pub fn received_at(&self) -> UnixTime {
        self.facts.received_at
    }

    /// The sender's trace, where the signed event names it (the CloudEvents extension for distributed
    /// tracing). To be linked, not continued: the sender's ids and its sampling decide nothing here.
    pub fn trace_context(&self) -> Option<&TraceContext> {
        self.facts.trace_context.as_ref()
    }

    /// The sender's trace as the headers `traceparent` and `tracestate` name it, which nothing signs:
    /// whoever can send a request can write them, and a copy may come with others.
    pub fn claimed_trace_context(&self) -> Option<Unsigned<&TraceContext>> {
        self.facts.claimed_trace_context.as_ref().map(Unsigned::new)
    }

    /// The lease under which this handler runs.
    pub fn lease(&self) -> &LeaseHandle {
        &self.lease
    }
}

impl<E> fmt::Debug for Delivery<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("endpoint", &self.facts.endpoint)
            .field("event_key", &self.facts.key)
            .field("key_id", &self.facts.key_id)
            .field("attempt", &self.lease.attempt())
            .finish_non_exhaustive()
    }
}

/// The lease of a running handler: shared by the handler and the heartbeat that keeps it.
#[derive(Clone)]
pub struct LeaseHandle(Arc<Held>);

struct Held {
    lease: Lease,
    retain: Duration,
    stopped: AtomicBool,
    lost: AtomicBool,
    over: AtomicBool,
    changed: Event,
}

impl LeaseHandle {
    pub(crate) fn new(lease: Lease, retain: Duration) -> Self {
        Self(Arc::new(Held {
            lease,
            retain,
            stopped: AtomicBool::new(false),
            lost: AtomicBool::new(false),
            over: AtomicBool::new(false),
            changed: Event::new(),
        }))
    }

    /// 1 for the first run; grows with each takeover of a lapsed lease. Writes fenced with it cannot
    /// be overtaken by an earlier owner.
    pub fn attempt(&self) -> u32 {
        self.0.lease.attempt()
    }

    /// The claim, for a store's `settle_in`.
    pub fn lease(&self) -> &Lease {
        &self.0.lease
    }

    /// How long a mark of this event is to be kept.
    pub fn retain(&self) -> Duration {
        self.0.retain
    }

    /// Ends the heartbeat: the lease then lapses by itself unless it is settled. For stores that settle
    /// inside the application's transaction.
    pub fn stop_heartbeat(&self) {
        self.0.stopped.store(true, Ordering::Release);
    }

    /// Whether the lease is known to be lost: another handler may run, so this one should stop.
    pub fn is_lost(&self) -> bool {
        self.0.lost.load(Ordering::Acquire)
    }

    /// Resolves when the lease is known to be lost, or no longer this handler's: its run has ended. So what
    /// was started for the handler and waits for this, a task say, is let go with it;
    /// [`is_lost`](Self::is_lost) tells the two apart.
    pub async fn lost(&self) {
        while !self.is_gone() {
            let listener = self.0.changed.listen();
            if self.is_gone() {
                return;
            }
            listener.await;
        }
    }

    fn is_gone(&self) -> bool {
        self.is_lost() || self.0.over.load(Ordering::Acquire)
    }

    pub(crate) fn heartbeat_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Acquire)
    }

    /// Whether it was not known to be lost before.
    pub(crate) fn lose(&self) -> bool {
        let known = self.0.lost.swap(true, Ordering::AcqRel);
        self.0.changed.notify(usize::MAX);
        !known
    }
}

/// The lease of a run, as the road holds it. Dropped, the run has ended, well or not.
pub(crate) struct Run(LeaseHandle);

impl Run {
    pub(crate) fn under(lease: LeaseHandle) -> Self {
        Self(lease)
    }
}

impl Deref for Run {
    type Target = LeaseHandle;

    fn deref(&self) -> &LeaseHandle {
        &self.0
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let held = &*self.0.0;
        held.over.store(true, Ordering::Release);
        held.changed.notify(usize::MAX);
    }
}

impl fmt::Debug for LeaseHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LeaseHandle")
            .field("attempt", &self.attempt())
            .field("lost", &self.is_lost())
            .finish_non_exhaustive()
    }
}

/// A delivery whose event type is not named: how it travels through a framework's request.
///
/// Made by the road alone.
pub(crate) struct Sealed {
    pub(crate) event: Untaken,
    pub(crate) raw: Bytes,
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

    /// The event as one of `E`, where it is one.
    fn downcast<E: 'static>(mut self) -> Result<E, Self> {
        match self.event.take().map(<Box<dyn Any + Send>>::downcast::<E>) {
            Some(Ok(event)) => Ok(*event),
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
    sealed: Mutex<Option<Sealed>>,
    /// Somebody asked for an event of a type that it has not.
    asked_for_another: AtomicBool,
}

/// Why a slot gave no delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotTaken {
    /// It was taken before: two extractors in one handler.
    Taken,
    /// The pack's event is of another type.
    WrongEventType,
}

impl DeliverySlot {
    pub(crate) fn new(sealed: Sealed) -> Self {
        Self(Arc::new(Slot {
            sealed: Mutex::new(Some(sealed)),
            asked_for_another: AtomicBool::new(false),
        }))
    }

    /// Whether somebody asked for an event of another type, and nobody for the one that is there.
    pub(crate) fn was_mistaken(&self) -> bool {
        let sealed = || self.0.sealed.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.asked_for_another.load(Ordering::Acquire) && sealed().is_some()
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
                raw: sealed.raw,
                facts: sealed.facts,
                lease: sealed.lease,
            }),
            Err(event) => {
                *slot = Some(Sealed { event, ..sealed });
                self.0.asked_for_another.store(true, Ordering::Release);
                Err(NotTaken::WrongEventType)
            }
        }
    }
}

impl fmt::Debug for DeliverySlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeliverySlot(..)")
    }
}
