//! Accept now, handle later: the routes that take a Logto server's events handle them too, in the worker.
//!
//! The inbox is in memory, so that this needs no database: what waits is lost with the process. A service takes the inbox
//! of a store that survives a restart, by `.inbox(…)`. Run it with `LOGTO_SIGNING_KEY=k3y cargo run --example axum_inbox`
//! and the `curl` of `axum_logto.rs`, its test with `cargo test --example axum_inbox`.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn};
use axum::{Router, response::Response, routing::post};
use hookgate::inbox::MemoryInbox;
use hookgate::providers::logto::{self, EventName, Logto};
use hookgate::tenants::Keys;
use hookgate::worker::Worker;
use hookgate::{Ack, Nack, Receiver, ReceiverBuilder, Secret};
use hookgate_axum::{Event, ReceiverExt, WorkerExt, serve_until};

/// Who sends the mails.
#[derive(Clone)]
enum Mailer {
    Console,
    #[cfg(test)]
    Fake(hookgate::testing::Effect),
}

impl Mailer {
    async fn welcome(&self, user: &str) -> Result<(), Box<dyn Error + Send + Sync>> {
        match self {
            Self::Console => println!("welcome, {user}"),
            #[cfg(test)]
            Self::Fake(mails) => mails.happens().await?,
        }
        Ok(())
    }
}

/// The same as it would be without an inbox.
async fn on_event(
    State(mailer): State<Mailer>,
    Event(delivery): Event<logto::Event>,
) -> Result<Ack, Nack> {
    match delivery.event() {
        logto::Event::PostRegister(register) => mailer.welcome(&register.user_id).await?,
        // One of these that no longer fits its type: it becomes a dead letter, and is replayed once the handler knows it.
        logto::Event::Unrecognized(_) => return Err(Nack::retry()),
        _ => return Ok(Ack::ignored("no new user")),
    }
    Ok(Ack::processed())
}

fn endpoint(keys: impl Into<Keys>) -> ReceiverBuilder {
    Receiver::new(
        "logto",
        Logto::new(keys).interested_in([EventName::PostRegister]),
    )
}

/// For the worker: all routes, and nothing of the edge.
fn routes(receiver: &Receiver, mailer: Mailer) -> Router {
    Router::new()
        .route("/webhooks/logto", post(on_event).layer(receiver.layer()))
        .with_state(mailer)
}

/// For strangers. In the worker there is no peer: this would answer 500 there, and no event would come to its handler.
fn at_the_edge(routes: Router) -> Router {
    async fn log(
        ConnectInfo(peer): ConnectInfo<SocketAddr>,
        request: Request,
        next: Next,
    ) -> Response {
        let response = next.run(request).await;
        println!("{peer} got {}", response.status());
        response
    }
    routes.layer(from_fn(log))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    let inbox = MemoryInbox::new();
    let receiver = endpoint(Secret::from_env("LOGTO_SIGNING_KEY")?)
        .inbox_for_tests(inbox.clone())
        .build()?;
    let routes = routes(&receiver, Mailer::Console);
    let worker = Worker::new(inbox).routes(&receiver, routes.clone());
    let app = at_the_edge(routes).into_make_service_with_connect_info::<SocketAddr>();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    let stop = async || drop(tokio::signal::ctrl_c().await);
    let bound = Duration::from_secs(30);
    let serving = serve_until(listener, app, stop(), [receiver], bound);
    let (served, worked) = tokio::join!(serving, worker.run(stop()));
    served?;
    worked?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test that panics has failed")]
mod tests {
    use hookgate::providers::logto::User;
    use hookgate::testing::{Bench, Scenario, senders};
    use hookgate_axum::testing::kit;

    use super::*;

    #[tokio::test]
    async fn a_new_user_gets_one_mail_whatever_happens() {
        let app = async |bench: &Bench| {
            let endpoint = endpoint(bench.keys()).inbox(bench.inbox());
            let receiver = bench.build(endpoint).expect("it builds");
            let routes = routes(&receiver, Mailer::Fake(bench.effect()));
            bench.work(bench.worker().routes(&receiver, routes.clone()));
            at_the_edge(routes)
        };
        let logto = senders::logto("/webhooks/logto", |logto, asked| {
            let mut user = User::new(asked.id(), asked.at);
            user.name = Some(asked.personal().to_owned());
            logto.post_register(user)
        });
        let report = kit(app, logto).run(Scenario::INBOX).await;
        // Logto shows a signature and nothing else.
        report.assert_passed_but([Scenario::WithoutCredentials, Scenario::WrongCredentials]);
    }
}
