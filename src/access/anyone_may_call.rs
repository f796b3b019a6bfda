//! [`AnyoneMayCall`]: no check, by name.

use http::{HeaderName, HeaderValue};

use super::{Access, Denied};
use crate::{request::Head, time::UnixTime};

/// Whoever knows the URL may call. A receiver with this rule warns at start; of a tenant's the same is logged when the
/// tenant is first looked up, unless the receiver has another rule beside it.
///
/// # Security
///
/// With a pack that signs nothing, deliveries can be forged by anyone: they can make an event look
/// handled before it arrives, and fill the dedup store. Treat such a notification as a hint, ask the
/// provider for the truth, and give such a receiver a store of its own. Meant for development, and for
/// senders that offer nothing else.
#[derive(Debug, Clone, Copy)]
pub struct AnyoneMayCall;

impl Access for AnyoneMayCall {
    fn check(&self, _head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        Ok(())
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        Vec::new()
    }

    fn reads(&self, _name: &HeaderName) -> bool {
        false
    }

    fn admits_anyone(&self) -> bool {
        true
    }
}
