//! [`serve_until`]: stopping without losing a handler.

use std::{
    convert::Infallible,
    fmt,
    future::{Future, IntoFuture, poll_fn},
    io,
    pin::pin,
    sync::OnceLock,
    task::Poll,
    time::Duration,
};

use axum::{
    extract::Request,
    response::Response,
    serve::{IncomingStream, Listener},
};
use hookgate::{
    Receiver,
    framework::{Busy, Drain},
    time::TokioTimer,
};
use tokio::sync::oneshot;
use tower_service::Service;

/// Serves `app` on `listener`, as [`axum::serve()`], until `stop` resolves. Then stops in the order that loses no
/// handler. `receivers` are those of its routes.
///
/// Once told to stop, the receivers answer 503 to what they have not begun, and close its connection. All running
/// handlers end, with their senders or without, and the store is told of every lease. Then the server itself shuts down
/// gracefully. All of it takes `bound` at most. This returns what had not ended by then, and is cut off when the
/// process ends: nothing, as a rule. The receivers refuse deliveries for good.
///
/// # Errors
///
/// As [`axum::serve()`]: none, today.
///
/// # Examples
///
/// ```no_run
/// use std::time::Duration;
///
/// use axum::Router;
/// use tokio::net::TcpListener;
///
/// # async fn serve(app: Router, receiver: hookgate::Receiver, stop: impl Future<Output = ()>) -> std::io::Result<()> {
/// let listener = TcpListener::bind("127.0.0.1:3000").await?;
/// hookgate_axum::serve_until(listener, app, stop, [receiver], Duration::from_secs(30)).await?;
/// # Ok(())
/// # }
/// ```
pub async fn serve_until<L, M, S>(
    listener: L,
    app: M,
    stop: impl Future<Output = ()>,
    receivers: impl IntoIterator<Item = Receiver>,
    bound: Duration,
) -> io::Result<Busy>
where
    L: Listener<Addr: fmt::Debug>,
    M: for<'a> Service<IncomingStream<'a, L>, Error = Infallible, Response = S> + Send + 'static,
    for<'a> <M as Service<IncomingStream<'a, L>>>::Future: Send,
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let (end, ended) = oneshot::channel::<()>();
    let left = OnceLock::new();
    let mut stopping = pin!(async {
        stop.await;
        let mut drain = Drain::begin(receivers, TokioTimer, bound);
        let busy = drain.idle().await;
        let _ = left.set(busy);
        drop(end);
        drain.over().await;
    });
    let server = axum::serve(listener, app).with_graceful_shutdown(async { drop(ended.await) });
    let mut server = pin!(server.into_future());
    let served = poll_fn(|context| match server.as_mut().poll(context) {
        Poll::Ready(served) => Poll::Ready(served),
        // Its connections have not ended in time.
        Poll::Pending => stopping.as_mut().poll(context).map(|()| Ok(())),
    })
    .await;
    served.map(|()| left.get().copied().unwrap_or_default())
}
