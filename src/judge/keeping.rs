//! [`Keeping`]: what an inbox keeps of a request. [`Undecoded`]: a request that it keeps and nobody can read yet.

use std::{any::Any, fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderName, header};

use super::{Judge, proved::Proved};
use crate::{
    identity::{ContentDigest, EventKey, KeyId, KeyParts, KeyScope, OrderKey},
    inbox::{ProvedBy, StoredCoverage, StoredDelivery, StoredRequest, StoredVerdict},
    limits::Grant,
    provider::{Authenticated, Decoded},
    request::Single,
    schemes::Coverage,
    telemetry::DeliverySpan,
    tenants::Tenant,
};

/// Headers that every inbox keeps: none of them is a credential, and handlers may read them.
const KEPT: [HeaderName; 5] = [
    header::CONTENT_TYPE,
    header::DATE,
    header::USER_AGENT,
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
];

/// Names what an event is handled in order with.
pub(crate) type OrderBy = Arc<dyn Fn(&dyn Any) -> Option<String> + Send + Sync>;

/// What an inbox keeps of a request, beside its body.
pub(crate) struct Keeping {
    headers: Vec<HeaderName>,
    order_by: Option<OrderBy>,
    /// How long a handled event is remembered.
    retain: Duration,
}

/// What an inbox keeps of one event. Its bytes are made when it is accepted: those of all events of a body at once would
/// hold the body as often.
pub(crate) struct Kept {
    pub(crate) delivery: StoredDelivery,
    pub(crate) order: Option<OrderKey>,
}

/// The most bytes that an inbox keeps of one body with several events. Where a pack knows no body of one event alone, each is
/// kept with the whole one, so 1,000 events in 1 MiB would take up 1 GiB.
pub(super) const MOST_OF_A_BODY: usize = 64 * 1024 * 1024;

/// What the events of one body take up. The first is not bounded: the receiver's limit of bodies bounds it.
#[derive(Default)]
pub(super) struct Takes(usize);

impl Takes {
    /// Counts one event. `false` where it goes beyond the bound.
    #[must_use]
    pub(super) fn one_more(&mut self, kept: &Kept) -> bool {
        let is_first = self.0 == 0;
        self.0 = self.0.saturating_add(kept.delivery.room());
        is_first || self.0 <= MOST_OF_A_BODY
    }
}

impl Keeping {
    pub(crate) fn new(more: Vec<HeaderName>, order_by: Option<OrderBy>, retain: Duration) -> Self {
        // The body is kept as it was before it was compressed.
        let more = more
            .into_iter()
            .filter(|name| *name != header::CONTENT_ENCODING);
        Self {
            headers: KEPT.into_iter().chain(more).collect(),
            order_by,
            retain,
        }
    }

    /// `decoded` is the event at `position` in the body.
    pub(super) fn event(
        &self,
        proved: &Proved<'_>,
        position: u32,
        decoded: &Decoded<dyn Any + Send>,
    ) -> Kept {
        let tenant = proved.tenant.as_deref();
        Kept {
            delivery: of_event(self.delivery(proved), position, decoded),
            order: self.order(proved.judge, tenant, &*decoded.event),
        }
    }

    /// How long a handled event is remembered.
    pub(super) fn retain(&self) -> Duration {
        self.retain
    }

    /// What `event` is handled in order with.
    pub(super) fn order(
        &self,
        judge: &Judge,
        tenant: Option<&str>,
        event: &dyn Any,
    ) -> Option<OrderKey> {
        let text = self.order_by.as_ref()?(event)?;
        Some(OrderKey::of(text, &judge.name, tenant, &judge.pack))
    }

    fn delivery(&self, proved: &Proved<'_>) -> StoredDelivery {
        let verified = proved.verified;
        let verdict = StoredVerdict {
            pack: (*proved.judge.pack).into(),
            tenant: proved.tenant.as_deref().map(Box::from),
            proved_by: if verified.is_signed() {
                ProvedBy::Signature
            } else {
                ProvedBy::Access
            },
            key_id: (**verified.key_id()).into(),
            coverage: stored(verified.coverage()),
            signed_id: verified.signed_id().map(Box::from),
            sent_at: verified.sent_at(),
            digest: verified.digest(),
            claimed_type: None,
            received_at: proved.arrival.came.head,
            retain: self.retain,
            position: 0,
        };
        let request = self.request(proved);
        StoredDelivery { request, verdict }
    }

