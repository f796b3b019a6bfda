//! [`UnicoCheck`]: the pack.

use std::{fmt, time::Duration};

use super::{
    Event, Status,
    decode::{self, UPDATE_PROCESS},
};
use crate::{
    error::Rejection,
    event_key::KeyParts,
    keys::{Keys, LiveKeys, Tenants},
    provider::{
        Authenticated, Decoded, EventType, Provider, Retries, SenderProfile, TimeKind, Undecodable,
    },
    request::RawRequest,
    verified::Verified,
};

/// Webhooks of the Unico Check portal.
///
/// # Security
///
/// In these modes nothing is signed: whoever holds the credentials is believed. So the receiver must have an
/// access rule, and `build()` refuses to go without; the named choice of none is
/// [`AnyoneMayCall`](crate::access::AnyoneMayCall). A captured request can be sent again for as long as the
/// credentials hold: within the retention it is a copy, afterwards it runs again.
///
/// # The portal's form
///
/// | the form's field | here |
/// | --- | --- |
/// | authentication `nenhuma`, no Secret, no headers | `.access(AnyoneMayCall)` |
/// | Secret | `.access(ApiKey::authorization(secret))`: sent as typed (known), without a scheme added (assumed) |
/// | Headers (Chave / Valor) | `.access(HeaderSecrets::new([(key, value), …]))` |
/// | Secret and Headers | `.access(AllOf::of(ApiKey::authorization(secret)).and(HeaderSecrets::new([…])))` |
/// | JWT Bearer | `.access(Bearer::…)`, feature `jwt` |
/// | Tempo de tentativas em minutos, Número máximo de tentativas | [`attempts`](Self::attempts) |
///
/// # Defaults
///
/// | what | value | status |
/// | --- | --- | --- |
/// | proof | the access rule | known |
/// | signed time | none; `eventDate` is given on, and checked nowhere | assumed |
/// | event key | shape, id, event, status, score | ours: a process moves on, and a score can change twice |
/// | retention | 7 days, longer where the attempts need it | ours |
/// | sender's timeout | unknown: handler's deadline 8 s | unknown |
/// | success | 200 | assumed: any 2xx |
/// | retries | a fixed gap in minutes, up to the form's maximum | known, the gap's curve assumed |
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use hookgate::{
///     Receiver,
///     access::{AllOf, ApiKey, HeaderSecrets},
///     dedup::MemoryStore,
///     providers::unico_check::{Status, UnicoCheck},
/// };
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let pack = UnicoCheck::new()
///     .attempts(10, Duration::from_secs(5 * 60))
///     .interested_in([Status::Concluded, Status::Divergence]);
/// let receiver = Receiver::new("unico-check", pack)
///     .access(AllOf::of(ApiKey::authorization("0f3c…")).and(HeaderSecrets::new([("x-client", "acme")])))
///     .dedup(MemoryStore::new())
///     .build()?;
/// # let _ = receiver;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct UnicoCheck {
    keys: Keys,
    interest: Option<Vec<Status>>,
    horizon: Option<Duration>,
    distinct_by_content: bool,
}

impl UnicoCheck {
    /// The portal's webhook, in a mode that signs nothing.
    #[expect(clippy::new_without_default, reason = "as the other packs")]
    pub fn new() -> Self {
        Self {
            keys: Keys::None,
            interest: None,
            horizon: None,
            distinct_by_content: false,
        }
    }

    /// Serves many: the request says whose access rule applies. Each tenant, or the receiver, must have one.
    #[must_use]
    pub fn tenants(mut self, tenants: Tenants) -> Self {
        self.keys = Keys::Tenants(tenants);
        self
    }

    /// The statuses that the application acts on. Other statuses are answered 200 and told to the observer, and nothing of them is
    /// remembered. Suspicious scores and what is not recognised are wanted all the same.
    #[must_use]
    pub fn interested_in(mut self, statuses: impl IntoIterator<Item = Status>) -> Self {
        self.interest.get_or_insert_default().extend(statuses);
        self
    }

    /// The form's maximum of attempts and the gap between them. The retention must cover them all.
    #[must_use]
    pub fn attempts(mut self, most: u32, gap: Duration) -> Self {
        self.horizon = Some(gap.saturating_mul(most.saturating_sub(1)));
        self
    }

    /// Makes an event of each different body: a status that returns (2, 3, 2) is then handled again, if its
    /// `eventDate` tells it apart (assumed).
    #[must_use]
    pub fn distinct_by_content(mut self) -> Self {
        self.distinct_by_content = true;
        self
    }

    fn wants(&self, event: &Event) -> bool {
        match (&self.interest, event) {
            (Some(wanted), Event::ProcessUpdated(update)) => wanted.contains(&update.status),
            _ => true,
        }
    }
}

impl Provider for UnicoCheck {
    type Event = Event;

    fn name(&self) -> &str {
        "unico-check"
    }

    fn profile(&self) -> SenderProfile {
        let unknown = SenderProfile::unknown();
        SenderProfile {
            retries: self.horizon.map_or(Retries::Unknown, Retries::For),
            time: TimeKind::None,
            retention: unknown.retention.max(self.horizon.unwrap_or_default()),
            assumed: &["that it takes any 2xx as success, and signs no time"],
            ..unknown
        }
    }

    fn keys(&self) -> Keys {
        self.keys.clone()
    }

    fn needs_access(&self) -> bool {
        true
    }

    fn verify<'a>(
        &self,
        _request: RawRequest<'a>,
        _keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        Ok(Verified::by_access())
    }

    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
        key: &mut KeyParts,
    ) -> Result<Decoded<Event>, Undecodable> {
        let (identity, event) = decode::event(authenticated.bytes)?;
        key.part(identity.shape)
            .part(&identity.id)
            .part(identity.event.as_deref().unwrap_or_default())
            .part(identity.status)
            .part(identity.score);
        if self.distinct_by_content {
            key.digest_of(authenticated.bytes);
        }
        let occurred_at = event.occurred_at();
        let wanted = self.wants(&event);
        let recognized = !matches!(event, Event::Unrecognized(_));
        let mut decoded = Decoded::new(event)
            .occurred_at(occurred_at)
            .wanted(wanted)
            .recognized(recognized);
        if let Some(name) = identity.event {
            decoded = decoded.event_type(match name.as_str() {
                UPDATE_PROCESS => EventType::known(UPDATE_PROCESS),
                _ => EventType::unknown(name),
            });
        }
        Ok(decoded)
    }
}

impl fmt::Debug for UnicoCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnicoCheck")
            .field("interest", &self.interest)
            .field("distinct_by_content", &self.distinct_by_content)
            .finish_non_exhaustive()
    }
}
