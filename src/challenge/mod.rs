//! How a sender asks whether an endpoint is its owner's, and what it hears.
//!
//! Many senders send nothing before they have asked. An endpoint that does not answer is never registered. A [`Question`] says
//! how one sender asks and what it wants to hear. It is data: the [rows](crate::providers::known) of senders have theirs. A
//! receiver answers only where its pack says so, as [`Preset::answer_challenge`](crate::providers::preset::Preset) does.
//!
//! | how it is asked | where it is answered | such as |
//! | --- | --- | --- |
//! | by a request that nothing signs | behind head and networks, before access is judged | Meta, Microsoft Graph, Okta, X |
//! | by an event like any other | after access, signature and time, in place of decoding | Slack, Zoom, Discord, Twitch, Azure Event Grid |
//! | by `OPTIONS` with `WebHook-Request-Origin` | as the first | CloudEvents: [`WebHooks`] |
//! | by a key in a header | as the first, while the application holds a registration open | Asana: [`Registrations`] |
//!
//! Each question is counted and logged, answered or not: [`Reason::Handshake`](crate::Reason::Handshake) and
//! [`Reason::HandshakeRefused`](crate::Reason::HandshakeRefused), or [`Reason::Undecodable`](crate::Reason::Undecodable) where
//! it is verified. No store is asked and no handler runs.
//!
//! # Security
//!
//! - What nobody has signed is repeated to whoever asks. So a text must have the [`Shape`] of the sender's own, which has a
//!   longest length and no character of a markup language. It goes back as `text/plain` or JSON, with `nosniff`.
//! - Where the answer is a MAC of the sender's text, anybody could have texts signed. A text that has not the exact shape is
//!   refused, and a body that has it is never believed to be an event.

mod answer;
#[cfg(feature = "callbacks")]
mod callbacks;
mod handshake;
mod named;
mod query;
mod question;
mod registrations;
mod senders;
mod shape;
mod unsigned;
mod web_hooks;

pub(crate) use self::unsigned::LONGEST_BODY;
pub use self::{
    answer::AnswerAs,
    handshake::Handshake,
    question::{AskedBy, Question, TextAt},
    registrations::{AlreadyOpen, NotConfirmed, Registration, Registrations},
    senders::{DROPBOX, MONDAY},
    shape::Shape,
    unsigned::Challenge,
    web_hooks::WebHooks,
};
