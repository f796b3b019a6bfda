//! [`IdCloud`]: the pack.

use std::{fmt, time::Duration};

use super::{Event, Milestone, State, Status, TransactionStatus, decode};
#[cfg(feature = "token")]
use crate::token::{Client, TokenIssuer, TokenIssuerBuilder};
use crate::{
    identity::{EventType, KeyParts},
    keys::LiveKeys,
    provider::{Authenticated, Contents, Decoded, Provider, Retries, SenderProfile, Undecodable},
    providers::known::IDCLOUD,
    request::RawRequest,
    schemes::Verified,
    setup::BuildError,
    tenants::{Keys, Tenants},
    verdict::Rejection,
};

/// How long a copy may wait while the timeout is unknown: what a handler has by default.
const COPIES_WAIT: Duration = Duration::from_secs(8);
/// What stands in the key for the end of a process, where both generations are taken. Nothing follows it, while a text
/// follows each [kind of milestone](Milestone::kind): so no text can be mistaken for it.
const SHARED_END: &str = "end";

/// Webhooks of Unico IDCloud, IDUnico and IDPay.
///
/// # Security
///
/// IDCloud signs nothing: whoever holds the credentials is believed (known). So the receiver must have an access
/// rule, and `build()` refuses to go without; the named choice of none is
/// [`AnyoneMayCall`](crate::access::AnyoneMayCall). A captured request can be sent again for as long as the
/// credentials hold: within the retention it is a copy, afterwards it runs again. The notification carries no
/// verdict, so ask Unico's API before acting on it.
///
/// # The vendor's form
///
/// | the form's field | here |
/// | --- | --- |
/// | auth type Basic, `user:pass` | `.access(Basic::from_text("user:pass"))` |
/// | auth type API key, `header:value` or `value` | `.access(ApiKey::from_text("header:value"))` |
/// | auth type OAuth2, your own token endpoint | `IdCloud::oauth2(url, client_id, secret)`, feature `token` |
/// | auth type OAuth2, another provider | `.access(Bearer::…)`, feature `jwt` |
/// | auth type none | `.access(AnyoneMayCall)` |
/// | timeout | [`timeout`](Self::timeout) |
/// | max attempts, interval between attempts | [`attempts`](Self::attempts) |
/// | status to notify | [`interested_in`](Self::interested_in) |
///
/// # Defaults
///
/// | what | value | status |
/// | --- | --- | --- |
/// | proof | the access rule | known: nothing is signed |
/// | signed time | none | known |
/// | event key | `processId` and state, or `id` and status; which of them it is (a status: number or text) is in the key too | ours |
/// | retention | 7 days, longer where the attempts need it | ours |
/// | sender's timeout | a field of the form; unset here: handler's deadline 8 s | known |
/// | success | 2xx | known |
/// | retries | exponential back-off up to the form's maximum | known |
/// | copies of a running event | wait for its outcome, up to 80 % of the timeout, 8 s where that is unknown: errors lower Unico's throughput | known |
/// | deliveries at once | up to 500, below the receiver's 1,024 handlers | known |
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use hookgate::{
///     Receiver,
///     access::Basic,
///     dedup::MemoryStore,
///     providers::idcloud::{IdCloud, State},
/// };
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let pack = IdCloud::new()
///     .timeout(Duration::from_secs(20))
///     .attempts(5, Duration::from_secs(30))
///     .interested_in([State::Finished]);
/// let receiver = Receiver::new("idcloud", pack)
///     .access(Basic::from_text("unico:0f3c…"))
///     .dedup(MemoryStore::new())
///     .build()?;
/// # let _ = receiver;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct IdCloud {
    keys: Keys,
    generations: Generations,
    interest: Option<Vec<Milestone>>,
    timeout: Option<Duration>,
    horizon: Option<Duration>,
}

/// Which bodies an endpoint takes.
#[derive(Debug, Clone)]
enum Generations {
    Current,
    Numeric,
    /// These statuses and the states that end a process are one event.
    Both(Vec<TransactionStatus>),
}

