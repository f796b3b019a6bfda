//! The leases that this process asked a store for: bounded calls, copies that wait, and ends that the store has not
//! confirmed yet.

mod claims;
mod intake;
mod lease_handle;
mod store_calls;
mod unsettled;
mod waiting;

pub use self::lease_handle::LeaseHandle;
use self::unsettled::{Unsettled, UnsettledLeases};
pub(crate) use self::{
    claims::Claims,
    intake::Intake,
    lease_handle::HeldLease,
    store_calls::StoreCalls,
    waiting::{Waited, WaitingCopies},
};
