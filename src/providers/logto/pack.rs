//! [`Logto`]: the pack.

use std::{fmt, time::Duration};

use super::{Event, EventName, digest_without_hook_id};
use crate::{
    identity::{EventType, KeyParts},
    keys::LiveKeys,
    provider::{Authenticated, Contents, Decoded, Provider, SenderProfile, Undecodable},
    providers::{known::LOGTO, preset::Preset},
    request::RawRequest,
    schemes::Verified,
    setup::{BuildError, Finding},
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
/// | event key | digest of the body, which includes hook, event, time and data | Logto sends no id |
/// | body limit | 1 MiB (membership lists can grow to about 470 KB) | known |
/// | sender's timeout | 10 s to the response's head, so: handler's deadline 8 s, copies wait 3 s | known |
/// | success | any 2xx after redirects | known |
/// | retries | none in 1.42.0; later builds repeat 5xx three times within 3 s | known |
///
/// # What Logto loses
///
/// An event that is answered with an error is lost for good with 1.42.0, and after 3 s with later
/// builds. So answer fast, put the event into a durable row or job of your own, and reconcile from
/// the hook's recent logs, which keep the events of failed deliveries.
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

    /// Takes a `createdAt` that is there and cannot be read for none, instead of refusing the event. It is then accepted at
    /// any age, and a captured delivery runs again once its mark has expired.
    #[must_use]
    pub fn accept_unreadable_time(mut self) -> Self {
        self.accept_unreadable_time = true;
        self
    }

    fn wants(&self, name: Option<EventName>) -> bool {
        self.interest
            .as_ref()
            .is_none_or(|wanted| name.is_some_and(|name| wanted.contains(&name)))
    }
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
        let accepts = self.accept_unreadable_time;
        Vec::from_iter(accepts.then(accepts_unreadable_time))
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
        let parts = if self.merge_hooks {
            let digest =
                digest_without_hook_id(body).map_err(|error| Undecodable(error.reason()))?;
            KeyParts::of(digest)
        } else {
            KeyParts::of_digest(body)
        };
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
            .field("accept_unreadable_time", &self.accept_unreadable_time)
            .finish_non_exhaustive()
    }
}
