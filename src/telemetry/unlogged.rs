//! The log lines without the feature `tracing`: nothing is said.

use std::error::Error;

use crate::{
    setup::Finding,
    telemetry::{Facts, Observed, StoreCall, words::Words},
    verdict::{Reason, StoreError},
};

pub(crate) fn checked(_: &str, _: &[Finding]) {}
pub(crate) fn found(_: &str, _: &Finding) {}
pub(crate) fn found_of(_: Option<&str>, _: &Finding) {}
pub(crate) fn found_no_more(_: Option<&str>, _: &'static str) {}
pub(crate) fn rejected(_: &str, _: Reason, _: &crate::verdict::Rejection) {}
pub(crate) fn answered(_: &str, _: Reason) {}
pub(crate) fn no_time(_: &str) {}
pub(crate) fn rejected_for_good(_: &Facts, _: u32, _: &'static str) {}
pub(crate) fn ended(_: &Facts, _: u32, _: &'static str, _: &'static str) {}
pub(crate) fn turned_away(_: &Facts, _: Reason) {}
pub(crate) fn sent_back(_: &Facts) {}
pub(crate) fn unrecognized(_: &Facts) {}
pub(crate) fn unfinished(_: &Facts, _: Reason, _: Words) {}
pub(crate) fn panicked(_: &str, _: &'static str) {}
pub(crate) fn shutting_down(_: &Facts) {}
pub(crate) fn left(_: &str, _: usize, _: usize) {}
pub(crate) fn worker_left(_: usize, _: usize) {}
pub(crate) fn failed(_: &Facts, _: u32, _: Reason, _: Option<u16>, _: Words) {}
pub(crate) fn lease(_: &Facts, _: u32, _: Words) {}
pub(crate) fn handlers_error(_: &Observed<'_>, _: &(dyn Error + Send + Sync)) {}
pub(crate) fn store(_: &Facts, _: StoreCall, _: &StoreError) {}
pub(crate) fn another_key(_: &str, _: &crate::identity::EventKey) {}
pub(crate) fn worked(_: &Facts, _: u32, _: Words) {}
pub(crate) fn worker(_: &str, _: Words) {}
pub(crate) fn inbox(_: Words, _: &StoreError) {}
pub(crate) fn fallback(_: &str, _: Words) {}
pub(crate) fn fallback_store(_: &str, _: Words, _: &StoreError) {}
#[cfg(feature = "logto-client")]
pub(crate) fn reconciled(_: &str, _: usize, _: usize) {}
pub(crate) fn question(_: &str, _: Words, _: &dyn std::fmt::Display) {}
pub(crate) fn gave_up(_: &str, _: u32, _: &'static str) {}
pub(crate) fn unsettled(_: &str, _: &crate::identity::EventKey, _: Words) {}
#[cfg(feature = "jwks")]
pub(crate) fn no_new_keys(_: &str, _: &dyn std::fmt::Display, _: bool) {}
#[cfg(feature = "sns")]
pub(crate) fn no_certificate(_: &str, _: &dyn std::fmt::Display) {}
#[cfg(feature = "public-keys")]
pub(crate) fn confirmation(_: &'static str) {}
#[cfg(feature = "sns")]
pub(crate) fn confirmed() {}
#[cfg(feature = "sns")]
pub(crate) fn not_confirmed(_: &dyn std::fmt::Display) {}
#[cfg(feature = "callbacks")]
pub(crate) fn callback_called() {}
#[cfg(feature = "callbacks")]
pub(crate) fn callback_not_called(_: &'static str) {}
#[cfg(feature = "callbacks")]
pub(crate) fn callback_failed(_: &dyn std::fmt::Display) {}
#[cfg(feature = "jwks")]
pub(crate) fn many_keys(_: &str) {}
#[cfg(feature = "token")]
pub(crate) fn forwarded_unread(_: &str) {}
pub(crate) fn misused(_: Reason, _: &dyn std::fmt::Display) {}
#[cfg(feature = "token")]
pub(crate) fn token_store(_: &str, _: &StoreError) {}
#[cfg(feature = "token")]
pub(crate) fn token_issued(_: &str, _: &'static str) {}
#[cfg(feature = "token")]
pub(crate) fn token_refused(_: &str, _: &'static str, _: &dyn std::fmt::Display) {}
