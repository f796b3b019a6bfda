//! [`CloudEvents`]: the pack.

use std::{borrow::Cow, fmt, marker::PhantomData};

use http::HeaderName;
use serde::de::DeserializeOwned;

use crate::{
    challenge::{Challenge, WebHooks},
    cloudevents::{CloudEvent, Interest, Mode, Modes, PREFIX, Tolerance, Tolerances},
    json::Json,
    keys::LiveKeys,
    provider::{Authenticated, Contents, Provider, SenderProfile, TimeKind, Undecodable},
    request::{Head, RawRequest},
    schemes::{Scheme, Signs, Verified},
    setup::{BuildError, Finding},
    tenants::Keys,
    time::{UnixTime, accepts_unreadable_time},
    verdict::Rejection,
};

/// The most events of one batch, where nothing else is set. Each costs a claim, and all have one deadline.
const MOST_OF_A_BATCH: usize = 100;

/// CloudEvents of any sender. Handlers take a [`CloudEvent`].
///
/// # Defaults
///
/// | what | value |
/// | --- | --- |
/// | event key | `source` and `id`. In binary mode under a signature over the body: the signed id where the scheme has one, else the digest of the body |
/// | modes | see [`hookgate::providers::cloudevents`](crate::providers::cloudevents) |
/// | signed time | `time`, of the event, where a signature covers it and the scheme signs no time of its own |
/// | past, future | retention − future − 60 s; 300 s |
/// | retention | 7 days, since a sender's retries are unknown |
/// | events of a batch | 100 |
/// | what 1.0 does not allow | refused; each [`Tolerance`] has its name |
///
/// # Examples
///
/// ```
/// use hookgate::{
///     Receiver, Secret,
///     cloudevents::Interest,
///     dedup::MemoryStore,
///     providers::cloudevents::CloudEvents,
///     schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding},
/// };
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Order {
///     number: String,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let scheme = HmacHeader::try_from(HmacHeaderConfig::new("x-acme-signature", SignatureEncoding::Hex))?;
/// let pack = CloudEvents::signed(scheme, Secret::utf8("N0tASecretForAnyone0123456789abc")?)
///     .interested_in([Interest::prefix("com.acme.order.")])
///     .events::<Order>();
/// let receiver = Receiver::new("acme", pack).dedup(MemoryStore::new()).build()?;
/// # let _ = receiver;
/// # Ok(())
/// # }
/// ```
pub struct CloudEvents<T = Json> {
    pub(super) proof: Proof,
    pub(super) modes: Option<Modes>,
    pub(super) takes: Tolerances,
    pub(super) interest: Option<Vec<Interest>>,
    pub(super) by_type: bool,
    pub(super) most_of_a_batch: usize,
    web_hooks: Option<WebHooks>,
    event: PhantomData<fn() -> T>,
}

/// Who is believed.
pub(super) enum Proof {
    Access,
    Signed {
        scheme: Box<dyn Scheme>,
        signs: Signs,
        keys: Keys,
    },
}

impl CloudEvents {
    /// From a sender that signs as `scheme` says, under `keys`. The scheme must cover all of the body, or show who calls.
    pub fn signed(scheme: impl Scheme, keys: impl Into<Keys>) -> Self {
        Self::with(Proof::Signed {
            signs: scheme.signs(),
            scheme: Box::new(scheme),
            keys: keys.into(),
        })
    }

    /// From whoever passes the receiver's access rule. A receiver without one is not built.
    ///
    /// ```
    /// use hookgate::{
    ///     Receiver, access::ApiKey, dedup::MemoryStore, providers::cloudevents::CloudEvents,
    /// };
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let receiver = Receiver::new("broker", CloudEvents::by_access())
    ///     .access(ApiKey::header("x-api-key", "0f3c…"))
    ///     .dedup(MemoryStore::new())
    ///     .build()?;
    /// # let _ = receiver;
    /// # Ok(())
    /// # }
    /// ```
    pub fn by_access() -> Self {
        Self::with(Proof::Access)
    }

    fn with(proof: Proof) -> Self {
        Self {
            proof,
            modes: None,
            takes: Tolerances::NONE,
            interest: None,
            by_type: false,
            most_of_a_batch: MOST_OF_A_BATCH,
            web_hooks: None,
            event: PhantomData,
        }
    }
}

impl<T> CloudEvents<T> {
    /// Data of all events as an `E`.
    #[must_use]
    pub fn events<E: DeserializeOwned + Send + 'static>(self) -> CloudEvents<E> {
        self.reading(false)
    }

    /// Data of each event as the variant of `E` that has the name of the event's type. `E` is an enum with
    /// `#[serde(tag = "type", content = "data")]`. Events of other types arrive as
    /// [`Unrecognized`](crate::cloudevents::TypedData::Unrecognized).
    ///
    /// ```
    /// use hookgate::providers::cloudevents::CloudEvents;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// #[serde(tag = "type", content = "data")]
    /// enum Shop {
    ///     #[serde(rename = "com.acme.order.placed")]
    ///     OrderPlaced { number: String },
    ///     #[serde(rename = "com.acme.order.paid")]
    ///     OrderPaid { number: String, cents: u64 },
    /// }
    ///
    /// let pack = CloudEvents::by_access().events_by_type::<Shop>();
    /// # let _ = pack;
    /// ```
    #[must_use]
    pub fn events_by_type<E: DeserializeOwned + Send + 'static>(self) -> CloudEvents<E> {
        self.reading(true)
    }

    fn reading<E>(self, by_type: bool) -> CloudEvents<E> {
        CloudEvents {
            proof: self.proof,
            modes: self.modes,
            takes: self.takes,
            interest: self.interest,
            by_type,
            most_of_a_batch: self.most_of_a_batch,
            web_hooks: self.web_hooks,
            event: PhantomData,
        }
    }

    /// The modes that are taken, and no others. Requests in another mode are answered 415.
    #[must_use]
    pub fn modes(mut self, modes: impl IntoIterator<Item = Mode>) -> Self {
        self.modes = Some(Modes::of(modes));
        self
    }

    /// Takes what CloudEvents 1.0 does not allow, beside what was named before.
    #[must_use]
    pub fn tolerate(mut self, tolerances: impl IntoIterator<Item = Tolerance>) -> Self {
        let tolerances = tolerances.into_iter();
        self.takes = tolerances.fold(self.takes, Tolerances::with);
        self
    }

    /// The types of events that the application wants. All others are answered 200 and told to the observer, and nothing of
    /// them is remembered.
    #[must_use]
    pub fn interested_in<I: Into<Interest>>(
        mut self,
        interest: impl IntoIterator<Item = I>,
    ) -> Self {
        self.interest = Some(interest.into_iter().map(Into::into).collect());
        self
    }

    /// How many events one batch may have. A batch with more is not decoded. Default: 100.
    #[must_use]
    pub fn most_of_a_batch(mut self, events: usize) -> Self {
        self.most_of_a_batch = events;
        self
    }

    /// Lets these senders send, who ask by `OPTIONS` before they do: Azure Event Grid, and others that follow CloudEvents' Web
    /// Hooks. Default: nobody is answered.
    ///
    /// ```
    /// use hookgate::{challenge::WebHooks, providers::cloudevents::CloudEvents};
    ///
    /// # fn main() -> Result<(), hookgate::BuildError> {
    /// let pack = CloudEvents::by_access()
    ///     .web_hooks(WebHooks::from_origins(["eventgrid.azure.net"])?);
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn web_hooks(mut self, senders: WebHooks) -> Self {
        self.web_hooks = Some(senders);
        self
    }

    pub(super) fn wants(&self, event_type: &str) -> bool {
        let interest = self.interest.as_ref();
        interest.is_none_or(|wanted| wanted.iter().any(|it| it.wants(event_type)))
    }
}

