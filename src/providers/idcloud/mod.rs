//! Unico IDCloud, and what works as it does: IDUnico and IDPay.
//!
//! The facts were read on the vendor's public pages, and are marked *known* or *assumed* where they are used.
//!
//! - [`Event::Process`] is the current body, [`Event::Transaction`] the numeric one and IDPay's.
//! - States, statuses and flows are open: what a newer Unico adds arrives as `Other`.
//! - `Debug` shows ids and known values only.

#[cfg(feature = "simulator")]
mod api_simulator;
#[cfg(feature = "idcloud-client")]
pub mod client;
mod decode;
mod event;
mod pack;
#[cfg(feature = "simulator")]
mod simulator;
mod status;

#[cfg(feature = "simulator")]
pub use self::{api_simulator::IdCloudApiSimulator, simulator::IdCloudSimulator};
pub use self::{
    event::{Event, Flow, LastEvent, Process, Transaction, Unrecognized},
    pack::IdCloud,
    status::{Milestone, PaymentStatus, State, Status, TransactionStatus},
};
