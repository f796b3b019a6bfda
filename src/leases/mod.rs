//! The leases that this process asked a store for: bounded calls, copies that wait, and ends that the store has not
//! confirmed yet.

mod lease_handle;
mod store_calls;
mod unsettled;
mod waiting;

pub use self::lease_handle::LeaseHandle;
pub(crate) use self::{
    lease_handle::Run,
    store_calls::StoreCalls,
    unsettled::{Unsettled, UnsettledLeases},
    waiting::{Waited, WaitingCopies},
};