impl<T: DeserializeOwned + Send + 'static> Provider for CloudEvents<T> {
    type Event = CloudEvent<T>;

    fn name(&self) -> &str {
        "cloudevents"
    }

    fn profile(&self) -> SenderProfile {
        let mut profile = SenderProfile {
            media_types: &[],
            ..SenderProfile::unknown()
        };
        if let Proof::Signed { signs, .. } = &self.proof {
            profile.nonces = signs.nonce;
            profile.body_limit = signs.body_limit;
            if signs.time {
                // Signed anew for each attempt.
                profile.time = TimeKind::SentAt;
                profile.past = Some(profile.future);
            } else if self.is_dated() {
                profile.time = TimeKind::OccurredAt;
            }
        }
        if self.taken().binary && self.is_claimed(Mode::Binary) {
            profile.warning = Some(
                "in binary mode nothing signs the attributes of an event: \
                 whoever captured a delivery can send it again under others",
            );
        }
        profile
    }

    fn keys(&self) -> Keys {
        match &self.proof {
            Proof::Access => Keys::NotNeeded,
            Proof::Signed { keys, .. } => keys.clone(),
        }
    }

    fn validate(&self) -> Result<(), BuildError> {
        self.check_modes()?;
        if self.most_of_a_batch == 0 {
            return Err(BuildError::Pack(
                "a batch may have no event: allow one at least",
            ));
        }
        let Proof::Signed {
            scheme,
            signs,
            keys,
        } = &self.proof
        else {
            return Ok(());
        };
        if !(signs.all || signs.caller) || signs.beside || signs.form {
            return Err(BuildError::Pack(
                "the scheme does not cover the whole body as it is: CloudEvents need one that does",
            ));
        }
        if matches!(keys, Keys::NotNeeded) {
            return Err(BuildError::NoKey);
        }
        keys.check(|kind| scheme.takes(kind))?;
        keys.check_each(|key| scheme.check_key(key))
    }

    fn needs_access(&self) -> bool {
        matches!(self.proof, Proof::Access)
    }

    fn findings(&self, _now: UnixTime) -> Vec<Finding> {
        let mut found = match &self.proof {
            Proof::Access => Vec::new(),
            Proof::Signed { scheme, .. } => scheme.findings(),
        };
        let accepts = self.takes.has(Tolerance::UnreadableTime);
        found.extend(accepts.then(accepts_unreadable_time));
        found
    }

    fn challenges(&self) -> Vec<Challenge> {
        let senders = self.web_hooks.clone();
        senders.map(Challenge::from).into_iter().collect()
    }

    fn names_keys(&self) -> bool {
        self.scheme().is_some_and(Scheme::names_keys)
    }

    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection> {
        self.scheme()
            .map_or(Ok(None), |scheme| scheme.key_name(request))
    }

    fn reads_secret(&self, name: &HeaderName) -> bool {
        self.scheme()
            .is_some_and(|scheme| scheme.reads_secret(name))
    }

    fn event_headers(&self) -> Option<&'static str> {
        self.taken().binary.then_some(PREFIX)
    }

    fn check_media_type(&self, head: &Head<'_>) -> Result<(), Rejection> {
        self.taken().mode_of(head).map(|_| ())
    }

    fn check_head(&self, head: &Head<'_>, keys: LiveKeys<'_>) -> Result<(), Rejection> {
        self.scheme()
            .map_or(Ok(()), |scheme| scheme.check_head(head, keys))
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        match &self.proof {
            Proof::Access => Ok(Verified::by_access()),
            Proof::Signed { scheme, .. } => {
                let verified = scheme.verify(request, keys)?;
                // Refused before decoding, so that no captured delivery fills an inbox's quarantine under another label.
                if self.covers_headers() || self.is_as_labelled(&request) {
                    Ok(verified)
                } else {
                    Err(Rejection::MislabelledBody)
                }
            }
        }
    }

    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
    ) -> Result<Contents<CloudEvent<T>>, Undecodable> {
        let signed = authenticated.signed();
        if self
            .scheme()
            .is_some_and(|scheme| !scheme.is_event(&signed))
        {
            return Ok(Contents::Events(Vec::new()));
        }
        self.read(signed, authenticated)
            .map_err(|error| Undecodable(error.reason()))
    }
}

impl<T> CloudEvents<T> {
    fn scheme(&self) -> Option<&dyn Scheme> {
        match &self.proof {
            Proof::Access => None,
            Proof::Signed { scheme, .. } => Some(&**scheme),
        }
    }
}

impl<T> fmt::Debug for CloudEvents<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CloudEvents")
            .field("scheme", &self.scheme())
            .field("modes", &self.taken())
            .field("tolerances", &self.takes)
            .field("interest", &self.interest)
            .finish_non_exhaustive()
    }
}
