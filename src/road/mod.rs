//! The road of a delivery, one step after the other, the same for every framework.
//!
//! [`framework`](crate::framework) says which steps there are, and why in this order. Nothing here names a runtime, and
//! whether a future is `Send` follows from what the framework puts in.

mod admitted;
mod claim;
mod claimed_trace;
mod detach;
mod handler;
mod head;
mod heartbeat;
#[cfg(feature = "jwks")]
mod look_up;
mod nonce;
mod running_copy;
mod settle;
mod underway;
mod window;

use std::{fmt, future::Future, pin::pin, sync::Arc};

use bytes::Bytes;
use http::{HeaderName, header};

pub(crate) use self::head::{HeadRules, check_head, check_rule};
#[cfg(feature = "jwks")]
use self::look_up::{look_up, under};
pub use self::{
    admitted::Admitted,
    detach::{Detached, RunsToEnd, TimeLeft},
    handler::Ran,
    running_copy::RunningCopy,
};
use self::{
    claim::{claim, duplicate, store_answer},
    claimed_trace::claimed_trace,
    handler::Caught,
    head::{admit_tenant, ring},
    heartbeat::keep_alive,
    nonce::claim_nonce,
    settle::settle,
    underway::Underway,
    window::{Came, check_time},
};
#[cfg(feature = "jwks")]
use crate::access::PublishedKeys;
use crate::{
    dedup::Claim,
    delivery::{DeliverySlot, Sealed, Untaken},
    keys::{Keyring, LiveKeys},
    leases::{LeaseHandle, Run},
    limits::BodySource,
    provider::{Authenticated, Undecodable},
    receiver::{Policy, Receiver},
    request::{Head, Headers, RawRequest},
    telemetry::{DeliverySpan, Facts, Observer, log, meter},
    tenants::Keys,
    time::{Timer, beside},
    verdict::{Answer, Ending, RETRY_AFTER, Reason, Rejection},
};

/// From the head to the decoded event.
///
/// # Errors
///
/// Why the request is refused; [`refusal`] makes the answer of it.
pub fn admit(
    receiver: &Receiver,
    head: Head<'_>,
    body: impl BodySource,
    timer: &Arc<dyn Timer>,
) -> impl Future<Output = Result<Admitted, Rejection>> {
    let policy = &*receiver.0;
    let span = DeliverySpan::open(&policy.name, &policy.pack);
    let parent = span.clone();
    parent.cover(async move {
        let mut unjudged = Unjudged {
            policy,
            span: &span,
            is_judged: false,
        };
        let admitted = travel(policy, &span, &head, body, timer).await;
        unjudged.is_judged = true;
        if let Err(rejection) = &admitted {
            refused(policy, &span, rejection);
        }
        admitted
    })
}

/// A request before it is judged. Dropped, its sender has left before its body was read. A panic, of a pack or a rule
/// say, is no refusal: it goes on to the server.
struct Unjudged<'a> {
    policy: &'a Policy,
    span: &'a DeliverySpan,
    is_judged: bool,
}

impl Drop for Unjudged<'_> {
    fn drop(&mut self) {
        if !self.is_judged && !std::thread::panicking() {
            refused(self.policy, self.span, &Rejection::BodyIncomplete);
        }
    }
}

fn refused(policy: &Policy, span: &DeliverySpan, rejection: &Rejection) {
    let reason = rejection.reason();
    log::rejected(&policy.name, reason, rejection);
    policy
        .observer
        .tell(|observer| observer.rejected(&policy.name, rejection));
    ended(policy, span, Ending::of(reason), reason, "none");
}

/// Says in span and metrics what became of a delivery: once for each, also of one that is dropped.
fn ended(
    policy: &Policy,
    span: &DeliverySpan,
    ending: Ending,
    reason: Reason,
    event_type: &'static str,
) {
    span.ended(ending, reason);
    policy.meter.ended(ending, reason, event_type);
}

