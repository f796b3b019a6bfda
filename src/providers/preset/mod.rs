//! [`Preset`]: senders that sign, nearly all with a MAC in a header, and leave the payload to the application.
//!
//! A preset is data: the row of its sender in [`known`](super::known). [`Preset::of`] makes one of any row, and each
//! sender has a constructor of its name. [`Preset::custom`] is for any other sender. A table in `docs/presets.md` says what
//! each signs, what identifies its events, and where their types stand. A [`KnownSender`] says it in words too.
//!
//! Where the digest of the body is the key, two deliveries with equal bodies are one event. The ids that
//! those senders put into headers are not signed: whoever captured a delivery could send it again
//! under another id. A type that stands in a header alone is for the same reason no
//! [`event_type`](crate::delivery::Delivery::event_type), but a
//! [`claimed_type`](crate::delivery::Delivery::claimed_type).

mod answering;
mod form_field;
mod merging;
mod open;
mod reading;
mod scheme_of_row;
mod signed_part;
#[cfg(feature = "simulator")]
mod simulator;
#[cfg(feature = "simulator")]
mod standard_webhooks_simulator;

use std::{borrow::Cow, fmt, marker::PhantomData};

use http::HeaderName;
use serde::de::DeserializeOwned;

use self::{
    answering::Answering,
    reading::Reading,
    scheme_of_row::{scheme_of, signs_of},
    signed_part::{covered, signed_part},
};
#[cfg(feature = "simulator")]
pub use self::{
    simulator::PresetSimulator, standard_webhooks_simulator::StandardWebhooksSimulator,
};
use super::known::{EventTypeAt, JSON, KnownSender, OpenSettings};
use crate::{
    challenge::Challenge,
    identity::EventType,
    json::{Json, Payload},
    keys::LiveKeys,
    provider::{Authenticated, Contents, Decoded, Provider, SenderProfile, TimeKind, Undecodable},
    request::{Head, RawRequest, Single, form::FORM},
    schemes::{Scheme, Signs, Verified},
    setup::{BuildError, Finding},
    tenants::Keys,
    time::{EventTime, UnixTime, accepts_unreadable_time},
    verdict::Rejection,
};

