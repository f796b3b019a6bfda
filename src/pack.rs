//! For authors of senders and schemes: what a pack implements, reads and says.
//!
//! A pack is a [`Provider`]. It proves who wrote the bytes of a [`RawRequest`], mostly by one of the
//! [`schemes`](crate::schemes), and decodes what was [`Authenticated`]. Most senders need none:
//! [`Preset::custom`](crate::providers::preset::Preset::custom) takes any [`Scheme`], one of your own included.

pub use crate::{
    challenge::{Challenge, Handshake},
    identity::{ContentDigest, EventType, KeyParts},
    keys::{KeyKind, LiveKeys},
    provider::{
        Authenticated, Contents, Decoded, Provider, Retries, SenderProfile, TimeKind, Undecodable,
    },
    request::{Head, Headers, RawRequest, Single, TraceContext},
    time::EventTime,
};
#[doc(no_inline)]
pub use crate::{
    schemes::{Coverage, Scheme, Signs, Verified},
    tenants::Keys,
};
