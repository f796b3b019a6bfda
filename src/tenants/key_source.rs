//! [`KeySource`]: where tenants are found.

use std::{future::Future, pin::Pin};

use super::{KeySourceError, Tenant};

/// Finds tenants: in a table, a file, a service.
///
/// A tenant whose access rule or public key cannot be right is answered as if the source were down: 503.
///
/// # Limits
///
/// The source is asked only for callers that the receiver's own networks and access rule let in. It is asked only for
/// names that are not remembered. 10,000 found ones are, for 60 s, and as many unknown ones, for 10 s. Each name has one
/// look-up at a time, within the receiver's time limit for look-ups.
///
/// At most 64 names that were not found before are looked up at once: beyond that the answer is 503. A tenant that is
/// remembered, or whose time to be looked up again has come, needs none of these 64.
///
/// # Security
///
/// Where only tenants have rules, strangers reach the source: before that, nobody knows whose rule counts. Give such a
/// receiver [`networks`](crate::receiver::ReceiverBuilder::networks) or a rule of its own where senders share
/// something. The names of tenants are no secrets: a request of an unknown one is refused before its body is read, one
/// of a known tenant without a rule after.
///
/// Example: [`Tenants`](crate::tenants::Tenants).
pub trait KeySource: Send + Sync + 'static {
    /// The tenant that `name`, as the request spells it, stands for; `None` when there is none.
    fn tenant(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Option<Tenant>, KeySourceError>> + Send;
}

/// [`KeySource`] with boxed futures.
pub(super) trait DynKeySource: Send + Sync {
    fn tenant<'a>(&'a self, name: &'a str) -> Lookup<'a>;
}

pub(super) type Lookup<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Tenant>, KeySourceError>> + Send + 'a>>;

impl<S: KeySource> DynKeySource for S {
    fn tenant<'a>(&'a self, name: &'a str) -> Lookup<'a> {
        Box::pin(KeySource::tenant(self, name))
    }
}
