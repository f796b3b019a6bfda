//! A receiver whose spans go to OpenTelemetry and whose metrics go to Prometheus:
//! `cargo run -p hookgate-observability-example`.
//!
//! It starts on a free port of this machine, and sends itself what a Logto server sends. It prints what both
//! then know, and ends with an error if anything of that is missing.
//!
//! | file | shows |
//! | --- | --- |
//! | `telemetry.rs` | what to install at the start of a program: this is what you would write |
//! | `endpoint.rs` | a handler that links the sender's trace and opens a span of its own |
//! | `sender.rs` | a plain HTTP client |
//! | `expected.rs` | what must be there in the end |

mod endpoint;
mod expected;
mod sender;
mod telemetry;

use std::{error::Error, time::SystemTime};

use hookgate::{
    UnixTime,
    providers::logto::{LogtoSimulator, User},
};
use http::Request;
use tokio::net::TcpListener;

use crate::telemetry::Telemetry;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const SIGNING_KEY: &str = "cl43GgdTZpcCdipNaStkoyZiwLi9QlES";
/// What the sender's own tracing would put into its request.
const SENDERS_TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

#[tokio::main]
async fn main() -> Result<()> {
    let telemetry = Telemetry::install()?;
    let (app, receiver) = endpoint::app(SIGNING_KEY, telemetry.metrics().clone())?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async { axum::serve(listener, app).await });

    let now = UnixTime::from_system(SystemTime::now());
    let logto = LogtoSimulator::new(SIGNING_KEY, now).path(endpoint::WEBHOOKS);
    let stranger = LogtoSimulator::new("an0therK3yThatN0R3ceiv3rH4sEver0", now);
    let sign_in = logto
        .post_sign_in(User::new("mia", now))
        .with_header("traceparent", SENDERS_TRACE);
    for (what, sent) in [
        ("a sign-in, within a trace of its sender", sign_in.clone()),
        ("a copy of it", sign_in),
        (
            "a registration, which fails",
            logto.post_register(User::new("noah", now)),
        ),
        (
            "an event that the pack does not know",
            logto.unknown("Something.New"),
        ),
        (
            "a forgery",
            stranger
                .path(endpoint::WEBHOOKS)
                .post_sign_in(User::new("eve", now)),
        ),
    ] {
        let (status, _) = sender::send(address, sent.into_request()?).await?;
        println!("{status}  {what}");
    }

    let scrape = Request::get(endpoint::METRICS).body(bytes::Bytes::new())?;
    let (_, scraped) = sender::send(address, scrape).await?;
    let scraped = String::from_utf8(scraped.to_vec())?;
    println!("\n{scraped}");
    receiver.drained().await;
    server.abort();

    let spans = telemetry.finished()?;
    telemetry::print(&spans);
    expected::check(&scraped, &spans)
}
