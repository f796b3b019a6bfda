//! The start-up check: what an operator should know of a receiver before it takes deliveries.

use std::{borrow::Cow, ops::RangeInclusive, time::Duration};

use super::Policy;
use crate::{
    judge,
    keys::{Key, Secret},
    provider::{Retries, TimeKind},
    setup::{Finding, Severity},
    tenants::Keys,
    time::ACCEPTS_UNREADABLE_TIME,
};

const DAY: Duration = Duration::from_secs(24 * 3600);
/// A sender that gives up sooner than this does not outlast a restart of the receiver.
const SHORT_RETRIES: Duration = Duration::from_secs(10 * 60);

/// Shorter secrets than 128 bits can be found by trying.
const LEAST_SECRET: usize = 16;
/// Standard Webhooks, section "Symmetric": secrets of 192 to 512 bits.
const STANDARD_SECRETS: RangeInclusive<usize> = 24..=64;

/// One question about a receiver.
type Check = fn(&Policy) -> Option<Finding>;

/// Those that have one answer; what a pack assumes comes after them.
const CHECKS: [Check; 15] = [
    anyone_may_call,
    secret_short,
    secret_not_standard,
    store_not_shared,
    time_not_checked,
    events_can_be_lost,
    sender,
    body_limit_below_sender,
    deadline_beyond_timeout,
    cancels_on_disconnect,
    on_two_routes,
    forgets_at_restart,
    store_capacity,
    retries_unknown,
    no_signed_time,
];

/// The worst first.
pub(super) fn check(policy: &Policy) -> Vec<Finding> {
    let mut found: Vec<Finding> = CHECKS.iter().filter_map(|check| check(policy)).collect();
    #[cfg(feature = "public-keys")]
    if let Keys::Ring(ring) = &policy.judge.keys {
        found.extend(ring.findings(policy.clock().now()));
    }
    // A pack does not know whether its times are checked.
    let of_pack = policy.judge.provider.findings(policy.clock().now());
    let counts =
        |it: &Finding| policy.judge.window.is_some() || it.code() != ACCEPTS_UNREADABLE_TIME;
    found.extend(of_pack.into_iter().filter(counts));
    found.extend(policy.once.claims.calls.findings());
    found.extend(assumed(policy));
    found.sort_by_key(|finding| std::cmp::Reverse(finding.severity()));
    let known = &policy.judge.acknowledged;
    let marked = found.into_iter().map(|it| it.acknowledged_in(known));
    marked.collect()
}

/// The code of a danger among those that the application acknowledges.
pub(super) fn acknowledged_danger(policy: &Policy, found: &[Finding]) -> Option<&'static str> {
    let mut dangers = found.iter().filter(|it| it.severity() == Severity::Danger);
    let acknowledged = dangers.find(|it| policy.judge.acknowledged.contains(&it.code()));
    acknowledged.map(Finding::code)
}

fn anyone_may_call(policy: &Policy) -> Option<Finding> {
    let open = policy.judge.gate.access.as_ref()?.admits_anyone();
    open.then(|| judge::anyone_may_call(policy.judge.needs_access, "anyone may call"))
}

fn secret_short(policy: &Policy) -> Option<Finding> {
    let places = keys_whose(policy, |secret| secret.expose().len() < LEAST_SECRET)?;
    Some(Finding::new(
        Severity::Warning,
        "secret_short",
        format!(
            "a secret has less than {LEAST_SECRET} bytes ({places} of the ring): whoever captures one delivery can try \
             all such secrets until one fits"
        ),
        "make a new secret of 32 random bytes, and keep both in the ring until the sender uses it",
    ))
}

fn secret_not_standard(policy: &Policy) -> Option<Finding> {
    let places = keys_whose(policy, |secret| {
        let length = secret.expose().len();
        secret.is_whsec() && length >= LEAST_SECRET && !STANDARD_SECRETS.contains(&length)
    })?;
    Some(Finding::new(
        Severity::Warning,
        "secret_not_standard",
        format!(
            "a `whsec_` secret is not of {} to {} bytes, as Standard Webhooks wants them ({places} of the ring)",
            STANDARD_SECRETS.start(),
            STANDARD_SECRETS.end()
        ),
        "see whether the secret was copied whole",
    ))
}

