//! Both on actix-web.

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    http::StatusCode,
    rt::System,
    web::{self, Bytes, ServiceConfig},
};
use hookgate::{Ack, json::Payload, providers::logto};
use hookgate_actix::{Event, ReceiverExt};

use crate::{
    by_hand::{self, SignIn},
    server,
};

const PATH: &str = "/hook";

pub(crate) fn serve(subject: &str) {
    match subject {
        "logto" => {
            let receiver = server::logto();
            run(move |config| {
                let hook = web::resource(PATH).wrap(receiver.middleware());
                config.service(hook.route(web::post().to(on_event)));
            });
        }
        "standard-webhooks" => {
            let receiver = server::standard_webhooks();
            run(move |config| {
                let hook = web::resource(PATH).wrap(receiver.middleware());
                config.service(hook.route(web::post().to(on_payload)));
            });
        }
        "logto-by-hand" => run(|config| {
            config.service(web::resource(PATH).route(web::post().to(logto_by_hand)));
        }),
        "standard-webhooks-by-hand" => run(|config| {
            config.service(web::resource(PATH).route(web::post().to(standard_webhooks_by_hand)));
        }),
        other => panic!("no subject {other}"),
    }
}

fn run(configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) {
    System::new().block_on(async {
        let server = HttpServer::new(move || App::new().configure(configure.clone()))
            .workers(1)
            .bind("127.0.0.1:0")
            .expect("a free port");
        println!("{}", server.addrs()[0].port());
        server.run().await.expect("the server runs");
    });
}

async fn on_event(Event(delivery): Event<logto::Event>) -> Ack {
    assert!(matches!(delivery.event(), logto::Event::PostSignIn(_)));
    Ack::processed()
}

async fn on_payload(Event(delivery): Event<Payload<SignIn>>) -> Ack {
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
