//! For authors of middleware: the road of a delivery, and what a framework must bring.
//!
//! Call [`admit`], then [`handle`] inside a [`RunsToEnd`], then [`conclude`]. [`tower`](crate::tower) is the example.

pub use crate::{
    delivery::{DeliverySlot, NotTaken},
    limits::{BodyBroken, BodySource, unread},
    receiver::{Busy, Drain},
    road::{
        Admitted, Concluded, Detached, Handled, Ran, RunningCopy, RunsToEnd, TimeLeft, admit,
        conclude, handle, misused, refusal, says_length, unprotected,
    },
    verdict::{Answer, Outcome, Verdict},
};
#[doc(no_inline)]
pub use crate::{
    pack::{Head, Headers},
    time::{Background, Sleep, Timer},
};
