//! [`serve_until`] and [`shut_down`]: stopping without losing a handler.

use std::{
    future::{Future, poll_fn},
    io,
    pin::pin,
    task::Poll,
};

use actix_web::dev::{Server, ServerHandle};
use hookgate::Receiver;

/// Runs `server` until `stop` resolves, then stops it in the order that loses no handler
/// ([`shut_down`]). `receivers` are those of its routes. Returns once the server has stopped.
///
/// # Errors
///
/// As the server's own future: when its workers could not be started.
///
/// # Examples
///
/// ```no_run
/// use actix_web::{App, HttpServer, rt};
///
/// # async fn serve(receiver: hookgate::Receiver) -> std::io::Result<()> {
/// let server = HttpServer::new(App::new)
///     .bind("127.0.0.1:3000")?
///     .disable_signals()
///     .run();
/// let stop = async { drop(rt::signal::ctrl_c().await) };
/// hookgate_actix::serve_until(server, stop, [receiver]).await
/// # }
/// ```
pub async fn serve_until(
    server: Server,
    stop: impl Future<Output = ()>,
    receivers: impl IntoIterator<Item = Receiver>,
) -> io::Result<()> {
    let handle = server.handle();
    let mut stopping = pin!(async move {
        stop.await;
        shut_down(&handle, receivers).await;
    });
    let mut server = pin!(server);
    let mut stopped = false;
    poll_fn(|context| {
        // The handle's commands are obeyed by the server's own future: both go on together.
        stopped = stopped || stopping.as_mut().poll(context).is_ready();
        match server.as_mut().poll(context) {
            Poll::Ready(ended) => Poll::Ready(ended),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Stops a server: no new connections; then the handlers whose senders have left, or whose deadline has
/// passed, run to their ends; then the workers stop, with the handlers that still have a sender, within
/// the server's `shutdown_timeout`.
///
/// The server's future must be polled meanwhile.
pub async fn shut_down(server: &ServerHandle, receivers: impl IntoIterator<Item = Receiver>) {
    server.pause().await;
    for receiver in receivers {
        receiver.drained().await;
    }
    server.stop(true).await;
}
