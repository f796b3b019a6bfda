//! An answer to a request whose body was not read to its end.

use std::{
    convert::Infallible,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{
    HttpRequest, HttpResponse,
    body::{BodySize, MessageBody},
    dev::Payload,
    http::{ConnectionType, Version},
    web::Bytes,
};
use hookgate::{
    framework::unread::{Connection, WatchedBody},
    time::Timer,
};

use crate::{body::RequestBody, headers::RequestHeaders};

/// The body of an answer of the receiver's own. While it is being sent it holds what the sender still writes.
pub struct AnswerBody {
    text: Option<Bytes>,
    length: u64,
    /// Held, never read. actix-web reads on by itself after an answer, for as long as its
    /// `client_disconnect_timeout` says. Where it has dropped a chunked body, it reads on without an end.
    _unread: Option<Payload>,
}

impl AnswerBody {
    pub(crate) fn new(text: Bytes) -> Self {
        Self {
            length: text.len() as u64,
            text: Some(text),
            _unread: None,
        }
    }

    fn holding(self, unread: Payload) -> Self {
        Self {
            _unread: Some(unread),
            ..self
        }
    }
}

/// Shows only its length: it may be a token.
impl fmt::Debug for AnswerBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerBody")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

impl MessageBody for AnswerBody {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.length)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Infallible>>> {
        Poll::Ready(self.text.take().map(Ok))
    }
}

/// The body of `request`, watched.
pub(crate) fn watched(request: &HttpRequest, body: Payload) -> WatchedBody<RequestBody> {
    let body = RequestBody(body);
    match connection(request) {
        // actix-web says `100 Continue` before it calls a service.
        Connection::Multiplexed => WatchedBody::new(body),
        _ => WatchedBody::continued(body),
    }
}

/// Makes `response` arrive at a sender that may still write the body of `request`, as
/// [`unread`](hookgate::framework::unread) says.
pub(crate) fn linger(
    response: HttpResponse<AnswerBody>,
    body: WatchedBody<RequestBody>,
    request: &HttpRequest,
    limit: usize,
    timer: &Arc<dyn Timer>,
) -> HttpResponse<AnswerBody> {
    let headers = RequestHeaders::of(request.headers());
    let Some(unread) = body.unread(connection(request), &headers, limit) else {
        return response;
    };
    if unread.closes() {
        let mut response = response;
        response
            .head_mut()
            .set_connection_type(ConnectionType::Close);
        return response.map_body(|_, body| body.holding(unread.into_body().0));
    }
    if let Some(drain) = unread.drain(timer.clone()) {
        spawn(drain);
    }
    response
}

fn connection(request: &HttpRequest) -> Connection {
    // actix-web's versions are those of `http` 0.2.
    if request.version() < Version::HTTP_11 {
        Connection::Http10
    } else if request.version() < Version::HTTP_2 {
        Connection::Http11
    } else {
        Connection::Multiplexed
    }
}

/// Goes on beside the server's connections, on the same thread. Without a runtime the work is dropped.
pub(crate) fn spawn<F: Future<Output: 'static> + 'static>(work: F) {
    if tokio::runtime::Handle::try_current().is_ok() {
        // Outside of a `LocalSet`, where actix-web never runs a service itself, this panics, and tokio has no
        // way to ask. It may be called while a connection is being dropped, where a second panic would end the
        // process.
        let _ = catch_unwind(AssertUnwindSafe(|| tokio::task::spawn_local(work)));
    }
}
