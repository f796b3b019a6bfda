//! Packs that sign as Standard Webhooks does, and read their events in another way.

use hookgate::{
    Rejection, Secret,
    pack::{
        Authenticated, Decoded, EventTime, KeyParts, LiveKeys, Provider, RawRequest, SenderProfile,
        Single, Undecodable,
    },
    providers::preset::Preset,
    schemes::Verified,
    tenants::Keys,
};
use http::HeaderName;

use crate::stage::{Event, Order};

pub(crate) struct Pack {
    preset: Preset<Order>,
    nonce: Option<HeaderName>,
    /// Takes no time of the attempt, so that the event's time is judged.
    dated_by_event: bool,
    event: fn(Decoded<Event>) -> Result<Decoded<Event>, Undecodable>,
}

impl Pack {
    /// Its events need an id that these bodies do not have.
    pub(crate) fn without_identity(secret: Secret) -> Self {
        Self {
            preset: Preset::standard_webhooks(secret).events(),
            nonce: None,
            dated_by_event: false,
            event: |_| Err(Undecodable("it has no id")),
        }
    }

    /// The application asked for none of its events.
    pub(crate) fn unwanted(secret: Secret) -> Self {
        Self {
            preset: Preset::standard_webhooks(secret).events(),
            nonce: None,
            dated_by_event: false,
            event: |decoded| Ok(decoded.wanted(false)),
        }
    }

    /// Its requests carry a nonce in the header `x-nonce`.
    pub(crate) fn with_nonce(secret: Secret) -> Self {
        Self {
            preset: Preset::standard_webhooks(secret).events(),
            nonce: Some(HeaderName::from_static("x-nonce")),
            dated_by_event: false,
            event: Ok,
        }
    }

    /// Its events have a time that nobody can read.
    pub(crate) fn with_unreadable_time(secret: Secret) -> Self {
        Self {
            preset: Preset::standard_webhooks(secret).events(),
            nonce: None,
            dated_by_event: true,
            event: |decoded| Ok(decoded.occurred_at(EventTime::Unreadable)),
        }
    }
}

impl Provider for Pack {
    type Event = Event;

    fn name(&self) -> &str {
        self.preset.name()
    }

    fn profile(&self) -> SenderProfile {
        self.preset.profile()
    }

    fn keys(&self) -> Keys {
        self.preset.keys()
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let nonce = match self.nonce.as_ref().map(|name| request.head.single(name)) {
            Some(Single::Value(nonce)) => Some(std::str::from_utf8(nonce).unwrap()),
            _ => None,
        };
        let verified = self.preset.verify(request, keys)?.with_nonce(nonce);
        Ok(if self.dated_by_event {
            verified.with_sent_at(None)
        } else {
            verified
        })
    }

    fn decode(
        &self,
        authenticated: &Authenticated<'_>,
        key: &mut KeyParts,
    ) -> Result<Decoded<Event>, Undecodable> {
        self.preset.decode(authenticated, key).and_then(self.event)
    }
}
