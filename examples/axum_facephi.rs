//! The smallest whole program: the workflow events of a Facephi tenant, verified, typed, each handled
//! once. Run it with `FACEPHI_SECRET=k3y FACEPHI_API_KEY=ap1 cargo run --example axum_facephi`, then send
//! it an event:
//!
//! ```sh
//! head='{"specversion":"1.0","type":"workflows.operation_finished.v1","source":"/operations/o-1","id":"e-1"'
//! data='"data":{"status":"SUCCEEDED"}}'
//! mac=$(printf %s "$head,$data" | openssl dgst -sha256 -hmac k3y -binary | base64)
//! curl -i 127.0.0.1:3000/webhooks/facephi -H 'content-type: application/cloudevents+json' \
//!   -H 'x-api-key: ap1' --data-binary "$head,\"signature\":\"$mac\",$data"
//! ```

use std::time::Duration;

use axum::{Router, routing::post};
use hookgate::access::ApiKey;
use hookgate::dedup::MemoryStore;
use hookgate::providers::facephi::{API_KEY_HEADER, Facephi, Topic, WorkflowEvent};
use hookgate::{Ack, Nack, Receiver, Secret};
use hookgate_axum::{Event, ReceiverExt, serve_until};

async fn on_event(Event(delivery): Event<WorkflowEvent>) -> Result<Ack, Nack> {
    let operation = delivery.operation_id().unwrap_or("unknown");
    match delivery.event() {
        WorkflowEvent::IdCaptured(id) => println!("{operation}: {} pictures", id.assets().len()),
        WorkflowEvent::OperationFinished(end) => println!("{operation}: {:?}", end.status),
        // One of these that no longer fits its type. An `Ack` would be its end: its sender is to send it again.
        WorkflowEvent::Unrecognized(_) => return Err(Nack::retry()),
        _ => return Ok(Ack::ignored("not ours")),
    }
    Ok(Ack::processed())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init();
    let api_key = std::env::var("FACEPHI_API_KEY")?;
    let pack = Facephi::new(Secret::from_env("FACEPHI_SECRET")?)
        .interested_in([Topic::IdCaptured, Topic::OperationFinished]);
    let receiver = Receiver::new("facephi", pack)
        .access(ApiKey::header(API_KEY_HEADER, api_key))
        .dedup(MemoryStore::new())
        .build()?;
    let app = Router::new().route("/webhooks/facephi", post(on_event).layer(receiver.layer()));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    let stop = async { drop(tokio::signal::ctrl_c().await) };
    // Handlers that run when it is told to stop have half a minute to end.
    serve_until(listener, app, stop, [receiver], Duration::from_secs(30)).await?;
    Ok(())
}