/// The places of the ring's keys whose secret `is_weak`, counted from 1; nothing where there is none. Not their ids: a key
/// may stand where an id should. Those of tenants are only known when they are asked for.
fn keys_whose(policy: &Policy, is_weak: impl Fn(&Secret) -> bool) -> Option<String> {
    let Keys::Ring(ring) = &policy.judge.keys else {
        return None;
    };
    let ring = ring.load();
    let numbered = (1..).zip(ring.iter());
    let weak = numbered.filter(|(_, key): &(_, &Key)| key.secret().is_some_and(&is_weak));
    let places: Vec<String> = weak
        .map(|(place, _): (usize, _)| format!("key number {place}"))
        .collect();
    (!places.is_empty()).then(|| places.join(", "))
}

fn store_not_shared(policy: &Policy) -> Option<Finding> {
    let apart = policy.instances > 1 && !policy.once.claims.calls.promises().shared;
    apart.then(|| {
        Finding::new(
            Severity::Danger,
            "store_not_shared",
            format!(
                "{} instances run, and each has a dedup store of its own: a copy that reaches another \
                 instance runs again",
                policy.instances
            ),
            "use a store that instances share, such as Postgres or Redis",
        )
    })
}

fn time_not_checked(policy: &Policy) -> Option<Finding> {
    (policy.judge.window.is_none() && policy.judge.profile.time != TimeKind::NotSigned).then(|| {
        Finding::new(
            Severity::Warning,
            "time_not_checked",
            "signed times are not checked: a captured delivery runs again once its mark has expired",
            "remove `without_time_check`, unless this receiver takes recordings",
        )
    })
}

fn events_can_be_lost(policy: &Policy) -> Option<Finding> {
    // What an inbox has accepted waits there for its handler.
    let is_lost = policy.once.inbox.is_none() && gives_up_soon(policy);
    is_lost.then(|| {
        let profile = &policy.judge.profile;
        let what = match (profile.warning, profile.retries) {
            (Some(own), _) => own.into(),
            (None, Retries::For(horizon)) => Cow::Owned(format!(
                "this sender gives up after {horizon:?}: an event whose handler fails for longer is lost"
            )),
            (None, _) => "this sender never sends again: an event that is answered with an error is lost".into(),
        };
        Finding::new(
            Severity::Warning,
            "events_can_be_lost",
            what,
            "accept into an `inbox`, or write a durable row of your own and answer; ask the sender from time to time \
             what it could not deliver",
        )
    })
}

fn gives_up_soon(policy: &Policy) -> bool {
    match policy.judge.profile.retries {
        Retries::Never => true,
        Retries::For(horizon) => horizon < SHORT_RETRIES,
        Retries::Unknown => false,
    }
}

/// What the pack says of a sender that repeats.
fn sender(policy: &Policy) -> Option<Finding> {
    let warning = policy.judge.profile.warning;
    let what = warning.filter(|_| !gives_up_soon(policy))?;
    Some(Finding::new(
        Severity::Warning,
        "sender",
        what,
        "see the pack's table of what is known of its sender",
    ))
}

fn body_limit_below_sender(policy: &Policy) -> Option<Finding> {
    let limit = policy.judge.gate.body.limit;
    let largest = policy
        .judge
        .profile
        .largest_body
        .filter(|largest| *largest > limit)?;
    Some(Finding::new(
        Severity::Warning,
        "body_limit_below_sender",
        format!(
            "this sender's bodies have up to {largest} bytes, and those over {limit} are refused with 413"
        ),
        "raise `body_limit` if large ones are expected; bodies are read before their signature can be checked",
    ))
}

fn deadline_beyond_timeout(policy: &Policy) -> Option<Finding> {
    let timeout = policy.judge.profile.timeout?;
    let deadline = policy.handlers.deadline;
    (deadline >= timeout).then(|| {
        Finding::new(
            Severity::Warning,
            "deadline_beyond_timeout",
            format!(
                "handlers have {deadline:?}, but the sender gives up after {timeout:?}: it never sees \
                 their answer, and may count them as failed"
            ),
            "lower `handler_deadline` below the sender's timeout",
        )
    })
}

