//! Tests of an application's own handlers: a clock that is moved by hand, and the kit. Feature
//! `testing`; the kit needs `simulator` too.
//!
//! The kit takes an application as it is served, its routes, layers and handlers, and a sender. It sends
//! what that sender sends, through the application's own receiver, and holds the answers and the
//! effects against what hookgate promises. `hookgate_axum::testing` and `hookgate_actix::testing` run it
//! on their frameworks, in process; for anything else there is the trait `Host`.
//!
//! An application meets the kit at three places:
//!
//! | in the application | instead of |
//! | --- | --- |
//! | `bench.build(builder)?` | `builder.build()?`: the kit's clock, and a switch in front of the store |
//! | `bench.keys()` | the sender's secret: the kit signs with it, and rotates it |
//! | `bench.effect().happens().await?` | the effect: it is counted, and fails, panics or waits when told |
//!
//! Each [`Scenario`] starts the application anew, on a clock that stands still. None sleeps.
//!
//! An endpoint with an [inbox](crate::inbox) has two more, and a table of its own: [`Scenario::INBOX`].
//!
//! | in the application | instead of |
//! | --- | --- |
//! | `.inbox(bench.inbox())` | the inbox in a database: one in memory, that outlives a restart |
//! | `bench.work(bench.worker().handle(…))` | `Worker::new(inbox).handle(…)` and its `run`: the kit runs it, on its clock |
#![cfg_attr(
    not(feature = "simulator"),
    allow(rustdoc::broken_intra_doc_links, reason = "the kit needs `simulator`")
)]

#[cfg(feature = "simulator")]
mod advice;
#[cfg(feature = "simulator")]
mod asked;
#[cfg(feature = "simulator")]
mod bench;
#[cfg(feature = "simulator")]
mod crew;
#[cfg(feature = "simulator")]
mod effect;
#[cfg(feature = "simulator")]
mod host;
#[cfg(feature = "simulator")]
mod kit;
#[cfg(feature = "simulator")]
mod log_lines;
#[cfg(feature = "simulator")]
mod play;
#[cfg(feature = "simulator")]
mod report;
#[cfg(feature = "simulator")]
mod scenario;
#[cfg(feature = "simulator")]
mod scene;
#[cfg(feature = "simulator")]
pub mod senders;
#[cfg(feature = "simulator")]
mod switch;
#[cfg(feature = "simulator")]
mod switched_inbox;
#[cfg(feature = "simulator")]
mod watched_timer;
#[cfg(feature = "simulator")]
mod witness;

#[cfg(feature = "simulator")]
pub use self::{
    asked::{Asked, Content, Sender},
    bench::Bench,
    effect::{Effect, EffectFailed},
    host::{Host, Reply},
    kit::Kit,
    report::{Report, ScenarioResult},
    scenario::Scenario,
};
pub use crate::time::FakeClock;
