//! [`Receiver`]: one endpoint's policy.

mod builder;
mod busy;
mod check;

use std::{
    any::Any,
    fmt,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::{self, ThreadId},
    time::Duration,
};

pub use self::{
    builder::{RETENTION_MARGIN, ReceiverBuilder},
    busy::Busy,
};
use crate::{
    access::{Access, Networks},
    allowance::Allowance,
    answer::Terms,
    body::BodyBounds,
    clock::{Clock, Timer, UnixTime, Window},
    dedup::{BoxDedupStore, DedupStore, OwnerToken, Promises},
    error::{BuildError, Rejection},
    event_key::{EventKey, KeyParts},
    finding::Finding,
    keys::{Keys, LiveKeys},
    log,
    meter::Meter,
    observer::Told,
    provider::{Authenticated, Decoded, Provider, SenderProfile, Undecodable},
    request::RawRequest,
    unsettled::UnsettledLeases,
    verified::Verified,
    waiting::WaitingCopies,
};

/// One endpoint's policy: name, pack, keys, access, window, store. Immutable (its keyring is a live
/// handle) and cheap to clone; no store or pack in its type.
///
/// # Examples
///
/// ```
/// use hookgate::{Receiver, Secret, dedup::MemoryStore, providers::logto::Logto};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let receiver = Receiver::new("logto", Logto::new(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?))
///     .dedup(MemoryStore::new())
///     .build()?;
/// # let _ = receiver;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Receiver(pub(crate) Arc<Policy>);

impl Receiver {
    /// Begins the receiver of the endpoint `name`. The name is part of every event key: another name
    /// is another identity, so renaming an endpoint reopens replays.
    #[expect(
        clippy::new_ret_no_self,
        reason = "a receiver is only had from `build`"
    )]
    pub fn new(name: impl Into<String>, provider: impl Provider) -> ReceiverBuilder {
        ReceiverBuilder::new(name.into(), Arc::new(provider))
    }

    /// The endpoint's name.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The pack's name.
    pub fn pack(&self) -> &str {
        &self.0.pack
    }

    /// What the pack knows of the sender.
    pub fn profile(&self) -> &SenderProfile {
        &self.0.profile
    }

    /// The window that signed times must be in; `None` where time is not checked.
    pub fn window(&self) -> Option<Window> {
        self.0.window
    }

    /// How long a handled event is remembered.
    pub fn retention(&self) -> Duration {
        self.0.retention
    }

    /// How many bytes of a body are read at most.
    pub fn body_limit(&self) -> usize {
        self.0.body.limit
    }

    /// What the dedup store promises.
    pub fn promises(&self) -> Promises {
        DedupStore::promises(&self.0.store)
    }

    /// The timer that was set when building, if any; frameworks bring their own otherwise.
    pub fn timer(&self) -> Option<Arc<dyn Timer>> {
        self.0.timer.clone()
    }

    /// Whether the framework must give route parameters.
    pub fn needs_route_params(&self) -> bool {
        matches!(&self.0.keys, Keys::Tenants(tenants) if tenants.needs_route_params())
    }

    /// Whether a sender that hangs up cancels its handler.
    pub fn cancels_on_disconnect(&self) -> bool {
        self.0.cancel_on_disconnect
    }

    /// What an operator should know before this receiver takes deliveries, the worst first: each with
    /// advice on what to change. `build()` logs them, so that a program need not ask; one that wants to
    /// refuse its own start, or to show them elsewhere, does.
    ///
    /// ```
    /// use hookgate::{Receiver, Secret, Severity, dedup::MemoryStore, providers::logto::Logto};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let receiver = Receiver::new("logto", Logto::new(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?))
    ///     .dedup(MemoryStore::new())
    ///     .instances(3)
    ///     .build()?;
    /// let worst = &receiver.check()[0];
    /// assert_eq!(worst.severity(), Severity::Danger);
    /// assert_eq!(worst.code(), "store_not_shared");
    /// # Ok(())
    /// # }
    /// ```
    pub fn check(&self) -> Vec<Finding> {
        check::check(&self.0)
    }

    /// What it has not ended yet.
    pub fn busy(&self) -> Busy {
        let policy = &*self.0;
        Busy {
            handlers: policy.running.used(),
            detached: policy.detached.used(),
            copies: policy.waiting.count(),
            unsettled: policy.unsettled.count(),
        }
    }

    /// For framework authors: a layer or middleware of it was made.
    ///
    /// One that stands on two routes is no endpoint of its own there: what the second route gets is a copy of what the
    /// first got. So a second one on the same thread is logged, and is a [finding](Self::check) from then on. Other
    /// threads may be workers that serve the same route. One router that is built twice on a thread, for two listeners, is
    /// not told apart: the finding says "if".
    pub fn mounted(&self) {
        let policy = &*self.0;
        let here = thread::current().id();
        let mut is_first = false;
        let on = policy.mounted_on.get_or_init(|| {
            is_first = true;
            here
        });
        if !is_first && *on == here && !policy.is_on_two_routes.swap(true, Ordering::Relaxed) {
            log::found(&policy.name, &check::two_routes());
        }
    }

    /// From now on, what it has not begun is answered 503, over connections that are open too: the process is about to
    /// stop. There is no way back; all clones refuse.
    pub fn refuse(&self) {
        // In one order with the count of running handlers: who then finds that none runs knows that none will.
        self.0.refuses.store(true, Ordering::SeqCst);
    }

    /// Resolves when it has nothing left to end: no handler runs, with its sender or without, no copy waits for one,
    /// and the store has heard of every lease. Deliveries are taken meanwhile, unless it [refuses](Self::refuse) them.
    pub async fn drained(&self) {
        let policy = &*self.0;
        while !self.busy().is_idle() {
            policy.running.unused().await;
            policy.detached.unused().await;
            policy.waiting.ended().await;
            policy.unsettled.ended(self).await;
        }
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("name", &self.0.name)
            .field("pack", &self.0.pack)
            .field("window", &self.0.window)
            .field("retention", &self.0.retention)
            .field("store", &self.0.store)
            .finish_non_exhaustive()
    }
}

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
    pub(crate) store: BoxDedupStore,
    pub(crate) observer: Told,
    pub(crate) meter: Meter,
    pub(crate) clock: Arc<dyn Clock>,
    timer: Option<Arc<dyn Timer>>,
    pub(crate) window: Option<Window>,
    pub(crate) retention: Duration,
    /// How long a nonce is remembered: for as long as its request is in the window.
    pub(crate) nonce_retention: Duration,
    pub(crate) lease: Duration,
    pub(crate) heartbeat: Duration,
    pub(crate) longest_run: Duration,
    pub(crate) longest_wait: Duration,
    pub(crate) handler_deadline: Duration,
    pub(crate) store_limit: Duration,
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
    cancel_on_disconnect: bool,
    instances: usize,
    /// Neither the pack nor the application says how long the sender waits.
    deadline_is_assumed: bool,
    key_prefix: KeyParts,
    said_no_time: AtomicBool,
    refuses: AtomicBool,
    mounted_on: OnceLock<ThreadId>,
    is_on_two_routes: AtomicBool,
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

