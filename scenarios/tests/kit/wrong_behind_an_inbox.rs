//! Applications with an inbox, and with one mistake each. Every row that only an inbox has is failed by one.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    http::StatusCode,
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::post,
};
use hookgate::{
    Ack, Delivery, Nack,
    testing::{Bench, Effect, Scenario},
};
use hookgate_axum::{Event, ReceiverExt, WorkerExt};

use crate::{
    application::{LogtoEvent, PATH, axum_handler, inboxed, with_function, with_routes},
    wrong_on_axum::fails,
};

#[tokio::test]
async fn an_application_without_its_worker_is_found() {
    let app = async |bench: &Bench| {
        let receiver = bench.build(inboxed(bench)).unwrap();
        Router::new().route(PATH, post(async || ()).layer(receiver.layer()))
    };
    let words = ["got:      200", "happened 0 times", "bench.work"];
    for scenario in [
        Scenario::FirstDelivery,
        Scenario::FailedRun,
        Scenario::DeadLetter,
    ] {
        fails(app, scenario, &words[1..]).await;
    }
    fails(app, Scenario::FirstDelivery, &words).await;
}

#[tokio::test]
async fn a_worker_that_cannot_work_is_found() {
    let app = async |bench: &Bench| {
        bench.work(bench.worker());
        let receiver = bench.build(inboxed(bench)).unwrap();
        Router::new().route(PATH, post(async || ()).layer(receiver.layer()))
    };
    let words = ["the worker cannot work", "no endpoint"];
    fails(app, Scenario::FirstDelivery, &words).await;
}

#[tokio::test]
async fn a_worker_behind_a_login_is_found() {
    async fn login(request: Request, next: Next) -> Response {
        if request.headers().contains_key("logto-signature-sha-256") {
            return next.run(request).await;
        }
        StatusCode::UNAUTHORIZED.into_response()
    }
    let app = async |bench: &Bench| {
        let receiver = bench.build(inboxed(bench)).unwrap();
        let hook = post(axum_handler::<LogtoEvent>).layer(receiver.layer());
        let routes = Router::new().route(PATH, hook).with_state(bench.effect());
        let routes = routes.layer(from_fn(login));
        bench.work(bench.worker().routes(&receiver, routes.clone()));
        routes
    };
    let words = [
        "happened 0 times",
        "to no receiver",
        "without the layers of the edge",
    ];
    fails(app, Scenario::FirstDelivery, &words).await;
}

#[tokio::test]
async fn a_worker_with_a_part_of_the_routes_is_found() {
    let app = async |bench: &Bench| {
        let receiver = bench.build(inboxed(bench)).unwrap();
        let hook = post(axum_handler::<LogtoEvent>).layer(receiver.layer());
        let inner = Router::new().route("/", hook).with_state(bench.effect());
        bench.work(bench.worker().routes(&receiver, inner.clone()));
        Router::new().nest(PATH, inner)
    };
    let words = ["happened 0 times", "with its prefixes"];
    fails(app, Scenario::FirstDelivery, &words).await;
}

