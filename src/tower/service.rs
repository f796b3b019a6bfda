//! [`ReceiverService`]: translates between `http` types and the road.

use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Version, header, request::Parts};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{
    RouteParams, Wiring,
    body::{AnswerBody, RequestBody},
    linger::linger,
};
use crate::{
    delivery::DeliverySlot,
    limits::unread::WatchedBody,
    receiver::Receiver,
    request::Head,
    road::{self, Concluded, Ran, RunsToEnd, TimeLeft},
    time::{self, Timer},
    verdict::{Answer, Outcome, Verdict},
};

/// A service behind a [`Receiver`]. Made by [`ReceiverLayer`](super::ReceiverLayer).
pub struct ReceiverService<S, B> {
    inner: S,
    receiver: Receiver,
    timer: Arc<dyn Timer>,
    wiring: Wiring,
    body: PhantomData<fn() -> B>,
}

impl<S, B> ReceiverService<S, B> {
    pub(super) fn new(inner: S, receiver: Receiver, timer: Arc<dyn Timer>, wiring: Wiring) -> Self {
        Self {
            inner,
            receiver,
            timer,
            wiring,
            body: PhantomData,
        }
    }
}

impl<S: Clone, B> Clone for ReceiverService<S, B> {
    fn clone(&self) -> Self {
        Self::new(
            self.inner.clone(),
            self.receiver.clone(),
            self.timer.clone(),
            self.wiring,
        )
    }
}

impl<S, B> fmt::Debug for ReceiverService<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverService")
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}

impl<S, B, In, Out> Service<Request<In>> for ReceiverService<S, B>
where
    S: Service<Request<B>, Response = Response<Out>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Send,
    B: From<Bytes> + Send + 'static,
    In: Body<Data = Bytes> + Send + Unpin + 'static,
    Out: Send + 'static,
{
    type Response = Response<AnswerBody<Out>>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<In>) -> Self::Future {
        // The instance that was polled ready is the one that is called; its clone stays behind.
        let fresh = self.inner.clone();
        let mut inner = std::mem::replace(&mut self.inner, fresh);
        let receiver = self.receiver.clone();
        let timer = self.timer.clone();
        let wiring = self.wiring;
        let (parts, body) = request.into_parts();
        let mut parts = Box::new(parts);
        Box::pin(async move {
            let route_params = if receiver.needs_route_params() {
                (wiring.route_params)(&mut parts)
            } else {
                RouteParams::new()
            };
            let speaks_http1 = parts.version <= Version::HTTP_11;
            let admitted = {
                let mut body = WatchedBody::new(RequestBody::new(body));
                let head = Head::new(parts.method.as_str(), parts.uri.path(), &parts.headers)
                    .authority(parts.uri.authority().map(|authority| authority.as_str()))
                    .route_params(&route_params)
                    .peer((wiring.peer)(&parts));
                match road::admit(&receiver, head, &mut body, &timer).await {
                    Ok(admitted) => admitted,
                    Err(rejection) => {
                        let mut response = fixed(&road::refusal(&receiver, &rejection));
                        linger(&mut response, body, &parts, receiver.body_limit(), &timer);
                        return Ok(response);
                    }
                }
            };
            let time = TimeLeft::of(&admitted);
            let run = move |slot, bytes| Called {
                response: inner.call(inner_request(*parts, slot, bytes)),
            };
            let work = road::handle(receiver.clone(), admitted, timer.clone(), run);
            let work = RunsToEnd::new(&receiver, &timer, time, work, time::spawn);
            Ok(match road::conclude(&timer, pin!(work)).await {
                Concluded::Reply(response) => response.map(AnswerBody::own),
                Concluded::Answer(answer) => {
                    let mut response = fixed(&answer);
                    // HTTP/2 knows no such header (RFC 9113, section 8.2.2): there the server says that it goes away.
                    if answer.closes() && speaks_http1 {
                        let close = HeaderValue::from_static("close");
                        response.headers_mut().insert(header::CONNECTION, close);
                    }
                    response
                }
            })
        })
    }
}

/// The request as the handler sees it: its body is what was authenticated.
fn inner_request<B: From<Bytes>>(mut parts: Parts, slot: DeliverySlot, bytes: Bytes) -> Request<B> {
    if !road::says_length(&parts.headers, bytes.len()) {
        parts.headers.remove(header::TRANSFER_ENCODING);
        parts
            .headers
            .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    }
    parts.extensions.insert(slot);
    Request::from_parts(parts, B::from(bytes))
}

pin_project! {
    /// The inner service's response, for the road.
    struct Called<F> {
        #[pin]
        response: F,
    }
}

impl<F, Out, E> Future for Called<F>
where
    F: Future<Output = Result<Response<Out>, E>>,
{
    type Output = Ran<Response<Out>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let response = self.project().response.poll(context);
        response.map(|response| match response {
            Ok(response) => ran(response),
            Err(_) => Ran {
                outcome: Outcome::Retry {
                    after: None,
                    error: None,
                },
                reply: None,
                status: None,
            },
        })
    }
}

/// What the handler said, or else what its status means.
fn ran<Out>(mut response: Response<Out>) -> Ran<Response<Out>> {
    let status = response.status();
    let outcome = match response.extensions_mut().remove::<Verdict>() {
        Some(Verdict(outcome)) => outcome,
        None if status.is_success() => Outcome::Processed,
        None => Outcome::Retry {
            after: None,
            error: None,
        },
    };
    Ran {
        outcome,
        status: Some(status.as_u16()),
        reply: status.is_success().then_some(response),
    }
}

fn fixed<Out>(answer: &Answer) -> Response<AnswerBody<Out>> {
    let mut response = Response::new(AnswerBody::fixed(answer.body()));
    *response.status_mut() = answer.status();
    for (name, value) in answer.headers() {
        response.headers_mut().append(name.clone(), value.clone());
    }
    response
}
