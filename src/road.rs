//! The road of a delivery, one step after the other, the same for every framework.
//!
//! ```text
//!  admit:   head ─▶ tenant ─▶ access ─▶ body ─▶ verify ─▶ freshness ─▶ decode
//!  handle:  interest ─▶ nonce ─▶ claim ─▶ handler ─▶ settle
//!  conclude: copies of a running event wait ─▶ answer
//! ```
//!
//! The order is a rule: cheap checks before costly ones; the body is not read before the head was
//! judged; nothing is parsed before its bytes are verified; the store is never touched for a request
//! that is not verified or not wanted; a parse failure leaves no claim behind.
//!
//! For framework authors: call [`admit`], then [`handle`] inside a [`RunsToEnd`](crate::RunsToEnd),
//! then [`conclude`]. `hookgate::tower` is the example. Nothing here names a runtime, and whether a
//! future is `Send` follows from what the framework puts in.

mod admitted;
mod claim;
mod claimed_trace;
mod handler;
mod head;
mod nonce;
mod settle;
mod store_call;
mod window;

use std::{fmt, future::Future, pin::pin, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderName, header};

#[cfg(feature = "token")]
pub(crate) use self::head::check_rules;
pub(crate) use self::head::{HeadRules, check_head};
pub(crate) use self::store_call::store_call;
pub use self::{admitted::Admitted, handler::Ran};
use self::{
    claim::{claim, duplicate, store_answer},
    claimed_trace::claimed_trace,
    handler::{Caught, keep_alive},
    head::{check_access, find_tenant, ring},
    nonce::claim_nonce,
    settle::settle,
    window::check_time,
};
use crate::{
    answer::{Answer, RETRY_AFTER},
    body::BodySource,
    clock::Timer,
    dedup::Claim,
    delivery::{Brief, DeliverySlot, Facts, LeaseHandle, Sealed},
    ending::Ending,
    error::{Reason, Rejection},
    keys::{Keyring, LiveKeys},
    log, meter,
    observer::Observed,
    outcome::Outcome,
    provider::{Authenticated, Undecodable},
    receiver::{Policy, Receiver},
    request::{Head, Headers, RawRequest},
    span::DeliverySpan,
    wait::beside,
    waiting::Waited,
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
        let admitted = travel(policy, &span, &head, body, timer).await;
        if let Err(rejection) = &admitted {
            let reason = rejection.reason();
            log::rejected(&policy.name, reason, rejection);
            policy.observer.rejected(&policy.name, rejection);
            ended(policy, &span, Ending::of(reason), reason, "none");
        }
        admitted
    })
}

