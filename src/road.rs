//! The road of a delivery, one step after the other, the same for every framework.
//!
//! ```text
//!  admit:   head ─▶ tenant ─▶ access ─▶ body ─▶ verify ─▶ freshness ─▶ decode
//!  handle:  interest ─▶ claim ─▶ handler ─▶ settle
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

use std::{
    any::Any,
    fmt,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::Bytes;
use http::header;

use crate::{
    access::Denied,
    allowance::Grant,
    answer::{Answer, RETRY_AFTER},
    body::BodySource,
    clock::{Timer, UnixTime},
    dedup::{Claim, DedupStore, End, Settled, State},
    delivery::{DeliverySlot, Facts, LeaseHandle, Sealed},
    error::{Reason, Rejection, StoreError},
    event_key::{ContentDigest, EventKey},
    keys::{Found, Keyring, Keys, LiveKeys, Tenant},
    log,
    observer::Observed,
    outcome::Outcome,
    provider::{Authenticated, EventType, Undecodable},
    receiver::{Policy, Receiver},
    request::{Head, RawRequest, Single},
    wait::{beside, within},
    waiting::Waited,
};

/// Pauses between tries to write the mark of a handled event.
const FIRST_SETTLE_PAUSE: Duration = Duration::from_millis(50);

/// A request that passed every check, before its event was claimed.
pub struct Admitted {
    event: Box<dyn Any + Send>,
    facts: Facts,
    content: Option<ContentDigest>,
    wanted: bool,
    recognized: bool,
    arrived: Duration,
    bytes: Grant,
}

impl Admitted {
    /// The identity under which the event is handled once.
    pub fn event_key(&self) -> &EventKey {
        &self.facts.key
    }

    /// The event's type, where something signed says it.
    pub fn event_type(&self) -> Option<&EventType> {
        self.facts.event_type.as_ref()
    }

    /// The id of the key that matched.
    pub fn key_id(&self) -> &str {
        &self.facts.key_id
    }

    /// Whether the application asked for such events.
    pub fn is_wanted(&self) -> bool {
        self.wanted
    }

    /// The clock's monotonic time when the head arrived.
    pub(crate) fn arrived(&self) -> Duration {
        self.arrived
    }
}

impl fmt::Debug for Admitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admitted")
            .field("event_key", &self.facts.key)
            .field("key_id", &self.facts.key_id)
            .field("wanted", &self.wanted)
            .finish_non_exhaustive()
    }
}

/// From the head to the decoded event.
///
/// # Errors
///
/// Why the request is refused; [`refusal`] makes the answer of it.
pub async fn admit(
    receiver: &Receiver,
    head: Head<'_>,
    body: impl BodySource,
    timer: &Arc<dyn Timer>,
) -> Result<Admitted, Rejection> {
    let policy = &*receiver.0;
    let admitted = travel(policy, head, body, timer).await;
    if let Err(rejection) = &admitted {
        log::rejected(&policy.name, rejection.reason(), rejection);
        policy.observer.rejected(&policy.name, rejection);
    }
    admitted
}

