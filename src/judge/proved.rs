//! [`Proved`]: a request whose proof matched, and what is read from it.

use std::{any::Any, sync::Arc};

use bytes::Bytes;

use super::{
    Admitted, AdmittedEvent, Arrival, Judge, Judged, Nonce, check_time,
    claimed_trace::claimed_trace,
};
use crate::{
    delivery::Untaken,
    identity::{ContentDigest, KeyParts, KeyScope, TenantId},
    limits::Grant,
    provider::{Authenticated, Contents, Decoded, Handshake, Undecodable},
    schemes::Verified,
    telemetry::{DeliverySpan, Facts, Observer},
    verdict::{Answer, Reason, Rejection},
};

/// A decoded event of any type.
type AnyEvent = Decoded<Box<dyn Any + Send>>;

/// A request whose proof matched.
pub(super) struct Proved<'a> {
    pub(super) judge: &'a Judge,
    pub(super) arrival: &'a Arrival<'a>,
    pub(super) tenant: Option<TenantId>,
    pub(super) verified: &'a Verified<'a>,
    /// The authenticated bytes.
    pub(super) raw: &'a Bytes,
}

impl Proved<'_> {
    /// What the request holds. `body` is all of what came, of which `bytes` is the share of the byte budget.
    pub(super) fn read(&self, body: &Bytes, bytes: Grant) -> Result<Judged, Rejection> {
        let head = *self.arrival.head;
        let authenticated = Authenticated::new(self.raw, self.verified, body, head);
        let contents = self.judge.provider.decode(&authenticated);
        let contents = contents.map_err(|Undecodable(why)| self.undecodable(why))?;
        let (mut first, mut others) = match contents {
            Contents::Event(decoded) => {
                let span = self.arrival.span.clone();
                (self.event(decoded, span)?, Vec::new())
            }
            Contents::Events(events) => {
                let mut events = self.events(events)?.into_iter();
                let Some(first) = events.next() else {
                    return Ok(Judged::Answered(Answer::ok(Reason::NotOfInterest)));
                };
                (first, events.collect())
            }
            Contents::Handshake(Handshake {
                status,
                headers,
                body,
            }) => return Ok(Judged::Answered(Answer::handshake(status, headers, body))),
        };
        if let Some(nonce) = self.nonce(&first, &others) {
            first.nonce = Some(nonce);
            others.iter_mut().for_each(|it| it.nonce = Some(nonce));
        }
        Ok(Judged::Admitted(Admitted {
            first,
            others,
            arrived: self.arrival.arrived,
            bytes,
        }))
    }

    /// Each has a span of its own. The request's is that of the first.
    fn events(&self, events: Vec<AnyEvent>) -> Result<Vec<AdmittedEvent>, Rejection> {
        let judge = self.judge;
        let spans =
            std::iter::once(self.arrival.span.clone()).chain(std::iter::repeat_with(|| {
                DeliverySpan::open(&judge.name, &judge.pack)
            }));
        let events = events.into_iter().zip(spans);
        events
            .map(|(decoded, span)| self.event(decoded, span))
            .collect()
    }

    fn event(&self, decoded: AnyEvent, span: DeliverySpan) -> Result<AdmittedEvent, Rejection> {
        let (judge, verified) = (self.judge, self.verified);
        let came = self.arrival.came;
        let key = judge.event_key(self.tenant.as_deref(), &decoded.parts);
        let key = key.ok_or_else(|| self.undecodable("nothing identifies the event"))?;
        // Where each attempt is signed anew, that time says how fresh the delivery is, and this one nothing.
        let event_time = decoded.occurred_at.unless_placeholder();
        if verified.sent_at().is_none() {
            check_time(judge.window, event_time, came).inspect_err(|rejection| {
                if *rejection == Rejection::UnreadableEventTime {
                    self.tell_undecodable("the time of the event cannot be read");
                }
            })?;
        }
        let occurred_at = event_time.at();
        if judge.window.is_some() && verified.sent_at().is_none() && occurred_at.is_none() {
            judge.say_no_time();
        }
        let facts = Facts {
            endpoint: judge.name.clone(),
            pack: judge.pack.clone(),
            tenant: self.tenant.clone(),
            key,
            key_id: verified.key_id().clone(),
            event_type: decoded.event_type,
            claimed_type: decoded.claimed_type,
            signed_id: verified.signed_id().map(Box::from),
            sent_at: verified.sent_at(),
            occurred_at,
            received_at: came.head,
            trace_context: decoded.trace_context,
            claimed_trace_context: claimed_trace(self.arrival.head),
        };
        span.admitted(&facts);
        Ok(AdmittedEvent {
            event: Untaken::new(decoded.event, judge.name.clone()),
            raw: decoded.bytes.unwrap_or_else(|| self.raw.clone()),
            nonce: None,
            content: decoded.content,
            wanted: decoded.wanted,
            recognized: decoded.recognized,
            span,
            facts: Arc::new(facts),
        })
    }

    /// The request's nonce, and what it stands for: its one event, or all of them.
    fn nonce(&self, first: &AdmittedEvent, others: &[AdmittedEvent]) -> Option<Nonce> {
        let nonce = self.verified.nonce()?;
        let judge = self.judge;
        let scope = KeyScope::of_nonces(&judge.name, self.tenant.as_deref(), &judge.pack);
        let key = scope.key(&KeyParts::of(nonce))?;
        let stands_for = if others.is_empty() {
            ContentDigest::from_bytes(*first.event_key().as_bytes())
        } else {
            let all = std::iter::once(first).chain(others);
            let keys: Vec<_> = all.flat_map(|it| *it.event_key().as_bytes()).collect();
            ContentDigest::of(&keys)
        };
        Some(Nonce { key, stands_for })
    }

    fn undecodable(&self, why: &'static str) -> Rejection {
        self.tell_undecodable(why);
        Rejection::Undecodable(why)
    }

    fn tell_undecodable(&self, why: &'static str) {
        let judge = self.judge;
        let told = |observer: &dyn Observer| observer.undecodable(&judge.name, why, self.raw);
        judge.told.tell(told);
    }
}
