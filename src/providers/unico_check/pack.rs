//! [`UnicoCheck`]: the pack.

use std::{borrow::Cow, fmt, time::Duration};

use super::{
    Event, Status,
    decode::{self, Read, UPDATE_PROCESS},
    proof::Proof,
};
#[cfg(feature = "jwt")]
use crate::schemes::SignedRequest;
use crate::{
    identity::{EventType, KeyParts},
    keys::LiveKeys,
    provider::{
        Authenticated, Contents, Decoded, Provider, Retries, SenderProfile, TimeKind, Undecodable,
    },
    providers::known::UNICO_CHECK,
    request::RawRequest,
    schemes::Verified,
    setup::{BuildError, Finding},
    tenants::{Keys, Tenants},
    time::{RETENTION_MARGIN, UnixTime, accepts_unreadable_time},
    verdict::Rejection,
};

/// Webhooks of the Unico Check portal.
///
/// # Security
///
/// In the modes of [`new`](Self::new) nothing is signed: whoever holds the credentials is believed. So the receiver
/// must have an access rule, and `build()` refuses to go without; the named choice of none is
/// [`AnyoneMayCall`](crate::access::AnyoneMayCall). A captured request can be sent again for as long as the
/// credentials hold: within the retention it is a copy, afterwards it runs again.
///
/// With `signed` (feature `jwt`) the body is proved by the key of your certificate; a token or header may be required
/// beside it. With `{{timestamp}}` in what is signed, what can no longer be recognised as a copy is refused.
///
/// # The portal's form
///
/// | the form's field | here |
/// | --- | --- |
/// | authentication `nenhuma`, no Secret, no headers | `.access(AnyoneMayCall)` |
/// | Secret | `.access(ApiKey::authorization(secret))`: sent as typed (known), without a scheme added (assumed) |
/// | Headers (Chave / Valor) | `.access(HeaderSecrets::new([(key, value), …]))` |
/// | Secret and Headers | `.access(AllOf::of(ApiKey::authorization(secret)).and(HeaderSecrets::new([…])))` |
/// | JWT Bearer, RFC 7523 or RFC 7519 | `.access(Bearer::…)`, feature `jwt`: the token of your own token endpoint |
/// | JWT Bearer, headers with the tags `{{signature}}`, `{{nonce}}`, `{{timestamp}}`, `{{algorithm}}` | `UnicoCheck::signed(SignedRequest::try_from(…)?, certificate)`, feature `jwt` |
/// | Tempo de tentativas em minutos, Número máximo de tentativas | [`attempts`](Self::attempts) |
///
/// # Defaults
///
/// | what | value | status |
/// | --- | --- | --- |
/// | proof | the access rule; of signed requests the signature | known |
/// | signed time | none, or that of `{{timestamp}}`; `eventDate` is given on, and checked where you set `.past(…)`: one that cannot be read is then refused | assumed |
/// | window of signed requests | one gap longer than the attempts take; without [`attempts`](Self::attempts) as long as can be remembered; 300 s ahead | assumed: a retry may not be signed again |
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
    proof: Proof,
    interest: Option<Vec<Status>>,
    attempts: Option<Attempts>,
    distinct_by_content: bool,
    accept_unreadable_time: bool,
}

/// What the form says of attempts.
#[derive(Debug, Clone, Copy)]
struct Attempts {
    most: u32,
    gap: Duration,
}

impl Attempts {
    /// From the first to the last.
    fn horizon(self) -> Duration {
        self.gap.saturating_mul(self.most.saturating_sub(1))
    }

    /// How old the signature of the last may be if none is signed again: a gap is left for what each attempt takes.
    fn oldest_signature(self) -> Duration {
        self.gap.saturating_mul(self.most).max(LEAST_PAST)
    }
}

/// The narrowest window: what senders that sign each attempt use.
const LEAST_PAST: Duration = Duration::from_secs(300);

impl UnicoCheck {
    /// The portal's webhook, in a mode that signs nothing.
    #[expect(clippy::new_without_default, reason = "as the other packs")]
    pub fn new() -> Self {
        Self {
            keys: Keys::NotNeeded,
            proof: Proof::Access,
            interest: None,
            attempts: None,
            distinct_by_content: false,
            accept_unreadable_time: false,
        }
    }

