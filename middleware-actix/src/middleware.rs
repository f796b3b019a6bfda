//! [`ReceiverMiddleware`].

use std::{
    fmt,
    future::{Ready, ready},
    rc::Rc,
    sync::Arc,
};

use actix_web::{
    Error,
    body::EitherBody,
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
};
use hookgate::{
    Receiver,
    time::{Timer, TokioTimer},
};

use crate::{linger::AnswerBody, service::ReceiverService};

/// Puts a [`Receiver`] in front of a route. Made by
/// [`ReceiverExt::middleware`](crate::ReceiverExt::middleware).
#[derive(Clone)]
pub struct ReceiverMiddleware {
    receiver: Receiver,
    timer: Arc<dyn Timer>,
}

impl ReceiverMiddleware {
    /// It runs on tokio's timer, unless the receiver has one of its own.
    pub(crate) fn new(receiver: Receiver) -> Self {
        receiver.mounted();
        Self {
            timer: receiver.timer().unwrap_or_else(|| Arc::new(TokioTimer)),
            receiver,
        }
    }
}

impl fmt::Debug for ReceiverMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReceiverMiddleware")
            .field(&self.receiver)
            .finish()
    }
}

impl<S, B> Transform<S, ServiceRequest> for ReceiverMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: 'static,
{
    type Response = ServiceResponse<EitherBody<B, AnswerBody>>;
    type Error = Error;
    type Transform = ReceiverService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(ReceiverService::new(
            Rc::new(inner),
            self.receiver.clone(),
            self.timer.clone(),
        )))
    }
}
