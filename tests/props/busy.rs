//! [`busy_until`]: work that is always ready.

use axum::{Router, routing::post};
use hookgate::{Ack, Receiver, providers::logto};
use hookgate_axum::{Event, ReceiverExt};

/// Steps of work: far more than a timer of some milliseconds lasts. It only keeps a broken test from hanging.
const MOST: usize = 5_000_000;

/// Works until `condition` holds, as a handler whose next row is always there. It uses up its task's budget at
/// each poll (tokio's, 128 steps), and leaves none to anything that is polled afterwards.
pub(crate) async fn busy_until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..MOST {
        if condition() {
            return;
        }
        tokio::task::consume_budget().await;
    }
    panic!("never came while the work was busy: {what}");
}

/// An application whose handler is busy until `condition` holds.
pub(crate) fn busy_app(
    receiver: &Receiver,
    what: &'static str,
    condition: impl Fn() -> bool + Clone + Send + Sync + 'static,
) -> Router {
    let handler = async move |_: Event<logto::Event>| {
        busy_until(what, &condition).await;
        Ack::processed()
    };
    Router::new().route("/hook", post(handler).layer(receiver.layer()))
}
