//! Token endpoint and receiver on axum.

use std::{io, net::SocketAddr};

use axum::{Router, extract::State, routing::post};
use hookgate::{Ack, Nack, Receiver, providers::unico_check, token::TokenIssuer};
use hookgate_axum::{Event, ReceiverExt, TokenIssuerExt};

use crate::Handled;

async fn on_event(
    State(handled): State<Handled>,
    Event(delivery): Event<unico_check::Event>,
) -> Result<Ack, Nack> {
    let update = match delivery.event() {
        unico_check::Event::ProcessUpdated(update) => update,
        // It does not fit its type. An `Ack` would be its end: its sender is to send it again.
        unico_check::Event::Unrecognized(_) => return Err(Nack::retry()),
        _ => return Ok(Ack::ignored("no update of a process")),
    };
    println!("handling {}: {:?}", update.id, update.status);
    handled.one_more();
    Ok(Ack::processed())
}

pub(crate) fn serve(
    listener: std::net::TcpListener,
    issuer: &TokenIssuer,
    receiver: &Receiver,
    handled: &Handled,
) -> io::Result<impl Future<Output = io::Result<()>> + Send + 'static> {
    let app = Router::new()
        .route("/token", issuer.route())
        .route("/webhooks/unico", post(on_event).layer(receiver.layer()))
        .with_state(handled.clone());
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    // The token endpoint counts failures for each address, and answers 500 where it cannot be known.
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    Ok(async { axum::serve(listener, app).await })
}
