//! Unico Check with the authentication type JWT Bearer, method RFC 7523, and signed requests, all in one process and
//! over real HTTP. It has the token endpoint that the owner runs, and the receiver that takes its tokens and checks the
//! signatures. It also has a sender that does what Unico does with the owner's certificate and private key. Both are
//! made anew at each start.
//!
//! ```sh
//! cargo run -p unico_check_rfc7523
//! ```
//!
//! It ends by itself, with an error when something is not as it should be.

mod certificate;
mod sender;
mod server;

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

use certificate::Certificate;
use hookgate::{
    Receiver, UnixTime,
    dedup::MemoryStore,
    keys::{JwsAlgorithm, VerifyingKey},
    providers::unico_check::UnicoCheck,
    schemes::{SignedRequest, SignedRequestConfig, TimestampForm},
    token::{Assertion, TokenIssuer, TokenRefused},
};
use sender::Unico;

/// The fields *Sub* and *Ver* of Unico's form.
const SUBJECT: &str = "unico-check";
const VERSION: &str = "1";

/// The headers of the form whose values are the tags `{{signature}}`, `{{nonce}}`, `{{timestamp}}` and `{{algorithm}}`.
/// It is not public what is signed: this is one of the likely ways.
fn signed_request() -> SignedRequestConfig {
    SignedRequestConfig::new("x-signature")
        .nonce("x-nonce")
        .timestamp("x-timestamp", TimestampForm::Seconds)
        .algorithm("x-algorithm")
        .template("{timestamp}.{nonce}.{body}")
}

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

    // Certificate and key go to Unico. Only the certificate is needed here.
    let certificate = Certificate::generate()?;
    let public = VerifyingKey::pem(&certificate.pem, [JwsAlgorithm::Rs256]);
    let assertion = Assertion::of("unico-check", public.clone())
        .allow_missing_audience() // Unico's form has no field for it.
        .subject(SUBJECT)
        .version(VERSION);
    let issuer = TokenIssuer::new(format!("http://{address}/token"))
        .assertion(assertion)
        .build()?;

    // The form's 10 attempts, a minute apart.
    let pack = UnicoCheck::signed(SignedRequest::try_from(signed_request())?, public)
        .attempts(10, Duration::from_secs(60));
    let receiver = Receiver::new("unico-check", pack)
        .access(issuer.bearer().issued_to("unico-check"))
        .dedup(MemoryStore::new())
        .build()?;

    let handled = Handled::default();
    let served = tokio::spawn(server::serve(listener, &issuer, &receiver, &handled)?);
    let all_right = send(address, &certificate, &handled).await?;
    served.abort();
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
    certificate: &Certificate,
    handled: &Handled,
) -> Result<bool, Box<dyn Error>> {
    let now = UnixTime::from_system(SystemTime::now());
    let mut report = Report { all_right: true };
    let mut unico = Unico::new(address, &certificate.private_key)?;

    let first = unico.sign("process-1", "nonce-1", now);
    let status = unico.deliver(first.clone(), now).await?;
    report.line("an event, with a token fetched for it", status, 200);
    let status = unico.deliver(first.clone(), now).await?;
    report.line("a retry that is not signed again", status, 200);
    let again = unico.sign("process-1", "nonce-2", now);
    let status = unico.deliver(again, now).await?;
    report.line("a retry that is signed again", status, 200);
    report.line("events handled so far", handled.count(), 1);
    let second = unico.sign("process-2", "nonce-3", now);
    let status = unico.deliver(second, now).await?;
    report.line("another event, with the same token", status, 200);
    report.line("token requests so far", unico.token_requests, 1);

    let reused = unico.sign("process-3", "nonce-1", now);
    let status = unico.deliver(reused, now).await?;
    report.line("another event with a nonce that was used", status, 401);
    let changed = first.clone().with_tampered_body();
    let status = unico.deliver(changed, now).await?;
    report.line("an event whose body was changed", status, 401);
    let an_hour_ago = now.saturating_sub(Duration::from_secs(3600));
    let stale = unico.sign("process-4", "nonce-4", an_hour_ago);
    let status = unico.deliver(stale, now).await?;
    report.line("an event that was signed an hour ago", status, 401);

    let mut thief = Unico::new(address, &Certificate::generate()?.private_key)?;
    let refused = thief.deliver(first.clone(), now).await.err();
    let refused = refused.and_then(|error| error.downcast::<TokenRefused>().ok());
    let status = refused.map(|refused| refused.status);
    report.line("a token for another private key", status, Some(400));
    let status = thief.deliver_with(first, "made.up.token").await?;
    report.line("an event with a token that nobody issued", status, 401);
    report.line("events handled at the end", handled.count(), 2);
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