    /// The portal's webhook with signed requests: tags in the form's headers.
    ///
    /// That the key is that of the certificate which you uploaded is known. Which bytes are signed, in which encoding
    /// and with which algorithm is not: take a first request apart, and set the scheme so that it verifies.
    ///
    /// `keys` verify: the certificate as a [`VerifyingKey`](crate::keys::VerifyingKey), a
    /// [`Keyring`](crate::Keyring) while it is renewed, or [`Tenants`], each with a certificate of its own.
    #[cfg(feature = "jwt")]
    pub fn signed(scheme: SignedRequest, keys: impl Into<Keys>) -> Self {
        Self {
            proof: Proof::Signature(Box::new(scheme)),
            keys: keys.into(),
            ..Self::new()
        }
    }

    /// Serves many, where nothing is signed: the request says whose access rule applies. Each tenant, or the receiver, must
    /// have one. Of signed requests the keys of the tenants verify, in the place of those that were given.
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
        self.attempts = Some(Attempts { most, gap });
        self
    }

    /// Makes an event of each different body: a status that returns (2, 3, 2) is then handled again, if its
    /// `eventDate` tells it apart (assumed).
    #[must_use]
    pub fn distinct_by_content(mut self) -> Self {
        self.distinct_by_content = true;
        self
    }

    /// Takes an `eventDate` that is there and cannot be read for none, where you set a window, instead of refusing the
    /// notification: it is then accepted at any age.
    #[must_use]
    pub fn accept_unreadable_time(mut self) -> Self {
        self.accept_unreadable_time = true;
        self
    }

    /// Whether the time of each attempt is signed.
    fn signs_time(&self) -> bool {
        self.proof.signs().is_some_and(|signs| signs.time)
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
        UNICO_CHECK.name
    }

    fn profile(&self) -> SenderProfile {
        let known = UNICO_CHECK.known_in(SenderProfile::unknown());
        let horizon = self.attempts.map(Attempts::horizon);
        let profile = SenderProfile {
            retries: horizon.map_or(Retries::Unknown, Retries::For),
            nonces: self.proof.signs().is_some_and(|signs| signs.nonce),
            retention: known.retention.max(horizon.unwrap_or_default()),
            assumed: if self.proof.signs().is_some() {
                &[
                    "that it takes any 2xx as success",
                    "which bytes are signed, and that a retry may not be signed again",
                ]
            } else {
                known.assumed
            },
            ..known
        };
        if !self.signs_time() {
            return profile;
        }
        let past = self.attempts.map(Attempts::oldest_signature);
        let least = past.unwrap_or_default().saturating_add(profile.future);
        SenderProfile {
            time: TimeKind::SentAt,
            past,
            retention: profile
                .retention
                .max(least.saturating_add(RETENTION_MARGIN)),
            ..profile
        }
    }

    fn keys(&self) -> Keys {
        self.keys.clone()
    }

    fn validate(&self) -> Result<(), BuildError> {
        self.proof.check(&self.keys)
    }

    fn needs_access(&self) -> bool {
        self.proof.signs().is_none()
    }

    fn findings(&self, _now: UnixTime) -> Vec<Finding> {
        let mut findings = self.proof.findings();
        // Where each attempt's time is signed, that one is checked and the event's is not.
        let counts = self.accept_unreadable_time && !self.signs_time();
        findings.extend(counts.then(accepts_unreadable_time));
        findings
    }

    fn names_keys(&self) -> bool {
        self.proof.names_keys()
    }

    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection> {
        self.proof.key_name(request)
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.proof.verify(request, keys)
    }

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<Event>, Undecodable> {
        let Read {
            identity,
            time,
            event,
        } = decode::event(authenticated.bytes)?;
        let mut key = KeyParts::of(identity.shape);
        key.part(&identity.id)
            .part(identity.event.as_deref().unwrap_or_default())
            .part(identity.status)
            .part(identity.score);
        if self.distinct_by_content {
            key.digest_of(authenticated.bytes);
        }
        let occurred_at = time.unless_unreadable(self.accept_unreadable_time);
        let wanted = self.wants(&event);
        let recognized = !matches!(event, Event::Unrecognized(_));
        let mut decoded = Decoded::new(key, event)
            .occurred_at(occurred_at)
            .wanted(wanted)
            .recognized(recognized);
        if let Some(name) = identity.event {
            decoded = decoded.event_type(match name.as_str() {
                UPDATE_PROCESS => EventType::known(UPDATE_PROCESS),
                _ => EventType::unknown(name),
            });
        }
        Ok(decoded.into())
    }
}

impl fmt::Debug for UnicoCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnicoCheck")
            .field("interest", &self.interest)
            .field("distinct_by_content", &self.distinct_by_content)
            .field("accept_unreadable_time", &self.accept_unreadable_time)
            .finish_non_exhaustive()
    }
}
