//! The same with hookgate.

use std::error::Error;

use axum::{Router, extract::State, routing::post};
use hookgate::{
    Ack, Nack, Receiver, Secret, dedup::DedupStore, json::Payload, providers::preset::Preset,
};
use hookgate_axum::{Event, ReceiverExt};

use crate::{Books, Invoice};

async fn on_event(
    State(books): State<Books>,
    Event(delivery): Event<Payload<Invoice>>,
) -> Result<Ack, Nack> {
    match delivery.event() {
        Payload::Known(paid) => books.book(&paid.invoice).await?,
        // An `Ack` would be its end: its sender is to send it again.
        Payload::Unrecognized { .. } => return Err(Nack::retry()),
    }
    Ok(Ack::processed())
}

pub(crate) fn app(
    secret: &str,
    books: Books,
    store: impl DedupStore,
) -> Result<Router, Box<dyn Error>> {
    let pack = Preset::standard_webhooks(Secret::whsec(secret)?).events::<Invoice>();
    let receiver = Receiver::new("billing", pack).dedup(store).build()?;
    let hook = post(on_event).layer(receiver.layer());
    Ok(Router::new()
        .route("/webhooks/billing", hook)
        .with_state(books))
}
