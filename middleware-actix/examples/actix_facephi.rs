//! The smallest whole program: the workflow events of a Facephi tenant, verified, typed, each handled
//! once. Run it with
//! `FACEPHI_SECRET=k3y FACEPHI_API_KEY=ap1 cargo run -p hookgate-actix --example actix_facephi`, then
//! send it an event:
//!
//! ```sh
//! head='{"specversion":"1.0","type":"workflows.operation_finished.v1","source":"/operations/o-1","id":"e-1"'
//! data='"data":{"status":"SUCCEEDED"}}'
//! mac=$(printf %s "$head,$data" | openssl dgst -sha256 -hmac k3y -binary | base64)
//! curl -i 127.0.0.1:3000/webhooks/facephi -H 'content-type: application/cloudevents+json' \
//!   -H 'x-api-key: ap1' --data-binary "$head,\"signature\":\"$mac\",$data"
//! ```

use std::time::Duration;

use actix_web::{App, HttpServer, rt, web};
use hookgate::access::ApiKey;
use hookgate::dedup::MemoryStore;
use hookgate::providers::facephi::{API_KEY_HEADER, Facephi, Topic, WorkflowEvent};
use hookgate::{Ack, Nack, Receiver, Secret};
use hookgate_actix::{Event, ReceiverExt, serve_until};

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

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().init();
    let api_key = std::env::var("FACEPHI_API_KEY")?;
    let pack = Facephi::new(Secret::from_env("FACEPHI_SECRET")?)
        .interested_in([Topic::IdCaptured, Topic::OperationFinished]);
    let receiver = Receiver::new("facephi", pack)
        .access(ApiKey::header(API_KEY_HEADER, api_key))
        .dedup(MemoryStore::new())
        .build()?;
    // Made once, outside of the closure that every worker thread calls: they share one receiver.
    let gate = receiver.clone();
    let app = move || {
        let hook = web::resource("/webhooks/facephi").wrap(gate.middleware());
        App::new().service(hook.route(web::post().to(on_event)))
    };
    let server = HttpServer::new(app)
        .bind("127.0.0.1:3000")?
        .disable_signals()
        .run();
    let stop = async { drop(rt::signal::ctrl_c().await) };
    // Handlers that run then have half a minute to end: the workers, on whose threads they run, end after them.
    serve_until(server, stop, [receiver], Duration::from_secs(30)).await?;
    Ok(())
}
