//! [`ReconcilerBuilder`]: what can be set.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{LogtoClient, Reconciler, is_hook_id, reconciler::Shared};
use crate::{
    dedup::OwnerTokens,
    delivery::Delivery,
    identity::{EventKey, KeyParts, KeyScope},
    receiver::Receiver,
    road::{Handler, handler_of, misfit, nobody},
    setup::BuildError,
    time::UnixTime,
    verdict::{Ack, Nack},
};

/// The log goes back for a day (known).
const LONGEST_WINDOW: Duration = Duration::from_secs(24 * 3600);
/// A mark outlives what the log may show of its event by so much.
const MARGIN: Duration = Duration::from_secs(3600);
/// The most entries of a page that Logto takes (known).
const LARGEST_PAGE: u64 = 100;

/// One event, as it may be sent and as the log may show it.
const SAMPLES: [&[u8]; 2] = [
    br#"{"event":"PostSignIn","createdAt":"2026-01-01T00:00:00.000Z","hookId":"h","extra":1.0}"#,
    br#"{"extra": 1, "event": "PostSignIn", "hookId": "h", "createdAt": "2026-01-01T00:00:00.000Z"}"#,
];

/// Settings of a [`Reconciler`].
#[must_use = "a reconciler is only had from `build`"]
pub struct ReconcilerBuilder {
    client: LogtoClient,
    receiver: Receiver,
    hook: String,
    tenant: Option<Box<str>>,
    handler: Option<Handler>,
    path: Option<Box<str>>,
    window: Option<Duration>,
    since: Option<UnixTime>,
    every: Duration,
    page_size: u64,
    most_entries: usize,
}

impl ReconcilerBuilder {
    pub(super) fn new(client: &LogtoClient, receiver: &Receiver, hook: String) -> Self {
        Self {
            client: client.clone(),
            receiver: receiver.clone(),
            hook,
            tenant: None,
            handler: None,
            path: None,
            window: None,
            since: None,
            every: Duration::from_secs(300),
            page_size: 20,
            most_entries: 100_000,
        }
    }

    /// Handles what was lost: give it the handler of the endpoint's route. Behind an inbox its worker handles it, and there is
    /// none here.
    pub fn handle<E, F, Fut>(mut self, handler: F) -> Self
    where
        E: Send + 'static,
        F: Fn(Delivery<E>) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Ack, Nack>> + Send + 'static,
    {
        self.handler = Some(handler_of(handler));
        self
    }

