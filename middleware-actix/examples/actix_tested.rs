//! A handler with an effect, and the test of it: new users of a Logto server get a mail, each of them
//! one. Run the test with `cargo test -p hookgate-actix --features testing --example actix_tested`.

use std::{error::Error, time::Duration};

use actix_web::{App, HttpServer, rt, web};
use hookgate::dedup::MemoryStore;
use hookgate::providers::logto::{self, EventName, Logto};
use hookgate::tenants::Keys;
use hookgate::{Ack, Nack, Receiver, ReceiverBuilder, Secret};
use hookgate_actix::{Event, ReceiverExt, serve_until};

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
    mailer: web::Data<Mailer>,
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

/// The application's routes, for `HttpServer` and for tests.
fn routes(receiver: &Receiver, mailer: Mailer) -> impl FnOnce(&mut web::ServiceConfig) {
    let hook = web::resource("/webhooks/logto").wrap(receiver.middleware());
    move |app| {
        app.app_data(web::Data::new(mailer))
            .service(hook.route(web::post().to(on_event)));
    }
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let receiver = endpoint(Secret::from_env("LOGTO_SIGNING_KEY")?)
        .dedup(MemoryStore::new())
        .build()?;
    let gate = receiver.clone();
    let app = move || App::new().configure(routes(&gate, Mailer::Console));
    let server = HttpServer::new(app)
        .bind("127.0.0.1:3000")?
        .disable_signals()
        .run();
    let stop = async { drop(rt::signal::ctrl_c().await) };
    serve_until(server, stop, [receiver], Duration::from_secs(30)).await?;
    Ok(())
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test that panics has failed")]
mod tests {
    use hookgate::providers::logto::User;
    use hookgate::testing::{Bench, Scenario, senders};
    use hookgate_actix::testing::{kit, service};

    use super::*;

    #[actix_web::test]
    async fn a_new_user_gets_one_mail_whatever_happens() {
        let app = async |bench: &Bench| {
            let receiver = bench.build(endpoint(bench.keys())).expect("it builds");
            let mailer = Mailer::Fake(bench.effect());
            service(App::new().configure(routes(&receiver, mailer))).await
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
