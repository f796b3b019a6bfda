//! [`Replays`]: which assertions were used before.

use std::{pin::pin, sync::Arc, time::Duration};

use sha2::{Digest, Sha256};

use super::grant::{Once, Refused};
use crate::{
    dedup::{BoxDedupStore, Claim, DedupStore, End, Lease, OwnerTokens, Settled},
    identity::EventKey,
    limits::Allowance,
    setup::BuildError,
    telemetry::Level,
    time::{Timer, within},
    verdict::StoreError,
};

/// Domain of used assertions, apart from that of event keys: one store may hold both.
const DOMAIN: &[u8] = b"hookgate/jti/v1";
/// How long a request that dies in between keeps its assertion from being used.
const LEASE: Duration = Duration::from_secs(30);
/// How long one call of the store may take.
const STORE_LIMIT: Duration = Duration::from_secs(2);

/// The first pause before the store is told again.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Claims of one issuer that may wait for their release at once: as many as requests may be under way. Beyond, they end by
/// themselves, after the lease.
const RELEASES: usize = 1024;

/// Which assertions were used.
pub(super) struct Replays {
    store: BoxDedupStore,
    owners: OwnerTokens,
    releases: Allowance,
}

/// Whether an assertion was used before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    First,
    Again,
}

impl Replays {
    pub(super) fn new(store: BoxDedupStore) -> Result<Self, BuildError> {
        Ok(Self {
            store,
            owners: OwnerTokens::new()?,
            releases: Allowance::new(RELEASES, Level::unmetered()),
        })
    }

    /// Marks the assertion as used at the issuer `name`. While another request with it is under way, nobody knows whether
    /// it will be: its client is to come again.
    pub(super) async fn use_once(
        &self,
        once: &Once,
        name: &str,
        timer: &Arc<dyn Timer>,
    ) -> Result<Use, Refused> {
        let key = key(name, &once.client, &once.id);
        let owner = self.owners.next();
        let claim = self.store.claim(&key, None, owner, LEASE);
        let open = Open::new(self, timer, Lease::granted(key, owner, 1));
        let lease = match asked(timer, claim).await? {
            Claim::Won(lease) => lease,
            other => {
                open.known();
                return match other {
                    Claim::Done { .. } => Ok(Use::Again),
                    Claim::Won(_) | Claim::InProgress { .. } => Err(Refused::UnderWay),
                };
            }
        };
        let settle = self.store.settle(&lease, End::Processed, once.remember);
        let settled = asked(timer, settle).await?;
        open.known();
        match settled {
            Settled::Ok => Ok(Use::First),
            // The lease ended meanwhile: another request may have it.
            Settled::LeaseLost => Err(Refused::UnderWay),
        }
    }
}

/// A claim of which the store may hold something for nobody: its answer did not come, or who waited for it is gone.
/// Dropped before that is [known](Self::known), it is released in the background, so that the client that comes again
/// with its assertion is not taken for somebody else.
struct Open<'a> {
    replays: &'a Replays,
    timer: &'a Arc<dyn Timer>,
    lease: Option<Lease>,
}

impl<'a> Open<'a> {
    fn new(replays: &'a Replays, timer: &'a Arc<dyn Timer>, lease: Lease) -> Self {
        Self {
            replays,
            timer,
            lease: Some(lease),
        }
    }

    fn known(mut self) {
        self.lease = None;
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        // A store that panics does so again.
        if std::thread::panicking() {
            return;
        }
        let place = self.replays.releases.take(1);
        if let Some((lease, place)) = self.lease.take().zip(place) {
            let (store, timer) = (self.replays.store.clone(), self.timer.clone());
            self.timer.spawn(Box::pin(async move {
                release(&store, &lease, &timer).await;
                drop(place);
            }));
        }
    }
}

/// Tells the store until it answers, or the lease has ended by itself. What it answers does not matter.
async fn release(store: &BoxDedupStore, lease: &Lease, timer: &Arc<dyn Timer>) {
    let mut waited = Duration::ZERO;
    let mut pause = FIRST_PAUSE;
    while waited < LEASE {
        let told = store.settle(lease, End::Release, Duration::ZERO);
        if asked(timer, told).await.is_ok() {
            return;
        }
        timer.sleep(pause).await;
        waited = waited.saturating_add(pause);
        pause = pause.saturating_mul(2).min(STORE_LIMIT);
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
