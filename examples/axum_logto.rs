//! The smallest whole program: a Logto server's events, verified, typed, each handled once.
//! Run it with `LOGTO_SIGNING_KEY=k3y cargo run --example axum_logto`, then send it an event:
//!
//! ```sh
//! body='{"event":"PostSignIn","createdAt":"'$(date -u +%Y-%m-%dT%H:%M:%SZ)'","sessionId":"s1","userId":"ana","hookId":"h1"}'
//! curl -i 127.0.0.1:3000/webhooks/logto -H 'content-type: application/json' --data-binary "$body" \
//!   -H "logto-signature-sha-256: $(printf %s "$body" | openssl dgst -sha256 -hmac k3y -r | cut -d' ' -f1)"
//! ```

use std::time::Duration;

use axum::{Router, routing::post};
use hookgate::dedup::MemoryStore;
use hookgate::providers::logto::{self, EventName, Logto};
use hookgate::{Ack, Nack, Receiver, Secret};
use hookgate_axum::{Event, ReceiverExt, serve_until};

async fn on_event(Event(delivery): Event<logto::Event>) -> Result<Ack, Nack> {
    match delivery.event() {
        logto::Event::PostSignIn(sign_in) => println!("{} has signed in", sign_in.user_id),
        logto::Event::UserDeleted(_) => println!("a user is gone"),
        // One of these that no longer fits its type. An `Ack` would be its end: its sender is to send it again.
        logto::Event::Unrecognized(_) => return Err(Nack::retry()),
        _ => return Ok(Ack::ignored("not ours")),
    }
    Ok(Ack::processed())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init();
    let pack = Logto::new(Secret::from_env("LOGTO_SIGNING_KEY")?)
        .interested_in([EventName::PostSignIn, EventName::UserDeleted]);
    let receiver = Receiver::new("logto", pack)
        .dedup(MemoryStore::new())
        .build()?;
    let app = Router::new().route("/webhooks/logto", post(on_event).layer(receiver.layer()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    // Handlers that run when it is told to stop have half a minute to end.
    serve_until(listener, app, stop, [receiver], Duration::from_secs(30)).await?;
    Ok(())
}
