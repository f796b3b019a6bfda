//! Both on axum.

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::{MethodRouter, post},
};
use hookgate::{Ack, json::Payload, providers::logto};
use hookgate_axum::{Event, ReceiverExt};

use crate::{
    by_hand::{self, SignIn},
    receivers,
};

/// The application of `subject`, such as `logto` or `logto-by-hand`.
pub(crate) fn app(subject: &str) -> Router {
    hook(match subject {
        "logto" => post(on_event).layer(receivers::logto().layer()),
        "standard-webhooks" => post(on_payload).layer(receivers::standard_webhooks().layer()),
        "logto-by-hand" => post(logto_by_hand),
        "standard-webhooks-by-hand" => post(standard_webhooks_by_hand),
        other => panic!("no subject {other}"),
    })
}

pub(crate) fn hook(route: MethodRouter) -> Router {
    Router::new().route("/hook", route)
}

async fn on_event(Event(delivery): Event<logto::Event>) -> Ack {
    assert!(matches!(delivery.event(), logto::Event::PostSignIn(_)));
    Ack::processed()
}

pub(crate) async fn on_payload(Event(delivery): Event<Payload<SignIn>>) -> Ack {
    assert!(matches!(delivery.event(), Payload::Known(known) if known.weight() > 0));
    Ack::processed()
}

async fn logto_by_hand(headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers.get("logto-signature-sha-256");
    answer(by_hand::logto(
        signature.map(|value| value.as_bytes()),
        &body,
    ))
}

async fn standard_webhooks_by_hand(headers: HeaderMap, body: Bytes) -> StatusCode {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    answer(by_hand::standard_webhooks(text, &body))
}

fn answer(status: u16) -> StatusCode {
    StatusCode::from_u16(status).expect("a status")
}
