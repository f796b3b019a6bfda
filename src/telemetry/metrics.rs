//! Every metric that hookgate records, through the [`metrics`] facade. Feature `metrics`.
//!
//! Labels come from fixed sets, so that no sender can make a new time series. `endpoint` is a receiver's name.
//! `event_type` is a type that the pack knows, `other` or `none`. `reason` is a [`Reason`](crate::verdict::Reason). For
//! a token endpoint, `issuer` is its name, and `reason` is `issued`, an error of OAuth2 (RFC 6749, section 5.2) or a
//! `Reason`. Tenants, clients, ids, keys and unknown types are never labels.
//!
//! `store` is an engine, such as `postgres`, and `postgres_inbox` where it is an inbox: the endpoints that share a store
//! share its statements. They are recorded with the feature `metrics` of the store's crate.
//!
//! For an inbox, `next` is what becomes of an event after a run, and `cause` is a
//! [`DeadReason`](crate::inbox::DeadReason).
//!
//! Of the fallback's expectations, `pushed` means that an end was handled before anybody asked. `suppressed` means that
//! the API told an end which was handled meanwhile.
//!
//! | `outcome` | what became of the delivery |
//! | --- | --- |
//! | `processed`, `ignored`, `rejected`, `retry` | what its handler said; a panic is `retry` |
//! | `skipped` | a copy, or not of interest: 200 without its handler |
//! | `refused` | not believed, or not what the receiver takes |
//! | `unavailable` | 503: the store, the keys or the program's own limits |
//! | `lost` | the lease ended before the handler did |
//! | `misused` | 500: the program is wired wrongly |
//!
//! Install the recorder before the first delivery: a receiver asks for its handles once.
//!
//! ```
//! for metric in hookgate::metrics::ALL {
//!     println!("{} ({}): {}", metric.name, metric.labels.join(", "), metric.meaning);
//! }
//! ```

use ::metrics::{Unit, describe_counter, describe_gauge, describe_histogram};

/// One metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Metric {
    /// The name, by the conventions of Prometheus: unit and `_total` at its end.
    pub name: &'static str,
    /// What is counted or measured.
    pub kind: Kind,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What it says.
    pub meaning: &'static str,
}

/// How a metric behaves, and what its values are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down: a number of things.
    Count,
    /// Goes up and down: bytes.
    Bytes,
    /// Goes up and down: the seconds since something happened.
    Age,
    /// A distribution of seconds.
    Seconds,
    /// A distribution of numbers of things.
    Sizes,
}

macro_rules! metrics {
    ($($constant:ident = $name:literal, $kind:ident, [$($label:literal),*], $meaning:literal;)+) => {
        $(
            #[doc = $meaning]
            pub const $constant: Metric = Metric {
                name: $name,
                kind: Kind::$kind,
                labels: &[$($label),*],
                meaning: $meaning,
            };
        )+

        /// All of them.
        pub const ALL: &[Metric] = &[$($constant),+];
    };
}

