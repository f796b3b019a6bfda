//! [`RequireReceiver`]: replaces the answer of a handler that asked for an event which nobody verified.

use std::{
    cell::Cell,
    future::{Future, Ready, ready},
    pin::Pin,
    rc::Rc,
};

use actix_web::{
    Error, HttpMessage,
    body::EitherBody,
    dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
};
use hookgate::framework::Answer;

use crate::{answer::answered, linger::AnswerBody};

/// Guards an application against routes that forgot their receiver. Where a handler asked for an
/// [`Event`](crate::Event) on such a route, the answer is 500, whatever the handler said.
///
/// Without it a handler that takes an `Option<Event<_>>` there runs with `None` and may answer 200. The sender then
/// never sends the event again. With it the handler runs all the same: the guard sees the result, and cannot stop
/// the handler.
///
/// It sees only handlers that ask for an `Event`, and not those that read the body by other means. Make it the
/// outermost middleware, the last [`wrap`](actix_web::App::wrap) of the `App`: a middleware outside of it can change
/// the answer.
///
/// ```
/// use actix_web::App;
/// use hookgate_actix::RequireReceiver;
///
/// let app = App::new().wrap(RequireReceiver);
/// # let _ = app;
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct RequireReceiver;

impl<S, B> Transform<S, ServiceRequest> for RequireReceiver
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B, AnswerBody>>;
    type Error = Error;
    type Transform = RequireReceiverService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(RequireReceiverService { inner }))
    }
}

/// A service behind a [`RequireReceiver`].
#[derive(Debug)]
pub struct RequireReceiverService<S> {
    inner: S,
}

impl<S, B> Service<ServiceRequest> for RequireReceiverService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B, AnswerBody>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let unprotected = Unprotected::default();
        request.extensions_mut().insert(unprotected.clone());
        let response = self.inner.call(request);
        Box::pin(async move {
            let response = response.await;
            if unprotected.0.get() {
                let request = response.ok().map(|response| response.into_parts().0);
                answered(request, Answer::not_protected())
            } else {
                response.map(ServiceResponse::map_into_left_body)
            }
        })
    }
}

/// In a request's extensions: whether its handler asked for an event which nobody verified.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unprotected(Rc<Cell<bool>>);

impl Unprotected {
    pub(crate) fn found(&self) {
        self.0.set(true);
    }
}