    fn request(&self, proved: &Proved<'_>) -> StoredRequest {
        let (judge, head) = (proved.judge, proved.arrival.head);
        let mut headers = Vec::new();
        let of_tenant = proved.arrival.tenant.and_then(Tenant::access_rule);
        let rules = [judge.gate.access.as_deref(), of_tenant];
        // Also one of those that every inbox keeps, where somebody has chosen such a name.
        let holds_secret = |name: &HeaderName| {
            let mut rules = rules.into_iter().flatten();
            rules.any(|rule| rule.reads(name)) || judge.provider.reads_secret(name)
        };
        head.headers.each_of(&self.headers, &mut |place, value| {
            if let Some(name) = self.headers.get(place).filter(|name| !holds_secret(name)) {
                headers.push((name.as_str().into(), Bytes::copy_from_slice(value)));
            }
        });
        if let Some(prefix) = judge.provider.event_headers() {
            head.headers.each_beginning(prefix, &mut |name, value| {
                let known = HeaderName::from_bytes(name.as_bytes()).ok();
                let is_new = |name: &HeaderName| !self.headers.contains(name);
                if let Some(name) = known.filter(|it| is_new(it) && !holds_secret(it)) {
                    headers.push((name.as_str().into(), Bytes::copy_from_slice(value)));
                }
            });
        }
        let host = match head.single(&header::HOST) {
            Single::Value(host) => std::str::from_utf8(host).ok(),
            Single::Missing | Single::Repeated => None,
        };
        StoredRequest {
            method: head.method.into(),
            path: head.path.into(),
            query: head.query.map(Box::from),
            authority: head.authority.or(host).map(Box::from),
            route_params: head.route_params.to_vec(),
            headers,
            body: proved.body.clone(),
        }
    }

    /// `proved` cannot be decoded.
    pub(super) fn undecoded(
        &self,
        proved: &Proved<'_>,
        why: &'static str,
        bytes: Grant,
    ) -> Option<Undecoded> {
        let judge = proved.judge;
        let tenant = proved.tenant.as_deref();
        let scope = KeyScope::of_undecodable(&judge.name, tenant, &judge.pack);
        let head = *proved.arrival.head;
        let authenticated = Authenticated::new(proved.raw, proved.verified, proved.body, head);
        Some(Undecoded {
            // Without the proof: whoever captured one could fill the quarantine with it, spelt in other ways.
            key: scope.key(&KeyParts::of_digest(&authenticated.signed()))?,
            key_id: proved.verified.key_id().clone(),
            payload: self.delivery(proved).to_bytes(),
            why,
            span: proved.arrival.span.clone(),
            _bytes: bytes,
        })
    }
}

/// Makes what is kept of a whole body that of `decoded`, the event at `position`.
///
/// Its body is that of the event alone, where the pack knows one: a batch of 100 would take up 100 times its size.
pub(super) fn of_event(
    mut whole: StoredDelivery,
    position: u32,
    decoded: &Decoded<dyn Any + Send>,
) -> StoredDelivery {
    let verdict = &mut whole.verdict;
    verdict.claimed_type.clone_from(&decoded.claimed_type);
    match decoded.alone() {
        Some(own) => {
            verdict.position = 0;
            verdict.coverage = StoredCoverage::Body;
            verdict.digest = verdict.digest.map(|_| ContentDigest::of(&own));
            whole.request.body = own;
        }
        None => verdict.position = position,
    }
    whole
}

fn stored(coverage: &Coverage) -> StoredCoverage {
    match coverage {
        Coverage::Body => StoredCoverage::Body,
        Coverage::BodyBut { proof, blank } => StoredCoverage::BodyBut {
            proof: proof.clone(),
            blank: Bytes::from_static(blank),
        },
        Coverage::Part(range) => StoredCoverage::Part(range.clone()),
        Coverage::Bytes(bytes) => StoredCoverage::Bytes(bytes.clone()),
    }
}

/// A request that was verified and cannot be decoded, on its way to an inbox. See [`set_aside`](crate::framework::set_aside).
pub struct Undecoded {
    pub(crate) key: EventKey,
    pub(crate) key_id: KeyId,
    pub(crate) payload: Bytes,
    pub(crate) why: &'static str,
    pub(crate) span: DeliverySpan,
    _bytes: Grant,
}

impl fmt::Debug for Undecoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undecoded")
            .field("key", &self.key)
            .field("why", &self.why)
            .finish_non_exhaustive()
    }
}
