//! [`Meter`]: how much is written together. Without the feature `metrics` it does nothing.

#[cfg(feature = "metrics")]
use std::{fmt, sync::OnceLock};

#[cfg(feature = "metrics")]
use hookgate::metrics::{STORE_BATCHES, STORE_WRITING};
#[cfg(feature = "metrics")]
use metrics::{Gauge, Histogram, gauge, histogram};

/// Records how much a store writes together. Its handles are asked for with the first write, when the program has installed
/// its recorder.
#[cfg(feature = "metrics")]
pub struct Meter {
    store: &'static str,
    handles: OnceLock<(Gauge, Histogram)>,
}

#[cfg(feature = "metrics")]
impl Meter {
    /// Of the store of this name, which is the label `store`.
    pub fn of(store: &'static str) -> Self {
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

    /// A statement or transaction is under way, until [`ended`](Self::ended).
    pub fn began(&self) {
        self.handles().0.increment(1);
    }

    /// It is not under way any more.
    pub fn ended(&self) {
        self.handles().0.decrement(1);
    }

    /// It has so many items.
    pub fn has(&self, items: usize) {
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
/// Records nothing: the feature `metrics` is off.
#[derive(Debug)]
pub struct Meter;

#[cfg(not(feature = "metrics"))]
impl Meter {
    /// Of the store of this name.
    pub fn of(_: &'static str) -> Self {
        Self
    }

    /// A statement or transaction is under way, until [`ended`](Self::ended).
    pub fn began(&self) {}

    /// It is not under way any more.
    pub fn ended(&self) {}

    /// It has so many items.
    pub fn has(&self, _: usize) {}
}