async fn travel(
    policy: &Policy,
    span: &DeliverySpan,
    head: &Head<'_>,
    body: impl BodySource,
    timer: &Arc<dyn Timer>,
) -> Result<Admitted, Rejection> {
    let now = policy.clock.now();
    let arrived = policy.clock.monotonic();
    check_head(&HeadRules::of(policy), head)?;
    check_rule(
        policy.access.as_deref(),
        head,
        now,
        timer,
        policy.calls.limit(),
    )
    .await?;
    let tenant = match &policy.keys {
        // Boxed, so that endpoints without tenants do not carry it along.
        Keys::Tenants(tenants) => {
            Some(Box::pin(admit_tenant(policy, tenants, head, (now, arrived), timer)).await?)
        }
        _ => None,
    };
    let body = policy.body.read(body, timer).await?;
    let came = Came {
        head: now,
        body: policy.clock.now(),
    };
    let request = RawRequest::new(*head, &body.bytes).body_limit(policy.own_body_limit);
    #[cfg(feature = "jwks")]
    let published = match &policy.keys {
        // Boxed, so that endpoints whose keys are at hand do not carry it along.
        Keys::Published(jwks) => Some(Box::pin(look_up(policy, jwks, &request, timer)).await?),
        _ => None,
    };
    let ring = ring(policy, tenant.as_ref()).map(Keyring::load);
    let keys = ring.as_ref().map_or(&[][..], |keys| keys);
    #[cfg(feature = "jwks")]
    let keys = published.as_ref().map_or(keys, PublishedKeys::keys);
    let began = policy.meter.start(&*policy.clock);
    let verified = policy.provider.verify(request, LiveKeys::new(keys, now));
    policy.meter.verified(began, &*policy.clock);
    #[cfg(feature = "jwks")]
    let verified = verified.map_err(|rejection| under(published.as_ref(), rejection));
    let verified = verified?;
    if verified.is_by_access() && !policy.needs_access {
        // The pack did not say that it needs access, so nobody made sure that there is a rule.
        return Err(Rejection::AccessMissing);
    }
    check_time(policy, verified.sent_at(), came)?;

    let raw = verified.bytes_of(&body.bytes);
    let tenant = tenant.as_ref().map(|tenant| tenant.id().clone());
    let mut parts = policy.key_parts(tenant.as_deref());
    let authenticated = Authenticated::new(&raw, &verified, &body.bytes, *head);
    let tell = |why| {
        let told = |observer: &dyn Observer| observer.undecodable(&policy.name, why, &raw);
        policy.observer.tell(told);
    };
    let undecodable = |Undecodable(why)| {
        tell(why);
        Rejection::Undecodable(why)
    };
    let decoded = policy
        .provider
        .decode(&authenticated, &mut parts)
        .map_err(undecodable)?;
    let key = parts
        .finish()
        .ok_or_else(|| undecodable(Undecodable("nothing identifies the event")))?;
    // Where each attempt is signed anew, that time says how fresh the delivery is, and this one nothing.
    let event_time = decoded.occurred_at.unless_placeholder();
    if verified.sent_at().is_none() {
        check_time(policy, event_time, came).inspect_err(|rejection| {
            if *rejection == Rejection::UnreadableEventTime {
                tell("the time of the event cannot be read");
            }
        })?;
    }
    let occurred_at = event_time.at();
    if policy.window.is_some() && verified.sent_at().is_none() && occurred_at.is_none() {
        policy.say_no_time();
    }

    let nonce = verified
        .nonce()
        .and_then(|nonce| policy.nonce_key(tenant.as_deref(), nonce));
    let facts = Facts {
        endpoint: policy.name.clone(),
        pack: policy.pack.clone(),
        tenant,
        key,
        key_id: verified.key_id().clone(),
        event_type: decoded.event_type,
        claimed_type: decoded.claimed_type,
        signed_id: verified.signed_id().map(Box::from),
        sent_at: verified.sent_at(),
        occurred_at,
        received_at: now,
        trace_context: decoded.trace_context,
        claimed_trace_context: claimed_trace(head),
    };
    span.admitted(&facts);
    Ok(Admitted {
        event: Untaken::new(decoded.event, policy.name.clone()),
        raw,
        nonce,
        content: decoded.content,
        wanted: decoded.wanted,
        recognized: decoded.recognized,
        arrived,
        span: span.clone(),
        bytes: body.grant,
        facts: Arc::new(facts),
    })
}

/// The answer to a refused request.
pub fn refusal(receiver: &Receiver, rejection: &Rejection) -> Answer {
    Answer::rejected(rejection, &receiver.0.terms)
}

/// What became of an admitted request.
#[derive(Debug)]
pub enum Handled<R> {
    /// The handler's own response.
    Reply(R),
    /// An answer from the table.
    Answer(Answer),
    /// Another copy is being handled: [`conclude`] waits for it.
    Running(RunningCopy),
}

impl<R> Handled<R> {
    fn reason(&self) -> Reason {
        match self {
            Self::Reply(_) => Reason::Handled,
            Self::Answer(answer) => answer.reason(),
            Self::Running(_) => Reason::InProgress,
        }
    }
}

