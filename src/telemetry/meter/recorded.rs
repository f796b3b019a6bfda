//! Handles of the recorder that is installed, asked for once: a look-up by name and labels for each
//! value would cost more than all else that is recorded.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, OnceLock, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use ::metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use crate::{
    telemetry::{StoreCall, metrics},
    time::Clock,
    verdict::{Ending, Reason, StoreError},
};

/// How often the store's fill is looked at, at most.
const FILL_EVERY: Duration = Duration::from_secs(1);

/// The metrics of one receiver. Clones are one.
#[derive(Clone)]
pub(crate) struct Meter(Arc<Inner>);

struct Inner {
    endpoint: Arc<str>,
    handles: OnceLock<Handles>,
    ended: Few<(Ending, Reason, &'static str), Counter>,
    handler_ran: Few<Ending, Histogram>,
    unrecognized: Few<&'static str, Counter>,
    /// When the store's fill is to be looked at next, in monotonic milliseconds.
    next_fill: AtomicU64,
}

struct Handles {
    verify: Histogram,
    deadlines: Counter,
    running: Gauge,
    detached: Gauge,
    waiting: Gauge,
    body_bytes: Gauge,
    claim: Histogram,
    settle: Histogram,
    release: Histogram,
    extend: Histogram,
    look: Histogram,
    accept: Histogram,
    quarantine: Histogram,
    changed_content: Counter,
    leases_lost: Counter,
}

/// When something began.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Duration);

impl Stopwatch {
    fn secs(self, clock: &dyn Clock) -> f64 {
        clock.monotonic().saturating_sub(self.0).as_secs_f64()
    }
}

impl Meter {
    pub(crate) fn new(endpoint: &Arc<str>) -> Self {
        Self(Arc::new(Inner {
            endpoint: endpoint.clone(),
            handles: OnceLock::new(),
            ended: Few::new(),
            handler_ran: Few::new(),
            unrecognized: Few::new(),
            next_fill: AtomicU64::new(0),
        }))
    }

    pub(crate) fn start(&self, clock: &dyn Clock) -> Stopwatch {
        Stopwatch(clock.monotonic())
    }

    /// A request came to its end. `event_type` is a label, not what was sent.
    pub(in crate::telemetry) fn ended(
        &self,
        ending: Ending,
        reason: Reason,
        event_type: &'static str,
    ) {
        let handle = self.0.ended.get((ending, reason, event_type), || {
            counter!(
                metrics::DELIVERIES.name,
                "endpoint" => self.0.endpoint.clone(),
                "outcome" => ending.as_str(),
                "reason" => reason.as_str(),
                "event_type" => event_type,
            )
        });
        handle.increment(1);
    }

    pub(crate) fn verified(&self, began: Stopwatch, clock: &dyn Clock) {
        self.handles().verify.record(began.secs(clock));
    }

    pub(crate) fn handler_ran(&self, began: Stopwatch, clock: &dyn Clock, ending: Ending) {
        let handle = self.0.handler_ran.get(ending, || {
            histogram!(
                metrics::HANDLER_SECONDS.name,
                "endpoint" => self.0.endpoint.clone(),
                "outcome" => ending.as_str(),
            )
        });
        handle.record(began.secs(clock));
    }

    pub(crate) fn store_called(
        &self,
        call: StoreCall,
        began: Stopwatch,
        clock: &dyn Clock,
        error: Option<&StoreError>,
    ) {
        let handles = self.handles();
        let handle = match call {
            StoreCall::Claim => &handles.claim,
            StoreCall::Settle => &handles.settle,
            StoreCall::Release => &handles.release,
            StoreCall::Extend => &handles.extend,
            StoreCall::Look => &handles.look,
            StoreCall::Accept => &handles.accept,
            StoreCall::Quarantine => &handles.quarantine,
        };
        handle.record(began.secs(clock));
        if let Some(error) = error {
            let error = match error {
                StoreError::Full => "full",
                StoreError::Timeout => "timeout",
                StoreError::Unavailable(_) => "unavailable",
            };
            // Rare enough to be looked up each time.
            counter!(
                metrics::STORE_ERRORS.name,
                "endpoint" => self.0.endpoint.clone(),
                "call" => call.as_str(),
                "error" => error,
            )
            .increment(1);
        }
    }

