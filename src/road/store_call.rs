//! One call of the store, within its time limit, and measured.

use std::sync::Arc;

use crate::{
    clock::Timer, dedup::Boxed, error::StoreError, meter::StoreCall, receiver::Policy, wait::within,
};

/// No answer in time is an error as any other.
pub(crate) async fn store_call<T>(
    policy: &Policy,
    call: StoreCall,
    timer: &Arc<dyn Timer>,
    mut work: Boxed<'_, Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let began = policy.meter.start(&*policy.clock);
    let called = within(timer, policy.store_limit, work.as_mut())
        .await
        .unwrap_or(Err(StoreError::Timeout));
    policy
        .meter
        .store_called(call, began, &*policy.clock, called.as_ref().err());
    called
}
