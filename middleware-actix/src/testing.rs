//! The test kit on actix-web: drives an application's own `App`, in process. Feature `testing`.
//!
//! ```
//! use actix_web::{App, web};
//! use hookgate::{
//!     Ack, Nack, Receiver,
//!     providers::logto::{self, EventName, Logto, User},
//!     testing::{Bench, Effect, Scenario, senders},
//! };
//! use hookgate_actix::{Event, ReceiverExt, testing::{Service, kit, service}};
//!
//! async fn on_event(mails: web::Data<Effect>, Event(delivery): Event<logto::Event>) -> Result<Ack, Nack> {
//!     match delivery.event() {
//!         logto::Event::PostRegister(_) => mails.happens().await?,
//!         logto::Event::Unrecognized(_) => return Err(Nack::retry()),
//!         _ => return Ok(Ack::ignored("not ours")),
//!     }
//!     Ok(Ack::processed())
//! }
//!
//! async fn app(bench: &Bench) -> Service {
//!     let receiver = bench.build(Receiver::new("logto", Logto::new(bench.keys()).interested_in([EventName::PostRegister]))).unwrap();
//!     let hook = web::resource("/webhooks/logto").wrap(receiver.middleware());
//!     service(App::new()
//!         .app_data(web::Data::new(bench.effect()))
//!         .service(hook.route(web::post().to(on_event)))).await
//! }
//!
//! # #[actix_web::main]
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
//! Runs in `#[actix_web::test]` and in `#[tokio::test]`.

use std::{
    fmt,
    future::{Future, poll_fn},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::{Pin, pin},
    rc::Rc,
    task::Poll,
    time::Duration,
};

use actix_web::{
    App, Error, HttpResponse,
    body::{MessageBody, to_bytes},
    dev::{Service as _, ServiceFactory, ServiceRequest, ServiceResponse},
    http::{Method, header::HeaderMap},
    test::{TestRequest, init_service},
    web::Bytes,
};
use hookgate::{
    simulator::Sent,
    testing::{Bench, Host, Kit, Reply, Sender},
    time::{Timer, TokioTimer},
};
use tokio::task::LocalSet;

/// Nothing in process takes that long, unless it is stuck.
const STUCK: Duration = Duration::from_secs(30);
/// The requests come from here: an address of no network (RFC 5737).
const PEER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 50_000);

/// A kit for the `App` that `app` makes a [`service`] of. The kit calls `app` once for each scenario, and again
/// where a scenario is about a restart. `app` gets what the application is to be built with, and may do IO.
pub fn kit<A, S>(app: A, sender: S) -> Kit<ActixHost<A>, S>
where
    A: AsyncFn(&Bench) -> Service,
    S: Sender,
{
    Kit::new(ActixHost::new(app), sender)
}

type Answering = Pin<Box<dyn Future<Output = Reply>>>;

/// An `App` that runs in process, whatever its type was. Made by [`service`].
#[derive(Clone)]
pub struct Service(Rc<dyn Fn(TestRequest) -> Answering>);

/// Starts an `App`, for the kit to send to.
pub async fn service<T, B>(app: App<T>) -> Service
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    B: MessageBody + 'static,
{
    let app = Rc::new(init_service(app).await);
    Service(Rc::new(move |request| {
        let app = app.clone();
        Box::pin(async move {
            match app.call(request.to_request()).await {
                Ok(response) => reply(response.into_parts().1).await,
                // As the server answers it.
                Err(error) => reply(error.error_response()).await,
            }
        })
    }))
}

/// Runs an `App` in process. Made by [`kit`]. The requests come from 192.0.2.1.
pub struct ActixHost<A> {
    app: A,
    peer: SocketAddr,
}

impl<A> ActixHost<A> {
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

impl<A: AsyncFn(&Bench) -> Service> Host for ActixHost<A> {
    type App = Service;

    async fn start(&self, bench: &Bench) -> Service {
        (self.app)(bench).await
    }

    async fn call(&self, app: &Service, sent: Sent) -> Reply {
        let Ok(method) = Method::from_bytes(sent.method.as_str().as_bytes()) else {
            return Reply::new(0, [], "the method cannot be sent");
        };
        let mut request = TestRequest::with_uri(&sent.path)
            .method(method)
            .peer_addr(self.peer)
            .append_header(("host", "localhost"))
            .append_header(("content-length", sent.body.len()));
        for (name, value) in &sent.headers {
            request = request.append_header((name.as_str(), value.as_str()));
        }
        (app.0)(request.set_payload(sent.body)).await
    }

    /// In a set of local tasks, which is where a receiver's handlers go on without their senders.
    async fn drive<T>(&self, play: impl Future<Output = T>) -> Option<T> {
        let local = LocalSet::new();
        let mut play = pin!(local.run_until(play));
        let mut stuck = TokioTimer.sleep(STUCK);
        poll_fn(|context| match play.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => stuck.as_mut().poll(context).map(|()| None),
        })
        .await
    }
}

async fn reply<B: MessageBody>(response: HttpResponse<B>) -> Reply {
    let status = response.status().as_u16();
    let headers = texts(response.headers());
    let body = to_bytes(response.into_body()).await;
    Reply::new(status, headers, body.unwrap_or_else(|_| broken_off()))
}

fn broken_off() -> Bytes {
    Bytes::from_static(b"the body of the answer broke off")
}

fn texts(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = headers.iter();
    headers
        .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
        .collect()
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").finish_non_exhaustive()
    }
}

impl<A> fmt::Debug for ActixHost<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ActixHost")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