async fn travel(
    policy: &Policy,
    head: Head<'_>,
    body: impl BodySource,
    timer: &Arc<dyn Timer>,
) -> Result<Admitted, Rejection> {
    let now = policy.clock.now();
    let arrived = policy.clock.monotonic();
    check_head(policy, &head)?;
    let tenant = find_tenant(policy, &head, arrived, timer).await?;
    check_access(policy, tenant.as_ref(), &head, now)?;
    let body = policy.body.read(body, timer).await?;
    let keys = ring(policy, tenant.as_ref())?.load();
    let request = RawRequest::new(head, &body.bytes);
    let verified = policy.provider.verify(request, LiveKeys::new(&keys, now))?;
    check_time(policy, verified.sent_at(), now)?;

    let raw = verified.bytes_of(&body.bytes);
    let tenant = tenant.as_ref().map(|tenant| tenant.parts().0.clone());
    let mut parts = policy.key_parts(tenant.as_deref());
    let authenticated = Authenticated::new(&raw, &verified, head);
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
    check_time(policy, decoded.occurred_at, now)?;
    if policy.window.is_some() && verified.sent_at().is_none() && decoded.occurred_at.is_none() {
        policy.say_no_time();
    }

    Ok(Admitted {
        event: decoded.event,
        content: decoded.content,
        wanted: decoded.wanted,
        recognized: decoded.recognized,
        arrived,
        bytes: body.grant,
        facts: Facts {
            endpoint: policy.name.clone(),
            pack: policy.pack.clone(),
            tenant,
            key,
            key_id: verified.key_id().clone(),
            event_type: decoded.event_type,
            signed_id: verified.signed_id().map(Box::from),
            sent_at: verified.sent_at(),
            occurred_at: decoded.occurred_at,
            received_at: now,
            raw,
        },
    })
}

/// The answer to a refused request.
pub fn refusal(receiver: &Receiver, rejection: &Rejection) -> Answer {
    Answer::rejected(rejection, &receiver.0.terms)
}

fn check_head(policy: &Policy, head: &Head<'_>) -> Result<(), Rejection> {
    if !policy.profile.methods.contains(&head.method) {
        return Err(Rejection::MethodNotAllowed);
    }
    let takes = policy.profile.media_types;
    let media_type = match head.single(&header::CONTENT_TYPE) {
        Single::Value(value) => value.split(|byte| *byte == b';').next().unwrap_or_default(),
        Single::Missing | Single::Repeated => &[],
    };
    let media_type = media_type.trim_ascii();
    if !takes.is_empty()
        && !takes
            .iter()
            .any(|known| known.as_bytes().eq_ignore_ascii_case(media_type))
    {
        return Err(Rejection::UnsupportedMediaType);
    }
    let mut encoded = false;
    head.headers.each(&header::CONTENT_ENCODING, &mut |value| {
        encoded |= !value.trim_ascii().eq_ignore_ascii_case(b"identity");
    });
    if encoded {
        return Err(Rejection::UnsupportedEncoding);
    }
    match (head.single(&header::HOST), head.authority) {
        (Single::Repeated, _) => return Err(Rejection::HostMismatch),
        (Single::Value(host), Some(authority))
            if !host.eq_ignore_ascii_case(authority.as_bytes()) =>
        {
            return Err(Rejection::HostMismatch);
        }
        _ => {}
    }
    // A declared length is only ever a reason to refuse early: what counts is what is read.
    if let Single::Value(length) = head.single(&header::CONTENT_LENGTH)
        && std::str::from_utf8(length)
            .ok()
            .and_then(|length| length.parse::<u64>().ok())
            .is_some_and(|length| length > policy.body.limit as u64)
    {
        return Err(Rejection::BodyTooLarge {
            limit: policy.body.limit,
        });
    }
    Ok(())
}

async fn find_tenant(
    policy: &Policy,
    head: &Head<'_>,
    now: Duration,
    timer: &Arc<dyn Timer>,
) -> Result<Option<Tenant>, Rejection> {
    let Keys::Tenants(tenants) = &policy.keys else {
        return Ok(None);
    };
    let found: Found = within(timer, policy.store_limit, tenants.find(head, now))
        .await
        .unwrap_or(Err(Rejection::KeysUnavailable));
    found.map(Some)
}

fn check_access(
    policy: &Policy,
    tenant: Option<&Tenant>,
    head: &Head<'_>,
    now: UnixTime,
) -> Result<(), Rejection> {
    let of_tenant = tenant.and_then(|tenant| tenant.parts().2);
    for access in [policy.access.as_deref(), of_tenant].into_iter().flatten() {
        if access.needs_peer() && head.peer.is_none() {
            return Err(Rejection::PeerNotWired);
        }
        access.check(head, now).map_err(|denied| match denied {
            Denied::Missing => Rejection::AccessMissing,
            Denied::Wrong => Rejection::AccessDenied,
            Denied::Unavailable => Rejection::AccessUnavailable,
        })?;
    }
    Ok(())
}

