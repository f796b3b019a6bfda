//! [`Receiver`]: one endpoint's policy.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
    thread::{self},
    time::Duration,
};

pub use self::{builder::ReceiverBuilder, busy::Busy};
use crate::{
    dedup::Promises,
    provider::{Provider, SenderProfile},
    setup::Finding,
    telemetry::log,
    tenants::Keys,
    time::{Timer, Window},
};

mod builder;

mod busy;

mod check;
mod drain;
mod policy;
pub use self::drain::Drain;
pub(crate) use self::policy::Policy;

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
        self.0.calls.promises()
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
            policy.unsettled.ended().await;
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
            .field("store", &self.0.calls)
            .finish_non_exhaustive()
    }
}
