//! [`Preset`]: senders that sign, nearly all with a MAC in a header, and leave the payload to the application.
//!
//! A preset is data: a scheme, what identifies an event, and what is known of the sender. There is one
//! file for each known sender, and [`Preset::custom`] for any other.
//!
//! | preset | signs | signature | time | keyed by | type |
//! | --- | --- | --- | --- | --- | --- |
//! | [`standard_webhooks`](Preset::standard_webhooks), [`svix`](Preset::svix) | `{id}.{timestamp}.{body}` | base64, a list of `v1,…` | sent at, ± 300 s | the signed id | none |
//! | [`stripe`](Preset::stripe) | `{timestamp}.{body}` | hex, pairs `t=`, `v1=` | sent at, ± 300 s | the body's `id`, else its digest | the body's `type` |
//! | [`slack`](Preset::slack) | `v0:{timestamp}:{body}` | hex, `v0=…` | sent at, ± 300 s | the body's `event_id`, else its digest | the body's `type` |
//! | [`github`](Preset::github) | `{body}` | hex, `sha256=…` | none | the body's digest | `x-github-event`, unsigned |
//! | [`shopify`](Preset::shopify) | `{body}` | base64 | none | the body's digest | `x-shopify-topic`, unsigned |
//! | [`custom`](Preset::custom) | as its scheme says | as its scheme says | ± 300 s where signed | the signed id, else the body's digest | none |
//!
//! | [`custom_body_field`](Preset::custom_body_field) | the JSON without its MAC, or one member | a member of the JSON | none | the digest of what is signed | none |
//! | `custom_signed_request` (feature `jwt`) | as its scheme says | by the key of a certificate | ± 300 s where signed | the body's digest | none |
//!
//! All of them are HMAC-SHA256 but for the custom ones, which may be told otherwise.
//!
//! Where the digest of the body is the key, two deliveries with equal bodies are one event: the ids that
//! those senders put into headers are not signed, and whoever captured a delivery could send it again
//! under another id. A type that stands in a header alone is for the same reason no
//! [`event_type`](crate::delivery::Delivery::event_type), but a
//! [`claimed_type`](crate::delivery::Delivery::claimed_type).

mod body_field;
mod envelope;
mod github;
mod scheme;
mod shopify;
#[cfg(feature = "jwt")]
mod signed_request;
mod slack;
mod standard_webhooks;
mod stripe;

use std::{borrow::Cow, fmt, marker::PhantomData};

use http::HeaderName;
use serde::de::DeserializeOwned;

use self::{
    body_field::signed_part,
    envelope::{Envelope, Names},
    scheme::Scheme,
};
use super::known::KnownSender;
use crate::{
    identity::{EventType, KeyParts},
    json::{Json, Payload},
    keys::LiveKeys,
    provider::{
        Authenticated, Contents, Decoded, Handshake, Provider, SenderProfile, TimeKind, Undecodable,
    },
    request::{RawRequest, Single},
    schemes::{HmacHeader, Verified},
    setup::{BuildError, Finding},
    tenants::Keys,
    time::UnixTime,
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
    scheme: Scheme,
    keys: Keys,
    identity: Identity,
    type_header: Option<HeaderName>,
    handshake: Option<AnswerHandshake>,
    profile: SenderProfile,
    event: PhantomData<fn() -> T>,
}

/// The answer to a verified body, where that is a handshake.
type AnswerHandshake = fn(&Envelope, &[u8]) -> Option<Handshake>;

/// What identifies an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Identity {
    /// The id that the signature covers.
    SignedId,
    /// The digest of the body: two deliveries with equal bodies are one event.
    BodyDigest,
    /// A member of the body; the digest of the body where it has none.
    Member(Names),
}

impl Preset {
    /// Any sender that `scheme` describes. An event is identified by the signed id where the scheme has
    /// one, else by the digest of the body. `name` is part of every event key.
    pub fn custom(
        name: impl Into<Cow<'static, str>>,
        scheme: HmacHeader,
        keys: impl Into<Keys>,
    ) -> Self {
        let identity = if scheme.has_signed_id() {
            Identity::SignedId
        } else {
            Identity::BodyDigest
        };
        let has_timestamp = scheme.has_timestamp();
        let preset = Self::of_scheme(name.into(), scheme.into(), keys.into(), identity);
        if has_timestamp {
            preset.signing_times()
        } else {
            preset
        }
    }

    fn of_scheme(name: Cow<'static, str>, scheme: Scheme, keys: Keys, identity: Identity) -> Self {
        Self {
            name,
            scheme,
            keys,
            identity,
            type_header: None,
            handshake: None,
            profile: SenderProfile::unknown(),
            event: PhantomData,
        }
    }

    /// With what is known of the sender.
    fn knowing(mut self, sender: &KnownSender) -> Self {
        self.profile = sender.known_in(self.profile);
        self
    }

    /// Signs a time anew for each attempt.
    fn signing_times(mut self) -> Self {
        self.profile.time = TimeKind::SentAt;
        self.profile.past = Some(self.profile.future);
        self
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
            type_header: self.type_header,
            handshake: self.handshake,
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

    fn validate(&self) -> Result<(), BuildError> {
        if self.handshake.is_some() && self.name != "slack" {
            return Err(BuildError::Pack(
                "`answer_url_verification` is a setting of `Preset::slack` alone: leave it out",
            ));
        }
        Ok(())
    }

    fn needs_access(&self) -> bool {
        self.scheme.leaves_something_unsigned()
    }

    fn findings(&self, now: UnixTime) -> Vec<Finding> {
        self.scheme.findings(now)
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
    ) -> Result<Contents<Payload<T>>, Undecodable> {
        let mut event_type = None;
        let bytes = match &self.scheme {
            Scheme::BodyField(scheme) => &signed_part(scheme, authenticated)?,
            _ => authenticated.bytes,
        };
        let parts = match self.identity {
            Identity::SignedId => {
                KeyParts::of(authenticated.signed_id.ok_or(Undecodable("no signed id"))?)
            }
            Identity::BodyDigest => KeyParts::of_digest(bytes),
            Identity::Member(names) => {
                let envelope = Envelope::read(bytes, names)
                    .map_err(|_| Undecodable("its id or type stands twice"))?;
                if let Some(answer) = self.handshake
                    && let Some(handshake) = answer(&envelope, bytes)
                {
                    return Ok(handshake.into());
                }
                let parts = match envelope.id {
                    Some(id) => KeyParts::of(id),
                    // One part more than an id has, so that no id can be mistaken for a digest.
                    None => {
                        let mut parts = KeyParts::of("");
                        parts.digest_of(bytes);
                        parts
                    }
                };
                event_type = envelope.event_type;
                parts
            }
        };
        let event = Payload::read(bytes);
        let recognized = matches!(event, Payload::Known(_));
        let mut decoded = Decoded::new(parts, event).recognized(recognized);
        if let Some(name) = event_type {
            decoded = decoded.event_type(EventType::unknown(name));
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
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}
