//! [`Logto`]: the pack.

use std::{fmt, time::Duration};

use super::{Event, EventName, canonical::canonical_parts, digest_without_hook_id};
use crate::{
    identity::{EventType, KeyParts},
    keys::LiveKeys,
    provider::{Authenticated, Contents, Decoded, Provider, SenderProfile, Undecodable},
    providers::{known::LOGTO, preset::Preset},
    request::RawRequest,
    schemes::Verified,
    setup::{BuildError, Finding, Severity},
    tenants::Keys,
    time::{UnixTime, accepts_unreadable_time},
    verdict::Rejection,
};

/// Webhooks of a Logto server.
///
/// # Defaults
///
/// | what | value | status |
/// | --- | --- | --- |
/// | signature | HMAC-SHA256 of the raw body, hex, in `logto-signature-sha-256` | known |
/// | key | the hook's signing key, its text as it is | known |
/// | signed time | `createdAt`, of the event; the same in every copy. One that cannot be read is refused | known |
/// | past, future | retention − future − 60 s; 300 s | ours |
/// | retention | 24 h | ours |
/// | event key | digest of the body, which includes hook, event, time and data; [`canonical_identity`](Self::canonical_identity) makes it one of the JSON's canonical form | Logto sends no id |
/// | body limit | 1 MiB (membership lists can grow to about 470 KB) | known |
/// | sender's timeout | 10 s to the response's head, so: handler's deadline 8 s, copies wait 3 s | known |
/// | success | any 2xx after redirects | known |
/// | retries | none in 1.42.0; later builds repeat 5xx three times within 3 s | known |
///
/// # What Logto loses
///
/// An event that is answered with an error is lost for good with 1.42.0, and after 3 s with later
/// builds. So take events with an [inbox](crate::inbox), and reconcile from the hook's recent logs, which keep the events
/// of failed deliveries: the module `client` does that (feature `logto-client`).
///
/// # Examples
///
/// ```
/// use hookgate::{Secret, providers::logto::{EventName, Logto}};
///
/// # fn main() -> Result<(), hookgate::keys::SecretError> {
/// let pack = Logto::new(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?)
///     .interested_in([EventName::PostSignIn, EventName::UserDeleted]);
/// # let _ = pack;
/// # Ok(())
/// # }
/// ```
pub struct Logto {
    /// How it signs, and whose keys verify.
    preset: Preset,
    interest: Option<Vec<EventName>>,
    merge_hooks: bool,
    canonical_identity: bool,
    accept_unreadable_time: bool,
}

impl Logto {
    /// Webhooks signed with the hook's signing key (a [`Secret`](crate::keys::Secret)), any key of a
    /// [`Keyring`](crate::keys::Keyring), or the keys of tenants.
    ///
    /// Logto swaps a hook's key at once: while rotating, hold the old and the new one in a ring.
    pub fn new(signing_key: impl Into<Keys>) -> Self {
        Self {
            preset: Preset::of(&LOGTO, signing_key),
            interest: None,
            merge_hooks: false,
            canonical_identity: false,
            accept_unreadable_time: false,
        }
    }

    /// The events that the application wants. All others are answered 200, and nothing of them is
    /// remembered: an event that becomes wanted later runs when it is delivered again.
    #[must_use]
    pub fn interested_in(mut self, events: impl IntoIterator<Item = EventName>) -> Self {
        self.interest = Some(events.into_iter().collect());
        self
    }

    /// Makes one event of what several hooks send for one occurrence: such bodies differ in `hookId`
    /// alone, which then is no part of the identity.
    #[must_use]
    pub fn merge_hooks(mut self) -> Self {
        self.merge_hooks = true;
        self
    }

    /// Identifies an event by what its JSON says, in the canonical form of RFC 8785, and no more by its bytes. An endpoint
    /// that is [reconciled](super::client) with Logto's log needs it: the log keeps no order of members.
    ///
    /// A body that stands for two values at once, since a member is repeated, is refused.
    ///
    /// **Choose it when the endpoint is set up.** Each event has another key without it. So a change on a running endpoint
    /// makes what was handled unknown: copies and captured deliveries of the retention run again. So would all that the log
    /// shows, unless the reconciler is told [`since`](super::client::ReconcilerBuilder::since) when.
    #[must_use]
    pub fn canonical_identity(mut self) -> Self {
        self.canonical_identity = true;
        self
    }

    /// Takes a `createdAt` that is there and cannot be read for none, instead of refusing the event. It is then accepted at
    /// any age, and a captured delivery runs again once its mark has expired.
    #[must_use]
    pub fn accept_unreadable_time(mut self) -> Self {
        self.accept_unreadable_time = true;
        self
    }

    fn identity_of(&self, body: &[u8]) -> Result<KeyParts, Undecodable> {
        if self.canonical_identity {
            return canonical_parts(body, self.merge_hooks);
        }
        if !self.merge_hooks {
            return Ok(KeyParts::of_digest(body));
        }
        let digest = digest_without_hook_id(body).map_err(|error| Undecodable(error.reason()))?;
        Ok(KeyParts::of(digest))
    }

    fn wants(&self, name: Option<EventName>) -> bool {
        self.interest
            .as_ref()
            .is_none_or(|wanted| name.is_some_and(|name| wanted.contains(&name)))
    }
}

fn identified_by_content() -> Finding {
    Finding::new(
        Severity::Note,
        "identified_by_content",
        "events are identified by their canonical JSON: a change of that makes what was handled unknown, and copies run again",
        "keep `canonical_identity` as it is for as long as the endpoint runs",
    )
}

impl Provider for Logto {
    type Event = Event;

    fn name(&self) -> &str {
        LOGTO.name
    }

    fn profile(&self) -> SenderProfile {
        SenderProfile {
            retention: Duration::from_secs(24 * 3600),
            ..self.preset.profile()
        }
    }

    fn keys(&self) -> Keys {
        self.preset.keys()
    }

    fn validate(&self) -> Result<(), BuildError> {
        self.preset.validate()
    }

    fn findings(&self, _now: UnixTime) -> Vec<Finding> {
        let unreadable = self.accept_unreadable_time.then(accepts_unreadable_time);
        let canonical = self.canonical_identity.then(identified_by_content);
        unreadable.into_iter().chain(canonical).collect()
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.preset.verify(request, keys)
    }

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<Event>, Undecodable> {
        let body = authenticated.bytes;
        let event = Event::from_slice(body).map_err(|error| Undecodable(error.reason()))?;
        let parts = self.identity_of(body)?;
        let name = EventName::from_text(event.name());
        let event_type = match name {
            Some(name) => EventType::known(name.as_str()),
            None => EventType::unknown(event.name()),
        };
        let occurred_at = event.time().unless_unreadable(self.accept_unreadable_time);
        let recognized = event.known_name().is_some();
        let decoded = Decoded::new(parts, event)
            .event_type(event_type)
            .occurred_at(occurred_at)
            .wanted(self.wants(name))
            .recognized(recognized);
        Ok(decoded.into())
    }
}

impl fmt::Debug for Logto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logto")
            .field("interest", &self.interest)
            .field("merge_hooks", &self.merge_hooks)
            .field("canonical_identity", &self.canonical_identity)
            .field("accept_unreadable_time", &self.accept_unreadable_time)
            .finish_non_exhaustive()
    }
}
