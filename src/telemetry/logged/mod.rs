//! The log lines, with the feature `tracing`.

mod beside_deliveries;

use std::error::Error;

pub(crate) use self::beside_deliveries::*;
use crate::{
    setup::{Finding, Severity},
    telemetry::{
        Facts, Observed, StoreCall,
        one_line::{WithSources, one_line},
        words::{self, Words},
    },
    verdict::{Reason, StoreError},
};

/// What filters name: the crate, however its modules are called.
const TARGET: &str = "hookgate";
/// Of a store's cause, in bytes: an engine's words are shorter.
const CAUSE: usize = 512;
/// Of what a handler fails with, in bytes: an error with the errors behind it.
const ERROR: usize = 2048;

/// What a worker has found is so no more.
pub(crate) fn found_no_more(endpoint: Option<&str>, code: &'static str) {
    tracing::info!(target: TARGET, endpoint, code, "what was found is so no more");
}

/// What the start-up check says. Of the notes one line has the codes: an operator reads them once, and an alert
/// never.
pub(crate) fn checked(endpoint: &str, found: &[Finding]) {
    let is_note = |it: &Finding| it.severity() == Severity::Note && !it.is_acknowledged();
    let mut notes: Vec<&str> = Vec::new();
    for finding in found {
        if !is_note(finding) {
            self::found(endpoint, finding);
            continue;
        }
        known(Some(endpoint), finding);
        if !notes.contains(&finding.code()) {
            notes.push(finding.code());
        }
    }
    if !notes.is_empty() {
        tracing::info!(
            target: TARGET,
            endpoint,
            notes = notes.join(", "),
            "the start-up check has notes; `Receiver::check` and the level debug explain them"
        );
    }
}

/// What the operator has heard of before, or can ask for.
fn known(endpoint: Option<&str>, finding: &Finding) {
    tracing::debug!(target: TARGET, endpoint, code = finding.code(), "{finding}");
}

/// One thing that the start-up check says, or that came up later.
pub(crate) fn found(endpoint: &str, finding: &Finding) {
    found_of(Some(endpoint), finding);
}

/// What a worker says of its inbox while it runs: of an endpoint, or of all.
pub(crate) fn found_of(endpoint: Option<&str>, finding: &Finding) {
    let code = finding.code();
    match finding.severity() {
        _ if finding.is_acknowledged() => known(endpoint, finding),
        Severity::Danger => {
            tracing::error!(target: TARGET, endpoint, code, "{finding}");
        }
        Severity::Warning => {
            tracing::warn!(target: TARGET, endpoint, code, "{finding}");
        }
        Severity::Note => tracing::info!(target: TARGET, endpoint, code, "{finding}"),
    }
}

/// `detail` is the text of a [`Rejection`](crate::verdict::Rejection): ours, without anything of the sender's.
pub(crate) fn rejected(endpoint: &str, reason: Reason, detail: &crate::verdict::Rejection) {
    if matches!(
        reason,
        Reason::PeerNotWired | Reason::RouteParamNotWired | Reason::NoLiveKey
    ) {
        tracing::error!(
            target: TARGET,
            endpoint,
            reason = reason.as_str(),
            "{}: {detail}",
            words::REFUSED
        );
    } else {
        tracing::info!(
            target: TARGET,
            endpoint,
            reason = reason.as_str(),
            "{}: {detail}",
            words::REFUSED
        );
    }
}

pub(crate) fn answered(endpoint: &str, reason: Reason) {
    let name = reason.as_str();
    if reason == Reason::Handshake {
        // An operator who registers an endpoint looks for this first.
        tracing::info!(target: TARGET, endpoint, reason = name, "the sender asked whether the endpoint is ours: answered");
    } else {
        tracing::debug!(target: TARGET, endpoint, reason = name, "request answered: it holds no event to handle");
    }
}

pub(crate) fn no_time(endpoint: &str) {
    tracing::warn!(target: TARGET, endpoint, "{}", words::NO_TIME);
}

/// Its sender got 200, and no copy will run.
pub(crate) fn rejected_for_good(facts: &Facts, attempt: u32, why: &'static str) {
    tracing::warn!(
        target: TARGET,
        endpoint = &*facts.endpoint,
        event_type = facts.type_label(),
        event_key = %facts.key,
        key_id = &*facts.key_id,
        attempt,
        why,
        "{}",
        words::REJECTED
    );
}

pub(crate) fn ended(facts: &Facts, attempt: u32, verdict: &'static str, why: &'static str) {
    tracing::debug!(
        target: TARGET,
        endpoint = &*facts.endpoint,
        event_type = facts.type_label(),
        event_key = %facts.key,
        key_id = &*facts.key_id,
        attempt,
        verdict,
        why,
        "delivery handled"
    );
}

