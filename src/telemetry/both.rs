//! Two observers in the place of one.

use std::{error::Error, panic::resume_unwind, time::Duration};

use bytes::Bytes;

use super::{Observed, Observer, caught};
use crate::verdict::{Reason, Rejection};

/// Both are told, the first one first. A panic of the first keeps nothing from the second.
///
/// ```
/// use hookgate::{LogErrors, Observer};
///
/// fn with_errors_in_the_log(mine: impl Observer) -> impl Observer {
///     (mine, LogErrors)
/// }
/// ```
impl<A: Observer, B: Observer> Observer for (A, B) {
    fn rejected(&self, endpoint: &str, rejection: &Rejection) {
        both(
            || self.0.rejected(endpoint, rejection),
            || self.1.rejected(endpoint, rejection),
        );
    }

    fn answered(&self, endpoint: &str, reason: Reason) {
        both(
            || self.0.answered(endpoint, reason),
            || self.1.answered(endpoint, reason),
        );
    }

    fn undecodable(&self, endpoint: &str, why: &'static str, bytes: &Bytes) {
        both(
            || self.0.undecodable(endpoint, why, bytes),
            || self.1.undecodable(endpoint, why, bytes),
        );
    }

    fn ended(&self, delivery: Observed<'_>, reason: Reason) {
        both(
            || self.0.ended(delivery, reason),
            || self.1.ended(delivery, reason),
        );
    }

    fn handler_failed(&self, delivery: Observed<'_>, error: Option<&(dyn Error + Send + Sync)>) {
        both(
            || self.0.handler_failed(delivery, error),
            || self.1.handler_failed(delivery, error),
        );
    }

    fn changed_content(&self, delivery: Observed<'_>) {
        both(
            || self.0.changed_content(delivery),
            || self.1.changed_content(delivery),
        );
    }

    fn silent(&self, endpoint: &str, ago: Duration, refused: u64) {
        both(
            || self.0.silent(endpoint, ago, refused),
            || self.1.silent(endpoint, ago, refused),
        );
    }

    fn heard_again(&self, endpoint: &str) {
        both(
            || self.0.heard_again(endpoint),
            || self.1.heard_again(endpoint),
        );
    }

    fn unrecognized(&self, delivery: Observed<'_>) {
        both(
            || self.0.unrecognized(delivery),
            || self.1.unrecognized(delivery),
        );
    }
}

/// A panic of the first goes on once the second was told, so that it is logged.
fn both(first: impl FnOnce(), second: impl FnOnce()) {
    let ended = caught(first);
    second();
    if ended.is_err() {
        resume_unwind(Box::new("an observer"));
    }
}