fn ring<'a>(policy: &'a Policy, tenant: Option<&'a Tenant>) -> Result<&'a Keyring, Rejection> {
    match (&policy.keys, tenant) {
        (_, Some(tenant)) => Ok(tenant.parts().1),
        (Keys::Ring(ring), None) => Ok(ring),
        (Keys::Tenants(_), None) => Err(Rejection::UnknownTenant),
    }
}

/// A signed time must be inside the window; both limits are inside.
fn check_time(policy: &Policy, signed: Option<UnixTime>, now: UnixTime) -> Result<(), Rejection> {
    let (Some(window), Some(signed)) = (policy.window, signed) else {
        return Ok(());
    };
    let age = now.since(signed);
    if age > window.past {
        return Err(Rejection::TimestampTooOld {
            age,
            limit: window.past,
        });
    }
    let ahead = signed.since(now);
    if ahead > window.future {
        return Err(Rejection::TimestampInFuture {
            ahead,
            limit: window.future,
        });
    }
    Ok(())
}

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

/// A copy of an event that is being handled. Its body is dropped.
#[derive(Debug)]
pub struct RunningCopy {
    key: EventKey,
    retry_after: Duration,
}

/// Claims the event, runs the handler once, and settles.
///
/// This is the part that is moved to a task of its own when the sender hangs up: it owns all it needs.
/// A panic of the handler is caught here, and is a retry.
pub async fn handle<R, F>(
    receiver: Receiver,
    admitted: Admitted,
    timer: Arc<dyn Timer>,
    run: impl FnOnce(DeliverySlot, Bytes) -> F,
) -> Handled<R>
where
    F: Future<Output = Ran<R>>,
{
    let policy = &*receiver.0;
    let mut facts = admitted.facts;
    if !admitted.wanted {
        log::turned_away(&facts, Reason::NotOfInterest);
        return Handled::Answer(Answer::ok(Reason::NotOfInterest));
    }
    let Some(_running) = policy.running.take(1) else {
        log::turned_away(&facts, Reason::Overloaded);
        return Handled::Answer(Answer::unavailable(Reason::Overloaded, Some(RETRY_AFTER)));
    };
    let lease = match claim(policy, &facts, admitted.content.as_ref(), &timer).await {
        Ok(Claim::Won(lease)) => LeaseHandle::new(lease, policy.retention),
        Ok(Claim::Done { same_content }) => {
            return Handled::Answer(duplicate(policy, &facts, same_content));
        }
        Ok(Claim::InProgress { retry_after }) => {
            facts.raw = Bytes::new();
            return Handled::Running(RunningCopy {
                key: facts.key,
                retry_after,
            });
        }
        Err(error) => return Handled::Answer(store_answer(&error)),
    };
    if !admitted.recognized {
        policy.observer.unrecognized(Observed::new(&facts));
    }

    let slot = DeliverySlot::new(Sealed {
        event: admitted.event,
        facts: facts.clone(),
        lease: lease.clone(),
    });
    let raw = facts.raw.clone();
    let handler = catch_panic(async move { run(slot, raw).await });
    let ran = beside(handler, keep_alive(policy, &facts, &lease, &timer)).await;
    drop(admitted.bytes);
    settle(policy, &facts, &lease, &timer, ran).await
}

/// One conditional write; repeated once with the same owner token, since its answer may be all that
/// was lost.
async fn claim(
    policy: &Policy,
    facts: &Facts,
    content: Option<&ContentDigest>,
    timer: &Arc<dyn Timer>,
) -> Result<Claim, StoreError> {
    let owner = policy.owners.next();
    let once = || async {
        let claim = policy.store.claim(&facts.key, content, owner, policy.lease);
        within(timer, policy.store_limit, claim)
            .await
            .unwrap_or(Err(StoreError::Timeout))
    };
    let claimed = match once().await {
        Err(StoreError::Unavailable(_)) => once().await,
        first => first,
    };
    claimed.inspect_err(|error| log::store(facts, "claim", error))
}