/// A sender that signs, and leaves the payload to the application. Its event is a [`Payload`]: the raw JSON, or a type of the
/// application's through [`Preset::events`].
///
/// ```
/// use hookgate::{Secret, providers::preset::Preset};
/// use serde::Deserialize;
///
/// #[derive(Deserialize)]
/// struct Invoice {
///     number: String,
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = Secret::whsec("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
/// let pack = Preset::standard_webhooks(secret).events::<Invoice>();
/// # let _ = pack;
/// # Ok(())
/// # }
/// ```
pub struct Preset<T = Json> {
    name: Cow<'static, str>,
    /// Or why there is none. Such a preset builds no receiver.
    scheme: Result<Box<dyn Scheme>, BuildError>,
    signs: Signs,
    /// The row of a known sender, and what it leaves open.
    row: Option<Box<KnownSender>>,
    open: OpenSettings,
    keys: Keys,
    reading: Reading,
    /// The header of the type, which nothing signs.
    type_header: Option<HeaderName>,
    answering: Answering,
    accept_unreadable_time: bool,
    profile: SenderProfile,
    event: PhantomData<fn() -> T>,
}

impl Preset {
    /// Any sender that signs as `scheme` says, under `keys`. `name` is part of every event key.
    ///
    /// - An event is identified by the signed id where the scheme has one, else by the digest of what is signed. A nonce
    ///   belongs to an attempt and identifies nothing.
    /// - Where the MAC sits inside the JSON that it covers, an event is read from what is signed: the member with the MAC is
    ///   not in it. With [`Recipe::DataOnly`](crate::schemes::Recipe::DataOnly) the event is the value of one member, and the
    ///   receiver must have an access rule.
    /// - `keys` are secrets for MACs and public keys for signatures: a [`Secret`](crate::Secret), a `VerifyingKey`, a
    ///   [`Keyring`](crate::Keyring), or those of [`Tenants`](crate::tenants::Tenants).
    /// - Bodies of up to 1 MiB are taken, or as many bytes as the scheme says. See
    ///   [`HmacBodyField::REWRITE_LIMIT`](crate::schemes::HmacBodyField::REWRITE_LIMIT).
    ///
    /// ```
    /// use hookgate::{
    ///     Secret,
    ///     providers::preset::Preset,
    ///     schemes::{HmacBodyField, HmacBodyFieldConfig},
    /// };
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let scheme = HmacBodyField::try_from(HmacBodyFieldConfig::new("mac"))?;
    /// let pack = Preset::custom("acme", scheme, Secret::utf8("0f3c5d…")?);
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// ```
    pub fn custom(
        name: impl Into<Cow<'static, str>>,
        scheme: impl Scheme,
        keys: impl Into<Keys>,
    ) -> Self {
        let signs = scheme.signs();
        Self::with(name.into(), Ok(Box::new(scheme)), signs, keys.into())
    }

    /// The sender of this row, under `keys`.
    ///
    /// A row whose sender has a pack of its own may say no scheme, or nothing that identifies an event. A sender may also
    /// sign for all of its customers with one key ([`KeyOwner`](super::known::KeyOwner)). `build()` is then a [`BuildError`].
    ///
    /// ```
    /// use hookgate::{
    ///     Secret,
    ///     providers::{known, preset::Preset},
    /// };
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let sender = known::find("github").ok_or("no such sender")?;
    /// let pack = Preset::of(sender, Secret::utf8("0f3c5d…")?);
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// ```
    pub fn of(sender: &KnownSender, keys: impl Into<Keys>) -> Self {
        let scheme = scheme_of(sender, &OpenSettings::default());
        let mut preset = Self::with(sender.name.into(), scheme, signs_of(sender), keys.into());
        preset.row = Some(Box::new(*sender));
        preset.reading = Reading::of_row(sender);
        if let EventTypeAt::Header(name) = sender.event_type.value() {
            preset.type_header = HeaderName::try_from(*name).ok();
        }
        preset.profile = sender.known_in(preset.profile);
        preset
    }

    fn with(
        name: Cow<'static, str>,
        scheme: Result<Box<dyn Scheme>, BuildError>,
        signs: Signs,
        keys: Keys,
    ) -> Self {
        let mut profile = SenderProfile {
            nonces: signs.nonce,
            body_limit: signs.body_limit,
            ..SenderProfile::unknown()
        };
        if signs.form {
            profile.media_types = &[JSON, FORM];
        }
        if signs.time {
            // Signed anew for each attempt.
            profile.time = TimeKind::SentAt;
            profile.past = Some(profile.future);
        }
        Self {
            name,
            scheme,
            signs,
            row: None,
            open: OpenSettings::default(),
            keys,
            reading: Reading::of_scheme(signs),
            type_header: None,
            answering: Answering::default(),
            accept_unreadable_time: false,
            profile,
            event: PhantomData,
        }
    }
}

impl<T> Preset<T> {
    /// Events of the application's own type. A body that is not one arrives as
    /// [`Payload::Unrecognized`].
    #[must_use]
    pub fn events<E: DeserializeOwned + Send + 'static>(self) -> Preset<E> {
        Preset {
            name: self.name,
            scheme: self.scheme,
            signs: self.signs,
            row: self.row,
            open: self.open,
            keys: self.keys,
            reading: self.reading,
            type_header: self.type_header,
            answering: self.answering,
            accept_unreadable_time: self.accept_unreadable_time,
            profile: self.profile,
            event: PhantomData,
        }
    }

    /// Takes the time of an event that is there and cannot be read for none, instead of refusing the event. It is then
    /// accepted at any age, and a captured delivery runs again once its mark has expired.
    ///
    /// It is for senders whose events say when they occurred, as PagerDuty's do. For another preset, `build()` is a
    /// [`BuildError`].
    ///
    /// ```
    /// use hookgate::{Secret, providers::preset::Preset};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let pack = Preset::pagerduty(Secret::utf8("8f742231b10e8888abcd99yyyzzz85a5")?).accept_unreadable_time();
    /// # let _ = pack;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn accept_unreadable_time(mut self) -> Self {
        self.accept_unreadable_time = true;
        self
    }

    /// What is known of the sender, to be adapted.
    #[must_use]
    pub fn with_profile(mut self, adapt: impl FnOnce(&mut SenderProfile)) -> Self {
        adapt(&mut self.profile);
        self
    }
}

