//! [`Event`]: the extractor of verified, typed events.

use std::fmt;

use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use hookgate::{
    Delivery,
    framework::{self, Answer, DeliverySlot, NotTaken, Verdict, unread::announces_body},
};
use http::{HeaderValue, Version, header, request::Parts};

/// The verified delivery of this request, with an event of type `E`.
///
/// It stands beside any other extractor. On a route without the receiver's layer it answers 500 and logs what
/// to add. The handler does not run.
///
/// `Option<Event<_>>` does not compile. A handler that takes a `Result<Event<_>, EventRejection>` runs on such a route
/// too, with the error, and its answer is its own. Take the event itself.
#[derive(Debug)]
pub struct Event<E>(pub Delivery<E>);

/// The verified [`CloudEvent`](hookgate::cloudevents::CloudEvent) of this request: its attributes, and its data as a `T`, which
/// the pack has from `.events::<T>()`.
pub type CloudEvent<T> = Event<hookgate::cloudevents::CloudEvent<T>>;

impl<S: Sync, E: Send + 'static> FromRequestParts<S> for Event<E> {
    type Rejection = EventRejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, EventRejection> {
        let slot = parts
            .extensions
            .get::<DeliverySlot>()
            .ok_or_else(|| EventRejection::not_protected(parts))?;
        slot.take().map(Event).map_err(EventRejection::NotTaken)
    }
}

/// Why there is no event. It is always a mistake in the program, so the answer is always 500.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventRejection {
    /// The route has no receiver.
    NotProtected {
        /// The answer says `Connection: close`: over HTTP/1.x a body is announced, and may be unread.
        ///
        /// Nothing reads it on, since nobody here has it. A sender that still writes a large body may lose this
        /// answer.
        closes: bool,
    },
    /// The receiver's pack has events of another type; or the handler has two `Event` extractors, or something before it
    /// took the delivery.
    NotTaken(NotTaken),
}

impl EventRejection {
    /// It is logged at once: a handler that takes a `Result` of an event runs all the same.
    fn not_protected(parts: &Parts) -> Self {
        let closes = parts.version < Version::HTTP_2 && announces_body(&parts.headers);
        let rejection = Self::NotProtected { closes };
        framework::unprotected(&rejection);
        rejection
    }
}

impl fmt::Display for EventRejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotProtected { .. } => f.write_str(
                "a handler takes an `Event`, but its route has no receiver: \
                 add `.layer(receiver.layer())` to the method router, after the method",
            ),
            Self::NotTaken(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for EventRejection {}

impl IntoResponse for EventRejection {
    fn into_response(self) -> Response {
        let (answer, verdict) = match self {
            Self::NotProtected { .. } => (Answer::not_protected(), None),
            Self::NotTaken(why) => (
                framework::misused(why.reason(), &self),
                Some(Verdict(why.outcome())),
            ),
        };
        let mut response = answered(&answer);
        if self == (Self::NotProtected { closes: true }) {
            // The body is out of reach here. hyper closes the connection where it is unread, and the sender has
            // to know.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        if let Some(verdict) = verdict {
            response.extensions_mut().insert(verdict);
        }
        response
    }
}

fn answered(answer: &Answer) -> Response {
    let mut response = (answer.status(), answer.body().clone()).into_response();
    for (name, value) in answer.headers() {
        response.headers_mut().insert(name.clone(), value.clone());
    }
    response
}
