//! The fallback: what was not sent in time is asked for.
//!
//! A webhook can be lost: the endpoint was down for longer than the sender tries, or a registration was removed. Some senders
//! have an API that says how a process stands. A [`Fallback`] awaits each process that the application starts, and asks for
//! those of which no end came. What it learns goes the same road, to the same handler, under the same key.
//!
//! ```
//! use std::time::Duration;
//! use bytes::Bytes;
//! use hookgate::{
//!     Ack, Delivery, Nack, Receiver,
//!     access::Basic,
//!     dedup::MemoryStore,
//!     polling::{AskError, Fallback, GaveUp, MemoryExpectations, Question, Reply, StatusSource},
//!     providers::idcloud::{self, IdCloud},
//! };
//!
//! /// Asks the sender's API.
//! struct Api;
//!
//! impl StatusSource for Api {
//!     async fn ask(&self, _question: Question<'_>) -> Result<Reply, AskError> {
//!         Ok(Reply::NotYet)
//!     }
//!
//!     fn ends(&self, id: &str) -> Vec<Bytes> {
//!         let ended = |state| format!(r#"{{"processId":"{id}","state":"{state}"}}"#).into();
//!         ["PROCESS_STATE_FINISHED", "PROCESS_STATE_FAILED"].map(ended).into()
//!     }
//! }
//!
//! async fn on_event(delivery: Delivery<idcloud::Event>) -> Result<Ack, Nack> {
//!     println!("{} came {:?}", delivery.event().id(), delivery.origin());
//!     Ok(Ack::processed())
//! }
//!
//! async fn on_gave_up(process: GaveUp) -> Result<Ack, Nack> {
//!     println!("{} has no end: {:?}", process.id, process.why);
//!     Ok(Ack::processed())
//! }
//!
//! # fn main() -> Result<(), hookgate::BuildError> {
//! let receiver = Receiver::new("idcloud", IdCloud::new())
//!     .access(Basic::from_text("unico:0f3c…"))
//!     .dedup(MemoryStore::new())
//!     .build()?;
//! let fallback = Fallback::new(&receiver, Api, MemoryExpectations::new())
//!     .handle(on_event)
//!     .on_gave_up(on_gave_up)
//!     .give_up_after(Duration::from_secs(3600))
//!     .build()?;
//! // Where a process is started: `fallback.expect(None, process_id).await?`.
//! // Beside the server: `fallback.run(stop).await`.
//! # let _ = fallback;
//! # Ok(())
//! # }
//! ```
//!
//! Several instances may run it over one store of expectations. They share the work by leases, and the API's rate by turns.
//!
//! | file | holds |
//! | --- | --- |
//! | `expectation` | what is awaited, and how often may be asked |
//! | `expectations`, `boxed`, `memory` | the store |
//! | `source` | who can say how a process stands |
//! | `builder`, `fallback`, `shared` | the settings, and what is made of them |
//! | `check` | what an operator should know of them |
//! | `serve` | what is due is begun |
//! | `one` | one process that is due |
//! | `account`, `pauses` | what an API counts a question by, and until when it is left alone |
//! | `contained` | panics of the application's code |
//! | `backoff` | when it is asked for again |
//! | `gave_up` | what the application is told of |

// The guide's program compiles.
#[cfg(all(doctest, feature = "idcloud-client", feature = "time-zones"))]
#[doc = include_str!("../../docs/polling.md")]
mod guide {}

mod account;
mod backoff;
mod boxed;
mod builder;
mod check;
mod contained;
#[cfg(feature = "testing")]
pub mod contract;
mod expectation;
mod expectations;
mod fallback;
mod gave_up;
mod memory;
mod one;
mod pauses;
mod serve;
mod shared;
mod source;

#[cfg(feature = "idcloud-client")]
pub(crate) use self::source::label;
pub use self::{
    backoff::Backoff,
    boxed::{BoxExpectations, DynExpectations},
    builder::FallbackBuilder,
    expectation::{AskDue, Due, DueBatch, Expectation, Expecting, Heard, Rate, Turn},
    expectations::Expectations,
    fallback::{ExpectError, Fallback},
    gave_up::{GaveUp, Why},
    memory::MemoryExpectations,
    source::{AskError, Question, Reply, StatusSource},
};
pub use crate::identity::ExpectationKey;
