//! An event that we asked its sender for. Nothing of it was sent: our own call over TLS is the proof.

use std::{
    any::Any,
    sync::{Arc, LazyLock},
};

use bytes::Bytes;
use http::header;

use super::{
    Admitted, AdmittedEvent, Judge, Kept,
    window::{Came, check_time},
};
use crate::{
    delivery::Untaken,
    identity::KeyId,
    inbox::{ProvedBy, StoredCoverage, StoredDelivery, StoredRequest, StoredVerdict},
    provider::{Authenticated, Contents, Decoded, Undecodable},
    request::{Head, Unsigned},
    telemetry::{DeliverySpan, Facts, caught},
};

/// In place of the id of a key: none matched.
static OWN_CALL: LazyLock<KeyId> = LazyLock::new(|| "own_call".into());

/// Without headers: nothing was sent.
static NO_HEADERS: Vec<(&'static str, &'static str)> = Vec::new();

/// What we know of an event that we asked for.
#[derive(Clone, Copy)]
pub(crate) struct AskedFor<'a> {
    /// The canonical id, where the endpoint serves many.
    pub(crate) tenant: Option<&'a str>,
    /// What the sender would have sent of it.
    pub(crate) notification: &'a Bytes,
    /// Where it would have sent that, for a worker that goes through the application's routes.
    pub(crate) path: &'a str,
    /// By which call of ours.
    pub(crate) proved_by: ProvedBy,
}

/// Why an event that we asked for is not handled. Exhaustive on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotAdmitted {
    /// The pack cannot read it, or it has no identity, or it is not one event.
    Undecodable(&'static str),
    /// Its time is outside of the window, so nobody knows whether it was handled before.
    OutsideWindow,
    /// All bytes of the receiver are in use.
    Overloaded,
}

impl Judge {
    /// The event, as if it had been sent: the same key, and the same checks of its time.
    pub(crate) fn asked_for(&self, asked: AskedFor<'_>) -> Result<Admitted, NotAdmitted> {
        let decoded = self.decode_asked(asked.notification)?;
        let key = self.event_key(asked.tenant, &decoded.parts);
        let key = key.ok_or(NotAdmitted::Undecodable("nothing identifies the event"))?;
        let now = self.clock.now();
        let came = Came {
            head: now,
            body: now,
        };
        let event_time = decoded.occurred_at.unless_placeholder();
        check_time(self.window, event_time, came).map_err(|_| NotAdmitted::OutsideWindow)?;
        let bytes = self.gate.body.in_flight.take(asked.notification.len());
        let bytes = bytes.ok_or(NotAdmitted::Overloaded)?;
        let keeping = self.keeping.as_ref().filter(|_| decoded.wanted);
        let kept = keeping.map(|keeping| {
            Box::new(Kept {
                order: keeping.order(self, asked.tenant, &*decoded.event),
                delivery: stored(&asked, self, keeping.retain(), decoded.claimed_type.clone()),
            })
        });
        let facts = Facts {
            endpoint: self.name.clone(),
            pack: self.pack.clone(),
            tenant: asked.tenant.map(Into::into),
            key,
            key_id: OWN_CALL.clone(),
            event_type: decoded.event_type,
            event_name: self.provider.event_name(),
            claimed_type: decoded.claimed_type,
            signed_id: None,
            sent_at: None,
            occurred_at: event_time.at(),
            received_at: now,
            origin: asked.proved_by.origin(),
            trace_context: decoded.trace_context,
            claimed_trace_context: None,
        };
        let span = DeliverySpan::open(&self.name, &self.pack);
        span.admitted(&facts, decoded.recognized);
        let first = AdmittedEvent {
            event: Untaken::new(decoded.event, self.name.clone()),
            raw: decoded.bytes.unwrap_or_else(|| asked.notification.clone()),
            claimed_body: decoded.claimed_body,
            facts: Arc::new(facts),
            content: decoded.content,
            kept,
            nonce: None,
            wanted: decoded.wanted,
            recognized: decoded.recognized,
            span,
        };
        Ok(Admitted {
            first,
            others: Vec::new(),
            arrived: self.clock.monotonic(),
            declared: None,
            bytes,
        })
    }

    /// The key of the event in `notification`.
    pub(crate) fn key_of_asked(
        &self,
        tenant: Option<&str>,
        notification: &Bytes,
    ) -> Result<crate::identity::EventKey, NotAdmitted> {
        let decoded = self.decode_asked(notification)?;
        let key = self.event_key(tenant, &decoded.parts);
        key.ok_or(NotAdmitted::Undecodable("nothing identifies the event"))
    }

    fn decode_asked(&self, notification: &Bytes) -> Result<Decoded<dyn Any + Send>, NotAdmitted> {
        let authenticated = Authenticated {
            bytes: notification,
            proof: None,
            blank: &[],
            digest: None,
            signed_id: None,
            sent_at: None,
            body: Unsigned::new(notification),
            head: Head::new("POST", "/", &NO_HEADERS),
        };
        match caught(|| self.provider.decode(&authenticated)) {
            Ok(Ok(Contents::Event(event))) => Ok(event),
            Ok(Ok(Contents::Events(_) | Contents::Handshake(_))) => {
                Err(NotAdmitted::Undecodable("it is not one event"))
            }
            Ok(Err(Undecodable(why))) => Err(NotAdmitted::Undecodable(why)),
            Err(_) => Err(NotAdmitted::Undecodable("the pack panicked")),
        }
    }
}

/// As an inbox keeps it: the request that its sender did not send.
fn stored(
    asked: &AskedFor<'_>,
    judge: &Judge,
    retain: std::time::Duration,
    claimed_type: Option<Box<str>>,
) -> StoredDelivery {
    let media_type = judge.profile.media_types.first();
    let content_type = media_type.map(|it| {
        let name = header::CONTENT_TYPE.as_str();
        (name.into(), Bytes::from_static(it.as_bytes()))
    });
    StoredDelivery {
        request: StoredRequest {
            method: "POST".into(),
            path: asked.path.into(),
            query: None,
            authority: None,
            route_params: Vec::new(),
            headers: content_type.into_iter().collect(),
            body: asked.notification.clone(),
        },
        verdict: StoredVerdict {
            pack: (*judge.pack).into(),
            tenant: asked.tenant.map(Box::from),
            proved_by: asked.proved_by,
            key_id: (**OWN_CALL).into(),
            coverage: StoredCoverage::Body,
            signed_id: None,
            sent_at: None,
            digest: None,
            claimed_type,
            received_at: judge.clock.now(),
            retain,
            position: 0,
        },
    }
}
