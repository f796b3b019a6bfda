//! The application on actix-web.

use std::{sync::Arc, thread};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer, Responder,
    dev::{HttpServiceFactory, ServerHandle},
    http::{StatusCode, header},
    rt::System,
    web,
};
use hookgate::{Receiver, providers::facephi::WorkflowEvent};
use hookgate_actix::{CloudEvent, Event, ReceiverExt, note_unix_peer, serve_until};

use crate::{
    existing::Books,
    existing_on_actix,
    scene::{BOUND, Peers, Socket, Stop},
    stage::{self, Reply, Stage},
};

/// actix-web knows the peer of each connection that has one.
pub(crate) fn serve(
    socket: Socket,
    peers: Peers,
    receiver: &Receiver,
    stage: Arc<Stage>,
    mut stop: Stop,
) -> ServerHandle {
    let receiver = receiver.clone();
    let (tell, told) = std::sync::mpsc::channel();
    thread::spawn(move || {
        System::new().block_on(async move {
            let books = web::Data::new(Books::new(stage.clone()));
            let stage = web::Data::from(stage);
            let gate = receiver.clone();
            let another = stage::another();
            let server = HttpServer::new(move || {
                let hook = |path| web::resource(path).wrap(gate.middleware());
                App::new()
                    .app_data(stage.clone())
                    .configure(existing_on_actix::routes(&gate, books.clone()))
                    .service(hook("/hook").route(web::post().to(on_event)))
                    .service(hook("/bytes").route(web::post().to(on_bytes)))
                    .service(hook("/facephi").route(web::post().to(on_workflow)))
                    .service(hook("/cloud").route(web::post().to(on_cloud_event)))
                    .service(hook("/wrong").route(web::post().to(on_wrong_type)))
                    .service(hook("/tenants/{tenant}").route(web::post().to(on_event)))
                    .service(twice(&gate, &gate, "/twice"))
                    .service(twice(&gate, &another, "/nested"))
                    .route("/open", web::post().to(on_event))
                    .route("/plain", web::post().to(on_plain))
            })
            .workers(1)
            // In seconds, longer than any scenario. A connection that ends before was not ended by this limit.
            .shutdown_timeout(86_400)
            .disable_signals();
            let server = match peers {
                Peers::OnUnixSocket => server.on_connect(note_unix_peer),
                Peers::Known | Peers::Unknown => server,
            };
            let server = match socket {
                Socket::Tcp(listener) => server.listen_auto_h2c(listener),
                Socket::Unix(listener) => server.listen_uds(listener),
            };
            let server = server.unwrap().run();
            tell.send(server.handle()).unwrap();
            let left = serve_until(server, stop.told(), [receiver], BOUND).await;
            stop.stopped(left.unwrap());
        });
    });
    told.recv().unwrap()
}

/// `outer` around a scope, `inner` around its resource.
fn twice(outer: &Receiver, inner: &Receiver, path: &str) -> impl HttpServiceFactory + 'static {
    let resource = web::resource("").wrap(inner.middleware());
    web::scope(path)
        .wrap(outer.middleware())
        .service(resource.route(web::post().to(on_event)))
}

async fn on_event(
    request: HttpRequest,
    stage: web::Data<Stage>,
    Event(delivery): Event<stage::Event>,
) -> HttpResponse {
    match stage.act(delivery).await {
        Reply::Said(said) => said.respond_to(&request).map_into_boxed_body(),
        Reply::Own(status, text) => HttpResponse::build(StatusCode::from_u16(status).unwrap())
            .insert_header((header::CONTENT_TYPE, "text/plain"))
            .body(text),
    }
}

async fn on_bytes(request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let length = request.headers().get(header::CONTENT_LENGTH).unwrap();
    assert_eq!(length.to_str().unwrap(), body.len().to_string());
    assert!(!request.headers().contains_key(header::TRANSFER_ENCODING));
    assert!(!request.headers().contains_key(header::CONTENT_ENCODING));
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/json"))
        .body(body)
}

/// No receiver is here.
async fn on_plain(body: web::Bytes) -> web::Bytes {
    body
}

async fn on_workflow(stage: web::Data<Stage>, _: Event<WorkflowEvent>) -> HttpResponse {
    stage.ran();
    HttpResponse::Ok().finish()
}

async fn on_cloud_event(
    stage: web::Data<Stage>,
    Event(delivery): CloudEvent<stage::Thing>,
) -> String {
    stage.ran();
    stage::told(delivery.event())
}

async fn on_wrong_type(_: Event<String>) -> HttpResponse {
    panic!("it cannot run")
}
