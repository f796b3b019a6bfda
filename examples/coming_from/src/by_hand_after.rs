//! The same with hookgate.

use std::error::Error;

use axum::{Router, extract::State, routing::post};
use hookgate::{
    Ack, Nack, Receiver, Secret, dedup::DedupStore, json::Payload, providers::preset::Preset,
};
use hookgate_axum::{Event, ReceiverExt};

use crate::{Books, Push};

async fn on_push(
    State(books): State<Books>,
    Event(delivery): Event<Payload<Push>>,
) -> Result<Ack, Nack> {
    // Unsigned: it decides nothing here but what becomes of a body that does not fit.
    let claimed = delivery.claimed_type();
    let claims_push = claimed.is_some_and(|it| *it.trust_unsigned() == "push");
    match delivery.event() {
        Payload::Known(push) => books.book(&push.after).await?,
        Payload::Unrecognized { .. } if claims_push => return Err(Nack::retry()),
        Payload::Unrecognized { .. } => return Ok(Ack::ignored("not a push")),
    }
    Ok(Ack::processed())
}

pub(crate) fn app(
    secret: &str,
    books: Books,
    store: impl DedupStore,
) -> Result<Router, Box<dyn Error>> {
    let pack = Preset::github(Secret::utf8(secret)?).events::<Push>();
    let receiver = Receiver::new("github", pack).dedup(store).build()?;
    let hook = post(on_push).layer(receiver.layer());
    Ok(Router::new()
        .route("/webhooks/github", hook)
        .with_state(books))
}
