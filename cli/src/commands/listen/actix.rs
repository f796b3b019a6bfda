//! The receiver on actix-web.

use std::{io, sync::Arc};

use actix_web::{
    App, Error, HttpRequest, HttpServer,
    body::MessageBody,
    dev::{Payload, ServiceRequest, ServiceResponse},
    error::ErrorRequestTimeout,
    http::{header::HeaderMap, uri::PathAndQuery},
    middleware::{Condition, Next, from_fn},
    web,
};
use hookgate::{Ack, Nack};
use hookgate_actix::{Event, ReceiverExt, TokenIssuerExt, serve_until};
use tokio::{net::TcpListener, time::timeout};

use super::{
    Served,
    desk::Desk,
    handed::{Handed, target},
    issues::{Issues, answered},
    shelf::{Arrived, BODY_DEADLINE, MAX_BODY_BYTES, Shelf},
};
use crate::{
    commands::stop::{LINGER, Stop},
    output::screen::note,
    settings::any_event::AnyEvent,
};

/// Enough for a development tool.
const WORKERS: usize = 2;

/// Serves until asked to stop, and until running handlers have finished.
pub(super) async fn serve(listener: TcpListener, served: Served, stop: Stop) -> io::Result<()> {
    let Served {
        receiver,
        desk,
        shelf,
        issues,
    } = served;
    let gate = receiver.clone();
    let desk = web::Data::from(desk);
    let keeps = shelf.is_some();
    let shelf = web::Data::new(shelf);
    let app = move || {
        let received = web::scope("")
            .app_data(desk.clone())
            .app_data(shelf.clone())
            // The receiver has a limit of its own.
            .app_data(web::PayloadConfig::new(MAX_BODY_BYTES))
            .wrap(gate.middleware())
            .wrap(Condition::new(keeps, from_fn(keep)))
            .default_service(web::to(on_event));
        // Behind no receiver, and never saved: its requests have the clients' secrets.
        let tokens = issues.clone().map(|Issues { issuer, path }| {
            web::resource(path)
                .route(issuer.route())
                .wrap(from_fn(show_answer))
        });
        App::new()
            .configure(|config| {
                if let Some(tokens) = tokens {
                    config.service(tokens);
                }
            })
            .service(received)
    };
    let server = HttpServer::new(app)
        .workers(WORKERS)
        .listen(listener.into_std()?)?
        .disable_signals()
        .run();
    serve_until(server, stop.asked(), [receiver], LINGER).await?;
    Ok(())
}

async fn show_answer(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let response = next.call(request).await?;
    answered(response.status().as_u16());
    Ok(response)
}

async fn on_event(
    desk: web::Data<Desk>,
    Event(delivery): Event<AnyEvent>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<Ack, Nack> {
    let headers = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    let handed = Handed {
        path: target(request.uri().path_and_query().map(PathAndQuery::as_str)),
        headers: headers.collect(),
        body,
    };
    desk.handle(delivery, handed).await
}

/// Keeps the request before the receiver sees it.
async fn keep(
    mut request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let body = timeout(BODY_DEADLINE, request.extract::<web::Bytes>())
        .await
        .map_err(ErrorRequestTimeout)??;
    let arrived = Arrived {
        method: request.method().to_string(),
        path: target(request.uri().path_and_query().map(PathAndQuery::as_str)),
        headers: pairs(request.headers()),
        body: body.to_vec(),
        peer: request.peer_addr(),
    };
    if let Some(shelf) = request
        .app_data::<web::Data<Option<Arc<Shelf>>>>()
        .and_then(|shelf| shelf.as_ref().as_ref())
        && let Err(error) = shelf.keep(arrived)
    {
        note(format_args!("hookgate: cannot save a request: {error}"));
    }
    request.set_payload(Payload::from(body));
    next.call(request).await
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    let pairs = headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.to_string(), value)
    });
    pairs.collect()
}