    /// The path at which the hook's deliveries come. Behind an inbox it must be given: a worker that goes through the
    /// application's routes finds the handler by it.
    pub fn path(mut self, path: impl Into<Box<str>>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Whose hook it is: the canonical id, where the endpoint serves many.
    pub fn tenant(mut self, tenant: impl Into<Box<str>>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// How old an event may be. Default: 23 h, or what the receiver's retention leaves. It is an hour shorter than that
    /// retention, so that an event of the log is never one whose mark has gone. The log itself goes back for 24 h (known).
    pub fn window(mut self, window: Duration) -> Self {
        self.window = Some(window);
        self
    }

    /// Leaves alone what occurred earlier than this. Where a running endpoint got its
    /// [`canonical_identity`](super::super::Logto::canonical_identity) within the last day, give that moment: what it had
    /// handled before has other keys, and would be handled again. Default: no such moment.
    pub fn since(mut self, at: UnixTime) -> Self {
        self.since = Some(at);
        self
    }

    /// How long [`run`](Reconciler::run) waits after a pass. All instances together make one in that time. Default: 5 min.
    pub fn every(mut self, pause: Duration) -> Self {
        self.every = pause;
        self
    }

    /// How many entries are asked for at once: 1 to 100. Default: 20. Where a page has more than 16 MiB, its entries are asked
    /// for one by one, and one that is larger by itself is left out.
    pub fn page_size(mut self, entries: u64) -> Self {
        self.page_size = entries;
        self
    }

    /// The most entries that one pass reads. Default: 100,000. Older ones are left out, and the log warns of that.
    pub fn most_entries(mut self, count: usize) -> Self {
        self.most_entries = count;
        self
    }

    /// Checks the settings. It does no IO.
    ///
    /// # Errors
    ///
    /// When a setting cannot be. When the receiver's pack makes two events of what is sent and what the log shows: it needs
    /// [`canonical_identity`](super::super::Logto::canonical_identity). When the receiver's store forgets at a restart: all
    /// that the log shows would be handled again. When the window is longer than the retention less an hour.
    pub fn build(self) -> Result<Reconciler, BuildError> {
        for (what, is_zero) in [
            ("the pause between two passes", self.every.is_zero()),
            ("the number of entries of a page", self.page_size == 0),
            ("the most entries of a pass", self.most_entries == 0),
        ] {
            if is_zero {
                return Err(BuildError::Zero(what));
            }
        }
        if self.page_size > LARGEST_PAGE {
            return Err(BuildError::Reconciler(
                "Logto gives at most 100 entries at once: lower `page_size`",
            ));
        }
        if !is_hook_id(&self.hook) {
            return Err(BuildError::Name {
                what: "id of the hook",
                why: "it has 1 to 128 letters, digits, `-` and `_` alone",
            });
        }
        self.check()?;
        let turn = self.turn()?;
        let window = self.fitting_window()?;
        Ok(Reconciler(Arc::new(Shared {
            client: self.client,
            hook: self.hook.into(),
            tenant: self.tenant,
            handler: self.handler.unwrap_or_else(nobody),
            path: self.path.unwrap_or_else(|| "/".into()),
            window,
            since: self.since,
            every: self.every,
            page_size: self.page_size,
            most_entries: self.most_entries,
            turn,
            owners: OwnerTokens::new()?,
            progress: Default::default(),
            receiver: self.receiver,
        })))
    }

    /// What has to fit the receiver.
    fn check(&self) -> Result<(), BuildError> {
        let receiver = &self.receiver;
        misfit(receiver, self.handler.as_ref(), self.path.as_deref())
            .map_err(BuildError::Reconciler)?;
        if receiver.serves_tenants() != self.tenant.is_some() {
            return Err(BuildError::Reconciler(
                "an endpoint for many tenants needs the tenant's id, and another endpoint takes none",
            ));
        }
        if !receiver.promises().survives_restart {
            return Err(BuildError::Reconciler(
                "the receiver's store forgets at a restart, and the log does not: all of it would be handled again. Give the \
                 receiver a store that survives",
            ));
        }
        let keys = SAMPLES.map(|text| {
            let body = Bytes::from_static(text);
            receiver.judge().key_of_asked(None, &body).ok()
        });
        match keys {
            [Some(sent), Some(shown)] if sent == shown => Ok(()),
            [Some(_), Some(_)] => Err(BuildError::Reconciler(
                "the endpoint identifies events by their bytes, which the log does not keep: call `canonical_identity` on its \
                 pack",
            )),
            _ => Err(BuildError::Reconciler(
                "the receiver's pack reads no events of Logto",
            )),
        }
    }

    fn fitting_window(&self) -> Result<Duration, BuildError> {
        let longest = self.receiver.retention().saturating_sub(MARGIN);
        let longest = longest.min(LONGEST_WINDOW);
        let usual = LONGEST_WINDOW.saturating_sub(MARGIN);
        let window = self.window.unwrap_or_else(|| usual.min(longest));
        if window.is_zero() || window > longest {
            return Err(BuildError::Reconciler(
                "the window ends later than marks do: it is at most the receiver's retention less an hour, and a day",
            ));
        }
        Ok(window)
    }

    /// The key under which instances take turns.
    fn turn(&self) -> Result<EventKey, BuildError> {
        let judge = self.receiver.judge();
        let scope = KeyScope::of_turns(&judge.name, self.tenant.as_deref(), &judge.pack);
        let key = scope.key(&KeyParts::of(&self.hook));
        key.ok_or(BuildError::Reconciler("the hook has no id"))
    }
}

impl fmt::Debug for ReconcilerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReconcilerBuilder")
            .field("endpoint", &self.receiver.name())
            .finish_non_exhaustive()
    }
}
