//! How it ended: what a handler says, why a request is refused, and what its sender gets.

mod advice;
mod answer;
mod ending;
mod outcome;
mod store_error;
mod table;
mod terms;

use self::answer::Status;
pub use self::{
    answer::Answer,
    outcome::{Ack, Nack, Outcome, Verdict},
    store_error::StoreError,
    table::{Reason, Rejection},
};
pub(crate) use self::{answer::RETRY_AFTER, ending::Ending, store_error::Source, terms::Terms};