impl<T: DeserializeOwned + Send + 'static> Provider for Preset<T> {
    type Event = Payload<T>;

    fn name(&self) -> &str {
        &self.name
    }

    fn profile(&self) -> SenderProfile {
        self.profile.clone()
    }

    fn keys(&self) -> Keys {
        self.keys.clone()
    }

    fn validate(&self) -> Result<(), BuildError> {
        let scheme = self.scheme.as_ref().map_err(Clone::clone)?;
        self.answering.check(self.reading.questions, self.signs)?;
        if self.accept_unreadable_time && !self.reading.dates_events() {
            return Err(BuildError::Pack(
                "`accept_unreadable_time` is for senders whose events say when they occurred: leave it out",
            ));
        }
        // Only an access rule can stand in for them.
        if matches!(self.keys, Keys::NotNeeded) && !self.needs_access() {
            return Err(BuildError::NoKey);
        }
        self.keys.check(|kind| scheme.takes(kind))?;
        self.keys.check_each(|key| scheme.check_key(key))
    }

    fn needs_access(&self) -> bool {
        !self.signs.all && !self.signs.caller
    }

    fn findings(&self, _now: UnixTime) -> Vec<Finding> {
        let scheme = self.scheme.as_ref();
        let mut found = scheme.map_or_else(|_| Vec::new(), |scheme| scheme.findings());
        found.extend(self.answering.finding(self.reading.questions));
        found.extend(merging::findings(&self.reading));
        found.extend(self.accept_unreadable_time.then(accepts_unreadable_time));
        found
    }

    fn challenges(&self) -> Vec<Challenge> {
        self.answering.challenges(self.reading.questions)
    }

    fn names_keys(&self) -> bool {
        self.scheme.as_ref().is_ok_and(|scheme| scheme.names_keys())
    }

    fn key_name<'r>(&self, request: &RawRequest<'r>) -> Result<Option<Cow<'r, str>>, Rejection> {
        self.scheme
            .as_ref()
            .map_or(Ok(None), |scheme| scheme.key_name(request))
    }

    fn reads_secret(&self, name: &HeaderName) -> bool {
        let scheme = self.scheme.as_ref();
        scheme.is_ok_and(|scheme| scheme.reads_secret(name))
    }

    fn check_head(&self, head: &Head<'_>, keys: LiveKeys<'_>) -> Result<(), Rejection> {
        let scheme = self.scheme.as_ref();
        scheme.map_or(Ok(()), |scheme| scheme.check_head(head, keys))
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        // No receiver is built without one.
        let scheme = self.scheme.as_ref().map_err(|_| Rejection::NoLiveKey)?;
        let verified = scheme.verify(request, keys)?;
        if !self.reading.is_as_labelled(&request) {
            return Err(Rejection::MislabelledBody);
        }
        let covered = covered(&verified, request.body);
        if self
            .answering
            .may_have_signed(self.reading.questions, covered)
        {
            return Err(Rejection::SignedForAnother(
                "a text that anybody may have signed",
            ));
        }
        match self.reading.sent_at(covered) {
            None => Ok(verified),
            Some(EventTime::At(time)) => Ok(verified.with_sent_at(Some(time))),
            Some(EventTime::Missing) => Err(Rejection::MissingTimestamp),
            Some(EventTime::Unreadable) => Err(Rejection::MalformedTimestamp),
        }
    }

    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
    ) -> Result<Contents<Payload<T>>, Undecodable> {
        let signed = signed_part(self.signs, authenticated)?;
        let scheme = self.scheme.as_ref();
        if !scheme.is_ok_and(|scheme| scheme.is_event(&signed)) {
            return Ok(Contents::Events(Vec::new()));
        }
        let text = self.reading.text(&signed)?;
        if let Some(handshake) = self.answering.answer(self.reading.questions, &text)? {
            return Ok(handshake.into());
        }
        let read = self.reading.read(&text, authenticated)?;
        let occurred_at = read
            .occurred_at
            .unless_unreadable(self.accept_unreadable_time);
        let event = Payload::read(&text);
        let recognized = matches!(event, Payload::Known(_));
        let mut decoded = Decoded::new(read.parts, event)
            .occurred_at(occurred_at)
            .recognized(recognized);
        if let Some(name) = read.event_type {
            decoded = decoded.event_type(EventType::unknown(name));
        }
        if self.signs.beside {
            decoded = decoded.claimed_body((*authenticated.body.trust_unsigned()).clone());
        }
        if let Some(header) = &self.type_header
            && let Single::Value(claimed) = authenticated.head.single(header)
            && let Ok(claimed) = std::str::from_utf8(claimed)
        {
            decoded = decoded.claimed_type(claimed);
        }
        Ok(decoded.into())
    }
}

impl<T> fmt::Debug for Preset<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preset")
            .field("name", &self.name)
            .field("scheme", &self.scheme)
            .field("identity", &self.reading.identity)
            .finish_non_exhaustive()
    }
}
