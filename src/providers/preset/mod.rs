//! [`Preset`]: senders that sign with a MAC in a header and leave the payload to the application.
//!
//! A preset is data: a scheme, what identifies an event, and what is known of the sender. There is one
//! file for each known sender, and [`Preset::custom`] for any other.

mod standard_webhooks;

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::de::DeserializeOwned;

use crate::{
    error::Rejection,
    event_key::KeyParts,
    keys::{Keys, LiveKeys},
    payload::{Json, Payload},
    provider::{Authenticated, Decoded, Provider, SenderProfile, TimeKind, Undecodable},
    request::RawRequest,
    schemes::HmacHeader,
    verified::Verified,
};

/// A sender that signs with a MAC in a header. Its event is a [`Payload`]: the raw JSON, or a type of the
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
    scheme: HmacHeader,
    keys: Keys,
    identity: Identity,
    profile: SenderProfile,
    event: PhantomData<fn() -> T>,
}

/// What identifies an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Identity {
    /// The id that the signature covers.
    SignedId,
    /// The digest of the body: two deliveries with equal bodies are one event.
    BodyDigest,
}

impl Preset {
    /// Any sender that `scheme` describes. An event is identified by the signed id where the scheme has
    /// one, else by the digest of the body. `name` is part of every event key.
    pub fn custom(
        name: impl Into<Cow<'static, str>>,
        scheme: HmacHeader,
        keys: impl Into<Keys>,
    ) -> Self {
        let mut profile = SenderProfile::unknown();
        if scheme.has_timestamp() {
            profile.time = TimeKind::SentAt;
            profile.past = Some(profile.future);
        }
        Self {
            name: name.into(),
            identity: if scheme.has_signed_id() {
                Identity::SignedId
            } else {
                Identity::BodyDigest
            },
            scheme,
            keys: keys.into(),
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
            keys: self.keys,
            identity: self.identity,
            profile: self.profile,
            event: PhantomData,
        }
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

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.scheme.verify(request, keys)
    }

    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
        key: &mut KeyParts,
    ) -> Result<Decoded<Payload<T>>, Undecodable> {
        match self.identity {
            Identity::SignedId => {
                key.part(authenticated.signed_id.ok_or(Undecodable("no signed id"))?)
            }
            Identity::BodyDigest => key.digest_of(authenticated.bytes),
        };
        let event = Payload::read(authenticated.bytes).map_err(Undecodable)?;
        let recognized = matches!(event, Payload::Known(_));
        Ok(Decoded::new(event).recognized(recognized))
    }
}

impl<T> fmt::Debug for Preset<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preset")
            .field("name", &self.name)
            .field("scheme", &self.scheme)
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}
