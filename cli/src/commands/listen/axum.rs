//! The receiver on axum.

use std::{io, net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, StatusCode, Uri, uri::PathAndQuery},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Response},
};
use hookgate::{Ack, Nack};
use hookgate_axum::{Event, ReceiverExt, TokenIssuerExt, serve_until};
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

/// Serves until asked to stop, and until running handlers have finished.
pub(super) async fn serve(listener: TcpListener, served: Served, stop: Stop) -> io::Result<()> {
    let Served {
        receiver,
        desk,
        shelf,
        issues,
    } = served;
    let app = Router::new()
        .fallback(on_event)
        .layer(receiver.layer())
        .with_state(desk);
    let app = match shelf {
        Some(shelf) => app.layer(from_fn_with_state(shelf, keep)),
        None => app,
    };
    // Behind no receiver, and never saved: its requests have the clients' secrets.
    let app = match issues {
        Some(Issues { issuer, path }) => {
            app.route(&path, issuer.route().layer(from_fn(show_answer)))
        }
        None => app,
    };
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    serve_until(listener, app, stop.asked(), [receiver], LINGER).await?;
    Ok(())
}

async fn show_answer(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    answered(response.status().as_u16());
    response
}

async fn on_event(
    State(desk): State<Arc<Desk>>,
    Event(delivery): Event<AnyEvent>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Ack, Nack> {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    let handed = Handed {
        path: target(uri.path_and_query().map(PathAndQuery::as_str)),
        headers: headers.collect(),
        body,
    };
    desk.handle(delivery, handed).await
}

/// Keeps the request before the receiver sees it.
async fn keep(
    State(shelf): State<Arc<Shelf>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    let (head, body) = request.into_parts();
    let body = match timeout(BODY_DEADLINE, to_bytes(body, MAX_BODY_BYTES)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let headers = head.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.to_string(), value)
    });
    let arrived = Arrived {
        method: head.method.to_string(),
        path: target(head.uri.path_and_query().map(PathAndQuery::as_str)),
        headers: headers.collect(),
        body: body.to_vec(),
        peer: Some(peer),
    };
    if let Err(error) = shelf.keep(arrived) {
        note(format_args!("hookgate: cannot save a request: {error}"));
    }
    next.run(Request::from_parts(head, Body::from(body))).await
}
