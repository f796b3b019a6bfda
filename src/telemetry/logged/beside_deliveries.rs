//! The lines of what runs beside deliveries: workers, the fallback, issuers of tokens, sources of keys.

use super::{TARGET, cause};
use crate::{
    telemetry::words::{self, Words},
    verdict::StoreError,
};

/// What a worker does beside its lines.
pub(crate) fn worker(endpoint: &str, what: Words) {
    tracing::warn!(target: TARGET, endpoint, "{what}");
}

/// A call of a worker failed. The store has made its error's cause for this line.
pub(crate) fn inbox(what: Words, error: &StoreError) {
    tracing::error!(target: TARGET, cause = cause(error), "{what}: {error}");
}

/// What the fallback does.
pub(crate) fn fallback(endpoint: &str, what: Words) {
    tracing::warn!(target: TARGET, endpoint, "{what}");
}

/// A call of the fallback's failed. The store has made its error's cause for this line.
pub(crate) fn fallback_store(endpoint: &str, what: Words, error: &StoreError) {
    tracing::error!(target: TARGET, endpoint, cause = cause(error), "{what}: {error}");
}

/// `detail` is a text of ours, or of a source that was made for this line.
pub(crate) fn question(endpoint: &str, what: Words, detail: &dyn std::fmt::Display) {
    let detail = detail.to_string();
    tracing::warn!(target: TARGET, endpoint, detail, "{what}");
}

pub(crate) fn gave_up(endpoint: &str, asked: u32, why: &'static str) {
    tracing::warn!(target: TARGET, endpoint, asked, why, "{}", words::GAVE_UP);
}

/// A pass over the sender's log found what was lost.
#[cfg(feature = "logto-client")]
pub(crate) fn reconciled(endpoint: &str, handled: usize, unresolved: usize) {
    tracing::info!(target: TARGET, endpoint, handled, unresolved, "events of the sender's log were lost");
}

/// The store was not told how a lease ends.
pub(crate) fn unsettled(endpoint: &str, key: &crate::identity::EventKey, what: Words) {
    tracing::warn!(target: TARGET, endpoint, event_key = %key, "{what}");
}

#[cfg(feature = "token")]
pub(crate) fn token_issued(issuer: &str, grant: &'static str) {
    tracing::debug!(target: TARGET, issuer, grant, "token issued");
}

/// The store has made its error's cause for this line.
#[cfg(feature = "token")]
pub(crate) fn token_store(issuer: &str, error: &StoreError) {
    let cause = cause(error);
    tracing::error!(target: TARGET, issuer, cause, "{}: {error}", words::TOKEN_STORE);
}

/// `detail` is a text of ours, without anything of the caller's.
#[cfg(feature = "token")]
pub(crate) fn token_refused(issuer: &str, reason: &'static str, detail: &dyn std::fmt::Display) {
    tracing::info!(target: TARGET, issuer, reason, "token refused: {detail}");
}

/// `error` is without its source, which may name servers. `is_left`: the last good set goes on.
#[cfg(feature = "jwks")]
pub(crate) fn no_new_keys(issuer: &str, error: &dyn std::fmt::Display, is_left: bool) {
    if is_left {
        tracing::warn!(target: TARGET, issuer, "{}: {error}", words::OLD_KEY_SET);
    } else {
        tracing::error!(target: TARGET, issuer, "{}: {error}", words::NO_KEY_SET);
    }
}

/// `error` is without its source, which may name servers.
#[cfg(feature = "sns")]
pub(crate) fn no_certificate(host: &str, error: &dyn std::fmt::Display) {
    tracing::error!(target: TARGET, host, "{}: {error}", words::NO_CERTIFICATE);
}

/// An operator who subscribes an endpoint looks for this first.
#[cfg(feature = "public-keys")]
pub(crate) fn confirmation(message_type: &'static str) {
    tracing::info!(target: TARGET, message_type, "a verified confirmation came: no handler runs for it");
}

#[cfg(feature = "sns")]
pub(crate) fn confirmed() {
    tracing::info!(target: TARGET, "a subscription of Amazon SNS was confirmed by a call");
}

/// `error` is a text of ours: the address holds a token.
#[cfg(feature = "sns")]
pub(crate) fn not_confirmed(error: &dyn std::fmt::Display) {
    tracing::error!(target: TARGET, "{}: {error}", words::NOT_CONFIRMED);
}

#[cfg(feature = "callbacks")]
pub(crate) fn callback_called() {
    tracing::info!(target: TARGET, "a sender of CloudEvents was let in by a call");
}

/// Strangers can have this written, so it is no warning.
#[cfg(feature = "callbacks")]
pub(crate) fn callback_not_called(why: &'static str) {
    tracing::info!(target: TARGET, "a callback that was asked for is not called: {why}");
}

/// `error` is a text of ours: the address holds a token.
#[cfg(feature = "callbacks")]
pub(crate) fn callback_failed(error: &dyn std::fmt::Display) {
    tracing::warn!(target: TARGET, "{}: {error}", words::NOT_GRANTED);
}

#[cfg(feature = "jwks")]
pub(crate) fn many_keys(issuer: &str) {
    tracing::warn!(target: TARGET, issuer, "{}", words::MANY_KEYS);
}

/// Nobody said which proxies write the header.
#[cfg(feature = "token")]
pub(crate) fn forwarded_unread(issuer: &str) {
    tracing::warn!(target: TARGET, issuer, "{}", words::FORWARDED_UNREAD);
}
