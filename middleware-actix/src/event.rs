//! [`Event`]: the extractor of verified, typed events.

use std::{
    fmt,
    future::{Ready, ready},
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError, dev::Payload,
    http::StatusCode,
};
use hookgate::{Delivery, DeliverySlot, NotTaken, Outcome, Reason, Verdict, road};

use crate::answer::response;

/// The verified delivery of this request, with an event of type `E`.
///
/// Stands beside any other extractor. On a route without the receiver's middleware it answers 500 and
/// logs what to add; the handler does not run.
#[derive(Debug)]
pub struct Event<E>(pub Delivery<E>);

impl<E: 'static> FromRequest for Event<E> {
    type Error = EventRejection;
    type Future = Ready<Result<Self, EventRejection>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        let extensions = request.extensions();
        let taken = match extensions.get::<DeliverySlot>() {
            None => Err(EventRejection::NotProtected),
            Some(slot) => slot.take().map(Event).map_err(|not_taken| match not_taken {
                NotTaken::Taken => EventRejection::Taken,
                _ => EventRejection::WrongEventType,
            }),
        };
        ready(taken)
    }
}

/// Why there is no event. Always a mistake in the program, so always 500.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventRejection {
    /// The route has no receiver.
    NotProtected,
    /// The receiver's pack has events of another type.
    WrongEventType,
    /// The handler has two `Event` extractors, or something before it took the delivery.
    Taken,
}

impl fmt::Display for EventRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotProtected => {
                "a handler takes an `Event`, but its route has no receiver: \
                 add `.wrap(receiver.middleware())` to the resource"
            }
            Self::WrongEventType => {
                "a handler takes an `Event` of another type than its receiver's pack gives: \
                 name the pack's event type, as in `Event<logto::Event>`"
            }
            Self::Taken => "a handler takes two `Event`s: the delivery can be had once",
        })
    }
}

impl std::error::Error for EventRejection {}

impl ResponseError for EventRejection {
    fn status_code(&self) -> StatusCode {
        StatusCode::INTERNAL_SERVER_ERROR
    }

    fn error_response(&self) -> HttpResponse {
        let (reason, verdict) = match self {
            Self::NotProtected => (Reason::NotProtected, None),
            Self::WrongEventType | Self::Taken => (
                Reason::WrongEventType,
                Some(Verdict(Outcome::WrongEventType)),
            ),
        };
        let answer = road::misused(reason, self);
        let mut response = response(&answer, answer.body()).map_into_boxed_body();
        if let Some(verdict) = verdict {
            response.extensions_mut().insert(verdict);
        }
        response
    }
}
