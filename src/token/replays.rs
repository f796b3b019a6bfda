//! [`Replays`]: which assertions were used before.

use std::{sync::Arc, time::Duration};

use sha2::{Digest, Sha256};

use super::grant::{Once, Refused};
use crate::{
    dedup::{BoxDedupStore, Claim, End, Settled},
    identity::EventKey,
    leases::{Claims, StoreCalls},
    setup::BuildError,
    telemetry::log,
    time::{Clock, Timer},
    verdict::StoreError,
};

/// Domain of used assertions, apart from that of event keys: one store may hold both.
const DOMAIN: &[u8] = b"hookgate/jti/v1";
/// How long a request that dies in between keeps its assertion from being used.
const LEASE: Duration = Duration::from_secs(30);
/// How long one call of the store may take.
const STORE_LIMIT: Duration = Duration::from_secs(2);

/// Which assertions were used. A claim of which nobody knows whether the store holds it is given back, so that the client
/// that comes again with its assertion is not taken for somebody else.
pub(super) struct Replays(Claims);

/// Whether an assertion was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    First,
    Again,
}

impl Replays {
    /// Of the issuer `name`. Its calls are in no metric: their label is a receiver's name.
    pub(super) fn new(
        store: BoxDedupStore,
        name: &str,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, BuildError> {
        let calls = StoreCalls::new(store, None, clock, STORE_LIMIT);
        Claims::new(name.into(), calls, LEASE).map(Self)
    }

    /// Marks the assertion as used at the issuer `name`. While another request with it is under way, nobody knows whether
    /// it will be: its client is to come again.
    pub(super) async fn use_once(
        &self,
        once: &Once,
        name: &str,
        timer: &Arc<dyn Timer>,
    ) -> Result<Use, Refused> {
        let Self(claims) = self;
        let key = key(name, &once.client, &once.id);
        let lease = match claims.claim(&key, None, timer).await {
            Ok(Claim::Won(lease)) => lease,
            Ok(Claim::Done { .. }) => return Ok(Use::Again),
            Ok(Claim::InProgress { .. }) => return Err(Refused::UnderWay),
            Err(error) => return Err(failed(name, &error)),
        };
        let mark = (End::Processed, once.remember);
        match claims.mark_or_release(&lease, mark, timer).await {
            Ok(Settled::Ok) => Ok(Use::First),
            // The lease ended meanwhile: another request may have it.
            Ok(Settled::LeaseLost) => Err(Refused::UnderWay),
            Err(error) => Err(failed(name, &error)),
        }
    }
}

fn failed(name: &str, error: &StoreError) -> Refused {
    log::token_store(name, error);
    Refused::StoreUnavailable
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
