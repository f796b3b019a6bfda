//! What is bounded: bytes in flight, running handlers, the body of a request and what is left of it.

mod allowance;
mod body;
mod body_source;
mod erased;
#[cfg(feature = "gzip")]
mod gzip;
pub mod unread;

pub use self::body_source::{BodyBroken, BodySource};
#[cfg(feature = "token")]
pub(crate) use self::erased::Erased;
#[cfg(feature = "gzip")]
pub(crate) use self::gzip::unpacked;
pub(crate) use self::{
    allowance::{Allowance, Grant},
    body::{BodyBounds, WholeBody},
    erased::{erase, erase_buffer},
};

/// The largest body that is taken where nothing else is known of a sender, in bytes.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;
