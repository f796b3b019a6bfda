//! Applications on axum with one mistake each.

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::StatusCode,
    middleware::{Next, from_fn, map_response},
    response::{IntoResponse, Response},
    routing::post,
};
use hookgate::{
    Ack, Nack,
    dedup::MemoryStore,
    testing::{Bench, Effect, Scenario, Sender, senders},
};
use hookgate_axum::{Event, ReceiverExt, testing::kit};

use crate::application::{LogtoEvent, PATH, axum_handler, logto, logto_sender, logto_to, on_axum};

/// `scenario` fails, and its message has each of `words`.
pub(crate) async fn fails(app: impl AsyncFn(&Bench) -> Router, scenario: Scenario, words: &[&str]) {
    let kit = kit(app, logto_sender());
    has_words(&kit.run([&scenario]).await, scenario, words);
}

pub(crate) fn has_words(report: &hookgate::testing::Report, scenario: Scenario, words: &[&str]) {
    let Some(failure) = report.failure(scenario) else {
        panic!("the mistake was not found\n{report}");
    };
    for word in words {
        assert!(failure.contains(word), "no `{word}` in\n{failure}");
    }
}

/// An application that is right but for what `wrap` does around it.
fn wrapped(bench: &Bench, wrap: impl FnOnce(Router) -> Router) -> Router {
    wrap(on_axum::<LogtoEvent>(bench, logto(bench)))
}

/// An application that is right but for its handler.
fn handled<H, T>(bench: &Bench, handler: H) -> Router
where
    H: axum::handler::Handler<T, Effect>,
    T: 'static,
{
    let receiver = bench.build(logto(bench)).unwrap();
    let hook = post(handler).layer(receiver.layer());
    Router::new().route(PATH, hook).with_state(bench.effect())
}

#[tokio::test]
async fn a_route_without_the_layer_is_found() {
    let app = async |bench: &Bench| {
        let _receiver = bench.build(logto(bench)).unwrap();
        let hook = post(axum_handler::<LogtoEvent>);
        Router::new().route(PATH, hook).with_state(bench.effect())
    };
    let words = ["500", "did not decide", "put it on this route"];
    fails(app, Scenario::FirstDelivery, &words).await;
}

