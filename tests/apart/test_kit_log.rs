//! The redaction canary of the test kit, where another test wrote a line of the log first.
//!
//! One test, in a file of its own: with another subscriber in the process it would show nothing.

use axum::{Router, routing::post};
use hookgate::{
    Ack, Receiver,
    providers::logto::{self, Logto, User},
    testing::{Bench, Scenario, senders},
};
use hookgate_axum::{Event, ReceiverExt, testing::kit};

/// A careless line of an application's log.
fn tell(what: &str) {
    tracing::info!("{what}");
}

async fn on_event(Event(delivery): Event<logto::Event>) -> Ack {
    let another_test = std::thread::spawn(|| tell("nothing"));
    assert!(another_test.join().is_ok());
    tell(&String::from_utf8_lossy(delivery.payload()));
    Ack::processed()
}

#[tokio::test]
async fn a_payload_in_a_line_that_another_thread_wrote_first_is_found() {
    let app = async |bench: &Bench| {
        let receiver = bench.build(Receiver::new("logto", Logto::new(bench.keys())));
        let hook = post(on_event).layer(receiver.unwrap().layer());
        Router::new().route("/hook", hook)
    };
    let logto = senders::logto("/hook", |logto, asked| {
        let mut user = User::new(asked.id(), asked.at);
        user.name = Some(asked.personal().to_owned());
        logto.post_register(user)
    });
    let report = kit(app, logto)
        .count(|| 0)
        .run([&Scenario::Redaction])
        .await;
    let failure = report.failure(Scenario::Redaction);
    assert!(
        failure.is_some_and(|why| why.contains("the payload in a log line")),
        "{report}"
    );
}