fn duplicate(policy: &Policy, facts: &Facts, same_content: bool) -> Answer {
    if !same_content {
        policy.observer.changed_content(Observed::new(facts));
        if policy.refuse_changed_content {
            log::turned_away(facts, Reason::ChangedContent);
            return Answer::changed_content();
        }
    }
    log::turned_away(facts, Reason::Duplicate);
    Answer::ok(Reason::Duplicate)
}

fn store_answer(error: &StoreError) -> Answer {
    let reason = match error {
        StoreError::Full => Reason::StoreFull,
        StoreError::Timeout | StoreError::Unavailable(_) => Reason::StoreUnavailable,
    };
    Answer::unavailable(reason, Some(RETRY_AFTER))
}

/// Extends the lease while the handler runs, up to the longest run.
async fn keep_alive(policy: &Policy, facts: &Facts, lease: &LeaseHandle, timer: &Arc<dyn Timer>) {
    let began = policy.clock.monotonic();
    loop {
        timer.sleep(policy.heartbeat).await;
        if lease.heartbeat_stopped() {
            return;
        }
        let ran = policy.clock.monotonic().saturating_sub(began);
        if ran >= policy.longest_run {
            log::lease(
                facts,
                lease.attempt(),
                "handler ran too long: its lease is no longer extended",
            );
            lease.lose();
            return;
        }
        let extend = policy.store.extend(lease.lease(), policy.lease);
        match within(timer, policy.store_limit, extend).await {
            Ok(Ok(Settled::Ok)) => {}
            Ok(Ok(Settled::LeaseLost)) => {
                log::lease(facts, lease.attempt(), "lease lost while the handler runs");
                lease.lose();
                return;
            }
            // The lease may still hold: the next beat tries again.
            Ok(Err(error)) => log::store(facts, "extend", &error),
            Err(_) => log::store(facts, "extend", &StoreError::Timeout),
        }
    }
}

/// A handler's panic. Its message may hold personal data, so nothing of it is kept.
struct Panicked;

async fn catch_panic<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut work = pin!(work);
    poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(_) => Poll::Ready(Err(Panicked)),
        },
    )
    .await
}

/// Ends the lease as the outcome says, and turns that into an answer.
async fn settle<R>(
    policy: &Policy,
    facts: &Facts,
    lease: &LeaseHandle,
    timer: &Arc<dyn Timer>,
    ran: Result<Ran<R>, Panicked>,
) -> Handled<R> {
    let (end, verdict, why) = match &ran {
        Ok(ran) => match &ran.outcome {
            Outcome::Processed => (End::Processed, "processed", ""),
            Outcome::Ignored { why } => (End::Ignored, "ignored", *why),
            Outcome::Rejected { why, error } => {
                policy
                    .observer
                    .handler_failed(Observed::new(facts), error.as_deref());
                (End::Rejected, "rejected", *why)
            }
            Outcome::Retry { after, error } => {
                policy
                    .observer
                    .handler_failed(Observed::new(facts), error.as_deref());
                log::failed(facts, lease.attempt(), Reason::HandlerRetry, ran.status);
                release(policy, facts, lease, timer).await;
                return Handled::Answer(Answer::unavailable(Reason::HandlerRetry, *after));
            }
            Outcome::WrongEventType => {
                release(policy, facts, lease, timer).await;
                return Handled::Answer(Answer::misused(Reason::WrongEventType));
            }
        },
        Err(Panicked) => {
            policy.observer.handler_failed(Observed::new(facts), None);
            log::failed(facts, lease.attempt(), Reason::HandlerPanicked, None);
            release(policy, facts, lease, timer).await;
            return Handled::Answer(Answer::unavailable(Reason::HandlerPanicked, None));
        }
    };
    match mark(policy, facts, lease, timer, end).await {
        Ok(Settled::Ok) => {
            log::ended(facts, lease.attempt(), verdict, why);
            match (end, ran.ok().and_then(|ran| ran.reply)) {
                (End::Processed | End::Ignored, Some(reply)) => Handled::Reply(reply),
                (End::Rejected, _) => Handled::Answer(Answer::ok(Reason::HandlerRejected)),
                _ => Handled::Answer(Answer::ok(Reason::Handled)),
            }
        }
        Ok(Settled::LeaseLost) => {
            log::lease(
                facts,
                lease.attempt(),
                "lease lost before the handler ended: its effect may repeat",
            );
            lease.lose();
            Handled::Answer(state_of_new_owner(policy, facts, timer).await)
        }
        Err(error) => {
            log::store(facts, "settle", &error);
            Handled::Answer(Answer::unavailable(Reason::SettleFailed, Some(RETRY_AFTER)))
        }
    }
}

