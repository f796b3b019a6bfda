//! Packs that sign as Standard Webhooks does, and read their events in another way.

use hookgate::{
    Rejection, Secret,
    json::Payload,
    pack::{
        Authenticated, Contents, Decoded, EventTime, KeyParts, LiveKeys, Provider, RawRequest,
        SenderProfile, Single, Undecodable,
    },
    providers::preset::Preset,
    schemes::Verified,
    tenants::Keys,
};
use http::HeaderName;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::stage::{Event, Order};

pub(crate) struct Pack {
    preset: Preset<Order>,
    nonce: Option<HeaderName>,
    /// Takes no time of the attempt, so that the event's time is judged.
    dated_by_event: bool,
    event: fn(Decoded<Event>) -> Result<Contents<Event>, Undecodable>,
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
            event: |decoded| Ok(decoded.wanted(false).into()),
        }
    }

    /// Its requests carry a nonce in the header `x-nonce`.
    pub(crate) fn with_nonce(secret: Secret) -> Self {
        Self {
            preset: Preset::standard_webhooks(secret).events(),
            nonce: Some(HeaderName::from_static("x-nonce")),
            dated_by_event: false,
            event: |decoded| Ok(decoded.into()),
        }
    }

    /// Its events have a time that nobody can read.
    pub(crate) fn with_unreadable_time(secret: Secret) -> Self {
        Self {
            preset: Preset::standard_webhooks(secret).events(),
            nonce: None,
            dated_by_event: true,
            event: |decoded| Ok(decoded.occurred_at(EventTime::Unreadable).into()),
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

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<Event>, Undecodable> {
        match self.preset.decode(authenticated)? {
            Contents::Event(decoded) => (self.event)(decoded),
            other => Ok(other),
        }
    }
}

/// Signs as Standard Webhooks does, and sends a list of orders in one body. Each is identified by its `id`.
pub(crate) struct Batches(Preset<Order>);

#[derive(Deserialize)]
struct Id {
    id: String,
}

impl Batches {
    pub(crate) fn new(secret: Secret) -> Self {
        Self(Preset::standard_webhooks(secret).events())
    }
}

impl Provider for Batches {
    type Event = Event;

    fn name(&self) -> &str {
        self.0.name()
    }

    fn profile(&self) -> SenderProfile {
        self.0.profile()
    }

    fn keys(&self) -> Keys {
        self.0.keys()
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.0.verify(request, keys)
    }

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<Event>, Undecodable> {
        let no_list = Undecodable("no list of orders");
        let orders: Vec<&RawValue> =
            serde_json::from_slice(authenticated.bytes).map_err(|_| no_list)?;
        let orders = orders.into_iter().map(|order| {
            let Id { id } = serde_json::from_str(order.get()).map_err(|_| no_list)?;
            let event = Payload::Known(serde_json::from_str(order.get()).map_err(|_| no_list)?);
            let bytes = authenticated.bytes.slice_ref(order.get().as_bytes());
            Ok(Decoded::new(KeyParts::of(id), event).bytes(bytes))
        });
        orders.collect::<Result<_, _>>().map(Contents::Events)
    }
}
