//! One call of the store, within its time limit, and measured.

use std::{sync::Arc, time::Duration};

use crate::{
    clock::Timer, dedup::Boxed, error::StoreError, meter::StoreCall, receiver::Policy, wait::within,
};

/// No answer in time is an error as any other.
pub(crate) fn store_call<'a, T>(
    policy: &'a Policy,
    call: StoreCall,
    timer: &'a Arc<dyn Timer>,
    work: Boxed<'a, Result<T, StoreError>>,
) -> impl Future<Output = Result<T, StoreError>> + use<'a, T> {
    store_call_of(policy.store_limit, policy, call, timer, work)
}

/// As [`store_call`], with a limit of its own.
pub(super) async fn store_call_of<T>(
    limit: Duration,
    policy: &Policy,
    call: StoreCall,
    timer: &Arc<dyn Timer>,
    mut work: Boxed<'_, Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let began = policy.meter.start(&*policy.clock);
    let called = within(timer, limit, work.as_mut())
        .await
        .unwrap_or(Err(StoreError::Timeout));
    policy
        .meter
        .store_called(call, began, &*policy.clock, called.as_ref().err());
    called
}