#[tokio::test]
async fn a_handler_of_bytes_without_the_layer_is_found() {
    async fn open(State(effect): State<Effect>, _: Bytes) -> Result<Ack, Nack> {
        effect.happens().await?;
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| {
        let _receiver = bench.build(logto(bench)).unwrap();
        Router::new()
            .route(PATH, post(open))
            .with_state(bench.effect())
    };
    fails(
        app,
        Scenario::FirstDelivery,
        &["200", "put it on this route"],
    )
    .await;
    let words = ["expected: 401", "got:      200", "happened once"];
    fails(app, Scenario::Unsigned, &words).await;
}

#[tokio::test]
async fn a_receiver_that_is_not_the_benchs_is_found() {
    let app = async |bench: &Bench| {
        let receiver = logto(bench)
            .dedup(MemoryStore::with_capacity(10))
            .build()
            .unwrap();
        let hook = post(axum_handler::<LogtoEvent>).layer(receiver.layer());
        Router::new().route(PATH, hook).with_state(bench.effect())
    };
    fails(app, Scenario::FirstDelivery, &["bench.build(builder)?"]).await;
    fails(app, Scenario::TooOld, &["bench.build(builder)?"]).await;
}

#[tokio::test]
async fn another_path_is_found() {
    let app = async |bench: &Bench| wrapped(bench, |app| app);
    let kit = kit(app, logto_to("/elsewhere"));
    let report = kit.run([&Scenario::FirstDelivery]).await;
    has_words(
        &report,
        Scenario::FirstDelivery,
        &["404", "the route's path"],
    );
}

#[tokio::test]
async fn a_body_that_is_read_before_is_found() {
    async fn tidy(request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let tidied = [&body[..], b"\n"].concat();
        next.run(Request::from_parts(parts, Body::from(tidied)))
            .await
    }
    let app = async |bench: &Bench| wrapped(bench, |app| app.layer(from_fn(tidy)));
    let words = [
        "401",
        "signature_mismatch",
        "in front of whatever reads or changes the body",
    ];
    fails(app, Scenario::FirstDelivery, &words).await;
}

#[tokio::test]
async fn a_layer_that_makes_all_well_is_found() {
    async fn fine(mut response: Response) -> Response {
        *response.status_mut() = StatusCode::OK;
        response
    }
    let app = async |bench: &Bench| wrapped(bench, |app| app.layer(map_response(fine)));
    for scenario in [
        Scenario::AlteredBody,
        Scenario::AlteredSignature,
        Scenario::Unsigned,
        Scenario::WrongKey,
        Scenario::StoreDown,
        Scenario::RetryAfterFailure,
        Scenario::RetryAfterPanic,
        Scenario::TooOld,
        Scenario::FromTheFuture,
        Scenario::Oversized,
        Scenario::CopyWhileRunning,
        Scenario::RotatedKey,
    ] {
        fails(app, scenario, &["got:      200", "change:"]).await;
    }
}

#[tokio::test]
async fn a_handler_that_logs_the_payload_is_found() {
    async fn chatty(
        State(effect): State<Effect>,
        Event(delivery): Event<LogtoEvent>,
    ) -> Result<Ack, Nack> {
        tracing::info!(body = ?delivery.payload(), "an event");
        effect.happens().await?;
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| handled(bench, chatty);
    let words = ["the payload in a log line of", file!(), "never payloads"];
    fails(app, Scenario::Redaction, &words).await;
}

#[tokio::test]
async fn a_log_that_is_handed_over_is_searched_too() {
    let app = async |bench: &Bench| wrapped(bench, |app| app);
    let kit = kit(app, logto_sender()).log(|| "x-canary: canary-of-a-header".to_owned());
    let report = kit.run([&Scenario::Redaction]).await;
    has_words(&report, Scenario::Redaction, &["a header", "`Kit::log`"]);
}

#[tokio::test]
async fn a_layer_that_logs_headers_is_found() {
    async fn log(request: Request, next: Next) -> Response {
        tracing::debug!(headers = ?request.headers(), "a request");
        next.run(request).await
    }
    let app = async |bench: &Bench| wrapped(bench, |app| app.layer(from_fn(log)));
    fails(app, Scenario::Redaction, &["a header in a log line"]).await;
}

#[tokio::test]
async fn an_answer_that_shows_the_payload_is_found() {
    async fn echo(Event(delivery): Event<LogtoEvent>) -> Response {
        (StatusCode::CREATED, delivery.payload().clone()).into_response()
    }
    let app = async |bench: &Bench| handled(bench, echo);
    let kit = kit(app, logto_sender()).count(|| 0);
    let report = kit.run([&Scenario::Redaction]).await;
    let words = ["the payload in the answer when an event arrives"];
    has_words(&report, Scenario::Redaction, &words);
}

#[tokio::test]
async fn a_sender_without_personal_data_is_found() {
    let app = async |bench: &Bench| wrapped(bench, |app| app);
    let plain = senders::logto(PATH, |logto, asked| {
        logto.post_register(hookgate::providers::logto::User::new(asked.id(), asked.at))
    });
    let report = kit(app, plain).run([&Scenario::Redaction]).await;
    has_words(&report, Scenario::Redaction, &["asked.personal()"]);
}

#[tokio::test]
async fn an_effect_that_happens_twice_is_found() {
    async fn twice(State(effect): State<Effect>, _: Event<LogtoEvent>) -> Result<Ack, Nack> {
        effect.happens().await?;
        effect.happens().await?;
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| handled(bench, twice);
    let words = ["happened 2 times", "once more than it may"];
    fails(app, Scenario::FirstDelivery, &words).await;
}

#[tokio::test]
async fn a_handler_without_an_effect_is_found() {
    async fn idle(_: Event<LogtoEvent>) -> Ack {
        Ack::ignored("not ours")
    }
    let app = async |bench: &Bench| handled(bench, idle);
    let words = ["happened 0 times", "bench.effect().happens()"];
    fails(app, Scenario::FirstDelivery, &words).await;
    fails(app, Scenario::RetryAfterFailure, &words).await;
}

#[tokio::test]
async fn a_failure_that_is_swallowed_is_found() {
    async fn careless(State(effect): State<Effect>, _: Event<LogtoEvent>) -> Ack {
        let _ = effect.happens().await;
        Ack::processed()
    }
    let app = async |bench: &Bench| handled(bench, careless);
    let words = ["the handler fails", "expected: 503", "the event is lost"];
    fails(app, Scenario::RetryAfterFailure, &words).await;
}

#[tokio::test]
async fn an_answer_before_the_work_is_done_is_found() {
    async fn hasty(State(effect): State<Effect>, _: Event<LogtoEvent>) -> Ack {
        tokio::spawn(async move { effect.happens().await });
        Ack::processed()
    }
    let app = async |bench: &Bench| handled(bench, hasty);
    for scenario in [Scenario::CopyWhileRunning, Scenario::HangUp] {
        fails(app, scenario, &["got:      200", "happened 0 times"]).await;
    }
}

#[tokio::test]
async fn a_handler_that_refuses_what_it_does_not_know_is_found() {
    async fn strict(
        State(effect): State<Effect>,
        Event(delivery): Event<LogtoEvent>,
    ) -> Result<Ack, Nack> {
        let LogtoEvent::PostRegister(_) = delivery.event() else {
            return Err(Nack::retry());
        };
        effect.happens().await?;
        Ok(Ack::processed())
    }
    let app = async |bench: &Bench| handled(bench, strict);
    let says = ["503", "handler_retry", "Ack::ignored"];
    fails(app, Scenario::UnknownType, &says).await;
    // What does not fit its type may wait at its sender.
    let report = kit(app, logto_sender()).run([&Scenario::OtherShape]).await;
    report.assert_passed();
}

#[tokio::test]
async fn a_handler_that_panics_on_what_does_not_fit_its_type_is_found() {
    async fn sure(Event(delivery): Event<LogtoEvent>) -> Ack {
        assert!(!matches!(delivery.event(), LogtoEvent::Unrecognized(_)));
        Ack::processed()
    }
    let app = async |bench: &Bench| handled(bench, sure);
    let says = ["503", "handler_panicked", "Nack::retry()"];
    fails(app, Scenario::OtherShape, &says).await;
}

#[tokio::test]
async fn a_scenario_that_is_left_out_unnamed_fails_the_test_and_says_why() {
    let app = async |bench: &Bench| wrapped(bench, |app| app);
    let kit = kit(app, logto_sender());
    let report = kit.run([&Scenario::WrongCredentials]).await;
    assert_eq!(report.left_out(), [Scenario::WrongCredentials]);
    let failed = std::panic::catch_unwind(|| report.assert_passed()).unwrap_err();
    let text = failed.downcast_ref::<String>().unwrap();
    assert!(text.contains("asks for no credentials"), "{text}");
    assert!(text.contains("Scenario::WrongCredentials"), "{text}");
    report.assert_passed_but([Scenario::WrongCredentials]);

    let passed = kit.run([&Scenario::FirstDelivery]).await;
    let named = || passed.assert_passed_but([Scenario::FirstDelivery]);
    assert!(std::panic::catch_unwind(named).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_never_ends_is_found() {
    async fn endless(_: Event<LogtoEvent>) -> Ack {
        std::future::pending().await
    }
    let app = async |bench: &Bench| handled(bench, endless);
    fails(app, Scenario::FirstDelivery, &["nothing moved"]).await;
}

#[expect(
    dead_code,
    reason = "that a kit can be kept in a variable of a nameable type"
)]
fn a_kit_has_a_name<A: AsyncFn(&Bench) -> Router, S: Sender>(
    app: A,
    sender: S,
) -> hookgate::testing::Kit<hookgate_axum::testing::AxumHost<A>, S> {
    kit(app, sender)
}
