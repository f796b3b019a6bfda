#![doc = include_str!("docs/crate.md")]
// docs.rs builds with nightly Rust, and shows beside each name which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

// The floors, from the ground up: each uses only those that stand before it here. A test reads the imports.

// Locks and counters.
mod sync;

// What is wrong with a configuration.
mod setup;

// Moments, clocks, timers.
pub mod time;

// What arrived, untrusted.
mod request;

// What is the same: events, contents, keys, tenants.
mod identity;

// JSON, cut and written anew, read without loss.
pub mod json;

// Secrets, public keys and rings of them.
pub mod keys;

// How it ended, and what the sender gets.
mod verdict;

// What is told: log, spans, metrics, observer.
mod telemetry;

// Claims, and the stores that keep them.
pub mod dedup;

// What was accepted and is not handled yet.
pub mod inbox;

// What is bounded.
mod limits;

// Who may call.
pub mod access;

// Whose keys and rules count.
pub mod tenants;

// Recipes that prove who wrote the bytes.
pub mod schemes;

// The envelope of CloudEvents.
pub mod cloudevents;

// How a sender asks whether an endpoint is its owner's, and what it hears.
pub mod challenge;

// What a pack is.
mod provider;

// The leases that this process holds.
mod leases;

// What handlers take.
mod delivery;

// From the head to the decoded event, without a store.
mod judge;

// One endpoint: its settings, checked once.
mod receiver;

// From the head of a request to its answer.
mod road;

// What was accepted is handled.
pub mod worker;

// What was not sent in time is asked for.
pub mod polling;

// Nothing comes, and nothing fails.
pub mod silence;

// What senders send, for tests and tools.
#[cfg(feature = "simulator")]
pub mod simulator;

// Where a sender gets its token.
#[cfg(feature = "token")]
pub mod token;

// The senders that are known.
pub mod providers;

// The application's test kit.
#[cfg(feature = "testing")]
pub mod testing;

// The road as a tower layer.
#[cfg(feature = "tower")]
pub mod tower;

// The shelves for authors of middleware, of packs and of stores. An application finds its names below.
mod forward;
pub mod framework;
pub mod pack;

// Documents alone. Their code is shown, and compiled where it stands whole.
#[cfg(all(doc, not(doctest)))]
pub mod guide;

#[cfg(feature = "metrics")]
pub use self::telemetry::metrics;
pub use self::{
    delivery::Delivery,
    identity::EventKey,
    keys::{Key, Keyring, Secret},
    leases::LeaseHandle,
    receiver::{Receiver, ReceiverBuilder},
    request::{Origin, Unsigned},
    setup::{BuildError, Finding, Severity},
    telemetry::{LogErrors, Observed, Observer},
    time::UnixTime,
    verdict::{Ack, Nack, Reason, Rejection},
};
