//! Unico Check, the portal's webhook.
//!
//! The vendor's page describes the form, not the body. What is *known* and what is *assumed* is marked where it is
//! used; the best evidence of the body is a customer's own documentation.

mod decode;
mod event;
mod pack;
mod proof;
#[cfg(feature = "simulator")]
mod simulator;

#[cfg(feature = "simulator")]
pub use self::simulator::UnicoCheckSimulator;
pub use self::{
    event::{Event, ProcessUpdate, SuspiciousScore, Unrecognized},
    pack::UnicoCheck,
};
pub use super::idcloud::Status;