#[tokio::test]
async fn a_handler_that_needs_what_is_not_kept_is_found() {
    async fn local(
        State(effect): State<Effect>,
        _: ConnectInfo<std::net::SocketAddr>,
        _: Event<LogtoEvent>,
    ) -> Result<Ack, Nack> {
        effect.happens().await?;
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| {
        let receiver = bench.build(inboxed(bench)).unwrap();
        let hook = post(local).layer(receiver.layer());
        let routes = Router::new().route(PATH, hook).with_state(bench.effect());
        bench.work(bench.worker().routes(&receiver, routes.clone()));
        routes
    };
    let words = ["happened 0 times", "no peer's address", "inbox_headers"];
    fails(app, Scenario::FirstDelivery, &words).await;
}

#[tokio::test]
async fn an_effect_in_front_of_the_inbox_is_found() {
    let app = async |bench: &Bench| {
        let effect = bench.effect();
        let early = from_fn(move |request: Request, next: Next| {
            let effect = effect.clone();
            async move {
                let _ = effect.happens().await;
                next.run(request).await
            }
        });
        with_routes(bench).layer(early)
    };
    let words = ["happened 2 times", "once more than it may"];
    fails(app, Scenario::FirstDelivery, &words).await;
}

/// It keeps no account of copies: each is answered as new, and its effect happens at once.
#[tokio::test]
async fn copies_that_have_an_effect_are_found() {
    let app = async |bench: &Bench| {
        let (effect, seen) = (bench.effect(), Arc::new(AtomicBool::new(false)));
        let early = from_fn(move |request: Request, next: Next| {
            let (effect, seen) = (effect.clone(), seen.clone());
            async move {
                if seen.swap(true, Ordering::SeqCst) {
                    let counted = effect.clone();
                    tokio::spawn(async move { counted.happens().await });
                }
                next.run(request).await
            }
        });
        with_routes(bench).layer(early)
    };
    fails(app, Scenario::CopiesOfWaiting, &["once more than it may"]).await;
}

#[tokio::test]
async fn a_failure_that_is_swallowed_is_found() {
    async fn careless(effect: Effect, _: Delivery<LogtoEvent>) -> Result<Ack, Nack> {
        let _ = effect.happens().await;
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| with_function(bench, careless);
    let words = ["happened 0 times", "pass errors on with `?`"];
    for scenario in [Scenario::FailedRun, Scenario::DeadLetter, Scenario::Replay] {
        fails(app, scenario, &words).await;
    }
}

#[tokio::test]
async fn an_effect_that_is_left_to_a_task_is_found() {
    async fn hasty(effect: Effect, _: Delivery<LogtoEvent>) -> Result<Ack, Nack> {
        tokio::spawn(async move { effect.happens().await });
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| with_function(bench, hasty);
    let words = ["happened 0 times", "leave nothing to a task"];
    for scenario in [Scenario::WorkerKilled, Scenario::PanickedRun] {
        fails(app, scenario, &words).await;
    }
}

/// Marks of its own, that stand although the effect failed.
#[tokio::test]
async fn marks_in_front_of_the_effect_are_found() {
    let app = async |bench: &Bench| {
        let seen = Arc::new(Mutex::new(Vec::new()));
        with_function(bench, move |effect, delivery: Delivery<LogtoEvent>| {
            let seen = seen.clone();
            async move {
                let key = *delivery.event_key();
                if seen.lock().unwrap().contains(&key) {
                    return Ok(Ack::ignored("seen before"));
                }
                seen.lock().unwrap().push(key);
                effect.happens().await?;
                Ok(Ack::processed())
            }
        })
    };
    let words = ["happened 0 times", "keep no marks of your own"];
    for scenario in [Scenario::FailedRun, Scenario::DeadLetter] {
        fails(app, scenario, &words).await;
    }
}

/// It has given the event up, and refuses its replay.
#[tokio::test]
async fn a_replay_that_is_refused_is_found() {
    let app = async |bench: &Bench| {
        with_function(
            bench,
            move |effect, delivery: Delivery<LogtoEvent>| async move {
                if delivery.lease().attempt() > 25 {
                    return Ok(Ack::ignored("given up"));
                }
                effect.happens().await?;
                Ok(Ack::processed())
            },
        )
    };
    fails(app, Scenario::Replay, &["the effect 0 times"]).await;
}

#[tokio::test]
async fn an_event_that_stops_its_endpoint_is_found() {
    async fn alarmed(effect: Effect, _: Delivery<LogtoEvent>) -> Result<Ack, Nack> {
        effect.happens().await.map_err(|_| Nack::unavailable())?;
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| with_function(bench, alarmed);
    let words = ["stands still", "Nack::unavailable()"];
    fails(app, Scenario::DeadLetter, &words).await;
}

#[tokio::test]
async fn an_error_that_rejects_for_good_is_found() {
    async fn rash(effect: Effect, _: Delivery<LogtoEvent>) -> Result<Ack, Nack> {
        let failed = |_| Nack::rejected("an error");
        effect.happens().await.map_err(failed)?;
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| with_function(bench, rash);
    fails(app, Scenario::DeadLetter, &["no `Nack::rejected`"]).await;
    let words = ["happened 0 times", "which is a dead letter"];
    fails(app, Scenario::FailedRun, &words).await;
}

#[tokio::test]
async fn a_handler_that_dies_of_what_it_does_not_know_is_found() {
    async fn strict(effect: Effect, delivery: Delivery<LogtoEvent>) -> Result<Ack, Nack> {
        let LogtoEvent::PostRegister(_) = delivery.event() else {
            return Err(Nack::rejected("unknown"));
        };
        effect.happens().await?;
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| with_function(bench, strict);
    for scenario in [Scenario::UnknownType, Scenario::OtherShape] {
        let words = ["got:      200", "handler_rejected", "dead letter"];
        fails(app, scenario, &words).await;
    }
}

/// Only the first start of the application brings a worker.
#[tokio::test]
async fn a_worker_that_does_not_come_back_is_found() {
    let app = || {
        let started = AtomicBool::new(false);
        async move |bench: &Bench| {
            let receiver = bench.build(inboxed(bench)).unwrap();
            if !started.swap(true, Ordering::SeqCst) {
                let effect = bench.effect();
                let handler = move |_: Delivery<LogtoEvent>| {
                    let effect = effect.clone();
                    async move {
                        effect.happens().await?;
                        Ok::<_, Nack>(Ack::processed())
                    }
                };
                bench.work(bench.worker().handle(&receiver, handler));
            }
            Router::new().route(PATH, post(async || ()).layer(receiver.layer()))
        }
    };
    for scenario in [Scenario::RestartWithWork, Scenario::WorkerKilled] {
        let words = ["happened 0 times", "each time that the application starts"];
        fails(app(), scenario, &words).await;
    }
}

/// The endpoint's own mistakes are found as without an inbox.
#[tokio::test]
async fn a_layer_that_makes_all_well_is_found() {
    async fn fine(mut response: Response) -> Response {
        *response.status_mut() = StatusCode::OK;
        response
    }
    let app = async |bench: &Bench| {
        let fine = axum::middleware::map_response(fine);
        with_routes(bench).layer(fine)
    };
    for scenario in [
        Scenario::AlteredBody,
        Scenario::AlteredSignature,
        Scenario::Unsigned,
        Scenario::WrongKey,
        Scenario::StoreDown,
        Scenario::TooOld,
        Scenario::FromTheFuture,
        Scenario::Oversized,
        Scenario::RotatedKey,
    ] {
        fails(app, scenario, &["got:      200", "change:"]).await;
    }
}

#[tokio::test]
async fn a_handler_that_logs_the_payload_in_the_worker_is_found() {
    async fn chatty(effect: Effect, delivery: Delivery<LogtoEvent>) -> Result<Ack, Nack> {
        tracing::info!(body = ?delivery.payload(), "an event");
        effect.happens().await?;
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| with_function(bench, chatty);
    let words = ["the payload in a log line of", file!()];
    fails(app, Scenario::Redaction, &words).await;
}

#[tokio::test]
async fn a_copy_that_is_handled_again_is_found() {
    let app = async |bench: &Bench| {
        with_function(bench, |effect, _: Delivery<LogtoEvent>| async move {
            effect.happens().await?;
            effect.happens().await?;
            Ok(Ack::processed())
        })
    };
    fails(app, Scenario::SequentialCopies, &["happened 2 times"]).await;
}
