//! Whether an assertion was used before.

use std::{pin::pin, sync::Arc, time::Duration};

use sha2::{Digest, Sha256};

use super::grant::{Once, Refused};
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

/// Whether an assertion was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    First,
    Again,
}

/// Marks the assertion as used.
pub(super) async fn use_once(
    store: &BoxDedupStore,
    once: &Once,
    name: &str,
    owners: &OwnerTokens,
    timer: &Arc<dyn Timer>,
) -> Result<Use, Refused> {
    let key = key(name, &once.client, &once.id);
    let claim = store.claim(&key, None, owners.next(), LEASE);
    let lease = match asked(timer, claim).await? {
        Claim::Won(lease) => lease,
        Claim::InProgress { .. } | Claim::Done { .. } => return Ok(Use::Again),
    };
    let settle = store.settle(&lease, End::Processed, once.remember);
    match asked(timer, settle).await? {
        Settled::Ok => Ok(Use::First),
        Settled::LeaseLost => Ok(Use::Again),
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
fn key(name: &str, client: &str, id: &str) -> EventKey {
    let mut hash = Sha256::new_with_prefix(DOMAIN);
    for part in [name, client, id] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    EventKey::from_bytes(hash.finalize().into())
}
