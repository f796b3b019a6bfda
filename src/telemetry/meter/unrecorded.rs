//! Nothing is recorded, and no clock is asked.

use std::{sync::Arc, time::Duration};

use super::Waiting;
use crate::{
    telemetry::StoreCall,
    time::Clock,
    verdict::{Ending, Reason, StoreError},
};

pub(crate) fn described() {}

pub(crate) fn kept(_: &Arc<str>, _: Waiting, _: Waiting) {}

#[derive(Debug, Clone)]
pub(crate) struct Meter;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch;

#[derive(Debug, Clone)]
pub(crate) struct Level;

impl Meter {
    pub(crate) fn new(_: &Arc<str>) -> Self {
        Self
    }

    pub(crate) fn start(&self, _: &dyn Clock) -> Stopwatch {
        Stopwatch
    }

    pub(in crate::telemetry) fn ended(&self, _: Ending, _: Reason, _: &'static str) {}
    pub(crate) fn verified(&self, _: Stopwatch, _: &dyn Clock) {}
    pub(crate) fn handler_ran(&self, _: Stopwatch, _: &dyn Clock, _: Ending) {}
    pub(crate) fn store_called(
        &self,
        _: StoreCall,
        _: Stopwatch,
        _: &dyn Clock,
        _: Option<&StoreError>,
    ) {
    }
    pub(crate) fn store_fill(&self, _: &dyn Clock, _: impl FnOnce() -> (Option<u64>, Option<u64>)) {
    }
    pub(crate) fn handler_deadline(&self) {}
    pub(crate) fn changed_content(&self) {}
    pub(crate) fn unrecognized(&self, _: &'static str) {}
    pub(crate) fn lease_lost(&self) {}
    pub(crate) fn waited(&self, _: Duration) {}
    pub(crate) fn worked(&self, _: &'static str, _: Option<&'static str>) {}

    pub(crate) fn body_bytes(&self) -> Level {
        Level
    }

    pub(crate) fn handlers_running(&self) -> Level {
        Level
    }

    pub(crate) fn handlers_detached(&self) -> Level {
        Level
    }

    pub(crate) fn copies_waiting(&self) -> Level {
        Level
    }
}

impl Level {
    pub(crate) fn unmetered() -> Self {
        Self
    }

    pub(crate) fn rise(&self, _: usize) {}
    pub(crate) fn fall(&self, _: usize) {}
}
