//! The road of a delivery behind its judgement, one step after the other, the same for every framework.
//!
//! [`framework`](crate::framework) says which steps there are, and why in this order. Nothing here names a runtime, and
//! whether a future is `Send` follows from what the framework puts in.

mod accept;
mod asked;
mod conclude;
mod detach;
mod each;
mod either;
mod handle;
mod handler;
#[cfg(feature = "tower")]
mod pass;
#[cfg(feature = "tokio")]
mod receive;
mod run;
mod running_copy;
mod underway;
mod work;

use std::fmt;

use http::{HeaderName, header};

pub use self::{
    accept::set_aside,
    conclude::{Concluded, conclude},
    detach::{Detached, RunsToEnd, TimeLeft},
    handle::{Handled, handle},
    handler::Ran,
    running_copy::RunningCopy,
};
pub(crate) use self::{
    asked::{Asked, Handler, handle_asked, handler_of, misfit, nobody},
    either::Either,
    handler::{ran, taken},
    work::{Said, Worked, work},
};
#[cfg(feature = "tower")]
pub(crate) use self::{
    pass::Pass,
    receive::{aside, follow},
};
use self::{run::Run, underway::Underway};
use crate::{
    delivery::DeliverySlot,
    receiver::Receiver,
    request::Headers,
    telemetry::{log, meter},
    verdict::{Answer, Outcome, Reason, Verdict},
};

/// Whether the headers already say that the body has `length` bytes and is not compressed. The request can then go on to the
/// handler as it is, with the body that was authenticated. Where not, take `transfer-encoding` and
/// `content-encoding` away, and set `content-length`.
pub fn says_length(headers: &dyn Headers, length: usize) -> bool {
    static FRAMING: [HeaderName; 3] = [
        header::CONTENT_LENGTH,
        header::TRANSFER_ENCODING,
        header::CONTENT_ENCODING,
    ];
    let mut said = None;
    let mut encoded = false;
    headers.each_of(&FRAMING, &mut |place, value| match place {
        0 => {
            said = std::str::from_utf8(value)
                .ok()
                .and_then(|value| value.parse().ok());
        }
        1 => encoded = true,
        _ => encoded |= !value.trim_ascii().eq_ignore_ascii_case(b"identity"),
    });
    said == Some(length) && !encoded
}

/// The answer to a program that is wired wrongly, with a log line that says what to change.
pub fn misused(reason: Reason, advice: &dyn fmt::Display) -> Answer {
    log::misused(reason, advice);
    Answer::misused(reason)
}

/// The answer of a receiver behind another one on the same route, where the request holds the `outer` one's delivery, and
/// a log line that says which. Give the response its [`Verdict`](crate::framework::Verdict), so that the outer one
/// answers the same.
///
/// Ask before anything else is done with the request. The inner receiver would judge what was judged, and wait for the
/// claim that the outer one holds.
///
/// A worker that drives the application's own routes passes its delivery in a type of its own, which is not this.
pub fn nested(outer: &DeliverySlot, inner: &Receiver) -> (Answer, Verdict) {
    let nested = Nested {
        outer: outer.endpoint(),
        inner: inner.name(),
    };
    let answer = misused(Reason::NestedReceiver, &nested);
    (answer, Verdict(Outcome::NestedReceiver))
}

struct Nested<'a> {
    outer: &'a str,
    inner: &'a str,
}

impl fmt::Display for Nested<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { outer, inner } = self;
        if outer == inner {
            write!(
                f,
                "the receiver `{inner}` stands on a route twice, as around a router and in its route: remove one"
            )
        } else {
            write!(
                f,
                "the receiver `{inner}` stands inside of `{outer}` on one route: give each a route of its own"
            )
        }
    }
}

/// Counts that a handler asked for an event on a route without a receiver, and says with `advice` what to change. It
/// does so each time: the handler may run all the same, where it takes an `Option` of the event.
/// [`Answer::not_protected`] is the answer.
pub fn unprotected(advice: &dyn fmt::Display) {
    log::misused(Reason::NotProtected, advice);
    meter::unprotected();
}
