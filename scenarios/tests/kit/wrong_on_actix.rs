//! Applications on actix-web with one mistake each.

use actix_web::{App, HttpMessage as _, HttpResponse, dev::Service as _, http::StatusCode, web};
use hookgate::{
    Ack, Nack,
    testing::{Bench, Effect, Scenario},
};
use hookgate_actix::{
    Event, ReceiverExt,
    testing::{Service, kit, service},
};

use crate::application::{LogtoEvent, PATH, actix_handler, logto, logto_sender};

async fn fails(app: impl AsyncFn(&Bench) -> Service, scenario: Scenario, words: &[&str]) {
    let report = kit(app, logto_sender()).run([&scenario]).await;
    let Some(failure) = report.failure(scenario) else {
        panic!("the mistake was not found\n{report}");
    };
    for word in words {
        assert!(failure.contains(word), "no `{word}` in\n{failure}");
    }
}

/// An application that is right but for the route of its handler.
async fn routed(bench: &Bench, route: actix_web::Route) -> Service {
    let receiver = bench.build(logto(bench)).unwrap();
    let hook = web::resource(PATH).wrap(receiver.middleware()).route(route);
    let app = App::new().app_data(web::Data::new(bench.effect()));
    service(app.service(hook)).await
}

#[actix_web::test]
async fn a_route_without_the_middleware_is_found() {
    let app = async |bench: &Bench| {
        let _receiver = bench.build(logto(bench)).unwrap();
        let hook = web::resource(PATH).route(web::post().to(actix_handler::<LogtoEvent>));
        let app = App::new().app_data(web::Data::new(bench.effect()));
        service(app.service(hook)).await
    };
    let words = ["500", "did not decide", ".wrap(receiver.middleware())"];
    fails(app, Scenario::FirstDelivery, &words).await;
}

#[actix_web::test]
async fn a_body_that_is_read_before_is_found() {
    let app = async |bench: &Bench| {
        let receiver = bench.build(logto(bench)).unwrap();
        let hook = web::resource(PATH).wrap(receiver.middleware());
        let hook = hook.route(web::post().to(actix_handler::<LogtoEvent>));
        let app = App::new().app_data(web::Data::new(bench.effect()));
        let app = app.wrap_fn(|mut request, inner| {
            // As a layer that logs bodies and forgets to put them back.
            drop(request.take_payload());
            inner.call(request)
        });
        service(app.service(hook)).await
    };
    let words = [
        "401",
        "signature_mismatch",
        "in front of whatever reads or changes the body",
    ];
    fails(app, Scenario::FirstDelivery, &words).await;
}

#[actix_web::test]
async fn a_middleware_that_makes_all_well_is_found() {
    let app = async |bench: &Bench| {
        let receiver = bench.build(logto(bench)).unwrap();
        let hook = web::resource(PATH).wrap(receiver.middleware());
        let hook = hook.route(web::post().to(actix_handler::<LogtoEvent>));
        let app = App::new().app_data(web::Data::new(bench.effect()));
        let app = app.wrap_fn(|request, inner| {
            let answered = inner.call(request);
            async {
                let mut response = answered.await?;
                *response.response_mut().status_mut() = StatusCode::OK;
                Ok(response)
            }
        });
        service(app.service(hook)).await
    };
    for scenario in [Scenario::Unsigned, Scenario::WrongKey, Scenario::StoreDown] {
        fails(app, scenario, &["got:      200", "change:"]).await;
    }
}

#[actix_web::test]
async fn a_handler_that_logs_the_payload_is_found() {
    async fn chatty(
        effect: web::Data<Effect>,
        Event(delivery): Event<LogtoEvent>,
    ) -> Result<Ack, Nack> {
        tracing::info!(body = ?delivery.payload(), "an event");
        effect.happens().await?;
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| routed(bench, web::post().to(chatty)).await;
    fails(
        app,
        Scenario::Redaction,
        &["the payload in a log line of", file!()],
    )
    .await;
}

#[actix_web::test]
async fn an_effect_that_happens_twice_is_found() {
    async fn twice(effect: web::Data<Effect>, _: Event<LogtoEvent>) -> Result<Ack, Nack> {
        effect.happens().await?;
        effect.happens().await?;
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| routed(bench, web::post().to(twice)).await;
    let words = ["happened 2 times", "once more than it may"];
    fails(app, Scenario::FirstDelivery, &words).await;
}

#[actix_web::test]
async fn a_failure_that_is_swallowed_is_found() {
    async fn careless(effect: web::Data<Effect>, _: Event<LogtoEvent>) -> HttpResponse {
        let _ = effect.happens().await;
        HttpResponse::Ok().finish()
    }
    let app = async |bench: &Bench| routed(bench, web::post().to(careless)).await;
    let words = ["expected: 503", "the event is lost"];
    fails(app, Scenario::RetryAfterFailure, &words).await;
}

#[actix_web::test]
async fn an_answer_before_the_work_is_done_is_found() {
    async fn hasty(effect: web::Data<Effect>, _: Event<LogtoEvent>) -> Ack {
        actix_web::rt::spawn(async move { effect.happens().await });
        Ack::processed()
    }
    let app = async |bench: &Bench| routed(bench, web::post().to(hasty)).await;
    for scenario in [Scenario::CopyWhileRunning, Scenario::HangUp] {
        fails(app, scenario, &["got:      200", "happened 0 times"]).await;
    }
}
