//! A server on axum as it is deployed: it stops on SIGTERM, and closes connections whose head does not come.
//! `axum::serve`, and so `serve_until`, waits for a head for ever. Where a proxy in front has a limit for heads,
//! `serve_until` is enough. The guide to deploying explains both.
//!
//! ```sh
//! LOGTO_SIGNING_KEY=k3y cargo run --example axum_deployed
//! (printf 'POST / HTTP/1.1\r\n'; cat) | nc 127.0.0.1 3000   # ends after 10 s
//! ```

use std::{error::Error, future::Future, pin::pin, time::Duration};

use axum::{Extension, Router, extract::ConnectInfo, routing::post, serve::Listener};
use hookgate::{
    Ack, Receiver, Secret,
    dedup::MemoryStore,
    framework::Drain,
    providers::logto::{self, Logto},
};
use hookgate_axum::{Event, ReceiverExt};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tower::Layer;

/// As `hookgate_axum::serve_until`, and each head has to be whole within `head`, the first as the next one of a
/// connection that is kept open.
async fn serve(
    mut listener: TcpListener,
    app: Router,
    stop: impl Future<Output = ()>,
    receivers: Vec<Receiver>,
    (head, bound): (Duration, Duration),
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head);
    let connections = GracefulShutdown::new();
    let mut stopping = pin!(async {
        stop.await;
        // Deliveries are answered 503 from now on, and those that run end.
        let mut drain = Drain::begin(receivers, hookgate::time::TokioTimer, bound);
        drain.idle().await;
        drain
    });
    let drain = loop {
        let (stream, peer) = tokio::select! {
            drain = &mut stopping => break drain,
            // As `axum::serve` accepts: a second's pause where file descriptors are out, none for a broken connection.
            accepted = Listener::accept(&mut listener) => accepted,
        };
        let app = Extension(ConnectInfo(peer)).layer(app.clone());
        let connection = http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(app));
        let connection = connections.watch(connection);
        // An error is a connection that was broken off, or whose head did not come.
        tokio::spawn(async { drop(connection.await) });
    };
    // Answers that are being written.
    tokio::select! {
        () = connections.shutdown() => {}
        () = drain.over() => {}
    }
}

/// Resolves when the process is to stop: on Ctrl-C, and on the SIGTERM of systemd, Docker and Kubernetes.
#[cfg(unix)]
async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => drop(terminated.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    drop(tokio::signal::ctrl_c().await);
}

async fn on_event(_: Event<logto::Event>) -> Ack {
    Ack::processed()
}

fn receiver(key: Secret) -> Result<Receiver, hookgate::BuildError> {
    Receiver::new("logto", Logto::new(key))
        .dedup(MemoryStore::new())
        .build()
}

fn app(receiver: &Receiver) -> Router {
    Router::new().route("/webhooks/logto", post(on_event).layer(receiver.layer()))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let receiver = receiver(Secret::from_env("LOGTO_SIGNING_KEY")?)?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    // Below what the platform waits between SIGTERM and SIGKILL.
    let limits = (Duration::from_secs(10), Duration::from_secs(25));
    let app = app(&receiver);
    serve(listener, app, told_to_stop(), vec![receiver], limits).await;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use hookgate::{
        providers::logto::{LogtoSimulator, User},
        time::{Clock, SystemClock},
    };
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        sync::oneshot,
        task::JoinHandle,
        time::timeout,
    };

    use super::*;

    type Outcome = Result<(), Box<dyn Error>>;

    const KEY: &str = "cl43GgdTZpcCdipNaStkoyZiwLi9QlES";
    /// Nothing takes that long unless it is stuck. hyper's own limit for heads is 30 s.
    const LONG: Duration = Duration::from_secs(20);

    /// A server, how to stop it, and its end.
    async fn server(
        head: Duration,
    ) -> Result<(SocketAddr, oneshot::Sender<()>, JoinHandle<()>), Box<dyn Error>> {
        let receiver = receiver(Secret::utf8(KEY)?)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (tell, told) = oneshot::channel();
        let task = tokio::spawn(async move {
            let app = app(&receiver);
            let stop = async { drop(told.await) };
            serve(listener, app, stop, vec![receiver], (head, LONG)).await;
        });
        Ok((address, tell, task))
    }

    /// An event as Logto sends it.
    fn signed() -> Vec<u8> {
        let now = SystemClock::new().now();
        let logto = LogtoSimulator::new(KEY, now).path("/webhooks/logto");
        let sent = logto.post_sign_in(User::new("ana", now));
        let mut head = format!("POST {} HTTP/1.1\r\nhost: a\r\n", sent.path);
        for (name, value) in &sent.headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\n\r\n", sent.body.len());
        [head.as_bytes(), &sent.body].concat()
    }

    #[tokio::test]
    async fn a_connection_whose_head_does_not_come_is_closed() -> Outcome {
        let (address, _tell, _task) = server(Duration::from_millis(20)).await?;
        for begun in ["", "POST /webhooks/lo", "POST / HTTP/1.1\r\nhost: a\r\nx: "] {
            let mut connection = TcpStream::connect(address).await?;
            connection.write_all(begun.as_bytes()).await?;
            let mut said = Vec::new();
            timeout(LONG, connection.read_to_end(&mut said)).await??;
            let said = String::from_utf8(said)?;
            assert!(!said.starts_with("HTTP/1.1 2"), "{said}");
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_delivery_is_handled_and_a_stop_ends_its_connection() -> Outcome {
        let (address, tell, task) = server(LONG).await?;
        let mut connection = TcpStream::connect(address).await?;
        connection.write_all(&signed()).await?;
        let mut status = [0; 12];
        timeout(LONG, connection.read_exact(&mut status)).await??;
        assert_eq!(&status, b"HTTP/1.1 200");

        tell.send(()).map_err(|()| "the server is gone")?;
        timeout(LONG, task).await??;
        timeout(LONG, connection.read_to_end(&mut Vec::new())).await??;
        Ok(())
    }
}
