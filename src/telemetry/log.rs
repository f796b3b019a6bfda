//! The log lines. No payload, header, credential or error text ever reaches one.
//!
//! Each stands on its own: it repeats the fields of the delivery's span, since a filter may let warnings
//! through and no spans.

#[cfg(feature = "tracing")]
mod lines {
    use crate::{
        setup::{Finding, Severity},
        telemetry::{Facts, StoreCall},
        verdict::Reason,
    };

    /// What filters name: the crate, however its modules are called.
    const TARGET: &str = "hookgate";

    /// What the start-up check says.
    pub(crate) fn found(endpoint: &str, finding: &Finding) {
        found_of(Some(endpoint), finding);
    }

    /// What a worker says of its inbox while it runs: of an endpoint, or of all.
    pub(crate) fn found_of(endpoint: Option<&str>, finding: &Finding) {
        let code = finding.code();
        match finding.severity() {
            Severity::Danger => tracing::error!(target: TARGET, endpoint, code, "{finding}"),
            Severity::Warning => tracing::warn!(target: TARGET, endpoint, code, "{finding}"),
            Severity::Note => tracing::info!(target: TARGET, endpoint, code, "{finding}"),
        }
    }

    /// What a worker has found is so no more.
    pub(crate) fn found_no_more(endpoint: Option<&str>, code: &'static str) {
        tracing::info!(target: TARGET, endpoint, code, "what was found is so no more");
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
                "delivery refused: {detail}"
            );
        } else {
            tracing::info!(
                target: TARGET,
                endpoint,
                reason = reason.as_str(),
                "delivery refused: {detail}"
            );
        }
    }

    pub(crate) fn answered(endpoint: &str, reason: Reason) {
        tracing::debug!(
            target: TARGET,
            endpoint,
            reason = reason.as_str(),
            "request answered: it holds no event to handle"
        );
    }

    pub(crate) fn no_time(endpoint: &str) {
        tracing::warn!(
            target: TARGET,
            endpoint,
            "a delivery has no signed time (or the epoch): only the dedup store recognises replays, for its \
             retention; said once"
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

    /// A delivery is dropped on its way.
    pub(crate) fn cut_off(facts: &Facts) {
        tracing::warn!(
            target: TARGET,
            endpoint = &*facts.endpoint,
            event_type = facts.type_label(),
            event_key = %facts.key,
            reason = Reason::CutOff.as_str(),
            "delivery dropped before its end; the next copy may run once its lease has ended"
        );
    }

    /// `whose` panicked where nothing may: the text of a panic may hold personal data, and is left to the
    /// application's panic hook.
    pub(crate) fn panicked(endpoint: &str, whose: &'static str) {
        tracing::error!(target: TARGET, endpoint, "{whose} panicked; the delivery goes on");
    }

    pub(crate) fn overloaded(facts: &Facts) {
        tracing::warn!(
            target: TARGET,
            endpoint = &*facts.endpoint,
            event_type = facts.type_label(),
            event_key = %facts.key,
            reason = Reason::Overloaded.as_str(),
            "as many handlers run as may: delivery answered 503"
        );
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
            "stopping before all has ended: the events of running handlers run again, and unsettled leases end by \
             themselves"
        );
    }

    /// The same of a worker.
    pub(crate) fn worker_left(handlers: usize, unsettled: usize) {
        tracing::warn!(
            target: TARGET,
            handlers,
            unsettled,
            "worker stops while handlers run: their events run again"
        );
    }

    pub(crate) fn past_deadline(facts: &Facts) {
        tracing::warn!(
            target: TARGET,
            endpoint = &*facts.endpoint,
            event_type = facts.type_label(),
            event_key = %facts.key,
            reason = Reason::HandlerDeadline.as_str(),
            "handler is past its deadline: its sender got 503, and it goes on"
        );
    }

    pub(crate) fn failed(facts: &Facts, attempt: u32, reason: Reason, status: Option<u16>) {
        tracing::warn!(
            target: TARGET,
            endpoint = &*facts.endpoint,
            event_type = facts.type_label(),
            event_key = %facts.key,
            attempt,
            status,
            reason = reason.as_str(),
            "delivery not handled; the next copy may run"
        );
    }

    pub(crate) fn lease(facts: &Facts, attempt: u32, what: &'static str) {
        tracing::warn!(
            target: TARGET,
            endpoint = &*facts.endpoint,
            event_key = %facts.key,
            attempt,
            "{what}"
        );
    }

    /// `error` is a [`StoreError`](crate::verdict::StoreError) without its source, which may name servers.
    pub(crate) fn store(facts: &Facts, call: StoreCall, error: &crate::verdict::StoreError) {
        tracing::error!(
            target: TARGET,
            endpoint = &*facts.endpoint,
            event_key = %facts.key,
            call = call.as_str(),
            "{error}"
        );
    }

    /// A pack reads another identity from what an inbox kept than when it came.
    pub(crate) fn another_key(endpoint: &str, key: &crate::identity::EventKey) {
        tracing::warn!(
            target: TARGET,
            endpoint,
            event_key = %key,
            "the pack now gives this stored event another key; the stored one counts"
        );
    }

    /// A line of work did not end as handled.
    pub(crate) fn worked(facts: &Facts, attempt: u32, what: &'static str) {
        tracing::warn!(
            target: TARGET,
            endpoint = &*facts.endpoint,
            event_type = facts.type_label(),
            event_key = %facts.key,
            attempt,
            "{what}"
        );
    }

    /// What a worker does beside its lines.
    pub(crate) fn worker(endpoint: &str, what: &'static str) {
        tracing::warn!(target: TARGET, endpoint, "{what}");
    }

    /// `error` is a [`StoreError`](crate::verdict::StoreError) without its source, which may name servers.
    pub(crate) fn inbox(what: &'static str, error: &crate::verdict::StoreError) {
        tracing::error!(target: TARGET, "{what}: {error}");
    }

    /// The store was not told how a lease ends.
    pub(crate) fn unsettled(endpoint: &str, key: &crate::identity::EventKey, what: &'static str) {
        tracing::warn!(target: TARGET, endpoint, event_key = %key, "{what}");
    }

    #[cfg(feature = "token")]
    pub(crate) fn token_issued(issuer: &str, grant: &'static str) {
        tracing::debug!(target: TARGET, issuer, grant, "token issued");
    }

    /// `detail` is a text of ours, without anything of the caller's.
    #[cfg(feature = "token")]
    pub(crate) fn token_refused(
        issuer: &str,
        reason: &'static str,
        detail: &dyn std::fmt::Display,
    ) {
        tracing::info!(target: TARGET, issuer, reason, "token refused: {detail}");
    }

    /// `error` is without its source, which may name servers. `is_left`: the last good set goes on.
    #[cfg(feature = "jwks")]
    pub(crate) fn no_new_keys(issuer: &str, error: &dyn std::fmt::Display, is_left: bool) {
        if is_left {
            tracing::warn!(target: TARGET, issuer, "no new key set, the last good one goes on: {error}");
        } else {
            tracing::error!(
                target: TARGET,
                issuer,
                "no key set: tokens of this issuer are answered 503 until there is one: {error}"
            );
        }
    }

    #[cfg(feature = "jwks")]
    pub(crate) fn many_keys(issuer: &str) {
        tracing::warn!(
            target: TARGET,
            issuer,
            "the key set has over 8 keys for one algorithm: tokens without `kid` may be refused; said once"
        );
    }

    /// Nobody said which proxies write the header.
    #[cfg(feature = "token")]
    pub(crate) fn forwarded_unread(issuer: &str) {
        tracing::warn!(
            target: TARGET,
            issuer,
            "a token request's forwarding header is not read: callers behind a proxy share their failures; set \
             `Networks::behind`; said once"
        );
    }

    pub(crate) fn misused(reason: Reason, advice: &dyn std::fmt::Display) {
        tracing::error!(target: TARGET, reason = reason.as_str(), "{advice}");
    }
}