fn cancels_on_disconnect(policy: &Policy) -> Option<Finding> {
    policy.handlers.cancel_on_disconnect.then(|| {
        Finding::new(
            Severity::Warning,
            "cancels_on_disconnect",
            "a sender that hangs up ends its handler half-way, and its event stays claimed until the lease ends",
            "remove `cancel_on_disconnect`, unless each effect can stop anywhere",
        )
    })
}

fn on_two_routes(policy: &Policy) -> Option<Finding> {
    let is = policy.mounting.is_on_two_routes();
    is.then(two_routes)
}

/// Also said when it is found, which is after the check at start.
pub(super) fn two_routes() -> Finding {
    Finding::new(
        Severity::Warning,
        "on_two_routes",
        "a second layer or middleware was made of this receiver: if these are two routes, an event that was handled on \
         one is a copy on the other, and answered 200 without its handler",
        "make a receiver with a name of its own for each route; where one router was built twice, or both are one endpoint \
         under two addresses, nothing is to be done",
    )
}

fn forgets_at_restart(policy: &Policy) -> Option<Finding> {
    let forgets = !policy.once.claims.calls.promises().survives_restart;
    forgets.then(|| {
        Finding::new(
            Severity::Note,
            "forgets_at_restart",
            "the dedup store forgets at a restart: copies that come after one run again",
            "use a durable store, or effects that are idempotent by the event key",
        )
    })
}

fn store_capacity(policy: &Policy) -> Option<Finding> {
    let capacity = policy.once.claims.calls.promises().capacity?;
    let retention = policy.once.retention;
    // What one new event takes of the store: its own mark, and that of its nonce.
    let (taken, kept) = if policy.judge.profile.nonces {
        let nonce = policy.once.nonce_retention;
        let kept = format!("{retention:?}, nonces among them for {nonce:?}");
        (retention.saturating_add(nonce), kept)
    } else {
        (retention, format!("{retention:?}"))
    };
    let a_day = capacity as f64 * DAY.as_secs_f64() / taken.as_secs_f64();
    Some(Finding::new(
        Severity::Note,
        "store_capacity",
        format!(
            "the dedup store holds {capacity} keys for {kept}: {a_day:.0} new events a day, {:.1} \
             a second; beyond that the sender gets 503",
            a_day / DAY.as_secs_f64()
        ),
        "raise its capacity or lower the retention if more are expected",
    ))
}

fn retries_unknown(policy: &Policy) -> Option<Finding> {
    (policy.judge.profile.retries == Retries::Unknown).then(|| {
        Finding::new(
            Severity::Note,
            "retries_unknown",
            format!(
                "for how long this sender sends again is not known: a copy that comes more than {:?} after \
                 its event was handled runs again",
                policy.once.retention
            ),
            "ask the sender, and set the pack's retries or a longer `retention`",
        )
    })
}

fn no_signed_time(policy: &Policy) -> Option<Finding> {
    (policy.judge.window.is_none() && policy.judge.profile.time == TimeKind::NotSigned).then(|| {
        Finding::new(
            Severity::Note,
            "no_signed_time",
            format!(
                "this sender signs no time: a captured delivery runs again once its mark has expired, after {:?}",
                policy.once.retention
            ),
            "make effects idempotent by the event key, or ask the sender's API before acting",
        )
    })
}

/// What is only assumed of the sender, and now relied on.
fn assumed(policy: &Policy) -> impl Iterator<Item = Finding> {
    let timeout = policy.handlers.deadline_is_assumed.then(|| {
        Finding::new(
            Severity::Note,
            "timeout_assumed",
            format!(
                "how long this sender waits is not known: handlers have {:?}",
                policy.handlers.deadline
            ),
            "set `handler_deadline` below what the sender waits",
        )
    });
    let of_pack = policy.judge.profile.assumed.iter().map(|what| {
        Finding::new(
            Severity::Note,
            "assumed",
            format!("assumed of this sender: {what}"),
            "confirm it with a real delivery, or change the setting",
        )
    });
    timeout.into_iter().chain(of_pack)
}
