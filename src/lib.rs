#![doc = include_str!("docs/crate.md")]

pub mod access;
mod allowance;
pub mod answer;
mod body;
pub mod canonical;
pub mod clock;
pub mod cloudevents;
mod constant_time;
pub mod dedup;
mod delivery;
mod detach;
mod drain;
mod ending;
mod erased;
pub mod error;
pub mod event_key;
mod event_time;
mod finding;
pub mod keys;
mod log;
mod meter;
#[cfg(feature = "metrics")]
pub mod metrics;
mod observer;
pub mod outcome;
mod panics;
pub mod payload;
pub mod provider;
pub mod providers;
mod receiver;
pub mod request;
pub mod road;
pub mod schemes;
#[cfg(feature = "simulator")]
pub mod simulator;
mod span;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "token")]
pub mod token;
#[cfg(feature = "tokio")]
mod tokio_timer;
#[cfg(feature = "tower")]
pub mod tower;
mod trace_context;
pub mod unread;
mod unsettled;
pub mod verified;
mod wait;
mod waiting;

#[cfg(feature = "tokio")]
pub use self::tokio_timer::TokioTimer;
pub use self::{
    answer::Answer,
    body::{BodyBroken, BodySource},
    clock::{Background, Clock, Sleep, Timer, UnixTime, Window},
    delivery::{Delivery, DeliverySlot, LeaseHandle, NotTaken},
    detach::{Detached, RunsToEnd, TimeLeft},
    drain::Drain,
    error::{BuildError, KeySourceError, Reason, Rejection, SecretError, StoreError},
    event_key::{ContentDigest, EventKey, KeyParts},
    finding::{Finding, Severity},
    keys::{Key, Keyring, Keys, Secret},
    observer::{Observed, Observer},
    outcome::{Ack, Nack, Outcome, Verdict},
    provider::Provider,
    receiver::{Busy, RETENTION_MARGIN, Receiver, ReceiverBuilder},
    request::{Head, Headers},
    trace_context::TraceContext,
    verified::{Unsigned, Verified},
};
