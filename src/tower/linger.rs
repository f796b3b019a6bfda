//! [`linger`]: an answer to a request whose body was not read to its end.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Response, header, request::Parts};
use http_body::Body;

use super::RequestBody;
use crate::{
    limits::unread::WatchedBody,
    time::{self, Timer},
};

/// Makes `response` arrive at a sender that may still write the body of the request `parts`. Says `Connection: close`
/// where that is needed, and reads on in a task of its own, as [`unread`](crate::limits::unread) says. `limit` is the
/// most that the endpoint reads of a body.
///
/// Does nothing when the body is over. Without a tokio runtime nothing is read on.
pub fn linger<B, Out>(
    response: &mut Response<Out>,
    body: WatchedBody<RequestBody<B>>,
    parts: &Parts,
    limit: usize,
    timer: &Arc<dyn Timer>,
) where
    B: Body<Data = Bytes> + Send + Unpin + 'static,
{
    let Some(unread) = body.unread(parts.version.into(), &parts.headers, limit) else {
        return;
    };
    if unread.closes() {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    // Beside the answer and not before it: hyper writes the one while the other is read.
    if let Some(drain) = unread.drain(timer.clone()) {
        time::spawn(drain);
    }
}
