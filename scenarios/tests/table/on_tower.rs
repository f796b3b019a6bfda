//! The application on bare tower and hyper: no router, no extractors.

use std::{convert::Infallible, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use hookgate::{
    Receiver,
    framework::{self, DeliverySlot, Drain, NotTaken, Verdict},
    providers::facephi::WorkflowEvent,
    time::TokioTimer,
    tower::{AnswerBody, ReceiverLayer, Wiring},
};
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use percent_encoding::percent_decode_str;
use tokio::{net::TcpListener, task::JoinHandle};
use tower::{Layer, ServiceExt, service_fn};

use crate::{
    scene::{BOUND, Peers, Stop},
    stage::{self, Event, Reply, Stage},
};

pub(crate) fn serve(
    listener: std::net::TcpListener,
    peers: Peers,
    receiver: &Receiver,
    stage: Arc<Stage>,
    mut stop: Stop,
) -> JoinHandle<()> {
    let gate = ReceiverLayer::<Full<Bytes>>::new(receiver.clone()).wiring(Wiring {
        route_params: |parts| {
            let tenant = parts.uri.path().strip_prefix("/tenants/");
            let tenant = tenant.map(|name| percent_decode_str(name).decode_utf8_lossy());
            tenant
                .map(|name| ("tenant".into(), name.into()))
                .into_iter()
                .collect()
        },
        peer: |parts| parts.extensions.get::<SocketAddr>().copied(),
        ..Wiring::default()
    });
    let (same, another) = (
        gate.clone(),
        ReceiverLayer::<Full<Bytes>>::new(stage::another()),
    );
    let inside = service_fn(move |request: Request<Full<Bytes>>| {
        let handler = service_fn({
            let stage = stage.clone();
            move |request| on_request(stage.clone(), request)
        });
        let nested = match request.uri().path() {
            "/twice" => Some(same.layer(handler.clone())),
            "/nested" => Some(another.layer(handler.clone())),
            _ => None,
        };
        async move {
            let Some(nested) = nested else {
                return handler.oneshot(request).await;
            };
            let response = nested.oneshot(request).await?;
            let (parts, body) = response.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            Ok(Response::from_parts(parts, Full::new(body)))
        }
    });
    let listener = TcpListener::from_std(listener).unwrap();
    let receiver = receiver.clone();
    tokio::spawn(async move {
        let mut draining = Box::pin(async {
            stop.told().await;
            Drain::begin([receiver], TokioTimer, BOUND).idle().await
        });
        let left = loop {
            let (connection, peer) = tokio::select! {
                left = &mut draining => break left,
                accepted = listener.accept() => accepted.unwrap(),
            };
            let service = gate
                .layer(inside.clone())
                .map_request(move |mut request: Request<Incoming>| {
                    if peers == Peers::Known {
                        request.extensions_mut().insert(peer);
                    }
                    request
                })
                .map_response(|response: Response<AnswerBody<Full<Bytes>>>| response);
            tokio::spawn(async move {
                // An error is a connection that the sender broke off.
                let _ = auto::Builder::new(TokioExecutor::new())
                    .serve_connection(TokioIo::new(connection), TowerToHyperService::new(service))
                    .await;
            });
        };
        drop(draining);
        stop.stopped(left);
    })
}

async fn on_request(
    stage: Arc<Stage>,
    request: Request<Full<Bytes>>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let slot = request.extensions().get::<DeliverySlot>().unwrap().clone();
    Ok(match request.uri().path() {
        "/bytes" => on_bytes(request).await,
        "/facephi" => {
            slot.take::<WorkflowEvent>().unwrap();
            stage.ran();
            Response::new(Full::default())
        }
        "/wrong" => match slot.take::<String>() {
            Err(why @ NotTaken::WrongEventType { .. }) => {
                let answer = framework::misused(why.reason(), &"named another type");
                let mut response = Response::new(Full::from(answer.body().clone()));
                *response.status_mut() = answer.status();
                response.extensions_mut().insert(Verdict(why.outcome()));
                response
            }
            _ => panic!("it cannot be had"),
        },
        _ => match stage.act(slot.take::<Event>().unwrap()).await {
            Reply::Said(said) => {
                let (status, outcome) = match said {
                    Ok(ack) => (StatusCode::OK, ack.into()),
                    Err(nack) => (StatusCode::SERVICE_UNAVAILABLE, nack.into()),
                };
                let mut response = Response::new(Full::default());
                *response.status_mut() = status;
                response.extensions_mut().insert(Verdict(outcome));
                response
            }
            Reply::Own(status, text) => Response::builder()
                .status(status)
                .header(header::CONTENT_TYPE, "text/plain")
                .body(Full::from(text))
                .unwrap(),
        },
    })
}

async fn on_bytes(request: Request<Full<Bytes>>) -> Response<Full<Bytes>> {
    let (parts, body) = request.into_parts();
    let length = &parts.headers[header::CONTENT_LENGTH];
    let body = http_body_util::BodyExt::collect(body)
        .await
        .unwrap()
        .to_bytes();
    assert_eq!(length.to_str().unwrap(), body.len().to_string());
    assert!(!parts.headers.contains_key(header::TRANSFER_ENCODING));
    assert!(!parts.headers.contains_key(header::CONTENT_ENCODING));
    Response::builder()
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::from(body))
        .unwrap()
}
