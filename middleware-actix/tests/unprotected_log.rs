//! What the log says of handlers that ask for an event which nobody verified. The test is alone in its process, since
//! log lines there are everybody's.

#![allow(clippy::unwrap_used)]

use std::{
    io,
    sync::{Arc, Mutex},
};

use actix_web::{
    App, Error, HttpResponse, Responder,
    test::{TestRequest, call_service, init_service},
    web,
};
use hookgate::json::{Json, Payload};
use hookgate_actix::Event;
use tracing_subscriber::util::SubscriberInitExt;

type Known = Payload<Json>;

async fn maybe(event: Option<Event<Known>>) -> impl Responder {
    assert!(event.is_none());
    HttpResponse::Ok()
}

async fn tried(event: Result<Event<Known>, Error>) -> impl Responder {
    assert!(event.is_err());
    HttpResponse::Accepted()
}

async fn taken(_: Event<Known>) -> impl Responder {
    HttpResponse::Ok()
}

/// What a subscriber was told.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[actix_web::test]
async fn a_handler_that_takes_an_optional_event_without_a_receiver_is_told_of_each_time() {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone());
    let _guard = subscriber.finish().set_default();
    let app = App::new()
        .route("/maybe", web::post().to(maybe))
        .route("/tried", web::post().to(tried))
        .route("/taken", web::post().to(taken));
    let app = init_service(app).await;
    for (path, status) in [
        ("/maybe", 200),
        ("/maybe", 200),
        ("/tried", 202),
        ("/taken", 500),
    ] {
        let request = TestRequest::post().uri(path).set_payload("{}");
        let response = call_service(&app, request.to_request()).await;
        assert_eq!(response.status().as_u16(), status);
    }
    let lines = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let told =
        |line: &&str| line.contains("ERROR") && line.contains(".wrap(receiver.middleware())");
    assert_eq!(lines.lines().filter(told).count(), 4, "{lines}");
}