pub(crate) fn turned_away(facts: &Facts, reason: Reason) {
    tracing::debug!(
        target: TARGET,
        endpoint = &*facts.endpoint,
        event_type = facts.type_label(),
        event_key = %facts.key,
        reason = reason.as_str(),
        "delivery answered without its handler"
    );
}

/// A copy is sent back: its first still runs, or has failed.
pub(crate) fn sent_back(copy: &Facts) {
    tracing::info!(
        target: TARGET,
        endpoint = &*copy.endpoint,
        event_type = copy.type_label(),
        event_key = %copy.key,
        reason = Reason::InProgress.as_str(),
        "copy of a running event answered 503"
    );
}

pub(crate) fn unrecognized(facts: &Facts) {
    tracing::warn!(
        target: TARGET,
        endpoint = &*facts.endpoint,
        event_type = facts.type_label(),
        event_key = %facts.key,
        "{}",
        words::UNRECOGNIZED
    );
}

/// A delivery is not handled, or not in time.
pub(crate) fn unfinished(facts: &Facts, reason: Reason, what: Words) {
    tracing::warn!(
        target: TARGET,
        endpoint = &*facts.endpoint,
        event_type = facts.type_label(),
        event_key = %facts.key,
        reason = reason.as_str(),
        "{what}"
    );
}

/// `whose` panicked where nothing may: the text of a panic may hold personal data, and is left to the
/// application's panic hook.
pub(crate) fn panicked(endpoint: &str, whose: &'static str) {
    tracing::error!(target: TARGET, endpoint, whose, "{}", words::PANICKED);
}

pub(crate) fn shutting_down(facts: &Facts) {
    tracing::info!(
        target: TARGET,
        endpoint = &*facts.endpoint,
        event_type = facts.type_label(),
        event_key = %facts.key,
        reason = Reason::ShuttingDown.as_str(),
        "the process is about to stop: delivery answered 503"
    );
}

/// What a process cuts off when it stops now.
pub(crate) fn left(endpoint: &str, handlers: usize, unsettled: usize) {
    tracing::warn!(
        target: TARGET,
        endpoint,
        handlers,
        unsettled,
        "{}",
        words::LEFT
    );
}

/// The same of a worker.
pub(crate) fn worker_left(handlers: usize, unsettled: usize) {
    tracing::warn!(
        target: TARGET,
        handlers,
        unsettled,
        "{}",
        words::WORKER_LEFT
    );
}

/// The next copy may run. `what` says who has the error.
pub(crate) fn failed(
    facts: &Facts,
    attempt: u32,
    reason: Reason,
    status: Option<u16>,
    what: Words,
) {
    tracing::warn!(
        target: TARGET,
        endpoint = &*facts.endpoint,
        event_type = facts.type_label(),
        event_key = %facts.key,
        attempt,
        status,
        reason = reason.as_str(),
        "{what}"
    );
}

pub(crate) fn lease(facts: &Facts, attempt: u32, what: Words) {
    tracing::warn!(
        target: TARGET,
        endpoint = &*facts.endpoint,
        event_key = %facts.key,
        attempt,
        "{what}"
    );
}

/// What a handler failed with, where the application wants that.
pub(crate) fn handlers_error(delivery: &Observed<'_>, error: &(dyn Error + Send + Sync)) {
    let facts = delivery.facts();
    let error = one_line(ERROR, &WithSources(error));
    tracing::error!(
        target: TARGET,
        endpoint = &*facts.endpoint,
        event_type = facts.type_label(),
        event_key = %facts.key,
        error,
        "{}",
        words::HANDLERS_ERROR
    );
}

/// What a store says of its error, where it says more than the error itself. Its sources are not made for the log.
fn cause(error: &StoreError) -> Option<String> {
    let cause = error.source()?;
    Some(one_line(CAUSE, &cause))
}

/// The store has made its error's cause for this line.
pub(crate) fn store(facts: &Facts, call: StoreCall, error: &StoreError) {
    tracing::error!(
        target: TARGET,
        endpoint = &*facts.endpoint,
        event_key = %facts.key,
        call = call.as_str(),
        cause = cause(error),
        "{error}"
    );
}

/// A pack reads another identity from what an inbox kept than when it came.
pub(crate) fn another_key(endpoint: &str, key: &crate::identity::EventKey) {
    tracing::warn!(
        target: TARGET,
        endpoint,
        event_key = %key,
        "{}",
        words::ANOTHER_KEY
    );
}

/// A line of work did not end as handled.
pub(crate) fn worked(facts: &Facts, attempt: u32, what: Words) {
    tracing::warn!(
        target: TARGET,
        endpoint = &*facts.endpoint,
        event_type = facts.type_label(),
        event_key = %facts.key,
        attempt,
        "{what}"
    );
}

pub(crate) fn misused(reason: Reason, advice: &dyn std::fmt::Display) {
    tracing::error!(target: TARGET, reason = reason.as_str(), "{advice}");
}
