//! hookgate for actix-web: [`ReceiverExt::middleware`] puts a receiver in front of a route, [`Event`]
//! hands its verified, typed events to the handler.
//!
//! ```
//! use actix_web::{App, web};
//! use hookgate::{
//!     Ack, Nack, Receiver, Secret,
//!     dedup::MemoryStore,
//!     providers::logto::{self, EventName, Logto},
//! };
//! use hookgate_actix::{Event, ReceiverExt};
//!
//! async fn on_event(Event(delivery): Event<logto::Event>) -> Result<Ack, Nack> {
//!     match delivery.event() {
//!         logto::Event::PostSignIn(sign_in) => println!("signed in: {:?}", sign_in.user_id),
//!         // One that does not fit its type. An `Ack` would be its end: its sender is to send it again.
//!         logto::Event::Unrecognized(_) => return Err(Nack::retry()),
//!         _ => return Ok(Ack::ignored("not ours")),
//!     }
//!     Ok(Ack::processed())
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pack = Logto::new(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?).interested_in([EventName::PostSignIn]);
//! let receiver = Receiver::new("logto", pack).dedup(MemoryStore::new()).build()?;
//! // Built once, outside of the closure that every worker thread calls: they share one receiver.
//! let app = move || {
//!     App::new().service(
//!         web::resource("/webhooks/logto")
//!             .wrap(receiver.middleware())
//!             .route(web::post().to(on_event)),
//!     )
//! };
//! # let _ = app;
//! # Ok(())
//! # }
//! ```
//!
//! # What the middleware covers
//!
//! - `web::resource(path).wrap(receiver.middleware())` puts the receiver in front of **every** method of
//!   the resource, also of routes that are added after `.wrap()`: a GET is answered 405 by the receiver.
//! - `web::post().to(handler).wrap(receiver.middleware())` covers that one route. A GET then matches no
//!   route, never reaches the receiver, and is answered **404** by actix-web.
//! - `web::scope(path).wrap(…)` and `App::wrap` cover all that is inside, unknown paths included. Route
//!   parameters of a resource are only known inside of it. So a receiver with tenants named by a route
//!   parameter must wrap the resource or the route.
//! - One receiver is one endpoint, however many routes it stands on. An event that was handled on one route is a copy on
//!   another, which answers 200 without its handler. Make a receiver with a name of its own for each route.
//! - A receiver inside of another, as around a scope and around its resource, answers 500 at the first delivery. The log says which
//!   two they are.
//! - A handler that takes an [`Event`] on a route without the middleware answers 500 and does not run. A
//!   handler that takes an `Option<Event<_>>` does run there, with `None`. Wrap the application in
//!   [`RequireReceiver`], which makes such answers 500.
//! - The last `.wrap()` is the outermost. A middleware between the receiver and the handler may look at the
//!   response. A middleware that builds a new response takes the handler's verdict away: a 2xx then counts as
//!   processed, anything else as retry.
//! - A middleware outside must not keep a clone of the `HttpRequest` while it calls the next service.
//!   actix-web's router panics then, and the code that gives a chunked or unpacked body its length panics too. The
//!   receiver takes such a panic for one of the handler's, and answers 503.
//! - A body may hold [several events](hookgate::pack::Contents::Events). The handler is then called for each with the
//!   same request, one after the other. A panic takes the request along: the events behind it are answered 503 without
//!   a run, and come again with the sender's next try.
//!
//! # What the handler gets
//!
//! - [`Event`], beside any other extractor.
//! - The body is put back, as it was authenticated and with its length as `content-length`. So `web::Bytes`,
//!   `web::Json` and `String` work too. They keep actix-web's own limits (256 KiB for `Bytes` and `String`,
//!   2 MiB for `Json`). Raise them with `web::PayloadConfig` and `web::JsonConfig` to the receiver's
//!   `body_limit`. Otherwise a delivery above them fails as often as it is sent. `delivery.payload()` has no such
//!   limit.
//! - Bodies with a `content-encoding` are refused with 415 before an extractor could inflate them. With `accept_gzip`
//!   the receiver unpacks them, and takes the header away.
//! - The handler runs on its worker's thread. A handler that blocks it holds up the worker's other connections
//!   and its own heartbeat: see [handlers that block](hookgate#handlers-that-block).
//!
//! - What a [fallback](hookgate::polling::Fallback) has asked for, and what a [worker](hookgate::worker::Worker) has taken from an
//!   inbox, reach the same handler through [`on_system_arbiter`].
//!
//! # When a sender is refused while it still writes
//!
//! The sender gets its answer, with `Connection: close` on HTTP/1.1. actix-web then reads on and drops what comes, for
//! as long as [`client_disconnect_timeout`](actix_web::HttpServer::client_disconnect_timeout) says. Leave that at its
//! default of a second. At zero the connection is reset, and such senders lose their answer. Over HTTP/2
//! [`hookgate::framework::unread`] reads on.
//!
//! # What it takes from the connection
//!
//! - An access rule that needs the peer's address gets `peer_addr()`, never what a header says. It does not get
//!   `realip_remote_addr`, which believes `Forwarded` and `X-Forwarded-For` from anyone.
//! - A peer on a Unix socket has no address. [`note_unix_peer`] tells the receiver that there is one.
//! - Route parameters are decoded as for a handler that takes a `web::Path`.
//!
//! # When the sender hangs up, and at shut-down
//!
//! A handler that has begun runs to its end. If its sender has left, or if it is past its deadline, it goes on
//! beside the worker's connections, on the worker's own thread. It would end with the thread: actix-web stops a
//! worker, gracefully too, once it has no connections. [`serve_until`] answers 503 to what is new and waits for
//! all handlers of all receivers within a bound. It stops the workers only after that. [`shut_down`] does it
//! for a server that runs elsewhere. Both need
//! [`HttpServer::disable_signals`](actix_web::HttpServer::disable_signals), so that a signal does not stop the
//! workers first. A handler that is cut off frees its event when its lease ends.
//!
//! The receiver answers a handler's deadline and its panics through actix-web's error path, since the request
//! went down with the handler. The sender gets the same answer, while middlewares outside, such as a logger,
//! see an `Err`.

// docs.rs builds with nightly Rust, and shows beside each name which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod answer;
mod body;
mod event;
mod headers;
mod linger;
mod middleware;
mod on_system_arbiter;
mod receiver_ext;
mod require_receiver;
mod service;
mod shut_down;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "token")]
mod token;
mod unix_peer;

#[cfg(feature = "token")]
pub use self::token::TokenIssuerExt;
pub use self::{
    event::{CloudEvent, Event, EventRejection},
    linger::AnswerBody,
    middleware::ReceiverMiddleware,
    on_system_arbiter::{Told, on_system_arbiter},
    receiver_ext::ReceiverExt,
    require_receiver::{RequireReceiver, RequireReceiverService},
    service::ReceiverService,
    shut_down::{serve_until, shut_down},
    unix_peer::note_unix_peer,
};

/// The README's program compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
