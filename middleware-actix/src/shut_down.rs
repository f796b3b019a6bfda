//! [`serve_until`] and [`shut_down`]: stopping without losing a handler.

use std::{
    future::{Future, poll_fn},
    io,
    pin::pin,
    task::Poll,
    time::Duration,
};

use actix_web::dev::{Server, ServerHandle};
use hookgate::{
    Receiver,
    framework::{Busy, Drain},
    time::TokioTimer,
};

/// Runs `server` until `stop` resolves, then stops it in the order that loses no handler ([`shut_down`]).
/// `receivers` are those of its routes. Returns once the server has stopped, with what was cut off because `bound`
/// was over: nothing, as a rule. It also cuts off connections that are still open then, whatever the server's
/// `shutdown_timeout` says.
///
/// If the server ends by itself, before it is told to, this returns what the receivers have not ended.
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
    let receivers: Vec<Receiver> = receivers.into_iter().collect();
    let mut stopping = pin!(async {
        stop.await;
        stop_within(&handle, receivers.clone(), bound).await
    });
    let mut server = pin!(server);
    let mut stopped = None;
    let served = poll_fn(|context| {
        // The server's own future obeys the handle's commands, so both go on together.
        if stopped.is_none() {
            stopped = ready(stopping.as_mut().poll(context));
        }
        let served = server.as_mut().poll(context);
        match (&served, &stopped) {
            // While the server waits for its workers it takes no further command. It is dropped, and they stop
            // at once.
            (Poll::Pending, Some(Stopped { is_cut: true, .. })) => Poll::Ready(Ok(())),
            // Its own end may be what the other waits for.
            (Poll::Ready(_), None) => {
                stopped = ready(stopping.as_mut().poll(context));
                served
            }
            _ => served,
        }
    })
    .await;
    served.map(|()| match stopped {
        Some(stopped) => stopped.left,
        None => busy(&receivers),
    })
}

/// Stops a server. The receivers answer 503 to what they have not begun, and close its connection. All running handlers
/// end, with their senders or without, and the store is told of every lease. Then the workers stop gracefully. All of
/// it takes `bound` at most. This returns what was cut off.
///
/// A worker ends with its last connection, and with it the handlers that go on without one. So it must not be stopped
/// before those have ended. The server's future must be polled meanwhile. The receivers refuse deliveries for good.
///
/// Once this returns, drop the server's future. An open connection may keep it waiting for its
/// `shutdown_timeout`, and a dropped server stops its workers at once. [`serve_until`] does that.
pub async fn shut_down(
    server: &ServerHandle,
    receivers: impl IntoIterator<Item = Receiver>,
    bound: Duration,
) -> Busy {
    stop_within(server, receivers, bound).await.left
}

struct Stopped {
    left: Busy,
    /// The bound was over before the workers had stopped.
    is_cut: bool,
}

async fn stop_within(
    server: &ServerHandle,
    receivers: impl IntoIterator<Item = Receiver>,
    bound: Duration,
) -> Stopped {
    let mut drain = Drain::begin(receivers, TokioTimer, bound);
    // Counted before the workers stop and cut off the rest.
    let left = drain.idle().await;
    let mut workers = pin!(server.stop(left.is_idle()));
    let mut over = pin!(drain.over());
    let is_cut = poll_fn(|context| {
        if workers.as_mut().poll(context).is_ready() {
            return Poll::Ready(false);
        }
        over.as_mut().poll(context).map(|()| true)
    })
    .await;
    Stopped { left, is_cut }
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

fn busy(receivers: &[Receiver]) -> Busy {
    let all = receivers.iter().map(Receiver::busy);
    all.fold(Busy::default(), Busy::and)
}