metrics! {
    DELIVERIES = "hookgate_deliveries_total", Counter, ["endpoint", "outcome", "reason", "event_type"],
        "Requests that came to their end, refused ones included, and those whose sender left first.";
    VERIFY_SECONDS = "hookgate_verify_duration_seconds", Seconds, ["endpoint"],
        "Time to prove who wrote the bytes, successful or not.";
    HANDLER_SECONDS = "hookgate_handler_duration_seconds", Seconds, ["endpoint", "outcome"],
        "Time that handlers ran, also those that went on without their sender.";
    HANDLER_DEADLINES = "hookgate_handler_deadlines_total", Counter, ["endpoint"],
        "Handlers whose sender was answered 503 at the deadline while they went on.";
    HANDLERS_RUNNING = "hookgate_handlers_running", Count, ["endpoint"],
        "Events between claim and settle now, those that go on without their sender included.";
    HANDLERS_DETACHED = "hookgate_handlers_detached", Count, ["endpoint"],
        "Handlers that go on without their sender now.";
    COPIES_WAITING = "hookgate_copies_waiting", Count, ["endpoint"],
        "Copies that wait for the outcome of a running event now.";
    BODY_BYTES = "hookgate_body_bytes_in_flight", Bytes, ["endpoint"],
        "Bytes of all bodies that are held now.";
    STORE_SECONDS = "hookgate_store_call_duration_seconds", Seconds, ["endpoint", "call"],
        "Time of each call of the dedup store: claim, settle, release, extend or look; of the inbox: accept or quarantine.";
    STORE_ERRORS = "hookgate_store_errors_total", Counter, ["endpoint", "call", "error"],
        "Calls of the dedup store that failed: full, timeout or unavailable.";
    STORE_KEYS = "hookgate_store_keys", Count, ["endpoint"],
        "Keys that the dedup store holds, where it can say; looked at once a second.";
    STORE_CAPACITY = "hookgate_store_capacity_keys", Count, ["endpoint"],
        "Keys that the dedup store can hold, where it is bounded.";
    STORE_BATCHES = "hookgate_store_batch_items", Sizes, ["store"],
        "Claims and ends that a store writes by one statement, transaction or pipeline, or accepts and ends of an inbox.";
    STORE_WRITING = "hookgate_store_writes_under_way", Count, ["store"],
        "Statements, transactions and pipelines that hookgate_store_batch_items counts, and that are under way now.";
    CHANGED_CONTENT = "hookgate_changed_content_total", Counter, ["endpoint"],
        "Copies of a completed event with other content than it had.";
    UNRECOGNIZED = "hookgate_unrecognized_total", Counter, ["endpoint", "event_type"],
        "Events that arrived as `Unrecognized`.";
    LEASES_LOST = "hookgate_leases_lost_total", Counter, ["endpoint"],
        "Leases that ended before their handler did: its effect may repeat.";
    UNPROTECTED = "hookgate_unprotected_requests_total", Counter, [],
        "Requests whose handler asked for an event on a route without a receiver: 500, or it ran without one.";
    INBOX_QUEUED = "hookgate_inbox_queued", Count, ["endpoint"],
        "Events of an inbox that wait or run, looked at every 5 s by each worker.";
    INBOX_DEAD = "hookgate_inbox_dead_letters", Count, ["endpoint"],
        "Dead letters of an inbox, looked at as the queued ones are.";
    INBOX_QUEUED_AGE = "hookgate_inbox_oldest_queued_seconds", Age, ["endpoint"],
        "How long ago the oldest event that waits or runs was accepted, or replayed; 0 where there is none.";
    INBOX_DEAD_AGE = "hookgate_inbox_oldest_dead_letter_seconds", Age, ["endpoint"],
        "How long ago the oldest dead letter died; 0 where there is none.";
    INBOX_WAIT = "hookgate_inbox_wait_seconds", Seconds, ["endpoint"],
        "Time from the accept to the start of an event's first run.";
    INBOX_RUNS = "hookgate_inbox_runs_total", Counter, ["endpoint", "next"],
        "Runs of a worker, by what becomes of the event: done, retried, paused or dead; lost where that was not written.";
    INBOX_BURIED = "hookgate_inbox_buried_total", Counter, ["endpoint", "cause"],
        "Dead letters that workers have made.";
    EXPECTATIONS = "hookgate_expectations_total", Counter, ["endpoint", "outcome"],
        "Awaited processes: expected, and then pushed, polled, suppressed, not_wanted or gave_up.";
    SILENCE = "hookgate_silence_seconds", Age, ["endpoint"],
        "How long ago the last delivery was accepted, by any instance, where `expect_every` listens.";
    QUESTIONS = "hookgate_questions_total", Counter, ["endpoint", "answer"],
        "Questions to a sender's API: end, status, not_yet, gone, page, limited, unavailable or refused.";
    RECONCILED = "hookgate_reconciled_total", Counter, ["endpoint", "outcome"],
        "Entries of a sender's log: known, handled, not_wanted, unresolved, too_old or unreadable.";
    TOKEN_REQUESTS = "hookgate_token_requests_total", Counter, ["issuer", "reason"],
        "Requests to a token endpoint, granted or not.";
}

/// Tells the recorder that is installed what each metric means. Receivers do so by themselves at their
/// first delivery.
///
/// ```
/// // Once, after the program has installed its recorder.
/// hookgate::metrics::describe();
/// ```
pub fn describe() {
    for metric in ALL {
        match metric.kind {
            Kind::Counter => describe_counter!(metric.name, Unit::Count, metric.meaning),
            Kind::Count => describe_gauge!(metric.name, Unit::Count, metric.meaning),
            Kind::Age => describe_gauge!(metric.name, Unit::Seconds, metric.meaning),
            Kind::Bytes => describe_gauge!(metric.name, Unit::Bytes, metric.meaning),
            Kind::Seconds => describe_histogram!(metric.name, Unit::Seconds, metric.meaning),
            Kind::Sizes => describe_histogram!(metric.name, Unit::Count, metric.meaning),
        }
    }
}
