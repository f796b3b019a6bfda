//! [`Meter`]: what a committer records. Without the feature `metrics` it does nothing.

#[cfg(feature = "metrics")]
use std::{fmt, sync::OnceLock};

#[cfg(feature = "metrics")]
use hookgate::metrics::{STORE_BATCHES, STORE_WRITING};
#[cfg(feature = "metrics")]
use metrics::{Gauge, Histogram, gauge, histogram};

/// What a committer records. Its handles are asked for with the first write, when the program has installed its recorder.
#[cfg(feature = "metrics")]
pub(super) struct Meter {
    store: &'static str,
    handles: OnceLock<(Gauge, Histogram)>,
}

#[cfg(feature = "metrics")]
impl Meter {
    pub(super) fn of(store: &'static str) -> Self {
        Self {
            store,
            handles: OnceLock::new(),
        }
    }

    fn handles(&self) -> &(Gauge, Histogram) {
        self.handles.get_or_init(|| {
            let gauge = gauge!(STORE_WRITING.name, "store" => self.store);
            (gauge, histogram!(STORE_BATCHES.name, "store" => self.store))
        })
    }

    pub(super) fn began(&self) {
        self.handles().0.increment(1);
    }

    pub(super) fn ended(&self) {
        self.handles().0.decrement(1);
    }

    pub(super) fn has(&self, items: usize) {
        self.handles().1.record(items as f64);
    }
}

#[cfg(feature = "metrics")]
impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Meter").field(&self.store).finish()
    }
}

#[cfg(not(feature = "metrics"))]
#[derive(Debug)]
pub(super) struct Meter;

#[cfg(not(feature = "metrics"))]
impl Meter {
    pub(super) fn of(_: &'static str) -> Self {
        Self
    }

    pub(super) fn began(&self) {}

    pub(super) fn ended(&self) {}

    pub(super) fn has(&self, _: usize) {}
}
