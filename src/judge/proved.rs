//! [`Proved`]: a request whose proof matched, and what is read from it.

use std::{any::Any, sync::Arc};

use bytes::Bytes;

use super::{
    Admitted, AdmittedEvent, Arrival, Judge, Judged, Nonce, check_end, check_time,
    claimed_trace::claimed_trace,
    keeping::{MOST_OF_A_BODY, Takes},
};
use crate::{
    challenge::Handshake,
    delivery::Untaken,
    identity::{ContentDigest, KeyParts, KeyScope, TenantId},
    limits::Grant,
    provider::{Authenticated, Contents, Decoded, Undecodable},
    request::Origin,
    schemes::Verified,
    telemetry::{DeliverySpan, Facts, Observer, caught},
    verdict::{Answer, Reason, Rejection},
};

/// What a sender hears that has asked whether the endpoint is ours.
pub(super) fn answer_to(handshake: Handshake) -> Answer {
    let Handshake {
        status,
        headers,
        body,
    } = handshake;
    Answer::handshake(status, headers, body)
}

/// A decoded event of any type.
type AnyEvent = Decoded<dyn Any + Send>;

/// A request whose proof matched.
pub(super) struct Proved<'a> {
    pub(super) judge: &'a Judge,
    pub(super) arrival: &'a Arrival<'a>,
    pub(super) tenant: Option<TenantId>,
    pub(super) verified: &'a Verified<'a>,
    /// The authenticated bytes.
    pub(super) raw: &'a Bytes,
    /// All of the body.
    pub(super) body: &'a Bytes,
}

impl Proved<'_> {
    /// What the request holds. `bytes` is its body's share of the byte budget.
    pub(super) fn read(&self, bytes: Grant) -> Result<Judged, Rejection> {
        let (mut first, mut others) = match self.events_or_answer() {
            Ok(Ok(events)) => events,
            Ok(Err(answer)) => return Ok(Judged::Answered(answer)),
            Err(Rejection::Undecodable(why)) => return self.set_aside(why, bytes),
            Err(rejection) => return Err(rejection),
        };
        if let Some(nonce) = self.nonce(&first, &others) {
            let events = std::iter::once(&mut first).chain(&mut others);
            events.for_each(|it| it.nonce = Some(Box::new(nonce)));
        }
        Ok(Judged::Admitted(Admitted {
            first,
            others,
            arrived: self.arrival.arrived,
            declared: self.arrival.declared,
            bytes,
        }))
    }

    /// An inbox keeps what cannot be decoded: a later release may read it.
    ///
    /// Not where a nonce stands for a body that nothing signs. It is claimed with an event, and here is none: whoever captured
    /// one could fill the quarantine, and have forged events read from there.
    fn set_aside(&self, why: &'static str, bytes: Grant) -> Result<Judged, Rejection> {
        let is_of_anybody = self.verified.nonce().is_some() && !self.verified.is_signed();
        let keeping = self.judge.keeping.as_ref().filter(|_| !is_of_anybody);
        let undecoded = keeping.and_then(|keeping| keeping.undecoded(self, why, bytes));
        undecoded
            .map(|undecoded| Judged::Undecoded(Box::new(undecoded)))
            .ok_or(Rejection::Undecodable(why))
    }

    /// The first event and the others, or an answer where there is none.
    fn events_or_answer(
        &self,
    ) -> Result<Result<(AdmittedEvent, Vec<AdmittedEvent>), Answer>, Rejection> {
        Ok(match self.contents()? {
            Contents::Event(decoded) => {
                let span = self.arrival.span.clone();
                Ok((self.event(decoded, 0, span)?, Vec::new()))
            }
            Contents::Events(events) => {
                let mut events = self.events(events)?.into_iter();
                let first = events.next();
                first
                    .map(|first| (first, events.collect()))
                    .ok_or_else(|| Answer::ok(Reason::NotOfInterest))
            }
            Contents::Handshake(handshake) => Err(answer_to(handshake)),
        })
    }

    fn contents(&self) -> Result<Contents<dyn Any + Send>, Rejection> {
        let judge = self.judge;
        let head = *self.arrival.head;
        let authenticated = Authenticated::new(self.raw, self.verified, self.body, head);
        let decode = || judge.provider.decode(&authenticated);
        let contents = if judge.keeping.is_some() {
            caught(decode).unwrap_or(Err(Undecodable("the pack panicked")))
        } else {
            decode()
        };
        contents.map_err(|Undecodable(why)| self.undecodable(why))
    }

    /// Each has a span of its own. The request's is that of the first.
    fn events(&self, events: Vec<AnyEvent>) -> Result<Vec<AdmittedEvent>, Rejection> {
        let judge = self.judge;
        let spans =
            std::iter::once(self.arrival.span.clone()).chain(std::iter::repeat_with(|| {
                DeliverySpan::open(&judge.name, &judge.pack)
            }));
        let mut takes = Takes::default();
        let events = (0..).zip(events).zip(spans);
        events
            .map(|((position, decoded), span)| {
                let event = self.event(decoded, position, span)?;
                match &event.kept {
                    Some(kept) if !takes.one_more(kept) => Err(Rejection::BatchTooLarge {
                        limit: MOST_OF_A_BODY,
                    }),
                    _ => Ok(event),
                }
            })
            .collect()
    }

    fn event(
        &self,
        decoded: AnyEvent,
        position: u32,
        span: DeliverySpan,
    ) -> Result<AdmittedEvent, Rejection> {
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
        let is_dated = verified.sent_at().is_some() || occurred_at.is_some();
        if judge.checks_time && !(is_dated && judge.window.is_some()) {
            check_end(verified.validity(), judge.remembers, came)?;
        }
        let keeping = judge.keeping.as_ref().filter(|_| decoded.wanted);
        let kept = keeping.map(|keeping| Box::new(keeping.event(self, position, &decoded)));
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
            event_name: judge.provider.event_name(),
            claimed_type: decoded.claimed_type,
            signed_id: verified.signed_id().map(Box::from),
            sent_at: verified.sent_at(),
            occurred_at,
            received_at: came.head,
            origin: Origin::Pushed,
            trace_context: decoded.trace_context,
            claimed_trace_context: claimed_trace(self.arrival.head),
        };
        span.admitted(&facts, decoded.recognized);
        Ok(AdmittedEvent {
            event: Untaken::new(decoded.event, judge.name.clone()),
            raw: decoded.bytes.unwrap_or_else(|| self.raw.clone()),
            claimed_body: decoded.claimed_body,
            nonce: None,
            content: decoded.content,
            kept,
            wanted: decoded.wanted,
            recognized: decoded.recognized,
            span,
            facts: Arc::new(facts),
        })
    }

    /// The request's nonce, and what it stands for: its one event, or all of them. Where nothing signs them, the body as it
    /// came: whoever captured the nonce could otherwise write another event under the same identity.
    fn nonce(&self, first: &AdmittedEvent, others: &[AdmittedEvent]) -> Option<Nonce> {
        let nonce = self.verified.nonce()?;
        let judge = self.judge;
        let scope = KeyScope::of_nonces(&judge.name, self.tenant.as_deref(), &judge.pack);
        let key = scope.key(&KeyParts::of(nonce))?;
        let stands_for = if !self.verified.is_signed() {
            ContentDigest::of(self.raw)
        } else if others.is_empty() {
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
