//! The test kit on axum: drives an application's own `Router`, in process. Feature `testing`.
//!
//! ```
//! use axum::{Router, extract::State, routing::post};
//! use hookgate::{
//!     Ack, Nack, Receiver,
//!     providers::logto::{self, EventName, Logto, User},
//!     testing::{Bench, Effect, Scenario, senders},
//! };
//! use hookgate_axum::{Event, ReceiverExt, testing::kit};
//!
//! async fn on_event(State(mails): State<Effect>, Event(delivery): Event<logto::Event>) -> Result<Ack, Nack> {
//!     match delivery.event() {
//!         logto::Event::PostRegister(_) => mails.happens().await?,
//!         logto::Event::Unrecognized(_) => return Err(Nack::retry()),
//!         _ => return Ok(Ack::ignored("not ours")),
//!     }
//!     Ok(Ack::processed())
//! }
//!
//! async fn app(bench: &Bench) -> Router {
//!     let receiver = bench.build(Receiver::new("logto", Logto::new(bench.keys()).interested_in([EventName::PostRegister]))).unwrap();
//!     Router::new()
//!         .route("/webhooks/logto", post(on_event).layer(receiver.layer()))
//!         .with_state(bench.effect())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let logto = senders::logto("/webhooks/logto", |logto, asked| {
//!     let mut user = User::new(asked.id(), asked.at);
//!     user.name = Some(asked.personal().to_owned());
//!     logto.post_register(user)
//! });
//! let report = kit(app, logto).run(Scenario::ALL).await;
//! // This endpoint asks for no credentials beside the signature.
//! report.assert_passed_but([Scenario::WithoutCredentials, Scenario::WrongCredentials]);
//! # }
//! ```
//!
//! Needs a tokio runtime with its timer, as `#[tokio::test]` has it.

use std::{
    fmt,
    future::{Future, poll_fn},
    net::{Ipv4Addr, SocketAddr},
    pin::pin,
    task::Poll,
    time::Duration,
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    response::Response,
};
use hookgate::{
    simulator::Sent,
    testing::{Bench, Host, Kit, Reply, Sender},
    time::{Timer, TokioTimer},
};
use http::{HeaderMap, Request};
use tower_service::Service;

/// Nothing in process takes that long, unless it is stuck.
const STUCK: Duration = Duration::from_secs(30);
/// The requests come from here: an address of no network (RFC 5737).
const PEER: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 50_000);

/// A kit for the router that `app` makes. The kit calls `app` once for each scenario, and again where a
/// scenario is about a restart. `app` gets what the application is to be built with, and may do IO.
pub fn kit<A, S>(app: A, sender: S) -> Kit<AxumHost<A>, S>
where
    A: AsyncFn(&Bench) -> Router,
    S: Sender,
{
    Kit::new(AxumHost { app, peer: PEER }, sender)
}

/// Runs a router in process. Made by [`kit`]. The requests come from 192.0.2.1.
pub struct AxumHost<A> {
    app: A,
    peer: SocketAddr,
}

impl<A> AxumHost<A> {
    /// Runs what `app` makes.
    pub fn new(app: A) -> Self {
        Self { app, peer: PEER }
    }

    /// The address that the requests come from, for receivers with rules on that.
    #[must_use]
    pub fn peer(mut self, peer: SocketAddr) -> Self {
        self.peer = peer;
        self
    }
}

impl<A: AsyncFn(&Bench) -> Router> Host for AxumHost<A> {
    type App = Router;

    async fn start(&self, bench: &Bench) -> Router {
        (self.app)(bench).await
    }

    async fn call(&self, app: &Router, sent: Sent) -> Reply {
        let length = sent.body.len();
        let request = match sent.with_header("host", "localhost").into_request() {
            Ok(request) => request,
            Err(error) => return unsent(&error),
        };
        let mut request: Request<Body> = request.map(Body::from);
        request
            .headers_mut()
            .insert("content-length", length.into());
        request.extensions_mut().insert(ConnectInfo(self.peer));
        // A router is always ready.
        let Ok(response) = app.clone().call(request).await;
        reply(response).await
    }

    async fn drive<T>(&self, play: impl Future<Output = T>) -> Option<T> {
        let mut play = pin!(play);
        let mut stuck = TokioTimer.sleep(STUCK);
        poll_fn(|context| match play.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => stuck.as_mut().poll(context).map(|()| None),
        })
        .await
    }
}

async fn reply(response: Response) -> Reply {
    let (parts, body) = response.into_parts();
    match to_bytes(body, usize::MAX).await {
        Ok(body) => Reply::new(parts.status.as_u16(), texts(&parts.headers), body),
        Err(error) => unsent(&error),
    }
}

fn texts(headers: &HeaderMap) -> impl Iterator<Item = (String, String)> {
    headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.to_string(), value.into_owned())
    })
}

/// No answer: the request could not be made, or the body of the answer broke off.
fn unsent(error: &dyn fmt::Display) -> Reply {
    Reply::new(0, [], error.to_string())
}

impl<A> fmt::Debug for AxumHost<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AxumHost")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
