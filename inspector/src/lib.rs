//! A page that shows what hookgate's receivers and inbox have taken and refused.
//!
//! It shows receivers and their state, deliveries, and one delivery with its verdict and what to do about it. It shows two
//! deliveries side by side, and dead letters in groups, each with the command that replays it. The same data is JSON under
//! the same addresses.
//!
//! | file | holds |
//! | --- | --- |
//! | `recent` | what this process has seen of late |
//! | `inspector` | what is shown, and to whom |
//! | `guard` | which requests are answered at all |
//! | `answer` | an answer, with the headers that each one has |
//! | `pages` | one file for each page |
//! | `loopback`, `axum`, `actix_web` | where it is served |
//!
//! # Security
//!
//! - Nothing is served unless asked. An [`Inspector`] has no routes. It is put [on loopback](Inspector::on_loopback), on a
//!   listener of its own, or [behind](Inspector::behind) the application's own authentication.
//! - It changes nothing. It answers `GET` and `HEAD` alone. What an operator does is a line of `hookgate inbox`, to copy.
//! - On loopback it refuses what a proxy has forwarded, and any other `Host` than this machine's names for itself.
//! - A browser is refused where another site has sent it. Behind a login it may follow a link.
//! - No page has a script or style but the two files of its own. The content security policy says so.
//! - It keeps and shows nothing that a sender wrote, but for known types and names of headers. Contents of what an inbox
//!   keeps are shown where the application [allows](InspectorBuilder::show_contents) it and the reader asks.
//!
//! ```no_run
//! use hookgate::Receiver;
//! use hookgate_inspector::{Admission, Inspector, Recent};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # fn receiver(_: Recent) -> Receiver { unimplemented!() }
//! let recent = Recent::new();
//! let receiver = receiver(recent.clone()); // built with `.observer(recent)`
//! let inspector = Inspector::builder().receiver(&receiver).recent(&recent).build()?;
//! // `behind.routes()` is an axum router, `behind.scope("/ops/hookgate")` one of actix-web.
//! let behind = inspector.behind(|request: http::request::Parts| async move {
//!     match request.extensions.get::<Operator>() {
//!         Some(_) => Admission::Granted,
//!         None => Admission::Forbidden,
//!     }
//! });
//! # #[derive(Clone)]
//! # struct Operator;
//! # let _ = behind;
//! # Ok(())
//! # }
//! ```
//!
//! An inspector that nobody has put anywhere has no routes:
//!
//! ```compile_fail,E0599
//! # use hookgate_inspector::{Inspector, Recent};
//! let inspector = Inspector::builder().recent(&Recent::new()).build().unwrap();
//! let routes = inspector.routes::<()>();
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::unwrap_used,
        reason = "a test that panics has failed"
    )
)]

#[cfg(feature = "actix-web")]
mod actix_web;
mod answer;
mod assets;
#[cfg(feature = "axum")]
mod axum;
mod command;
mod guard;
mod inspector;
#[cfg(feature = "loopback")]
mod loopback;
mod pages;
mod query;
mod recent;
mod text;

#[cfg(feature = "loopback")]
pub use self::loopback::NotLoopback;
pub use self::{
    inspector::{Admission, Behind, Inspector, InspectorBuilder, NothingToShow, OnLoopback},
    recent::Recent,
};
