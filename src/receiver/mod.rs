//! [`Receiver`]: one endpoint's policy.

mod build;
mod builder;
mod built;
mod busy;
mod check;
mod drain;
mod durable;
mod periods;
mod policy;

use std::{fmt, sync::Arc, time::Duration};

pub(crate) use self::policy::Policy;
pub use self::{builder::ReceiverBuilder, built::Built, busy::Busy, drain::Drain};
use crate::{
    dedup::Promises,
    identity::{EventKey, KeyParts},
    judge::Judge,
    provider::{Provider, SenderProfile},
    setup::Finding,
    telemetry::log,
    tenants::Keys,
    time::{Timer, Window},
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

    /// Who says whether a request is believed: all of the receiver but its claims.
    pub fn judge(&self) -> &Judge {
        &self.0.judge
    }

    /// The key of an event that `parts` identify, wherever it came from: `None` where there is no part. `tenant` is the
    /// canonical id, where the endpoint serves many.
    ///
    /// An event that was asked for, and [decoded](crate::pack::Decoded::key_parts) by the same pack, has the same key
    /// as when it is sent. So it is handled once, whichever comes first.
    ///
    /// ```
    /// use hookgate::{Receiver, Secret, dedup::MemoryStore, pack::KeyParts, providers::preset::Preset};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pack = Preset::stripe(Secret::utf8("whsec_5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH")?);
    /// let receiver = Receiver::new("stripe", pack).dedup(MemoryStore::new()).build()?;
    /// let key = receiver.event_key(None, &KeyParts::of("evt_1"));
    /// assert_eq!(key, KeyParts::of("evt_1").key("stripe", None, "stripe"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn event_key(&self, tenant: Option<&str>, parts: &KeyParts) -> Option<EventKey> {
        self.0.judge.event_key(tenant, parts)
    }

    /// The endpoint's name.
    pub fn name(&self) -> &str {
        &self.0.judge.name
    }

    /// The pack's name.
    pub fn pack(&self) -> &str {
        &self.0.judge.pack
    }

    /// What the pack knows of the sender.
    pub fn profile(&self) -> &SenderProfile {
        &self.0.judge.profile
    }

    /// The window that signed times must be in; `None` where time is not checked.
    pub fn window(&self) -> Option<Window> {
        self.0.judge.window
    }

    /// How long a handled event is remembered.
    pub fn retention(&self) -> Duration {
        self.0.once.retention
    }

    /// Whether it makes deliveries durable in an inbox, in place of handling them at once.
    pub fn has_inbox(&self) -> bool {
        self.0.once.inbox.is_some()
    }

    /// Whether each request is one of many tenants'.
    pub(crate) fn serves_tenants(&self) -> bool {
        matches!(self.0.judge.keys, Keys::Tenants(_))
    }

    /// How many bytes of a body are read at most.
    pub fn body_limit(&self) -> usize {
        self.0.judge.gate.body.limit
    }

    /// What the dedup store promises.
    pub fn promises(&self) -> Promises {
        self.0.once.claims.calls.promises()
    }

    /// The timer that was set when building, if any; frameworks bring their own otherwise.
    pub fn timer(&self) -> Option<Arc<dyn Timer>> {
        self.0.timer.clone()
    }

    /// Whether the framework must give route parameters.
    pub fn needs_route_params(&self) -> bool {
        matches!(&self.0.judge.keys, Keys::Tenants(tenants) if tenants.needs_route_params())
    }

    /// Whether a sender that hangs up cancels its handler.
    pub fn cancels_on_disconnect(&self) -> bool {
        self.0.handlers.cancel_on_disconnect
    }

    /// What an operator should know before this receiver takes deliveries, the worst first, each with advice on what to
    /// change. `build()` logs the dangers and warnings, and the codes of the notes in one line. A program asks where it wants
    /// to refuse its own start, or to show them elsewhere. [`acknowledge`](ReceiverBuilder::acknowledge) takes a warning
    /// out of the log.
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
            handlers: policy.handlers.running.used(),
            detached: policy.handlers.detached.used(),
            copies: policy.once.waiting.count(),
            unsettled: policy.once.claims.unsettled.count(),
        }
    }

    /// For framework authors: a layer or middleware of it was made.
    ///
    /// One that stands on two routes is no endpoint of its own there: what the second route gets is a copy of what the
    /// first got. So a second one on the same thread is logged, and is a [finding](Self::check) from then on. Other
    /// threads may be workers that serve the same route. One router that is built twice on a thread, for two listeners, is
    /// not told apart: the finding says "if".
    pub fn mounted(&self) {
        if self.0.mounting.add() {
            let finding = check::two_routes().acknowledged_in(&self.0.judge.acknowledged);
            log::found(self.name(), &finding);
        }
    }

    /// From now on, what it has not begun is answered 503, over connections that are open too: the process is about to
    /// stop. There is no way back; all clones refuse.
    pub fn refuse(&self) {
        self.0.handlers.refuse();
    }

    /// Whether it was told to [refuse](Self::refuse).
    pub fn is_refusing(&self) -> bool {
        self.0.handlers.refuses()
    }

    /// Resolves when it has nothing left to end: no handler runs, with its sender or without, no copy waits for one,
    /// and the store has heard of every lease. Deliveries are taken meanwhile, unless it [refuses](Self::refuse) them.
    pub async fn drained(&self) {
        let policy = &*self.0;
        while !self.busy().is_idle() {
            policy.handlers.running.unused().await;
            policy.handlers.detached.unused().await;
            policy.once.waiting.ended().await;
            policy.once.claims.unsettled.ended().await;
        }
    }
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("name", &self.0.judge.name)
            .field("pack", &self.0.judge.pack)
            .field("window", &self.0.judge.window)
            .field("retention", &self.0.once.retention)
            .field("store", &self.0.once.claims.calls)
            .finish_non_exhaustive()
    }
}
