//! A server on actix-web as it is deployed: it stops on SIGTERM, and answers 408 where a head does not come. The guide to
//! deploying explains both.
//!
//! ```sh
//! LOGTO_SIGNING_KEY=k3y cargo run -p hookgate-actix --example actix_deployed
//! ```

use std::{error::Error, io, net::SocketAddr, time::Duration};

use actix_web::{App, HttpServer, dev::Server, rt, web};
use hookgate::{
    Ack, Receiver, Secret,
    dedup::MemoryStore,
    providers::logto::{self, Logto},
};
use hookgate_actix::{Event, ReceiverExt, RequireReceiver, serve_until};

/// A server whose heads have to be whole within `head`, and where it listens.
fn server(at: &str, receiver: &Receiver, head: Duration) -> io::Result<(Server, SocketAddr)> {
    let gate = receiver.clone();
    let app = move || {
        let hook = web::resource("/webhooks/logto").wrap(gate.middleware());
        App::new()
            .service(hook.route(web::post().to(on_event)))
            .wrap(RequireReceiver)
    };
    let server = HttpServer::new(app)
        // actix-web's default is 5 s.
        .client_request_timeout(head)
        .bind(at)?
        .disable_signals();
    let address = server.addrs().first().copied();
    let address = address.ok_or(io::ErrorKind::AddrNotAvailable)?;
    Ok((server.run(), address))
}

/// Resolves when the process is to stop: on Ctrl-C, and on the SIGTERM of systemd, Docker and Kubernetes.
#[cfg(unix)]
async fn told_to_stop() {
    use actix_web::rt::signal::unix::{SignalKind, signal};
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut terminated) => drop(terminated.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = rt::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

#[cfg(not(unix))]
async fn told_to_stop() {
    drop(rt::signal::ctrl_c().await);
}

async fn on_event(_: Event<logto::Event>) -> Ack {
    Ack::processed()
}

fn receiver(key: Secret) -> Result<Receiver, hookgate::BuildError> {
    Receiver::new("logto", Logto::new(key))
        .dedup(MemoryStore::new())
        .build()
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let receiver = receiver(Secret::from_env("LOGTO_SIGNING_KEY")?)?;
    let (server, _) = server("127.0.0.1:3000", &receiver, Duration::from_secs(5))?;
    // Below what the platform waits between SIGTERM and SIGKILL.
    serve_until(server, told_to_stop(), [receiver], Duration::from_secs(25)).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
    };

    use super::*;

    /// Nothing takes that long unless it is stuck, or has actix-web's own limit.
    const STUCK: Duration = Duration::from_secs(4);

    #[actix_web::test]
    async fn a_connection_whose_head_does_not_come_is_answered_408() -> Result<(), Box<dyn Error>> {
        let receiver = receiver(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?)?;
        let (server, address) = server("127.0.0.1:0", &receiver, Duration::from_millis(20))?;
        let handle = server.handle();
        rt::spawn(server);
        for begun in ["", "POST /webhooks/lo", "POST / HTTP/1.1\r\nhost: a\r\nx: "] {
            let mut connection = TcpStream::connect(address).await?;
            connection.write_all(begun.as_bytes()).await?;
            let mut said = String::new();
            rt::time::timeout(STUCK, connection.read_to_string(&mut said)).await??;
            assert!(said.starts_with("HTTP/1.1 408 "), "{begun}: {said}");
        }
        handle.stop(false).await;
        Ok(())
    }
}