/// Claims the event, runs the handler once, and settles.
///
/// This is the part that is moved to a task of its own when the sender hangs up: it owns all it needs.
/// A panic of the handler is caught here, and is a retry.
pub fn handle<R, F>(
    receiver: Receiver,
    admitted: Admitted,
    timer: Arc<dyn Timer>,
    run: impl FnOnce(DeliverySlot, Bytes) -> F,
) -> impl Future<Output = Handled<R>>
where
    F: Future<Output = Ran<R>>,
{
    let span = admitted.span.clone();
    span.cover(async move {
        let policy = &*receiver.0;
        let timer = &timer;
        let facts = admitted.facts;
        let delivery = Underway::new(policy, &admitted.span, &facts);
        if !admitted.wanted {
            log::turned_away(&facts, Reason::NotOfInterest);
            return delivery.answered(Answer::ok(Reason::NotOfInterest));
        }
        let Some(_running) = policy.running.take(1) else {
            log::overloaded(&facts);
            let answer = Answer::unavailable(Reason::Overloaded, Some(RETRY_AFTER));
            return delivery.answered(answer);
        };
        // Asked once this one counts as running, so that who drains either waits for it or has it turned away.
        if policy.refuses() {
            log::shutting_down(&facts);
            return delivery.answered(Answer::shutting_down());
        }
        if let Some(nonce) = &admitted.nonce {
            // Boxed, so that deliveries without a nonce do not carry it along.
            let claimed = Box::pin(claim_nonce(&receiver, &facts, nonce, timer)).await;
            if let Err(answer) = claimed {
                return delivery.answered(answer);
            }
        }
        let claimed = policy.clock.monotonic();
        let lease = match claim(&receiver, &facts, admitted.content.as_ref(), timer).await {
            Ok(Claim::Won(lease)) => LeaseHandle::new(lease, policy.retention),
            Ok(Claim::Done { same_content }) => {
                return delivery.answered(duplicate(policy, &facts, same_content));
            }
            Ok(Claim::InProgress { retry_after }) => {
                let (of, span) = (facts.clone(), admitted.span.clone());
                let copy =
                    RunningCopy::new(receiver.clone(), of, span, admitted.content, retry_after);
                return delivery.ended(Handled::Running(copy));
            }
            Err(error) => return delivery.answered(store_answer(&error)),
        };
        admitted.span.claimed(lease.attempt());
        let held = Run::under(lease);
        let lease: &LeaseHandle = &held;
        if !admitted.recognized {
            policy.meter.unrecognized(facts.type_label());
            delivery.tell(|observer, seen| observer.unrecognized(seen));
        }

        let slot = DeliverySlot::new(Sealed {
            event: admitted.event,
            raw: admitted.raw.clone(),
            facts: facts.clone(),
            lease: lease.clone(),
        });
        let asked = slot.clone();
        let began = policy.meter.start(&*policy.clock);
        let mut finished = {
            let handler = pin!(Caught::start(&facts, || run(slot, admitted.raw)));
            beside(handler, || {
                keep_alive(policy, &facts, lease, timer, claimed)
            })
            .await
        };
        if asked.was_mistaken() {
            finished.ran_without_its_event();
        }
        drop(asked);
        let said = finished.said();
        policy.meter.handler_ran(began, &*policy.clock, said);
        drop(admitted.bytes);
        let handled = settle(&receiver, &facts, lease, timer, &mut finished.ran).await;
        if let Some(error) = finished.failure() {
            delivery.tell(|observer, seen| observer.handler_failed(seen, error));
        }
        if said == Ending::Ignored && handled.reason() == Reason::Handled {
            return delivery.ended_as(said, handled);
        }
        delivery.ended(handled)
    })
}

/// What the sender gets.
#[derive(Debug)]
pub enum Concluded<R> {
    /// The handler's own response.
    Reply(R),
    /// An answer from the table.
    Answer(Answer),
}

/// Awaits `work`; a copy of a running event then waits for the first one's outcome.
///
/// The wait is outside of what is moved to a task: a copy whose sender leaves is simply dropped.
pub async fn conclude<R>(
    timer: &Arc<dyn Timer>,
    work: impl Future<Output = Handled<R>>,
) -> Concluded<R> {
    let mut copy = match work.await {
        Handled::Reply(reply) => return Concluded::Reply(reply),
        Handled::Answer(answer) => return Concluded::Answer(answer),
        Handled::Running(copy) => copy,
    };
    let span = copy.span().clone();
    // Boxed, so that deliveries that wait for nobody do not carry it along.
    Concluded::Answer(Box::pin(span.cover(async move { copy.wait(timer).await })).await)
}

/// Whether the headers already say that the body has `length` bytes, so that the request can go on to the
/// handler, with the body that was authenticated, as it is.
pub fn says_length(headers: &dyn Headers, length: usize) -> bool {
    static FRAMING: [HeaderName; 2] = [header::CONTENT_LENGTH, header::TRANSFER_ENCODING];
    let mut said = None;
    let mut encoded = false;
    headers.each_of(&FRAMING, &mut |place, value| {
        encoded |= place != 0;
        said = std::str::from_utf8(value)
            .ok()
            .and_then(|value| value.parse().ok());
    });
    said == Some(length) && !encoded
}

/// The answer to a program that is wired wrongly, with a log line that says what to change.
pub fn misused(reason: Reason, advice: &dyn fmt::Display) -> Answer {
    log::misused(reason, advice);
    Answer::misused(reason)
}

/// Counts, and says with `advice` on what to change, that a handler asked for an event on a route without a receiver:
/// each time, since it may run all the same where it takes an `Option` of it. [`Answer::not_protected`] is the answer.
pub fn unprotected(advice: &dyn fmt::Display) {
    log::misused(Reason::NotProtected, advice);
    meter::unprotected();
}
