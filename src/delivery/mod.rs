//! The proof types that handlers take: [`Delivery`], and the sealed form in which it travels.

use std::{fmt, sync::Arc};

use bytes::Bytes;

use crate::{
    identity::{EventKey, EventType},
    request::{Origin, TraceContext, Unsigned},
    time::UnixTime,
};
mod slot;
pub use self::slot::{DeliverySlot, NotTaken};
pub(crate) use self::slot::{Sealed, Untaken};
use crate::{leases::LeaseHandle, telemetry::Facts};

/// A request that passed every check, with its decoded event.
///
/// Its fields are private and only the road makes one, behind verification: a handler that takes a
/// `Delivery` cannot run unverified. `Debug` shows no payload.
///
/// ```
/// use hookgate::{Ack, Delivery, Nack, UnixTime, providers::logto};
///
/// async fn on_event(delivery: Delivery<logto::Event>) -> Result<Ack, Nack> {
///     match delivery.event() {
///         logto::Event::PostRegister(_) => {}
///         // It does not fit its type. An `Ack` would be its end: its sender is to send it again.
///         logto::Event::Unrecognized(_) => return Err(Nack::retry()),
///         _ => return Ok(Ack::ignored("not ours")),
///     }
///     // The key is the same however often the handler runs; the attempt grows, so a late run writes nothing.
///     let key = delivery.event_key().to_string();
///     let attempt = delivery.lease().attempt();
///     save(&key, attempt, delivery.occurred_at(), delivery.payload()).await?;
///     Ok(Ack::processed())
/// }
/// # async fn save(_: &str, _: u32, _: Option<UnixTime>, _: &[u8]) -> Result<(), std::io::Error> { Ok(()) }
/// # let _ = on_event;
/// ```
pub struct Delivery<E> {
    /// Boxed, as it came: a handler moves its delivery often.
    event: Box<E>,
    payload: Bytes,
    claimed_body: Option<Box<Bytes>>,
    facts: Arc<Facts>,
    lease: LeaseHandle,
}

impl<E> Delivery<E> {
    /// The event.
    pub fn event(&self) -> &E {
        &self.event
    }

    /// The event, by value. The lease and the key go with the rest: [`into_parts`](Self::into_parts) keeps them.
    pub fn into_event(self) -> E {
        *self.event
    }

    /// The event, by value, and all else that is known of the delivery.
    ///
    /// ```
    /// use hookgate::{Ack, Delivery, Nack, providers::logto};
    ///
    /// async fn on_event(delivery: Delivery<logto::Event>) -> Result<Ack, Nack> {
    ///     let (event, rest) = delivery.into_parts();
    ///     match event {
    ///         logto::Event::PostSignIn(sign_in) => save(sign_in.user_id, rest.event_key(), rest.lease().attempt()).await?,
    ///         logto::Event::Unrecognized(_) => return Err(Nack::retry()),
    ///         _ => return Ok(Ack::ignored("not ours")),
    ///     }
    ///     Ok(Ack::processed())
    /// }
    /// # async fn save(_: String, _: &hookgate::EventKey, _: u32) -> Result<(), std::io::Error> { Ok(()) }
    /// # let _ = on_event;
    /// ```
    pub fn into_parts(self) -> (E, Delivery<()>) {
        let rest = Delivery {
            event: Box::new(()),
            payload: self.payload,
            claimed_body: self.claimed_body,
            facts: self.facts,
            lease: self.lease,
        };
        (*self.event, rest)
    }

    /// The authenticated bytes: what the event was read from.
    pub fn payload(&self) -> &Bytes {
        &self.payload
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

    /// The body as it arrived, where the proof covers some of its members alone, as with Adyen's payment webhooks. What stands
    /// beside them is not signed: whoever captured a delivery can send it again with anything there. Elsewhere `None`:
    /// [`payload`](Self::payload) is all that there is.
    pub fn claimed_body(&self) -> Option<Unsigned<&Bytes>> {
        self.claimed_body.as_deref().map(Unsigned::new)
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

    /// Where it came from. What was asked for, or read in the sender's log, has no signature of its sender's: our own call over TLS is the proof.
    ///
    /// ```
    /// use hookgate::{Ack, Delivery, Nack, Origin, providers::idcloud};
    ///
    /// async fn on_event(delivery: Delivery<idcloud::Event>) -> Result<Ack, Nack> {
    ///     if delivery.origin() == Origin::Polled {
    ///         println!("the webhook for {} is late", delivery.event().id());
    ///     }
    ///     Ok(Ack::processed())
    /// }
    /// # let _ = on_event;
    /// ```
    pub fn origin(&self) -> Origin {
        self.facts.origin
    }

    /// When the request's head arrived here, or our own call ended.
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
