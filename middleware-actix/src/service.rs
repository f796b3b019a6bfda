//! [`ReceiverService`]: translates between actix-web's types and the road.

use std::{
    cell::Cell,
    fmt,
    future::Future,
    pin::{Pin, pin},
    rc::Rc,
    sync::Arc,
};

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::EitherBody,
    dev::{Payload, Service, ServiceRequest, ServiceResponse, forward_ready},
    http::header,
    web::Bytes,
};
use hookgate::{
    Receiver,
    framework::{self, Concluded, DeliverySlot, Outcome, Ran, RunsToEnd, TimeLeft, Verdict},
    pack::Head,
    time::Timer,
};
use percent_encoding::percent_decode_str;

use crate::{
    AnswerBody,
    answer::{answered, fixed},
    headers::RequestHeaders,
    linger::{linger, spawn, watched},
};

/// A service behind a [`Receiver`]. Made by [`ReceiverMiddleware`](crate::ReceiverMiddleware).
pub struct ReceiverService<S> {
    inner: Rc<S>,
    receiver: Receiver,
    timer: Arc<dyn Timer>,
}

impl<S> ReceiverService<S> {
    pub(crate) fn new(inner: Rc<S>, receiver: Receiver, timer: Arc<dyn Timer>) -> Self {
        Self {
            inner,
            receiver,
            timer,
        }
    }
}

impl<S> fmt::Debug for ReceiverService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReceiverService")
            .field("receiver", &self.receiver)
            .finish_non_exhaustive()
    }
}

type Answered<B> = Result<ServiceResponse<EitherBody<B, AnswerBody>>, Error>;

impl<S, B> Service<ServiceRequest> for ReceiverService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B, AnswerBody>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Answered<B>>>>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        Box::pin(serve(
            self.inner.clone(),
            self.receiver.clone(),
            self.timer.clone(),
            request,
        ))
    }
}

async fn serve<S, B>(
    inner: Rc<S>,
    receiver: Receiver,
    timer: Arc<dyn Timer>,
    request: ServiceRequest,
) -> Answered<B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    let (request, body) = request.into_parts();
    let route_params = if receiver.needs_route_params() {
        route_params(&request)
    } else {
        Vec::new()
    };
    let admitted = {
        let mut body = watched(&request, body);
        let headers = RequestHeaders(request.headers());
        let authority = request.uri().authority();
        let head = Head::new(request.method().as_str(), request.uri().path(), &headers)
            .authority(authority.map(|authority| authority.as_str()))
            .route_params(&route_params)
            .peer(request.peer_addr());
        match framework::admit(&receiver, head, &mut body, &timer).await {
            Ok(admitted) => admitted,
            Err(rejection) => {
                let response = fixed(&framework::refusal(&receiver, &rejection));
                let limit = receiver.body_limit();
                let response = linger(response, body, &request, limit, &timer);
                let response = response.map_into_right_body();
                return Ok(ServiceResponse::new(request, response));
            }
        }
    };
    let time = TimeLeft::of(&admitted);
    let place = Rc::new(Place::new(Some(request)));
    let run = {
        let place = place.clone();
        move |slot, bytes| run(inner, place, slot, bytes)
    };
    let work = framework::handle(receiver.clone(), admitted, timer.clone(), run);
    let work = RunsToEnd::new(&receiver, &timer, time, work, spawn);
    match framework::conclude(&timer, pin!(work)).await {
        Concluded::Reply(response) => Ok(response.map_into_left_body()),
        Concluded::Answer(answer) => answered(place.take(), answer),
    }
}

/// Where the request is when the handler does not have it.
///
/// actix-web wants it for the response, but panics in its router when it is held twice meanwhile. So the inner
/// service borrows it, and that service's response gives it back.
type Place = Cell<Option<HttpRequest>>;

/// Runs the inner service, for the road.
async fn run<S, B>(
    inner: Rc<S>,
    place: Rc<Place>,
    slot: DeliverySlot,
    bytes: Bytes,
) -> Ran<ServiceResponse<B>>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    let Some(request) = place.take() else {
        return Ran {
            outcome: retry(),
            reply: None,
            status: None,
        };
    };
    match inner.call(inner_request(request, slot, bytes)).await {
        Ok(mut response) => {
            place.set(Some(response.request().clone()));
            let outcome = outcome(response.response_mut());
            let status = response.status();
            Ran {
                outcome,
                status: Some(status.as_u16()),
                reply: status.is_success().then_some(response),
            }
        }
        Err(error) => failed(&error),
    }
}

/// The request as the handler sees it: its body is what was authenticated.
fn inner_request(request: HttpRequest, slot: DeliverySlot, bytes: Bytes) -> ServiceRequest {
    let length = bytes.len();
    let mut request = ServiceRequest::from_parts(request, Payload::from(bytes));
    // A change needs the request for itself alone: actix-web panics where a middleware outside keeps a copy.
    if !framework::says_length(&RequestHeaders(request.headers()), length) {
        let headers = request.headers_mut();
        headers.remove(header::TRANSFER_ENCODING);
        headers.insert(header::CONTENT_LENGTH, header::HeaderValue::from(length));
    }
    request.extensions_mut().insert(slot);
    request
}

/// What the handler said, or else what its status means.
fn outcome<B>(response: &mut HttpResponse<B>) -> Outcome {
    let success = response.status().is_success();
    match response.extensions_mut().remove::<Verdict>() {
        Some(Verdict(outcome)) => outcome,
        None if success => Outcome::Processed,
        None => retry(),
    }
}

/// An error of a middleware in between. It may be a handler's that was passed on, verdict and all;
/// whatever else it is, it did not handle the event, so a status of its own changes nothing.
fn failed<R>(error: &Error) -> Ran<R> {
    let mut response = error.error_response();
    let verdict = response.extensions_mut().remove::<Verdict>();
    Ran {
        outcome: verdict.map_or_else(retry, |Verdict(outcome)| outcome),
        status: Some(response.status().as_u16()),
        reply: None,
    }
}

/// Nothing is known but that it was not handled.
const fn retry() -> Outcome {
    Outcome::Retry {
        after: None,
        error: None,
    }
}

/// The route's parameters, decoded as for a handler that takes a `Path`: actix-web's router leaves
/// `%25`, `%2B` and `%2F` for that.
fn route_params(request: &HttpRequest) -> Vec<(Box<str>, Box<str>)> {
    request
        .match_info()
        .iter()
        .map(|(name, value)| {
            let value = percent_decode_str(value).decode_utf8_lossy();
            (name.into(), value.into())
        })
        .collect()
}
