//! [`Policy`]: what the road needs, prepared once.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread::ThreadId,
    time::Duration,
};

use super::check;
use crate::{
    access::{Access, Networks},
    dedup::OwnerTokens,
    identity::{EventKey, KeyParts},
    leases::{StoreCalls, UnsettledLeases, WaitingCopies},
    limits::{Allowance, BodyBounds},
    provider::{DynProvider, SenderProfile},
    setup::Finding,
    telemetry::{Meter, Told, log},
    tenants::Keys,
    time::{Clock, Timer, Window},
    verdict::Terms,
};

/// What the road needs, prepared once.
pub(crate) struct Policy {
    pub(crate) name: Arc<str>,
    pub(crate) pack: Arc<str>,
    pub(crate) provider: Arc<dyn DynProvider>,
    pub(crate) profile: SenderProfile,
    pub(crate) keys: Keys,
    pub(crate) access: Option<Arc<dyn Access>>,
    pub(crate) needs_access: bool,
    pub(crate) networks: Option<Networks>,
    pub(crate) calls: StoreCalls,
    pub(crate) observer: Told,
    pub(crate) meter: Meter,
    pub(crate) clock: Arc<dyn Clock>,
    pub(super) timer: Option<Arc<dyn Timer>>,
    pub(crate) window: Option<Window>,
    pub(crate) retention: Duration,
    /// How long a nonce is remembered: for as long as its request is in the window.
    pub(crate) nonce_retention: Duration,
    pub(crate) lease: Duration,
    pub(crate) heartbeat: Duration,
    pub(crate) longest_run: Duration,
    pub(crate) handler_deadline: Duration,
    pub(crate) settle_budget: Duration,
    pub(crate) body: BodyBounds,
    /// The limit for bodies, where it is not the pack's.
    pub(crate) own_body_limit: Option<usize>,
    pub(crate) running: Allowance,
    pub(crate) detached: Allowance,
    pub(crate) waiting: WaitingCopies,
    pub(crate) unsettled: UnsettledLeases,
    pub(crate) owners: OwnerTokens,
    pub(crate) terms: Terms,
    pub(crate) refuse_changed_content: bool,
    pub(super) cancel_on_disconnect: bool,
    pub(super) instances: usize,
    /// Neither the pack nor the application says how long the sender waits.
    pub(super) deadline_is_assumed: bool,
    pub(super) key_prefix: KeyParts,
    pub(super) said_no_time: AtomicBool,
    pub(super) refuses: AtomicBool,
    pub(super) mounted_on: OnceLock<ThreadId>,
    pub(super) is_on_two_routes: AtomicBool,
}

impl Policy {
    /// The parts that every key of a request without tenant begins with are hashed once.
    pub(crate) fn key_parts(&self, tenant: Option<&str>) -> KeyParts {
        match tenant {
            None => self.key_prefix.clone(),
            Some(_) => KeyParts::new(&self.name, tenant, &self.pack),
        }
    }

    /// Under which a nonce is remembered.
    pub(crate) fn nonce_key(&self, tenant: Option<&str>, nonce: &str) -> Option<EventKey> {
        let mut key = KeyParts::of_nonce(&self.name, tenant, &self.pack);
        key.part(nonce);
        key.finish()
    }

    /// Whether the process is about to stop.
    pub(crate) fn refuses(&self) -> bool {
        self.refuses.load(Ordering::SeqCst)
    }

    /// What an operator should know once a tenant's rule lets anyone call; `None` where the receiver's own rule counts
    /// beside it.
    pub(crate) fn tenant_is_open(&self) -> Option<Finding> {
        let own = self.access.as_ref();
        own.is_none_or(|own| own.admits_anyone()).then(|| {
            check::anyone_may_call_of(self.needs_access, "anyone may call for one of its tenants")
        })
    }

    /// Says once that deliveries carry no time.
    pub(crate) fn say_no_time(&self) {
        if !self.said_no_time.swap(true, Ordering::Relaxed) {
            log::no_time(&self.name);
        }
    }
}