impl IdCloud {
    /// Takes the current body: `processId`, `state`, `flow`.
    #[expect(
        clippy::new_without_default,
        reason = "which generation arrives is a choice"
    )]
    pub fn new() -> Self {
        Self::of(Generations::Current)
    }

    /// Takes the body with `id` and `status`: the previous generation with a number, IDPay with a text.
    pub fn numeric() -> Self {
        Self::of(Generations::Numeric)
    }

    /// Takes both, for an endpoint that is being moved from one to the other.
    ///
    /// One process may then be notified twice, with different identities. So it must be said which statuses end a
    /// process: these, [`State::Finished`] and [`State::Failed`] are one event, whichever comes first.
    pub fn both_generations(terminal: impl IntoIterator<Item = Status>) -> Self {
        let terminal = terminal.into_iter().map(TransactionStatus::from);
        Self::of(Generations::Both(terminal.collect()))
    }

    /// The token endpoint for the auth type OAuth2, from the form's fields: provider URL, ClientId, Secret.
    ///
    /// It goes on the route that the URL names, and the receiver takes its tokens with `TokenIssuer::bearer`. How Unico
    /// shows id and secret is not public: by `Authorization` and in the body, as a form and as JSON, are all taken.
    ///
    /// ```
    /// use hookgate::{Receiver, dedup::MemoryStore, providers::idcloud::IdCloud};
    ///
    /// # fn main() -> Result<(), hookgate::BuildError> {
    /// let issuer = IdCloud::oauth2("https://hooks.example/token", "unico", "0f3c…").build()?;
    /// let receiver = Receiver::new("idcloud", IdCloud::new())
    ///     .access(issuer.bearer())
    ///     .dedup(MemoryStore::new())
    ///     .build()?;
    /// # let _ = receiver;
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "token")]
    pub fn oauth2(
        provider_url: impl Into<String>,
        client_id: impl Into<String>,
        secret: impl AsRef<str>,
    ) -> TokenIssuerBuilder {
        TokenIssuer::new(provider_url).client(Client::new(client_id, secret))
    }

    fn of(generations: Generations) -> Self {
        Self {
            keys: Keys::NotNeeded,
            generations,
            interest: None,
            timeout: None,
            horizon: None,
        }
    }

    /// Serves many: the request says whose access rule applies. Each tenant, or the receiver, must have one.
    #[must_use]
    pub fn tenants(mut self, tenants: Tenants) -> Self {
        self.keys = Keys::Tenants(tenants);
        self
    }

    /// The states or statuses that the application acts on, as the vendor advises. All others, unknown ones
    /// among them, are answered 200 and told to the observer, and nothing of them is remembered.
    #[must_use]
    pub fn interested_in<M: Into<Milestone>>(
        mut self,
        milestones: impl IntoIterator<Item = M>,
    ) -> Self {
        let more = milestones.into_iter().map(Into::into);
        self.interest.get_or_insert_default().extend(more);
        self
    }

    /// The form's timeout: the handler's deadline is 80 % of it.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// The form's maximum of attempts and the interval between them, which doubles each time (assumed: the
    /// vendor says "exponential"). The retention must cover them all.
    #[must_use]
    pub fn attempts(mut self, most: u32, interval: Duration) -> Self {
        let pauses = most.saturating_sub(1);
        let factor = 2_u32.saturating_pow(pauses).saturating_sub(1);
        self.horizon = Some(interval.saturating_mul(factor));
        self
    }

    fn takes(&self, milestone: &Milestone) -> Result<(), Undecodable> {
        match (&self.generations, milestone) {
            (Generations::Current, Milestone::Status(_)) => Err(Undecodable(
                "a body with `id` and `status`: use `IdCloud::numeric`, or `both_generations`",
            )),
            (Generations::Numeric, Milestone::State(_)) => Err(Undecodable(
                "a body with `processId` and `state`: use `IdCloud::new`, or `both_generations`",
            )),
            _ => Ok(()),
        }
    }

    /// Whether what the API tells, by numbers or not, has the keys of what is sent.
    #[cfg(feature = "idcloud-client")]
    pub(super) fn agrees_with(&self, is_numeric: bool) -> Result<(), BuildError> {
        match (&self.generations, is_numeric) {
            (Generations::Current, false) | (Generations::Numeric, true) => Ok(()),
            (Generations::Current, true) => Err(BuildError::Pack(
                "the endpoint takes the current body, and the contract \"by client\" tells the numeric one: ask by \
                 `IdCloudClient::by_unico`, or each process is handled twice",
            )),
            (Generations::Numeric, false) => Err(BuildError::Pack(
                "the endpoint takes the numeric body, and the contract \"by Unico\" tells the current one: ask by \
                 `IdCloudClient::by_client`, or each process is handled twice",
            )),
            (Generations::Both(terminal), _) => {
                let ends = [Status::Concluded, Status::Cancelled, Status::Error];
                if ends.iter().all(|end| terminal.contains(&(*end).into())) {
                    return Ok(());
                }
                Err(BuildError::Pack(
                    "an endpoint of both generations that is asked for names all three statuses that end a process: \
                     concluded, cancelled and error",
                ))
            }
        }
    }

    /// Whether it serves many, or one.
    #[cfg(feature = "idcloud-client")]
    pub(super) fn has_tenants(&self) -> bool {
        matches!(self.keys, Keys::Tenants(_))
    }

    fn is_shared_end(&self, milestone: &Milestone) -> bool {
        match (&self.generations, milestone) {
            (Generations::Both(_), Milestone::State(state)) => {
                matches!(state, State::Finished | State::Failed)
            }
            (Generations::Both(terminal), Milestone::Status(status)) => terminal.contains(status),
            _ => false,
        }
    }
}

