//! [`Masked`]: one event without anything of its sender's.

use super::{
    super::{History, Kept, Listed, ProvedBy, StoredDelivery, StoredRequest, Unreadable},
    shape::Shape,
};
use crate::time::UnixTime;

/// One event without anything that its sender wrote, but for known labels.
///
/// It shows what a list shows, lengths, times, the names of headers and route parameters, which are the receiver's own
/// words, and the [shape](Shape) of the body. Values, the address, the tenant and ids are lengths alone. What the last
/// run failed with is a length too, since it may quote the event.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Masked {
    /// What a list shows of it.
    pub listed: Listed,
    /// The format of the payload.
    pub format: u16,
    /// The bytes of the payload.
    pub payload_bytes: usize,
    /// The bytes of what the last failed run said.
    pub error_bytes: Option<usize>,
    /// What became of it until now, with the reasons of operators.
    pub history: History,
    /// The request.
    pub request: Result<MaskedRequest, Unreadable>,
}

/// A stored request, and what was proved of it. Lengths are in bytes.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MaskedRequest {
    /// The method, or `other`.
    pub method: &'static str,
    /// The length of the path.
    pub path: usize,
    /// The length of the query.
    pub query: Option<usize>,
    /// The length of the host that was asked for.
    pub authority: Option<usize>,
    /// The names of the route's parameters, and the lengths of their values.
    pub route_params: Vec<(Box<str>, usize)>,
    /// The names of the headers that were kept, and the lengths of their values.
    pub headers: Vec<(Box<str>, usize)>,
    /// The length of the body.
    pub body: usize,
    /// The form of the body. `None` where it is no JSON.
    pub shape: Option<Shape>,
    /// The pack's name.
    pub pack: Box<str>,
    /// The length of the tenant's id.
    pub tenant: Option<usize>,
    /// Who proved the request.
    pub proved_by: ProvedBy,
    /// The length of the id that the proof covers.
    pub signed_id: Option<usize>,
    /// When the attempt was signed.
    pub sent_at: Option<UnixTime>,
    /// When the request's head came.
    pub received_at: UnixTime,
    /// Which of the events of the body this one is, counted from 0.
    pub position: u32,
}

impl Masked {
    pub(super) fn of(kept: Kept) -> Self {
        Self {
            format: kept.format,
            payload_bytes: kept.payload.len(),
            error_bytes: kept.error.as_ref().map(|error| error.len()),
            history: kept.history,
            request: StoredDelivery::from_bytes(kept.payload).map(|it| masked(&it)),
            listed: kept.listed,
        }
    }
}

fn masked(stored: &StoredDelivery) -> MaskedRequest {
    let StoredDelivery { request, verdict } = stored;
    let length = |text: &Option<Box<str>>| text.as_ref().map(|text| text.len());
    let params = request.route_params.iter();
    let headers = request.headers.iter();
    MaskedRequest {
        method: method(request),
        path: request.path.len(),
        query: length(&request.query),
        authority: length(&request.authority),
        route_params: params.map(|(name, it)| (name.clone(), it.len())).collect(),
        headers: headers.map(|(name, it)| (name.clone(), it.len())).collect(),
        body: request.body.len(),
        shape: Shape::of(&request.body),
        pack: verdict.pack.clone(),
        tenant: length(&verdict.tenant),
        proved_by: verdict.proved_by,
        signed_id: length(&verdict.signed_id),
        sent_at: verdict.sent_at,
        received_at: verdict.received_at,
        position: verdict.position,
    }
}

fn method(request: &StoredRequest) -> &'static str {
    let known = ["POST", "PUT", "PATCH", "GET", "DELETE"];
    let mut known = known.into_iter();
    known
        .find(|known| **known == *request.method)
        .unwrap_or("other")
}
