//! [`ReceiverService`]: translates between `http` types and the road.

use std::{
    fmt,
    future::Future,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
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
    judge::Judged,
    limits::unread::WatchedBody,
    receiver::Receiver,
    request::Head,
    road::{self, Concluded, Either, Pass, Ran},
    time::Timer,
    verdict::{Answer, Verdict},
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
        let inner = std::mem::replace(&mut self.inner, fresh);
        let receiver = self.receiver.clone();
        let timer = self.timer.clone();
        let wiring = self.wiring;
        let (mut parts, body) = request.into_parts();
        let pass = parts.extensions.remove::<Pass>();
        let mut parts = Box::new(parts);
        if let Some(pass) = pass {
            let call = Call::new(inner, parts);
            return Box::pin(through(pass, receiver, call));
        }
        Box::pin(async move {
            if let Some(outer) = parts.extensions.get::<DeliverySlot>() {
                let (answer, verdict) = road::nested(outer, &receiver);
                let mut response = fixed(&answer);
                response.extensions_mut().insert(verdict);
                return Ok(response);
            }
            let route_params = if receiver.needs_route_params() {
                (wiring.route_params)(&mut parts)
            } else {
                RouteParams::new()
            };
            let speaks_http1 = parts.version <= Version::HTTP_11;
            // What was judged goes on by value, and nothing is awaited while it is matched. This future would otherwise keep
            // it to the end, and be too large for what allocators have at hand.
            let next = {
                let mut body = WatchedBody::new(RequestBody::new(body));
                let target = (wiring.target)(&parts);
                let head = Head::of(&parts.method, target, &parts.headers)
                    .route_params(&route_params)
                    .peer((wiring.peer)(&parts))
                    .unix_socket((wiring.unix_socket)(&parts));
                match receiver.judge().admit(head, &mut body, &timer).await {
                    Ok(Judged::Admitted(admitted)) => {
                        let mut call = Call::new(inner, parts);
                        call.declared = admitted.declared_length();
                        let run = move |slot, bytes| call.run(slot, bytes);
                        Either::mostly(road::follow(&receiver, admitted, &timer, run))
                    }
                    Ok(Judged::Undecoded(undecoded)) => {
                        Either::seldom(road::aside(&receiver, undecoded, &timer))
                    }
                    Ok(Judged::Answered(answer)) => return Ok(fixed(&answer)),
                    Err(rejection) => {
                        let mut response = fixed(&receiver.judge().refusal(&rejection));
                        linger(&mut response, body, &parts, receiver.body_limit(), &timer);
                        return Ok(response);
                    }
                }
            };
            Ok(match next.await {
                Concluded::Reply(response) => response.map(AnswerBody::own),
                Concluded::Answer(answer) => closing(&answer, speaks_http1),
            })
        })
    }
}

/// A worker's run has come to its receiver: the handler is called at once.
async fn through<S, B, Out>(
    pass: Pass,
    receiver: Receiver,
    call: Call<S, B>,
) -> Result<Response<AnswerBody<Out>>, S::Error>
where
    S: Service<Request<B>, Response = Response<Out>> + Send + 'static,
    S::Future: Send + 'static,
    B: From<Bytes> + Send + 'static,
    Out: Send + 'static,
{
    let arrived = pass.arrive(&receiver, move |slot, bytes| call.run(slot, bytes));
    Ok(match arrived {
        Ok(passing) => match passing.await {
            Concluded::Reply(response) => response.map(AnswerBody::own),
            Concluded::Answer(answer) => fixed(&answer),
        },
        Err(answer) => fixed(&answer),
    })
}

/// The request as the handler sees it: its body is what was authenticated.
fn inner_request<B: From<Bytes>>(
    mut parts: Parts,
    declared: Option<usize>,
    slot: DeliverySlot,
    bytes: Bytes,
) -> Request<B> {
    if declared != Some(bytes.len()) && !road::says_length(&parts.headers, bytes.len()) {
        parts.headers.remove(header::TRANSFER_ENCODING);
        parts.headers.remove(header::CONTENT_ENCODING);
        parts
            .headers
            .insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    }
    parts.extensions.insert(slot);
    Request::from_parts(parts, B::from(bytes))
}

/// What a call of the inner service needs. Its clones call clones of the service, for bodies that hold several events.
struct Call<S, B> {
    inner: S,
    parts: Box<Parts>,
    /// The length that the head is known to declare.
    declared: Option<usize>,
    body: PhantomData<fn() -> B>,
}

impl<S: Clone, B> Clone for Call<S, B> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            parts: self.parts.clone(),
            declared: self.declared,
            body: PhantomData,
        }
    }
}

impl<S, B> Call<S, B> {
    fn new(inner: S, parts: Box<Parts>) -> Self {
        Self {
            inner,
            parts,
            declared: None,
            body: PhantomData,
        }
    }
}

impl<S, B> Call<S, B>
where
    S: Service<Request<B>>,
    B: From<Bytes>,
{
    fn run(self, slot: DeliverySlot, bytes: Bytes) -> Called<S, B> {
        Called::Readying {
            call: Some((self, slot, bytes)),
        }
    }
}

pin_project! {
    /// The inner service's response, for the road.
    #[project = CalledProjection]
    enum Called<S, B>
    where
        S: Service<Request<B>>,
    {
        /// A clone is not ready because its original is. One that is ready may be asked again.
        Readying { call: Option<(Call<S, B>, DeliverySlot, Bytes)> },
        Responding { #[pin] response: S::Future },
    }
}

impl<S, B, Out> Future for Called<S, B>
where
    S: Service<Request<B>, Response = Response<Out>>,
    B: From<Bytes>,
{
    type Output = Ran<Response<Out>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match self.as_mut().project() {
                CalledProjection::Readying { call } => {
                    let Some((ready, ..)) = call else {
                        return Poll::Ready(Ran::failed(None, None));
                    };
                    if ready!(ready.inner.poll_ready(context)).is_err() {
                        return Poll::Ready(Ran::failed(None, None));
                    }
                    let Some((mut call, slot, bytes)) = call.take() else {
                        return Poll::Ready(Ran::failed(None, None));
                    };
                    let request = inner_request(*call.parts, call.declared, slot, bytes);
                    let response = call.inner.call(request);
                    self.set(Self::Responding { response });
                }
                CalledProjection::Responding { response } => {
                    return response.poll(context).map(|response| match response {
                        Ok(response) => ran(response),
                        Err(_) => Ran::failed(None, None),
                    });
                }
            }
        }
    }
}

/// What the handler said.
fn ran<Out>(mut response: Response<Out>) -> Ran<Response<Out>> {
    let verdict = response.extensions_mut().remove::<Verdict>();
    Ran::answered(verdict, response.status().as_u16(), response)
}

fn fixed<Out>(answer: &Answer) -> Response<AnswerBody<Out>> {
    Response::from(answer).map(AnswerBody::fixed)
}

/// The same, which also closes the connection where it says so. HTTP/2 knows no such header (RFC 9113, section 8.2.2):
/// there the server says that it goes away.
fn closing<Out>(answer: &Answer, speaks_http1: bool) -> Response<AnswerBody<Out>> {
    let mut response = fixed(answer);
    if answer.closes() && speaks_http1 {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}
