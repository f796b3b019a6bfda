//! [`ReceiverService`]: translates between actix-web's types and the road.

use std::{
    cell::Cell,
    fmt,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    rc::Rc,
    sync::Arc,
};

use actix_web::{
    Error, HttpMessage, HttpRequest,
    body::EitherBody,
    dev::{Path, Payload, Service, ServiceRequest, ServiceResponse, Url, forward_ready},
    http::header,
    web::Bytes,
};
use hookgate::{
    Receiver,
    framework::{
        self, Admitted, Concluded, DeliverySlot, Handled, Judged, Ran, RunsToEnd, TimeLeft, Verdict,
    },
    pack::Head,
    time::Timer,
};
use percent_encoding::percent_decode_str;

use crate::{
    AnswerBody,
    answer::{answered, fixed},
    headers::RequestHeaders,
    linger::{linger, spawn, watched},
    unix_peer::is_on_unix_socket,
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
    let outer = request.extensions().get::<DeliverySlot>().cloned();
    if let Some(outer) = outer {
        let (answer, verdict) = framework::nested(&outer, &receiver);
        let mut response = fixed(&answer).map_into_right_body();
        response.extensions_mut().insert(verdict);
        return Ok(request.into_response(response));
    }
    let (request, body) = request.into_parts();
    let route_params = if receiver.needs_route_params() {
        route_params(&request)
    } else {
        Vec::new()
    };
    // What was judged goes on by value, and nothing is awaited while it is matched. This future would otherwise keep it to
    // the end, and be too large for what allocators have at hand.
    let next = {
        let mut body = watched(&request, body);
        let headers = RequestHeaders::of(request.headers());
        let authority = request.uri().authority();
        let head = Head::new(request.method().as_str(), request.uri().path(), &headers)
            .query(request.uri().query())
            .authority(authority.map(|authority| authority.as_str()))
            .route_params(&route_params)
            .peer(request.peer_addr())
            .unix_socket(is_on_unix_socket(&request));
        match receiver.judge().admit(head, &mut body, &timer).await {
            Ok(Judged::Admitted(admitted)) => {
                Ok(follow(inner, request, &receiver, admitted, &timer))
            }
            Ok(Judged::Undecoded(undecoded)) => {
                let kept = framework::set_aside(&receiver, undecoded, &timer);
                Err((Box::pin(kept), request))
            }
            Ok(Judged::Answered(answer)) => return answered(Some(request), answer),
            Err(rejection) => {
                let response = fixed(&receiver.judge().refusal(&rejection));
                let limit = receiver.body_limit();
                let response = linger(response, body, &request, limit, &timer);
                let response = response.map_into_right_body();
                return Ok(ServiceResponse::new(request, response));
            }
        }
    };
    let (work, place) = match next {
        Ok(next) => next,
        Err((kept, request)) => return answered(Some(request), kept.await),
    };
    match framework::conclude(&timer, pin!(work)).await {
        Concluded::Reply(response) => Ok(response.map_into_left_body()),
        Concluded::Answer(answer) => answered(place.take(), answer),
    }
}

/// What stands behind the judgement, and where it puts the request.
fn follow<'a, S, B>(
    inner: Rc<S>,
    request: HttpRequest,
    receiver: &'a Receiver,
    admitted: Admitted,
    timer: &'a Arc<dyn Timer>,
) -> (
    impl Future<Output = Handled<ServiceResponse<B>>> + use<'a, S, B>,
    Rc<Place>,
)
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    let time = TimeLeft::of(&admitted);
    let place = Rc::new(Place::new(None));
    let inner = Inner {
        service: inner,
        declared: admitted.declared_length(),
        // A handler further in may be found by moving along the path: each event begins where the first did.
        route: (admitted.events().count() > 1).then(|| request.match_info().clone()),
        place: place.clone(),
    };
    place.set(Some(request));
    let run = move |slot, bytes| run(inner, slot, bytes);
    let work = framework::handle(receiver.clone(), admitted, timer.clone(), run);
    (RunsToEnd::new(receiver, timer, time, work, spawn), place)
}

/// Where the request is when the handler does not have it.
///
/// actix-web wants it for the response, but panics in its router when it is held twice meanwhile. So the inner
/// service borrows it, and that service's response gives it back.
type Place = Cell<Option<HttpRequest>>;

/// What a call of the inner service needs. Clones are for bodies that hold several events.
struct Inner<S> {
    service: Rc<S>,
    /// The length that the head is known to declare.
    declared: Option<usize>,
    place: Rc<Place>,
    /// How the request was routed to here, where it is called more than once.
    route: Option<Path<Url>>,
}

impl<S> Clone for Inner<S> {
    fn clone(&self) -> Self {
        Self {
            service: self.service.clone(),
            declared: self.declared,
            place: self.place.clone(),
            route: self.route.clone(),
        }
    }
}

/// Runs the inner service, for the road.
async fn run<S, B>(inner: Inner<S>, slot: DeliverySlot, bytes: Bytes) -> Ran<ServiceResponse<B>>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
{
    // It went down with the handler of another event of the same body.
    let Some(request) = inner.place.take() else {
        return Ran::failed(None, None);
    };
    let mut request = inner_request(request, inner.declared, slot, bytes);
    if let Some(route) = inner.route {
        *request.match_info_mut() = route;
        // The service was asked for one call so far.
        if let Err(error) = poll_fn(|context| inner.service.poll_ready(context)).await {
            return failed(&error);
        }
    }
    match inner.service.call(request).await {
        Ok(mut response) => {
            let verdict = response.response_mut().extensions_mut().remove::<Verdict>();
            inner.place.set(Some(response.request().clone()));
            Ran::answered(verdict, response.status().as_u16(), response)
        }
        Err(error) => failed(&error),
    }
}

/// The request as the handler sees it: its body is what was authenticated.
fn inner_request(
    request: HttpRequest,
    declared: Option<usize>,
    slot: DeliverySlot,
    bytes: Bytes,
) -> ServiceRequest {
    let length = bytes.len();
    let mut request = ServiceRequest::from_parts(request, Payload::from(bytes));
    // A change needs the request for itself alone: actix-web panics where a middleware outside keeps a copy.
    if declared != Some(length)
        && !framework::says_length(&RequestHeaders::of(request.headers()), length)
    {
        let headers = request.headers_mut();
        headers.remove(header::TRANSFER_ENCODING);
        headers.remove(header::CONTENT_ENCODING);
        headers.insert(header::CONTENT_LENGTH, header::HeaderValue::from(length));
    }
    request.extensions_mut().insert(slot);
    request
}

/// An error of a middleware in between. It may be a handler's that was passed on, verdict and all.
fn failed<R>(error: &Error) -> Ran<R> {
    let mut response = error.error_response();
    let verdict = response.extensions_mut().remove::<Verdict>();
    Ran::failed(verdict, Some(response.status().as_u16()))
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