impl Provider for IdCloud {
    type Event = Event;

    fn name(&self) -> &str {
        IDCLOUD.name
    }

    fn profile(&self) -> SenderProfile {
        let known = IDCLOUD.known_in(SenderProfile::unknown());
        let wait = self.timeout.map_or(COPIES_WAIT, |it| it.mul_f64(0.8));
        SenderProfile {
            timeout: self.timeout,
            retries: self.horizon.map_or(Retries::Unknown, Retries::For),
            retention: known.retention.max(self.horizon.unwrap_or_default()),
            copies_wait: Some(wait),
            ..known
        }
    }

    fn keys(&self) -> Keys {
        self.keys.clone()
    }

    fn needs_access(&self) -> bool {
        true
    }

    fn validate(&self) -> Result<(), BuildError> {
        match &self.generations {
            Generations::Both(terminal) if terminal.is_empty() => Err(BuildError::Pack(
                "with both generations at one endpoint, name the statuses that end a process: \
                 without them each process would be handled twice",
            )),
            _ => Ok(()),
        }
    }

    fn verify<'a>(
        &self,
        _request: RawRequest<'a>,
        _keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        Ok(Verified::by_access())
    }

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<Event>, Undecodable> {
        let (identity, event) = decode::event(authenticated.bytes)?;
        let milestone = &identity.milestone;
        self.takes(milestone)?;
        let mut key = KeyParts::of(&identity.id);
        if self.is_shared_end(milestone) {
            key.part(SHARED_END);
        } else {
            key.part(milestone.kind()).part(milestone.text());
        }
        let event_type = milestone.event_type();
        let wanted = self
            .interest
            .as_ref()
            .is_none_or(|wanted| wanted.contains(milestone));
        let recognized = !matches!(event, Event::Unrecognized(_));
        let decoded = Decoded::new(key, event)
            .event_type(event_type)
            .wanted(wanted)
            .recognized(recognized);
        Ok(decoded.into())
    }
}

impl Milestone {
    /// What kind of text follows in the key: the number 2 and the text `2` are two statuses.
    fn kind(&self) -> &'static str {
        match self {
            Self::State(_) => "state",
            Self::Status(TransactionStatus::Process(_)) => "process_status",
            Self::Status(TransactionStatus::Payment(_)) => "payment_status",
        }
    }

    /// The text that the current version of the vendor's page writes; of a number, its digits.
    fn text(&self) -> String {
        match self {
            Self::State(state) => state.to_text().into_owned(),
            Self::Status(TransactionStatus::Process(status)) => status.code().to_string(),
            Self::Status(TransactionStatus::Payment(status)) => status.as_str().to_owned(),
        }
    }

    fn event_type(&self) -> EventType {
        let known = match self {
            Self::State(State::Finished) => Some("PROCESS_STATE_FINISHED"),
            Self::State(State::Created) => Some("PROCESS_STATE_CREATED"),
            Self::State(State::Failed) => Some("PROCESS_STATE_FAILED"),
            Self::State(State::Other(_)) => None,
            Self::Status(TransactionStatus::Process(status)) => status.known_text(),
            Self::Status(TransactionStatus::Payment(status)) => status.known_text(),
        };
        match known {
            Some(known) => EventType::known(known),
            None => EventType::unknown(self.text()),
        }
    }
}

impl fmt::Debug for IdCloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdCloud")
            .field("generations", &self.generations)
            .field("interest", &self.interest)
            .finish_non_exhaustive()
    }
}
