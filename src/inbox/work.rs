//! [`Ask`], [`Batch`], [`Leased`]: work, and how it is handed out. [`Counts`], [`Pause`]: how it comes back.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;

use crate::{
    dedup::{Lease, OwnerToken},
    identity::{KeyId, OrderKey},
};

/// From so many runs without a verdict on, in a row, a line of work is a suspect: it runs alone.
pub const SUSPECT_AFTER: u32 = 3;

/// What a worker asks for.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The endpoints that it knows, in the order of their turns.
    pub endpoints: &'a [Arc<str>],
    /// The newest format that it reads.
    pub format: u16,
    /// How many lines at most.
    pub limit: usize,
    /// How long the leases last.
    pub lasts: Duration,
    /// Holds all leases of this batch. Made by the caller, so that an ask whose answer was lost can be repeated.
    pub owner: OwnerToken,
    /// Asks for suspects alone, not for all others: see [`SUSPECT_AFTER`].
    pub suspects: bool,
}

/// Work that was handed out.
#[derive(Debug, Default)]
pub struct Batch {
    /// The lines.
    pub rows: Vec<Leased>,
    /// Whether a suspect of these endpoints is due.
    pub suspects_wait: bool,
    /// In how long the next line of these endpoints is due, where the store knows.
    pub next_due: Option<Duration>,
}

/// One line of work under a lease.
pub struct Leased {
    /// The lease. Its attempt grows with every run, whatever the run counts as.
    pub lease: Lease,
    /// The endpoint's name.
    pub endpoint: Arc<str>,
    /// The event's type where the pack knows it, else `other` or `none`.
    pub event_type: Box<str>,
    /// The id of the key that matched.
    pub key_id: KeyId,
    /// What it is handled in order with.
    pub order: Option<OrderKey>,
    /// The format of the payload.
    pub format: u16,
    /// A [`StoredDelivery`](super::StoredDelivery) as bytes.
    pub payload: Bytes,
    /// How many runs failed.
    pub failures: u32,
    /// How many runs in a row ended without a verdict: their process died, or could not say.
    pub vanished: u32,
    /// How long ago it was accepted, or replayed.
    pub age: Duration,
    /// It was kept although it could not be decoded: its key is no event's.
    pub is_quarantined: bool,
    /// The endpoint is paused, and this line tries whether it must stay so: how many times in a row it was paused.
    pub probe: Option<u32>,
}

/// Shows no payload.
impl fmt::Debug for Leased {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Leased")
            .field("endpoint", &self.endpoint)
            .field("key", self.lease.key())
            .field("attempt", &self.lease.attempt())
            .field("failures", &self.failures)
            .field("vanished", &self.vanished)
            .finish_non_exhaustive()
    }
}

/// What a run counts as that gave its line back. Exhaustive on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// The handler failed. It also ends the row of runs without a verdict.
    Failure,
    /// Nothing was learnt of the event: an orderly shutdown, a downstream that is away, a wrong wiring.
    Nothing,
}

/// Why an endpoint's work is paused. Exhaustive on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PauseReason {
    /// A handler said that what it needs is unavailable.
    Unavailable,
    /// A handler could not have its event: the program is wired wrongly, or of another release.
    Misrouted,
}

impl PauseReason {
    /// The stable name: it is stored data.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Misrouted => "misrouted",
        }
    }
}

/// A pause of an endpoint's work. Accepting goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Why.
    pub reason: PauseReason,
    /// How long, from now.
    pub lasts: Duration,
    /// How many times in a row, this one included.
    pub strikes: u32,
}
