#![doc = include_str!("docs/crate.md")]

// The floors, from the ground up: each uses only those above it in this list. `tests/documents` reads the imports.
pub mod access;
pub mod cloudevents;
pub mod dedup;
mod delivery;
mod identity;
pub mod json;
pub mod keys;
mod leases;
mod limits;
mod provider;
pub mod providers;
mod receiver;
mod request;
mod road;
pub mod schemes;
mod setup;
#[cfg(feature = "simulator")]
pub mod simulator;
mod telemetry;
pub mod tenants;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;
#[cfg(feature = "token")]
pub mod token;
#[cfg(feature = "tower")]
pub mod tower;
mod verdict;

pub mod framework;
pub mod pack;

#[cfg(feature = "metrics")]
pub use self::telemetry::metrics;
pub use self::{
    delivery::Delivery,
    identity::EventKey,
    keys::{Key, Keyring, Secret},
    leases::LeaseHandle,
    receiver::{Receiver, ReceiverBuilder},
    request::Unsigned,
    setup::{BuildError, Finding, Severity},
    telemetry::{Observed, Observer},
    time::UnixTime,
    verdict::{Ack, Nack, Reason, Rejection},
};
