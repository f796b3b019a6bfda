//! hookgate for axum: [`ReceiverExt::layer`] puts a receiver in front of a route, [`Event`] hands its
//! verified, typed events to the handler.
//!
//! ```
//! use axum::{Router, routing::post};
//! use hookgate::{
//!     Ack, Nack, Receiver, Secret,
//!     dedup::MemoryStore,
//!     providers::logto::{self, EventName, Logto},
//! };
//! use hookgate_axum::{Event, ReceiverExt};
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
//! let app: Router = Router::new().route("/webhooks/logto", post(on_event).layer(receiver.layer()));
//! # let _ = app;
//! # Ok(())
//! # }
//! ```
//!
//! # What the layer covers
//!
//! - `post(handler).layer(receiver.layer())` puts the receiver in front of **every** method of that
//!   `MethodRouter`, the ones without a handler included: a GET is answered 405 by the receiver.
//! - A method added **after** `.layer()`, as in `post(handler).layer(receiver.layer()).get(other)`, is **not**
//!   covered. Unverified requests reach its handler. If the handler takes an [`Event`], it answers 500 and does
//!   not run.
//! - `Router::layer` and `Router::route_layer` cover the routes added before them. Route parameters are only
//!   known inside the route. So a receiver with tenants named by a route parameter answers 500 when it is put
//!   around a whole router from outside.
//! - One receiver is one endpoint, however many routes it stands on. An event that was handled on one route is a copy on
//!   another, which answers 200 without its handler. Make a receiver with a name of its own for each route.
//! - A receiver inside of another, as around a router and in its route, answers 500 at the first delivery. The log says which
//!   two they are.
//! - Several layers on one `MethodRouter` read best through `tower::ServiceBuilder`.
//! - The receiver has a body limit of its own. The layer therefore disables axum's `DefaultBodyLimit` inside,
//!   which would cut a handler's `Bytes` at 2 MB. Outside that limit plays no part, since it limits extractors
//!   only.
//! - A sender that is refused while it still writes gets its answer. The rest of its body is dropped, within bounds:
//!   [`hookgate::framework::unread`].
//! - A sender that closes its side of the connection after the request (a half-closed connection) gets no answer. Its
//!   event may be dropped before the receiver has it, and it is never told that the event was handled. That is hyper's
//!   default, and `axum::serve` has no setting for it. A server of your own on hyper has
//!   `http1::Builder::half_close(true)`.
//! - An access rule that needs the peer's address, and the token endpoint, need
//!   `into_make_service_with_connect_info::<SocketAddr>()`. Without it every request is answered 500, and
//!   the log says what to add: never a skipped check. A peer on a Unix socket has no address: see [`UnixPeer`].
//!
//! # When the sender hangs up, and at shut-down
//!
//! A handler that has begun runs to its end. When its sender has left, or when it is past its deadline, it goes on in a
//! task of its own, which ends with the process. [`serve_until`] stops in the order that loses no handler. A handler
//! that is cut off frees its event when its lease ends.

// docs.rs builds with nightly Rust, and shows beside each name which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]

mod event;
mod receiver_ext;
mod serve_until;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "token")]
mod token;
mod unix_peer;
mod worker_ext;

#[cfg(feature = "token")]
pub use self::token::TokenIssuerExt;
pub use self::{
    event::{CloudEvent, Event, EventRejection},
    receiver_ext::{ReceiverExt, ReceiverLayer},
    serve_until::serve_until,
    unix_peer::UnixPeer,
    worker_ext::WorkerExt,
};
