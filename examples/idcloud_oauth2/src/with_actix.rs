//! Token endpoint and receiver on actix-web.

use std::io;

use actix_web::{App, HttpServer, dev::Server, web};
use hookgate::{Ack, Nack, Receiver, providers::idcloud, token::TokenIssuer};
use hookgate_actix::{Event, ReceiverExt, TokenIssuerExt};

use crate::Handled;

async fn on_event(
    handled: web::Data<Handled>,
    Event(delivery): Event<idcloud::Event>,
) -> Result<Ack, Nack> {
    // Ask Unico's API for the verdict on `delivery.event().id()`, and keep it.
    println!("handling {}", delivery.event().id());
    handled.one_more();
    Ok(Ack::processed())
}

pub(crate) fn serve(
    listener: std::net::TcpListener,
    issuer: &TokenIssuer,
    receiver: &Receiver,
    handled: &Handled,
) -> io::Result<Server> {
    let (issuer, receiver) = (issuer.clone(), receiver.clone());
    let handled = web::Data::new(handled.clone());
    let server = HttpServer::new(move || {
        let hook = web::resource("/webhooks/idcloud").wrap(receiver.middleware());
        App::new()
            .app_data(handled.clone())
            .route("/token", issuer.route())
            .service(hook.route(web::post().to(on_event)))
    });
    Ok(server.workers(1).disable_signals().listen(listener)?.run())
}
