//! [`serve_until`] and [`shut_down`]: stopping without losing a handler.

use std::{
    future::{Future, poll_fn},
    io,
    pin::pin,
    sync::OnceLock,
    time::Duration,
};

use actix_web::dev::{Server, ServerHandle};
use hookgate::{Busy, Drain, Receiver, TokioTimer};

/// Runs `server` until `stop` resolves, then stops it in the order that loses no handler
/// ([`shut_down`]). `receivers` are those of its routes. Returns once the server has stopped, with what was cut off
/// because `bound` was over: nothing, as a rule.
///
/// # Errors
///
/// As the server's own future: when its workers could not be started.
///
/// # Examples
///
/// ```no_run
/// use std::time::Duration;
///
/// use actix_web::{App, HttpServer, rt};
///
/// # async fn serve(receiver: hookgate::Receiver) -> std::io::Result<()> {
/// let server = HttpServer::new(App::new)
///     .bind("127.0.0.1:3000")?
///     .disable_signals()
///     .run();
/// let stop = async { drop(rt::signal::ctrl_c().await) };
/// hookgate_actix::serve_until(server, stop, [receiver], Duration::from_secs(30)).await?;
/// # Ok(())
/// # }
/// ```
pub async fn serve_until(
    server: Server,
    stop: impl Future<Output = ()>,
    receivers: impl IntoIterator<Item = Receiver>,
    bound: Duration,
) -> io::Result<Busy> {
    let handle = server.handle();
    // Told before the server stops: its own future may end first.
    let left = OnceLock::new();
    let mut stopping = pin!(async {
        stop.await;
        let busy = Drain::begin(receivers, TokioTimer, bound).idle().await;
        let _ = left.set(busy);
        handle.stop(busy.is_idle()).await;
    });
    let mut server = pin!(server);
    let mut stopped = false;
    let served = poll_fn(|context| {
        // The handle's commands are obeyed by the server's own future: both go on together.
        stopped = stopped || stopping.as_mut().poll(context).is_ready();
        server.as_mut().poll(context)
    })
    .await;
    served.map(|()| left.get().copied().unwrap_or_default())
}

/// Stops a server: the receivers answer 503 to what they have not begun, and close its connection; all running handlers
/// end, with their senders or without, and the store hears of every lease; then the workers stop gracefully, within the
/// server's `shutdown_timeout`. After `bound` they stop all the same, at once, and what is cut off is returned.
///
/// A worker ends with its last connection, and takes the handlers along that go on without one: so it must not be
/// stopped before those have ended. The server's future must be polled meanwhile. The receivers refuse deliveries for
/// good.
pub async fn shut_down(
    server: &ServerHandle,
    receivers: impl IntoIterator<Item = Receiver>,
    bound: Duration,
) -> Busy {
    let left = Drain::begin(receivers, TokioTimer, bound).idle().await;
    server.stop(left.is_idle()).await;
    left
}
