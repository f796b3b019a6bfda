//! [`Witness`]: what the receiver said of each delivery, beside the application's own observer.

use std::{
    error::Error,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;

use super::Effect;
use crate::{
    telemetry::{Observed, Observer},
    verdict::{Reason, Rejection},
};

/// The reasons of the deliveries since the last [`clear`](Self::clear).
#[derive(Debug, Default)]
pub(super) struct Witness {
    said: Mutex<Vec<Reason>>,
    effect: Effect,
}

impl Witness {
    pub(super) fn new(effect: Effect) -> Self {
        Self {
            said: Mutex::default(),
            effect,
        }
    }

    pub(super) fn clear(&self) {
        self.said().clear();
    }

    pub(super) fn last(&self) -> Option<Reason> {
        self.said().last().copied()
    }

    pub(super) fn count(&self, reason: Reason) -> usize {
        self.said().iter().filter(|said| **said == reason).count()
    }

    pub(super) fn has(&self, reason: Reason) -> bool {
        self.count(reason) > 0
    }

    fn note(&self, reason: Reason) {
        self.said().push(reason);
        self.effect.touch();
    }

    fn said(&self) -> MutexGuard<'_, Vec<Reason>> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells both.
pub(super) struct Watched {
    pub(super) application: Arc<dyn Observer>,
    pub(super) witness: Arc<Witness>,
}

impl Observer for Watched {
    fn rejected(&self, endpoint: &str, rejection: &Rejection) {
        self.witness.note(rejection.reason());
        self.application.rejected(endpoint, rejection);
    }

    fn answered(&self, endpoint: &str, reason: Reason) {
        self.witness.note(reason);
        self.application.answered(endpoint, reason);
    }

    fn undecodable(&self, endpoint: &str, why: &'static str, bytes: &Bytes) {
        self.application.undecodable(endpoint, why, bytes);
    }

    fn ended(&self, delivery: Observed<'_>, reason: Reason) {
        self.witness.note(reason);
        self.application.ended(delivery, reason);
    }

    fn handler_failed(&self, delivery: Observed<'_>, error: Option<&(dyn Error + Send + Sync)>) {
        self.application.handler_failed(delivery, error);
    }

    fn changed_content(&self, delivery: Observed<'_>) {
        self.application.changed_content(delivery);
    }

    fn unrecognized(&self, delivery: Observed<'_>) {
        self.application.unrecognized(delivery);
    }
}
