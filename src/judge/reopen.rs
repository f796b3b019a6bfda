//! Reading again what an inbox kept. Nothing is verified, dated or asked for interest: all that was done at the accept, and
//! keys may have been rotated since.

use std::{any::Any, sync::Arc};

use bytes::Bytes;

use super::{
    AdmittedEvent, Judge, Kept,
    claimed_trace::claimed_trace,
    keeping::{Takes, of_event},
};
use crate::{
    delivery::Untaken,
    identity::EventKey,
    inbox::StoredDelivery,
    provider::{Authenticated, Contents, Decoded, Undecodable},
    request::{Head, Unsigned},
    telemetry::{DeliverySpan, Facts, caught, log},
};

/// Why a stored delivery was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotReopened {
    /// It is of another pack: this program has another sender under the endpoint's name.
    OtherPack,
    /// The pack cannot read it.
    Undecodable,
}

type AnyEvent = Decoded<dyn Any + Send>;

impl Judge {
    /// The event whose line has `key`. That key counts, whatever the pack makes of the event now.
    pub(crate) fn reopen(
        &self,
        stored: &StoredDelivery,
        key: &EventKey,
    ) -> Result<AdmittedEvent, NotReopened> {
        let position = usize::try_from(stored.verdict.position).unwrap_or(usize::MAX);
        let decoded = self.read_again(stored)?.into_iter().nth(position);
        let decoded = decoded.ok_or(NotReopened::Undecodable)?;
        let tenant = stored.verdict.tenant.as_deref();
        if self.event_key(tenant, &decoded.parts) != Some(*key) {
            log::another_key(&self.name, key);
        }
        Ok(self.reopened(stored, decoded, *key, None))
    }

    /// All events of a request that could not be decoded when it came, under their own keys and ready to be accepted. Those
    /// of a body with more than may be kept of one are not read.
    pub(crate) fn reopen_all(
        &self,
        stored: &StoredDelivery,
    ) -> Result<Vec<AdmittedEvent>, NotReopened> {
        let tenant = stored.verdict.tenant.as_deref();
        let (mut events, mut takes) = (Vec::new(), Takes::default());
        for (position, decoded) in (0..).zip(self.read_again(stored)?) {
            let key = self.event_key(tenant, &decoded.parts);
            let key = key.ok_or(NotReopened::Undecodable)?;
            let keeping = self.keeping.as_ref();
            let order = keeping.and_then(|it| it.order(self, tenant, &*decoded.event));
            let kept = Kept {
                delivery: of_event(stored.clone(), position, &decoded),
                order,
            };
            if !takes.one_more(&kept) {
                return Err(NotReopened::Undecodable);
            }
            events.push(self.reopened(stored, decoded, key, Some(Box::new(kept))));
        }
        Ok(events)
    }

    fn read_again(&self, stored: &StoredDelivery) -> Result<Vec<AnyEvent>, NotReopened> {
        let (request, verdict) = (&stored.request, &stored.verdict);
        if *verdict.pack != *self.pack {
            return Err(NotReopened::OtherPack);
        }
        let bytes = verdict.coverage.bytes_of(&request.body);
        let (proof, blank) = verdict.coverage.proof();
        let authenticated = Authenticated {
            bytes: &bytes,
            proof,
            blank,
            digest: verdict.digest,
            signed_id: verdict.signed_id.as_deref(),
            sent_at: verdict.sent_at,
            body: Unsigned::new(&request.body),
            head: head(stored),
        };
        match caught(|| self.provider.decode(&authenticated)) {
            Ok(Ok(Contents::Event(event))) => Ok(vec![event]),
            Ok(Ok(Contents::Events(events))) => Ok(events),
            // What asks whether the endpoint is ours was answered long ago, or never will be.
            Ok(Ok(Contents::Handshake(_)) | Err(Undecodable(_))) | Err(_) => {
                Err(NotReopened::Undecodable)
            }
        }
    }

    fn reopened(
        &self,
        stored: &StoredDelivery,
        decoded: AnyEvent,
        key: EventKey,
        kept: Option<Box<Kept>>,
    ) -> AdmittedEvent {
        let verdict = &stored.verdict;
        let facts = Facts {
            endpoint: self.name.clone(),
            pack: self.pack.clone(),
            tenant: verdict.tenant.as_deref().map(Into::into),
            key,
            key_id: (&*verdict.key_id).into(),
            event_type: decoded.event_type,
            event_name: self.provider.event_name(),
            // The header that names it may not be among those that were kept.
            claimed_type: verdict.claimed_type.clone().or(decoded.claimed_type),
            signed_id: verdict.signed_id.clone(),
            sent_at: verdict.sent_at,
            occurred_at: decoded.occurred_at.unless_placeholder().at(),
            received_at: verdict.received_at,
            origin: verdict.proved_by.origin(),
            trace_context: decoded.trace_context,
            claimed_trace_context: claimed_trace(&head(stored)),
        };
        let span = DeliverySpan::open(&self.name, &self.pack);
        span.admitted(&facts, decoded.recognized);
        let all = || verdict.coverage.bytes_of(&stored.request.body);
        let raw: Bytes = decoded.bytes.unwrap_or_else(all);
        AdmittedEvent {
            event: Untaken::new(decoded.event, self.name.clone()),
            raw,
            claimed_body: decoded.claimed_body,
            facts: Arc::new(facts),
            content: decoded.content,
            kept,
            nonce: None,
            wanted: true,
            recognized: decoded.recognized,
            span,
        }
    }
}

fn head(stored: &StoredDelivery) -> Head<'_> {
    let request = &stored.request;
    Head::new(&request.method, &request.path, &request.headers)
        .query(request.query.as_deref())
        .authority(request.authority.as_deref())
        .route_params(&request.route_params)
}
