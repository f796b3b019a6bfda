//! Both on actix-web.

use std::sync::Arc;

use actix_web::{
    HttpRequest, HttpResponse,
    http::StatusCode,
    web::{self, Bytes, ServiceConfig},
};
use hookgate::{Ack, json::Payload, providers::logto};
use hookgate_actix::{Event, ReceiverExt};

use crate::{
    by_hand::{self, SignIn},
    receivers,
};

pub(crate) const PATH: &str = "/hook";

/// Tells an application its routes. Each thread of a server asks for its own.
pub(crate) type Configure = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// The application of `subject`, such as `logto` or `logto-by-hand`.
pub(crate) fn configured(subject: &str) -> Configure {
    match subject {
        "logto" => {
            let receiver = receivers::logto();
            Arc::new(move |config| {
                let hook = web::resource(PATH).wrap(receiver.middleware());
                config.service(hook.route(web::post().to(on_event)));
            })
        }
        "standard-webhooks" => {
            let receiver = receivers::standard_webhooks();
            Arc::new(move |config| {
                let hook = web::resource(PATH).wrap(receiver.middleware());
                config.service(hook.route(web::post().to(on_payload)));
            })
        }
        "logto-by-hand" => Arc::new(|config| {
            config.service(web::resource(PATH).route(web::post().to(logto_by_hand)));
        }),
        "standard-webhooks-by-hand" => Arc::new(|config| {
            config.service(web::resource(PATH).route(web::post().to(standard_webhooks_by_hand)));
        }),
        other => panic!("no subject {other}"),
    }
}

async fn on_event(Event(delivery): Event<logto::Event>) -> Ack {
    assert!(matches!(delivery.event(), logto::Event::PostSignIn(_)));
    Ack::processed()
}

pub(crate) async fn on_payload(Event(delivery): Event<Payload<SignIn>>) -> Ack {
    assert!(matches!(delivery.event(), Payload::Known(known) if known.weight() > 0));
    Ack::processed()
}

async fn logto_by_hand(request: HttpRequest, body: Bytes) -> HttpResponse {
    let signature = request.headers().get("logto-signature-sha-256");
    answer(by_hand::logto(
        signature.map(|value| value.as_bytes()),
        &body,
    ))
}

async fn standard_webhooks_by_hand(request: HttpRequest, body: Bytes) -> HttpResponse {
    let text = |name| {
        let value = request.headers().get(name)?;
        value.to_str().ok()
    };
    answer(by_hand::standard_webhooks(text, &body))
}

fn answer(status: u16) -> HttpResponse {
    HttpResponse::new(StatusCode::from_u16(status).expect("a status"))
}
