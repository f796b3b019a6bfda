//! [`Worker::routes_of`]: an application's own routes handle what an inbox has accepted.

use std::{
    future::{Future, poll_fn},
    sync::Mutex,
};

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

use super::rebuilt::rebuilt;
use crate::{
    receiver::Receiver,
    road::{Pass, Ran},
    verdict::{Nack, Verdict},
    worker::{Handed, Worker},
};

impl Worker {
    /// Handles the events of `receiver` with a service that has the receiver's layer on the event's route: the
    /// application's own routes. Its handlers are the same as inline, extractors included. axum users take
    /// `hookgate_axum::WorkerExt` instead. A second handler of one endpoint takes the first one's place.
    ///
    /// The service gets the request as it came: method, target with query and host, the headers that the receiver keeps,
    /// and the body. The receiver's layer there lets it through without verifying it again and without a claim. Nothing
    /// that comes over a network is let through so.
    ///
    /// **Give it the routes before the edge layers**: those that ask for a login, limit rates or time, or know sessions or
    /// the peer's address. None of these was kept, and their refusal is no verdict on the event.
    ///
    /// What the handler says is read at the receiver's layer, as inline. The response is dropped, and nobody reads its
    /// body. A handler that a layer in front drops goes on to its end.
    ///
    /// Where the routes answer an event without its receiver, with 404 or 401 say, nothing is learnt of it. It spends no
    /// try, the endpoint is paused as [misrouted](crate::inbox::PauseReason::Misrouted), and the observer is told
    /// [`NotProtected`](crate::Reason::NotProtected).
    pub fn routes_of<S, B, Out>(self, receiver: &Receiver, service: S) -> Self
    where
        S: Service<Request<B>, Response = Response<Out>> + Clone + Send + 'static,
        S::Future: Send + 'static,
        S::Error: Send,
        B: From<Bytes> + Send + 'static,
        Out: Send + 'static,
    {
        // A service need not be `Sync`, and is only cloned here.
        let service = Mutex::new(service);
        let handler = move |handed: Handed<'_>| {
            let Some(request) = rebuilt::<B>(handed.request) else {
                return never(handed);
            };
            let cloned = service.lock().map(|service| service.clone());
            let service = cloned.unwrap_or_else(|poisoned| poisoned.into_inner().clone());
            let pass = Pass::new(handed.slot, handed.bytes);
            let routes = answered(service, request, pass.clone());
            Box::pin(pass.through(routes)) as _
        };
        self.handled_by(receiver, Box::new(handler))
    }
}

/// The event can never come to its handler: a failure, until it is a dead letter.
fn never(_: Handed<'_>) -> crate::worker::Running {
    let why = Nack::retry().with_error("the stored request is no HTTP request");
    Box::pin(async { Ran::failed(Some(Verdict(why.into())), None) })
}

fn answered<S, B, Out>(
    mut service: S,
    mut request: Request<B>,
    pass: Pass,
) -> impl Future<Output = Result<Response<Out>, S::Error>>
where
    S: Service<Request<B>, Response = Response<Out>>,
{
    request.extensions_mut().insert(pass);
    async move {
        poll_fn(|context| service.poll_ready(context)).await?;
        service.call(request).await
    }
}
