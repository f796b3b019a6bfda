//! The panics that the test kit wants do not reach the panic hook.
//!
//! One test, in a file of its own: it replaces the process's hook.

use std::{
    panic::{set_hook, take_hook},
    sync::atomic::{AtomicUsize, Ordering},
};

use axum::{Router, extract::State, routing::post};
use hookgate::{
    Ack, Nack, Receiver,
    providers::logto::{self, Logto, User},
    testing::{Bench, Effect, Scenario, senders},
};
use hookgate_axum::{Event, ReceiverExt, testing::kit};

static HOOKED: AtomicUsize = AtomicUsize::new(0);

async fn on_event(State(effect): State<Effect>, _: Event<logto::Event>) -> Result<Ack, Nack> {
    effect.happens().await?;
    Ok(Ack::processed())
}

#[tokio::test]
async fn a_panic_that_the_kit_wants_writes_no_backtrace() {
    let app = async |bench: &Bench| {
        let receiver = bench.build(Receiver::new("logto", Logto::new(bench.keys())));
        let hook = post(on_event).layer(receiver.unwrap().layer());
        Router::new()
            .route("/hook", hook)
            .with_state(bench.effect())
    };
    let logto = senders::logto("/hook", |logto, asked| {
        let mut user = User::new(asked.id(), asked.at);
        user.name = Some(asked.personal().to_owned());
        logto.post_register(user)
    });
    let before = take_hook();
    set_hook(Box::new(|_| {
        HOOKED.fetch_add(1, Ordering::SeqCst);
    }));
    // Both let the handler panic.
    let scenarios = [&Scenario::RetryAfterPanic, &Scenario::Redaction];
    let report = kit(app, logto).run(scenarios).await;
    set_hook(before);
    report.assert_passed();
    assert_eq!(HOOKED.load(Ordering::SeqCst), 0);
}
