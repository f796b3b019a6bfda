//! What is recorded of an inbox. All of it is rare enough to be looked up each time, or stands beside a write of its run.

use std::{sync::Arc, time::Duration};

use ::metrics::{counter, gauge, histogram};

use super::{Meter, Waiting};
use crate::telemetry::metrics;

/// A worker begins: its process may have no delivery at whose arrival its receiver would describe its metrics.
pub(crate) fn described() {
    metrics::describe();
}

/// How much an inbox keeps of an endpoint.
pub(crate) fn kept(endpoint: &Arc<str>, queued: Waiting, dead: Waiting) {
    let set = |metric: metrics::Metric, value: f64| {
        gauge!(metric.name, "endpoint" => endpoint.clone()).set(value);
    };
    let age = |waiting: Waiting| waiting.oldest.unwrap_or_default().as_secs_f64();
    set(metrics::INBOX_QUEUED, queued.count as f64);
    set(metrics::INBOX_QUEUED_AGE, age(queued));
    set(metrics::INBOX_DEAD, dead.count as f64);
    set(metrics::INBOX_DEAD_AGE, age(dead));
}

impl Meter {
    /// The first run of an event begins so long after its accept.
    pub(crate) fn waited(&self, time: Duration) {
        let endpoint = self.endpoint().clone();
        histogram!(metrics::INBOX_WAIT.name, "endpoint" => endpoint).record(time.as_secs_f64());
    }

    /// A run has ended. `next` and `cause` are names of fixed sets.
    pub(crate) fn worked(&self, next: &'static str, cause: Option<&'static str>) {
        let endpoint = self.endpoint();
        let runs = metrics::INBOX_RUNS.name;
        counter!(runs, "endpoint" => endpoint.clone(), "next" => next).increment(1);
        if let Some(cause) = cause {
            let buried = metrics::INBOX_BURIED.name;
            counter!(buried, "endpoint" => endpoint.clone(), "cause" => cause).increment(1);
        }
    }
}
