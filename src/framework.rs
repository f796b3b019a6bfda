//! For authors of middleware: the road of a delivery, one step after the other, the same for every framework.
//!
//! ```text
//!  Judge::admit:  head ─▶ access ─▶ tenant ─▶ body ─▶ verify ─▶ freshness ─▶ decode
//!  handle:        interest ─▶ nonce ─▶ claim ─▶ handler ─▶ settle
//!  conclude:      copies of a running event wait ─▶ answer
//! ```
//!
//! The order is a rule: cheap checks come before costly ones.
//!
//! - The receiver's own access rule is judged before a tenant is looked up, so strangers do not reach the key source.
//!   The tenant's own networks and rule are judged once it is known.
//! - The body is not read before the head was judged.
//! - What nobody signs and a pack answers all the same, a [question](crate::challenge) of the sender, stands behind head
//!   and networks and before access.
//! - Nothing is parsed before its bytes are verified.
//! - The store is never touched for a request that is not verified or not wanted.
//! - A parse failure leaves no claim behind.
//!
//! Call [`Judge::admit`], then [`handle`] inside a [`RunsToEnd`], then [`conclude`]; [`tower`](crate::tower) is the
//! example. The sender gets an [`Answer`], or the handler's own response. A refusal may leave a body [`unread`].
//!
//! Mostly a request holds one event. Where a pack reads [several](crate::pack::Contents::Events) from one body, `handle`
//! calls the handler for each, one after the other. Where it reads a
//! [handshake](crate::pack::Contents::Handshake), [`Judged`] is the answer at once.
//!
//! Behind an [inbox](crate::inbox), `handle` makes the events durable and runs no handler. A verified request that
//! cannot be decoded is then [`Judged::Undecoded`], which [`set_aside`] keeps.
//!
//! What the handler's response means is said once, by [`Ran::answered`].
//!
//! Without a framework there is all of that in one call, `Receiver::handle` (feature `tokio`). Who only asks whether a
//! request is to be believed calls [`Judge::judge`] or [`Judge::judge_at_once`].

pub use crate::{
    delivery::{DeliverySlot, NotTaken},
    judge::{Admitted, AdmittedEvent, Judge, Judged, Judgement, MustWait, Nonce, Undecoded},
    limits::{BodyBroken, BodySource, unread},
    receiver::{Built, Busy, Drain},
    road::{
        Concluded, Detached, Handled, Ran, RunningCopy, RunsToEnd, TimeLeft, conclude, handle,
        misused, nested, says_length, set_aside, unprotected,
    },
    telemetry::is_hidden,
    verdict::{Answer, Outcome, Verdict},
};
#[doc(no_inline)]
pub use crate::{
    pack::{Head, Headers},
    time::{Background, Sleep, Timer},
};
