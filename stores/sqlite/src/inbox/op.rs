//! [`Op`]: what the one that writes is asked for. [`Done`]: what came of it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use hookgate::{
    EventKey,
    dedup::{End, OwnerToken, Settled, StoreError},
    inbox::{Accept, Counts, DeadReason, Entry, OrderKey, Pause, Quarantine, QuarantineCap},
};

use hookgate_store_kit::Pruned;

use crate::fault::SQLITE;

/// What the one that writes is asked for.
#[derive(Debug)]
pub(super) enum Op {
    /// With the time by which the key's end is judged, as in [`Held`].
    Accept(Entry, i64),
    Quarantine(Entry, QuarantineCap, i64),
    Lease(Ask),
    Extend(Held, Duration),
    Settle(Held, End, Duration),
    GiveBack(Held, Duration, Counts, Option<Bytes>),
    Bury(Held, DeadReason, Option<Bytes>),
    Promote(OrderKey),
    Pause(Arc<str>, Pause),
    Resume(Box<str>),
    Hold(Arc<str>, bool),
    Replay(EventKey, Box<str>),
    Discard(EventKey),
    Erase(Duration, u32),
    /// Erases what has ended before, and old notes.
    Tidy,
}

/// A lease, and the time by which it is judged: the wait for the writer counts against nobody.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub(super) key: EventKey,
    pub(super) owner: OwnerToken,
    pub(super) judged: i64,
}

/// What a worker asks for.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) endpoints: Vec<Arc<str>>,
    pub(super) format: u16,
    pub(super) limit: usize,
    pub(super) lasts: Duration,
    pub(super) owner: OwnerToken,
    pub(super) suspects: bool,
    pub(super) judged: i64,
    /// Nothing is leased from then on: its turn may come when nobody waits for it any more.
    pub(super) until: Instant,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Done {
    Accept(Accept),
    Quarantine(Quarantine),
    Settled(Settled),
    /// `None` where it was too late.
    Outlook(Option<Outlook>),
    Bool(bool),
    Pruned(Pruned),
    Nothing,
}

/// What is left for a worker that has asked.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outlook {
    pub(super) suspects_wait: bool,
    pub(super) next_due: Option<Duration>,
}

impl Op {
    /// The time by which the ends of keys are judged, where it takes one.
    pub(super) fn judged(&self) -> Option<i64> {
        match self {
            Self::Accept(_, judged) | Self::Quarantine(_, _, judged) => Some(*judged),
            _ => None,
        }
    }

    /// Only what comes from senders is bounded here. All else is bounded by how much was leased.
    pub(super) fn bytes(&self) -> Option<usize> {
        match self {
            Self::Accept(entry, _) | Self::Quarantine(entry, ..) => {
                Some(entry.payload.len() + 1024)
            }
            _ => None,
        }
    }
}

/// Reads what an op must have come to.
macro_rules! come_to {
    ($($name:ident: $variant:ident($type:ty)),* $(,)?) => {
        impl Done {
            $(pub(super) fn $name(self) -> Result<$type, StoreError> {
                match self {
                    Self::$variant(it) => Ok(it),
                    _ => Err(SQLITE.unexpected()),
                }
            })*
        }
    };
}

come_to! {
    accept: Accept(Accept),
    quarantine: Quarantine(Quarantine),
    settled: Settled(Settled),
    outlook: Outlook(Option<Outlook>),
    bool: Bool(bool),
    pruned: Pruned(Pruned),
}
