//! How it ended: what a handler says, why a request is refused, and what its sender gets.

mod answer;
mod ending;
mod outcome;
mod reason;
mod rejection;
mod store_error;

pub use self::{
    answer::Answer,
    outcome::{Ack, Nack, Outcome, Verdict},
    reason::Reason,
    rejection::Rejection,
    store_error::StoreError,
};
pub(crate) use self::{
    answer::{RETRY_AFTER, Terms},
    ending::Ending,
    store_error::Source,
};
