//! One call of the store, within its time limit, and measured.

use std::{future::Future, sync::Arc};

use crate::{clock::Timer, error::StoreError, meter::StoreCall, receiver::Policy, wait::within};

/// No answer in time is an error as any other.
pub(crate) async fn store_call<T>(
    policy: &Policy,
    call: StoreCall,
    timer: &Arc<dyn Timer>,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    let began = policy.meter.start(&*policy.clock);
    let called = within(timer, policy.store_limit, work)
        .await
        .unwrap_or(Err(StoreError::Timeout));
    policy
        .meter
        .store_called(call, began, &*policy.clock, called.as_ref().err());
    called
}
