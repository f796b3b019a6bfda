//! The log lines. No payload, header, credential or error text ever reaches one.

#[cfg(feature = "tracing")]
mod lines {
    use crate::{delivery::Facts, error::Reason};

    /// What filters name: the crate, however its modules are called.
    const TARGET: &str = "hookgate";

    fn label(facts: &Facts) -> &'static str {
        facts.event_type.as_ref().map_or("none", |t| t.label())
    }

    pub(crate) fn start_up(endpoint: &str, advice: &str) {
        tracing::warn!(target: TARGET, endpoint, "{advice}");
    }

    /// `detail` is the text of a [`Rejection`](crate::Rejection): ours, without anything of the sender's.
    pub(crate) fn rejected(endpoint: &str, reason: Reason, detail: &crate::Rejection) {
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

    pub(crate) fn no_time(endpoint: &str) {
        tracing::warn!(
            target: TARGET,
            endpoint,
            "a delivery carries no signed time (or the epoch): replays are recognised by the dedup \
             store only, for its retention; this is said once"
        );
    }

    pub(crate) fn ended(facts: &Facts, attempt: u32, verdict: &'static str, why: &'static str) {
        tracing::debug!(
            target: TARGET,
            endpoint = &*facts.endpoint,
            event_type = label(facts),
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
            event_type = label(facts),
            event_key = %facts.key,
            reason = reason.as_str(),
            "delivery answered without its handler"
        );
    }

    pub(crate) fn failed(facts: &Facts, attempt: u32, reason: Reason, status: Option<u16>) {
        tracing::warn!(
            target: TARGET,
            endpoint = &*facts.endpoint,
            event_type = label(facts),
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

    /// `error` is a [`StoreError`](crate::StoreError) without its source, which may name servers.
    pub(crate) fn store(facts: &Facts, call: &'static str, error: &crate::StoreError) {
        tracing::error!(
            target: TARGET,
            endpoint = &*facts.endpoint,
            event_key = %facts.key,
            call,
            "{error}"
        );
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

    pub(crate) fn misused(reason: Reason, advice: &dyn std::fmt::Display) {
        tracing::error!(target: TARGET, reason = reason.as_str(), "{advice}");
    }
}

#[cfg(not(feature = "tracing"))]
mod lines {
    use crate::{delivery::Facts, error::Reason};

    pub(crate) fn start_up(_: &str, _: &str) {}
    pub(crate) fn rejected(_: &str, _: Reason, _: &crate::Rejection) {}
    pub(crate) fn no_time(_: &str) {}
    pub(crate) fn ended(_: &Facts, _: u32, _: &'static str, _: &'static str) {}
    pub(crate) fn turned_away(_: &Facts, _: Reason) {}
    pub(crate) fn failed(_: &Facts, _: u32, _: Reason, _: Option<u16>) {}
    pub(crate) fn lease(_: &Facts, _: u32, _: &'static str) {}
    pub(crate) fn store(_: &Facts, _: &'static str, _: &crate::StoreError) {}
    pub(crate) fn misused(_: Reason, _: &dyn std::fmt::Display) {}
    #[cfg(feature = "token")]
    pub(crate) fn token_issued(_: &str, _: &'static str) {}
    #[cfg(feature = "token")]
    pub(crate) fn token_refused(_: &str, _: &'static str, _: &dyn std::fmt::Display) {}
}

pub(crate) use lines::*;
