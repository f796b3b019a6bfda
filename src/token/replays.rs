//! Whether an assertion was used before.

use std::{pin::pin, sync::Arc, time::Duration};

use sha2::{Digest, Sha256};

use super::{assertion::Asserted, grant::Refused};
use crate::{
    clock::Timer,
    dedup::{BoxDedupStore, Claim, DedupStore, End, Settled},
    error::StoreError,
    event_key::EventKey,
    receiver::OwnerTokens,
    wait::within,
};

/// Domain of used assertions, apart from that of event keys: one store may hold both.
const DOMAIN: &[u8] = b"hookgate/jti/v1";
/// How long a request that dies in between keeps its assertion from being used.
const LEASE: Duration = Duration::from_secs(30);
/// How long one call of the store may take.
const STORE_LIMIT: Duration = Duration::from_secs(2);

/// Marks the assertion as used.
pub(super) async fn use_once(
    store: &BoxDedupStore,
    asserted: &Asserted,
    name: &str,
    owners: &OwnerTokens,
    timer: &Arc<dyn Timer>,
) -> Result<(), Refused> {
    const USED: Refused = Refused::InvalidGrant("the assertion was used before");
    let Some(id) = &asserted.id else {
        return Err(Refused::InvalidGrant("the assertion has no `jti`"));
    };
    let key = key(name, asserted.issuer.as_deref().unwrap_or_default(), id);
    let claim = store.claim(&key, None, owners.next(), LEASE);
    let lease = match asked(timer, claim).await? {
        Claim::Won(lease) => lease,
        Claim::InProgress { .. } | Claim::Done { .. } => return Err(USED),
    };
    let settle = store.settle(&lease, End::Processed, asserted.remember);
    match asked(timer, settle).await? {
        Settled::Ok => Ok(()),
        Settled::LeaseLost => Err(USED),
    }
}

async fn asked<T>(
    timer: &Arc<dyn Timer>,
    call: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, Refused> {
    match within(timer, STORE_LIMIT, pin!(call)).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) | Err(_) => Err(Refused::StoreUnavailable),
    }
}

/// Each part after its length, as event keys are.
fn key(name: &str, issuer: &str, id: &str) -> EventKey {
    let mut hash = Sha256::new_with_prefix(DOMAIN);
    for part in [name, issuer, id] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    EventKey::from_bytes(hash.finalize().into())
}
