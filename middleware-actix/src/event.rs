//! [`Event`]: the extractor of verified, typed events.

use std::{
    fmt,
    future::{Ready, ready},
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError,
    dev::{Extensions, Payload},
    http::StatusCode,
};
use hookgate::{
    Delivery,
    framework::{self, Answer, DeliverySlot, NotTaken, Verdict},
};

use crate::{answer::response, require_receiver::Unprotected};

/// The verified delivery of this request, with an event of type `E`.
///
/// It stands beside any other extractor. On a route without the receiver's middleware it answers 500 and logs
/// what to add. The handler does not run.
///
/// # Security
///
/// Take the event itself. actix-web makes `None` of an extractor's error. So a handler that takes an
/// `Option<Event<_>>`, or a `Result` of one, also runs on a route without the receiver, and its answer is its own. No
/// type can forbid that. Each such run is logged as an error and counted. [`RequireReceiver`](crate::RequireReceiver)
/// makes such answers 500.
#[derive(Debug)]
pub struct Event<E>(pub Delivery<E>);

/// The verified [`CloudEvent`](hookgate::cloudevents::CloudEvent) of this request: its attributes, and its data as a `T`, which
/// the pack has from `.events::<T>()`.
pub type CloudEvent<T> = Event<hookgate::cloudevents::CloudEvent<T>>;

impl<E: 'static> FromRequest for Event<E> {
    type Error = EventRejection;
    type Future = Ready<Result<Self, EventRejection>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let extensions = request.extensions();
        let taken = match extensions.get::<DeliverySlot>() {
            None => Err(not_protected(&extensions)),
            Some(slot) => slot.take().map(Event).map_err(EventRejection::NotTaken),
        };
        ready(taken)
    }
}

/// It is logged at once, and not when an answer is made of it: a handler that takes an `Option` of an event runs all
/// the same.
fn not_protected(extensions: &Extensions) -> EventRejection {
    let rejection = EventRejection::NotProtected;
    framework::unprotected(&rejection);
    if let Some(guard) = extensions.get::<Unprotected>() {
        guard.found();
    }
    rejection
}

/// Why there is no event. It is always a mistake in the program, so the answer is always 500.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventRejection {
    /// The route has no receiver.
    NotProtected,
    /// The receiver's pack has events of another type; or the handler has two `Event` extractors, or something before it
    /// took the delivery.
    NotTaken(NotTaken),
}

impl fmt::Display for EventRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotProtected => f.write_str(
                "a handler takes an `Event`, but its route has no receiver: \
                 add `.wrap(receiver.middleware())` to the resource",
            ),
            Self::NotTaken(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for EventRejection {}

impl ResponseError for EventRejection {
    fn status_code(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn error_response(&self) -> HttpResponse {
        let (answer, verdict) = match self {
            Self::NotProtected => (Answer::not_protected(), None),
            Self::NotTaken(why) => (
                framework::misused(why.reason(), self),
                Some(Verdict(why.outcome())),
            ),
        };
        let mut response = response(&answer, answer.body().clone()).map_into_boxed_body();
        if let Some(verdict) = verdict {
            response.extensions_mut().insert(verdict);
        }
        response
    }
}