/// Says in span and metrics what became of a delivery: once for each.
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
    let tenant = find_tenant(policy, head, arrived, timer).await?;
    check_access(policy, tenant.as_ref(), head, now, timer).await?;
    let body = policy.body.read(body, timer).await?;
    let ring = ring(policy, tenant.as_ref()).map(Keyring::load);
    let keys = ring.as_ref().map_or(&[][..], |keys| keys);
    let request = RawRequest::new(*head, &body.bytes);
    let began = policy.meter.start(&*policy.clock);
    let verified = policy.provider.verify(request, LiveKeys::new(keys, now));
    policy.meter.verified(began, &*policy.clock);
    let verified = verified?;
    if verified.is_by_access() && !policy.needs_access {
        // The pack did not say that it needs access, so nobody made sure that there is a rule.
        return Err(Rejection::AccessMissing);
    }
    check_time(policy, verified.sent_at(), now)?;

    let raw = verified.bytes_of(&body.bytes);
    let tenant = tenant.as_ref().map(|tenant| tenant.id().clone());
    let mut parts = policy.key_parts(tenant.as_deref());
    let authenticated = Authenticated::new(&raw, &verified, &body.bytes, *head);
    let undecodable = |Undecodable(why)| {
        policy.observer.undecodable(&policy.name, why, &raw);
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
    if verified.sent_at().is_none() {
        check_time(policy, decoded.occurred_at, now)?;
    }
    if policy.window.is_some() && verified.sent_at().is_none() && decoded.occurred_at.is_none() {
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
        occurred_at: decoded.occurred_at,
        received_at: now,
        trace_context: decoded.trace_context,
        claimed_trace_context: claimed_trace(head),
        raw,
    };
    span.admitted(&facts);
    Ok(Admitted {
        event: decoded.event,
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

/// A copy of an event that is being handled. Its body is dropped.
#[derive(Debug)]
pub struct RunningCopy {
    of: Brief,
    span: DeliverySpan,
    retry_after: Duration,
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
        // Where the reason does not say it all, the ending is told.
        let done = |handled: Handled<R>, ending: Option<Ending>| {
            let reason = handled.reason();
            policy.observer.ended(Observed::new(&facts), reason);
            // What became of a copy is only known when it has waited.
            if !matches!(handled, Handled::Running(_)) {
                let ending = ending.unwrap_or(Ending::of(reason));
                ended(policy, &admitted.span, ending, reason, facts.type_label());
            }
            handled
        };
        let answered = |answer| done(Handled::Answer(answer), None);

        if !admitted.wanted {
            log::turned_away(&facts, Reason::NotOfInterest);
            return answered(Answer::ok(Reason::NotOfInterest));
        }
        let Some(_running) = policy.running.take(1) else {
            log::overloaded(&facts);
            return answered(Answer::unavailable(Reason::Overloaded, Some(RETRY_AFTER)));
        };
        if let Some(nonce) = &admitted.nonce {
            // Boxed, so that deliveries without a nonce do not carry it along.
            let claimed = Box::pin(claim_nonce(policy, &facts, nonce, timer)).await;
            if let Err(answer) = claimed {
                return answered(answer);
            }
        }
        let lease = match claim(policy, &facts, admitted.content.as_ref(), timer).await {
            Ok(Claim::Won(lease)) => LeaseHandle::new(lease, policy.retention),
            Ok(Claim::Done { same_content }) => {
                return answered(duplicate(policy, &facts, same_content));
            }
            Ok(Claim::InProgress { retry_after }) => {
                let copy = RunningCopy {
                    of: facts.brief(),
                    span: admitted.span.clone(),
                    retry_after,
                };
                return done(Handled::Running(copy), None);
            }
            Err(error) => return answered(store_answer(&error)),
        };
        admitted.span.claimed(lease.attempt());
        if !admitted.recognized {
            policy.meter.unrecognized(facts.type_label());
            policy.observer.unrecognized(Observed::new(&facts));
        }

        let slot = DeliverySlot::new(Sealed {
            event: admitted.event,
            facts: facts.clone(),
            lease: lease.clone(),
        });
        let asked = slot.clone();
        let raw = facts.raw.clone();
        let began = policy.meter.start(&*policy.clock);
        let mut ran = {
            let handler = pin!(Caught::start(|| run(slot, raw)));
            beside(handler, || keep_alive(policy, &facts, &lease, timer)).await
        };
        if let Ok(ran) = &mut ran
            && asked.was_mistaken()
        {
            correct(&mut ran.outcome);
        }
        drop(asked);
        let said = ran
            .as_ref()
            .map_or(Ending::Retry, |ran| Ending::from(&ran.outcome));
        policy.meter.handler_ran(began, &*policy.clock, said);
        drop(admitted.bytes);
        let handled = settle(policy, &facts, &lease, timer, &mut ran).await;
        let ignored = said == Ending::Ignored && handled.reason() == Reason::Handled;
        done(handled, ignored.then_some(said))
    })
}

/// A handler that took an `Option<Event<_>>` of another type than its pack's ran without its event: whatever it said, it
/// did not handle it.
fn correct(outcome: &mut Outcome) {
    if !matches!(outcome, Outcome::WrongEventType) {
        let advice = "a handler asks for an event of another type than its receiver's pack gives, \
                      and runs without it: name the pack's event type";
        log::misused(Reason::WrongEventType, &advice);
        *outcome = Outcome::WrongEventType;
    }
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
    receiver: &Receiver,
    timer: &Arc<dyn Timer>,
    work: impl Future<Output = Handled<R>>,
) -> Concluded<R> {
    let copy = match work.await {
        Handled::Reply(reply) => return Concluded::Reply(reply),
        Handled::Answer(answer) => return Concluded::Answer(answer),
        Handled::Running(copy) => copy,
    };
    let policy = &*receiver.0;
    let waiting = async {
        let waited = policy.waiting.wait(&copy.of.key, policy, timer).await;
        let answer = match waited {
            Waited::Done => Answer::ok(Reason::Duplicate),
            Waited::Free => Answer::unavailable(Reason::InProgress, Some(RETRY_AFTER)),
            Waited::GaveUp => {
                Answer::unavailable(Reason::InProgress, Some(copy.retry_after.min(RETRY_AFTER)))
            }
        };
        if answer.reason() == Reason::InProgress {
            log::sent_back(&policy.name, copy.of);
        }
        let ending = Ending::of(answer.reason());
        ended(
            policy,
            &copy.span,
            ending,
            answer.reason(),
            copy.of.event_type,
        );
        answer
    };
    // Boxed, so that deliveries that wait for nobody do not carry it along.
    Concluded::Answer(Box::pin(copy.span.cover(waiting)).await)
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