/// Writes the mark, again and again within the budget: the effect has happened.
async fn mark(
    policy: &Policy,
    facts: &Facts,
    lease: &LeaseHandle,
    timer: &Arc<dyn Timer>,
    end: End,
) -> Result<Settled, StoreError> {
    let began = policy.clock.monotonic();
    let mut pause = FIRST_SETTLE_PAUSE;
    loop {
        let spent = policy.clock.monotonic().saturating_sub(began);
        let left = policy.settle_budget.saturating_sub(spent);
        let settle = policy.store.settle(lease.lease(), end, policy.retention);
        let error = match within(timer, left.min(policy.store_limit), settle).await {
            Ok(Ok(settled)) => return Ok(settled),
            Ok(Err(error)) => error,
            Err(_) => StoreError::Timeout,
        };
        if pause >= left {
            return Err(error);
        }
        log::store(facts, "settle", &error);
        timer.sleep(pause).await;
        pause = pause.saturating_mul(2);
    }
}

/// Frees the key. Where that fails, the lease ends by itself.
async fn release(policy: &Policy, facts: &Facts, lease: &LeaseHandle, timer: &Arc<dyn Timer>) {
    let release = policy
        .store
        .settle(lease.lease(), End::Release, policy.retention);
    match within(timer, policy.store_limit, release).await {
        Ok(Ok(_)) => {}
        Ok(Err(error)) => log::store(facts, "release", &error),
        Err(_) => log::store(facts, "release", &StoreError::Timeout),
    }
}

async fn state_of_new_owner(policy: &Policy, facts: &Facts, timer: &Arc<dyn Timer>) -> Answer {
    let look = policy.store.look(&facts.key);
    match within(timer, policy.store_limit, look).await {
        Ok(Ok(State::Done)) => Answer::ok(Reason::LeaseLost),
        Ok(Ok(State::InProgress { retry_after })) => {
            Answer::unavailable(Reason::LeaseLost, Some(retry_after))
        }
        Ok(Ok(State::Free) | Err(_)) | Err(_) => {
            Answer::unavailable(Reason::LeaseLost, Some(RETRY_AFTER))
        }
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
    let waited = policy
        .waiting
        .wait(
            &copy.key,
            &policy.store,
            policy.store_limit,
            timer,
            policy.longest_wait,
        )
        .await;
    Concluded::Answer(match waited {
        Waited::Done => Answer::ok(Reason::Duplicate),
        Waited::Free => Answer::unavailable(Reason::InProgress, Some(RETRY_AFTER)),
        Waited::GaveUp => {
            Answer::unavailable(Reason::InProgress, Some(copy.retry_after.min(RETRY_AFTER)))
        }
    })
}

/// The answer to a program that is wired wrongly, with a log line that says what to change.
pub fn misused(reason: Reason, advice: &dyn fmt::Display) -> Answer {
    log::misused(reason, advice);
    Answer::misused(reason)
}
