//! Unico IDCloud with the auth type OAuth2, all in one process and over real HTTP. It has the token endpoint that
//! the owner runs, the receiver that takes its tokens, and a sender that does what Unico does.
//!
//! ```sh
//! cargo run -p idcloud_oauth2            # on axum
//! cargo run -p idcloud_oauth2 -- actix   # the same on actix-web
//! ```
//!
//! It ends by itself, with an error when something is not as it should be.

mod sender;
mod with_actix;
mod with_axum;

use std::{
    error::Error,
    net::{SocketAddr, TcpListener},
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use hookgate::{
    Receiver, UnixTime,
    dedup::MemoryStore,
    keys::JwsAlgorithm,
    providers::idcloud::{IdCloud, State},
    token::{SigningKey, TokenIssuer, TokenRefused},
};
use sender::Unico;

/// The fields of Unico's form. The provider URL is made below, from a free port.
const CLIENT_ID: &str = "unico";
const SECRET: &str = "6fbe0a2b7d5c4b0f9a37";

/// How many events the handler was given.
#[derive(Debug, Clone, Default)]
struct Handled(Arc<AtomicUsize>);

impl Handled {
    fn one_more(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    tracing_subscriber::fmt().init();
    // A free loopback port. The program that takes it first has it until the end.
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;

    let url = format!("http://{address}/token");
    let issuer = IdCloud::oauth2(url, CLIENT_ID, SECRET).build()?;
    let receiver = Receiver::new("idcloud", IdCloud::new().interested_in([State::Finished]))
        .access(issuer.bearer())
        .dedup(MemoryStore::new())
        .build()?;

    let handled = Handled::default();
    let on_actix = std::env::args().any(|argument| argument == "actix");
    let all_right = if on_actix {
        let server = with_actix::serve(listener, &issuer, &receiver, &handled)?;
        let handle = server.handle();
        let served = tokio::spawn(server);
        let all_right = send(address, &issuer, &handled).await?;
        handle.stop(true).await;
        served.await??;
        all_right
    } else {
        let served = tokio::spawn(with_axum::serve(listener, &issuer, &receiver, &handled)?);
        let all_right = send(address, &issuer, &handled).await?;
        served.abort();
        all_right
    };
    receiver.drained().await;
    Ok(if all_right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What Unico does, and what somebody else may try.
async fn send(
    address: SocketAddr,
    issuer: &TokenIssuer,
    handled: &Handled,
) -> Result<bool, Box<dyn Error>> {
    let now = UnixTime::from_system(SystemTime::now());
    let mut report = Report { all_right: true };
    let mut unico = Unico::new(address, CLIENT_ID, SECRET);

    let status = unico.deliver("process-1", now).await?;
    report.line("an event, with a token fetched for it", status, 200);
    let status = unico.deliver("process-2", now).await?;
    report.line("another event, with the same token", status, 200);
    report.line("token requests so far", unico.token_requests, 1);
    let status = unico.deliver("process-1", now).await?;
    report.line("the first event again", status, 200);
    report.line("events handled so far", handled.count(), 2);

    issuer.rotate(&SigningKey::generate(JwsAlgorithm::EdDsa)?);
    let status = unico.deliver("process-3", now).await?;
    report.line("an event after the signing key was rotated", status, 200);
    let later = now.saturating_add(Duration::from_secs(10 * 60));
    let status = unico.deliver("process-4", later).await?;
    report.line("an event after the token has ended", status, 200);
    report.line("token requests so far", unico.token_requests, 2);

    let mut thief = Unico::new(address, CLIENT_ID, "guessed");
    let refused = thief.deliver("process-5", now).await.err();
    let refused = refused.and_then(|error| error.downcast::<TokenRefused>().ok());
    let status = refused.map(|refused| refused.status);
    report.line("a token for a secret that was guessed", status, Some(401));
    let status = thief.deliver_with("process-5", "made.up.token").await?;
    report.line("an event with a token that nobody issued", status, 401);
    report.line("events handled at the end", handled.count(), 4);
    Ok(report.all_right)
}

/// Prints what happened, and keeps whether all of it should have.
struct Report {
    all_right: bool,
}

impl Report {
    fn line<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, found: T, expected: T) {
        let right = found == expected;
        self.all_right &= right;
        let verdict = if right { "as it should be" } else { "WRONG" };
        println!("{what:<50} {found:?}  {verdict}");
    }
}