/// Makes owner tokens: a random start, then one further for each.
pub(crate) struct OwnerTokens {
    start: u128,
    next: AtomicU64,
}

impl OwnerTokens {
    pub(crate) fn new() -> Result<Self, BuildError> {
        let mut start = [0; 16];
        getrandom::fill(&mut start).map_err(|_| BuildError::Randomness)?;
        Ok(Self {
            start: u128::from_ne_bytes(start),
            next: AtomicU64::new(0),
        })
    }

    pub(crate) fn next(&self) -> OwnerToken {
        let place = self.next.fetch_add(1, Ordering::Relaxed);
        OwnerToken::from_bytes(self.start.wrapping_add(u128::from(place)).to_ne_bytes())
    }
}

/// [`Provider`] without its event type.
pub(crate) trait DynProvider: Send + Sync {
    fn name(&self) -> &str;
    fn profile(&self) -> SenderProfile;
    fn keys(&self) -> Keys;
    fn validate(&self) -> Result<(), BuildError>;
    fn needs_access(&self) -> bool;
    fn findings(&self, now: UnixTime) -> Vec<Finding>;
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection>;
    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
        key: &mut KeyParts,
    ) -> Result<Decoded<Box<dyn Any + Send>>, Undecodable>;
}

impl<P: Provider> DynProvider for P {
    fn name(&self) -> &str {
        Provider::name(self)
    }

    fn profile(&self) -> SenderProfile {
        Provider::profile(self)
    }

    fn keys(&self) -> Keys {
        Provider::keys(self)
    }

    fn validate(&self) -> Result<(), BuildError> {
        Provider::validate(self)
    }

    fn needs_access(&self) -> bool {
        Provider::needs_access(self)
    }

    fn findings(&self, now: UnixTime) -> Vec<Finding> {
        Provider::findings(self, now)
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        Provider::verify(self, request, keys)
    }

    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
        key: &mut KeyParts,
    ) -> Result<Decoded<Box<dyn Any + Send>>, Undecodable> {
        Provider::decode(self, authenticated, key)
            .map(|decoded| decoded.map(|event| Box::new(event) as Box<dyn Any + Send>))
    }
}
