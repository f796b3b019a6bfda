//! The application on axum.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use hookgate::{Receiver, providers::facephi::WorkflowEvent};
use hookgate_axum::{CloudEvent, Event, ReceiverExt, UnixPeer, serve_until};
use tokio::{
    net::{TcpListener, UnixListener},
    task::JoinHandle,
};

use crate::{
    existing::Books,
    existing_on_axum,
    scene::{BOUND, Peers, Socket, Stop},
    stage::{self, Reply, Stage},
};

pub(crate) fn serve(
    socket: Socket,
    peers: Peers,
    receiver: &Receiver,
    stage: Arc<Stage>,
    mut stop: Stop,
) -> JoinHandle<()> {
    let app = Router::new()
        .route("/hook", post(on_event).layer(receiver.layer()))
        .route("/bytes", post(on_bytes).layer(receiver.layer()))
        .route("/facephi", post(on_workflow).layer(receiver.layer()))
        .route("/cloud", post(on_cloud_event).layer(receiver.layer()))
        .route("/wrong", post(on_wrong_type).layer(receiver.layer()))
        .route("/tenants/{tenant}", post(on_event).layer(receiver.layer()))
        .merge(twice(receiver, receiver, "/twice"))
        .merge(twice(receiver, &stage::another(), "/nested"))
        .route("/open", post(on_event))
        .route("/plain", post(on_plain))
        .with_state(stage.clone())
        .merge(existing_on_axum::routes(receiver, Books::new(stage)));
    let receivers = [receiver.clone()];
    tokio::spawn(async move {
        let left = match (socket, peers) {
            (Socket::Tcp(listener), Peers::Known) => {
                let listener = TcpListener::from_std(listener).unwrap();
                let app = app.into_make_service_with_connect_info::<SocketAddr>();
                serve_until(listener, app, stop.told(), receivers, BOUND).await
            }
            (Socket::Tcp(listener), _) => {
                let listener = TcpListener::from_std(listener).unwrap();
                serve_until(listener, app, stop.told(), receivers, BOUND).await
            }
            (Socket::Unix(listener), _) => {
                let listener = UnixListener::from_std(listener).unwrap();
                let app = app.into_make_service_with_connect_info::<UnixPeer>();
                serve_until(listener, app, stop.told(), receivers, BOUND).await
            }
        };
        stop.stopped(left.unwrap());
    })
}

/// `outer` around a router, `inner` in its route.
fn twice(outer: &Receiver, inner: &Receiver, path: &str) -> Router<Arc<Stage>> {
    let route = post(on_event).layer(inner.layer());
    Router::new().route(path, route).layer(outer.layer())
}

async fn on_event(
    State(stage): State<Arc<Stage>>,
    Event(delivery): Event<stage::Event>,
) -> Response {
    match stage.act(delivery).await {
        Reply::Said(said) => said.into_response(),
        Reply::Own(status, text) => {
            let status = StatusCode::from_u16(status).unwrap();
            (status, [(header::CONTENT_TYPE, "text/plain")], text).into_response()
        }
    }
}

async fn on_bytes(headers: HeaderMap, body: Bytes) -> Response {
    let length = headers[header::CONTENT_LENGTH].to_str().unwrap();
    assert_eq!(length, body.len().to_string());
    assert!(!headers.contains_key(header::TRANSFER_ENCODING));
    assert!(!headers.contains_key(header::CONTENT_ENCODING));
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// No receiver is here.
async fn on_plain(body: Bytes) -> Bytes {
    body
}

async fn on_workflow(State(stage): State<Arc<Stage>>, _: Event<WorkflowEvent>) {
    stage.ran();
}

async fn on_cloud_event(
    State(stage): State<Arc<Stage>>,
    Event(delivery): CloudEvent<stage::Thing>,
) -> String {
    stage.ran();
    stage::told(delivery.event())
}

async fn on_wrong_type(_: Event<String>) -> StatusCode {
    panic!("it cannot run")
}