    /// How many keys the store holds, and can hold, where it can say. It is asked once in a while.
    pub(crate) fn store_fill(
        &self,
        clock: &dyn Clock,
        ask: impl FnOnce() -> (Option<u64>, Option<u64>),
    ) {
        let now = millis(clock.monotonic());
        let due = self.0.next_fill.load(Ordering::Relaxed);
        let next = now.saturating_add(millis(FILL_EVERY));
        if now < due
            || self
                .0
                .next_fill
                .compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed)
                .is_err()
        {
            return;
        }
        let set = |metric: metrics::Metric, keys: Option<u64>| {
            if let Some(keys) = keys {
                gauge!(metric.name, "endpoint" => self.0.endpoint.clone()).set(keys as f64);
            }
        };
        let (held, capacity) = ask();
        set(metrics::STORE_KEYS, held);
        set(metrics::STORE_CAPACITY, capacity);
    }

    pub(crate) fn handler_deadline(&self) {
        self.handles().deadlines.increment(1);
    }

    pub(crate) fn changed_content(&self) {
        self.handles().changed_content.increment(1);
    }

    pub(crate) fn unrecognized(&self, event_type: &'static str) {
        let handle = self.0.unrecognized.get(event_type, || {
            counter!(
                metrics::UNRECOGNIZED.name,
                "endpoint" => self.0.endpoint.clone(),
                "event_type" => event_type,
            )
        });
        handle.increment(1);
    }

    pub(crate) fn lease_lost(&self) {
        self.handles().leases_lost.increment(1);
    }

    pub(crate) fn body_bytes(&self) -> Level {
        self.level(|handles| &handles.body_bytes)
    }

    pub(crate) fn handlers_running(&self) -> Level {
        self.level(|handles| &handles.running)
    }

    pub(crate) fn handlers_detached(&self) -> Level {
        self.level(|handles| &handles.detached)
    }

    pub(crate) fn copies_waiting(&self) -> Level {
        self.level(|handles| &handles.waiting)
    }

    fn level(&self, gauge: Which) -> Level {
        Level(Some((self.clone(), gauge)))
    }

    pub(super) fn endpoint(&self) -> &Arc<str> {
        &self.0.endpoint
    }

    fn handles(&self) -> &Handles {
        self.0
            .handles
            .get_or_init(|| Handles::new(&self.0.endpoint))
    }
}

impl fmt::Debug for Meter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Meter").field(&self.0.endpoint).finish()
    }
}

impl Handles {
    fn new(endpoint: &Arc<str>) -> Self {
        metrics::describe();
        let count = |metric: metrics::Metric| counter!(metric.name, "endpoint" => endpoint.clone());
        let level = |metric: metrics::Metric| gauge!(metric.name, "endpoint" => endpoint.clone());
        let call = |call: StoreCall| {
            histogram!(
                metrics::STORE_SECONDS.name,
                "endpoint" => endpoint.clone(),
                "call" => call.as_str(),
            )
        };
        Self {
            verify: histogram!(metrics::VERIFY_SECONDS.name, "endpoint" => endpoint.clone()),
            deadlines: count(metrics::HANDLER_DEADLINES),
            running: level(metrics::HANDLERS_RUNNING),
            detached: level(metrics::HANDLERS_DETACHED),
            waiting: level(metrics::COPIES_WAITING),
            body_bytes: level(metrics::BODY_BYTES),
            claim: call(StoreCall::Claim),
            settle: call(StoreCall::Settle),
            release: call(StoreCall::Release),
            extend: call(StoreCall::Extend),
            look: call(StoreCall::Look),
            accept: call(StoreCall::Accept),
            quarantine: call(StoreCall::Quarantine),
            changed_content: count(metrics::CHANGED_CONTENT),
            leases_lost: count(metrics::LEASES_LOST),
        }
    }
}

/// A gauge that follows an [`Allowance`](crate::limits::Allowance).
#[derive(Clone)]
pub(crate) struct Level(Option<(Meter, Which)>);

/// One of a receiver's gauges.
type Which = fn(&Handles) -> &Gauge;

impl Level {
    pub(crate) fn unmetered() -> Self {
        Self(None)
    }

    pub(crate) fn rise(&self, by: usize) {
        if let Some((meter, gauge)) = &self.0 {
            gauge(meter.handles()).increment(by as f64);
        }
    }

    pub(crate) fn fall(&self, by: usize) {
        if let Some((meter, gauge)) = &self.0 {
            gauge(meter.handles()).decrement(by as f64);
        }
    }
}

impl fmt::Debug for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Level(..)")
    }
}

/// Handles whose labels come from a small, fixed set.
struct Few<K, H>(RwLock<HashMap<K, H>>);

impl<K: Eq + std::hash::Hash, H: Clone> Few<K, H> {
    fn new() -> Self {
        Self(RwLock::new(HashMap::new()))
    }

    fn get(&self, labels: K, register: impl FnOnce() -> H) -> H {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(handle) = known.get(&labels) {
            return handle.clone();
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.entry(labels).or_insert_with(register).clone()
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