#[cfg(not(feature = "tracing"))]
mod lines {
    use crate::{
        setup::Finding,
        telemetry::{Facts, StoreCall},
        verdict::Reason,
    };

    pub(crate) fn found(_: &str, _: &Finding) {}
    pub(crate) fn found_of(_: Option<&str>, _: &Finding) {}
    pub(crate) fn found_no_more(_: Option<&str>, _: &'static str) {}
    pub(crate) fn rejected(_: &str, _: Reason, _: &crate::verdict::Rejection) {}
    pub(crate) fn answered(_: &str, _: Reason) {}
    pub(crate) fn no_time(_: &str) {}
    pub(crate) fn ended(_: &Facts, _: u32, _: &'static str, _: &'static str) {}
    pub(crate) fn turned_away(_: &Facts, _: Reason) {}
    pub(crate) fn sent_back(_: &Facts) {}
    pub(crate) fn cut_off(_: &Facts) {}
    pub(crate) fn panicked(_: &str, _: &'static str) {}
    pub(crate) fn overloaded(_: &Facts) {}
    pub(crate) fn shutting_down(_: &Facts) {}
    pub(crate) fn left(_: &str, _: usize, _: usize) {}
    pub(crate) fn worker_left(_: usize, _: usize) {}
    pub(crate) fn past_deadline(_: &Facts) {}
    pub(crate) fn failed(_: &Facts, _: u32, _: Reason, _: Option<u16>) {}
    pub(crate) fn lease(_: &Facts, _: u32, _: &'static str) {}
    pub(crate) fn store(_: &Facts, _: StoreCall, _: &crate::verdict::StoreError) {}
    pub(crate) fn another_key(_: &str, _: &crate::identity::EventKey) {}
    pub(crate) fn worked(_: &Facts, _: u32, _: &'static str) {}
    pub(crate) fn worker(_: &str, _: &'static str) {}
    pub(crate) fn inbox(_: &'static str, _: &crate::verdict::StoreError) {}
    pub(crate) fn unsettled(_: &str, _: &crate::identity::EventKey, _: &'static str) {}
    #[cfg(feature = "jwks")]
    pub(crate) fn no_new_keys(_: &str, _: &dyn std::fmt::Display, _: bool) {}
    #[cfg(feature = "jwks")]
    pub(crate) fn many_keys(_: &str) {}
    #[cfg(feature = "token")]
    pub(crate) fn forwarded_unread(_: &str) {}
    pub(crate) fn misused(_: Reason, _: &dyn std::fmt::Display) {}
    #[cfg(feature = "token")]
    pub(crate) fn token_issued(_: &str, _: &'static str) {}
    #[cfg(feature = "token")]
    pub(crate) fn token_refused(_: &str, _: &'static str, _: &dyn std::fmt::Display) {}
}

pub(crate) use lines::*;
