//! A handler with an effect, and the test of it: new users of a Logto server get a mail, each of them
//! one. Run the test with `cargo test --example axum_tested`.

use std::error::Error;

use axum::{Router, extract::State, routing::post};
use hookgate::dedup::MemoryStore;
use hookgate::providers::logto::{self, EventName, Logto};
use hookgate::tenants::Keys;
use hookgate::{Ack, Nack, Receiver, ReceiverBuilder, Secret};
use hookgate_axum::{Event, ReceiverExt};

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

async fn on_event(
    State(mailer): State<Mailer>,
    Event(delivery): Event<logto::Event>,
) -> Result<Ack, Nack> {
    let register = match delivery.event() {
        logto::Event::PostRegister(register) => register,
        // A new user that no longer fits its type. An `Ack` would be its end: its sender is to send it again.
        logto::Event::Unrecognized(_) => return Err(Nack::retry()),
        _ => return Ok(Ack::ignored("no new user")),
    };
    mailer.welcome(&register.user_id).await?;
    Ok(Ack::processed())
}

fn endpoint(keys: impl Into<Keys>) -> ReceiverBuilder {
    let pack = Logto::new(keys).interested_in([EventName::PostRegister]);
    Receiver::new("logto", pack)
}

fn app(receiver: &Receiver, mailer: Mailer) -> Router {
    Router::new()
        .route("/webhooks/logto", post(on_event).layer(receiver.layer()))
        .with_state(mailer)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let receiver = endpoint(Secret::from_env("LOGTO_SIGNING_KEY")?)
        .dedup(MemoryStore::new())
        .build()?;
    let app = app(&receiver, Mailer::Console);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app).await?)
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
            let receiver = bench.build(endpoint(bench.keys())).expect("it builds");
            app(&receiver, Mailer::Fake(bench.effect()))
        };
        let logto = senders::logto("/webhooks/logto", |logto, asked| {
            let mut user = User::new(asked.id(), asked.at);
            user.name = Some(asked.personal().to_owned());
            logto.post_register(user)
        });
        let report = kit(app, logto).run(Scenario::ALL).await;
        // Logto shows a signature and nothing else.
        report.assert_passed_but([Scenario::WithoutCredentials, Scenario::WrongCredentials]);
    }
}
