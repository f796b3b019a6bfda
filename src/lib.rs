//! Receive webhooks safely.

pub mod clock;
pub mod dedup;
pub mod error;
pub mod event_key;
pub mod providers;
#[cfg(feature = "simulator")]
pub mod simulator;
#[cfg(feature = "testing")]
pub mod testing;

pub use self::{
    clock::{Clock, Timer, UnixTime, Window},
    error::{BuildError, KeySourceError, Reason, Rejection, SecretError, StoreError},
    event_key::{ContentDigest, EventKey},
};
