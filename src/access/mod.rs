//! Access: how a sender logs in to *our* endpoint, beside signing what it sends.

mod api_key;

use std::{fmt, sync::Arc};

use http::HeaderValue;

pub use self::api_key::ApiKey;
use crate::{clock::UnixTime, error::BuildError, request::Head};

/// A rule for who may call an endpoint. Judged from the head alone, before the body is read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no access rule",
    label = "not an `Access`",
    note = "`.access(rule)` takes a rule such as `ApiKey::header(\"x-api-key\", key)`; a signing key \
            belongs to the pack"
)]
pub trait Access: Send + Sync + 'static {
    /// Whether the caller may pass.
    ///
    /// # Errors
    ///
    /// Why not. Senders get one answer for all of it.
    fn check(&self, head: &Head<'_>, now: UnixTime) -> Result<(), Denied>;

    /// The value of `WWW-Authenticate` that tells a caller what is wanted (RFC 9110, section 11.6.1).
    fn challenge(&self) -> HeaderValue;

    /// Whether [`Head::peer`] is needed. A receiver then answers 500, with a log line that says what to
    /// add, where the framework was not set up to give it: never a skipped check.
    fn needs_peer(&self) -> bool {
        false
    }

    /// Called at start.
    ///
    /// # Errors
    ///
    /// When the rule cannot be right.
    fn validate(&self) -> Result<(), BuildError> {
        Ok(())
    }
}

/// For rules that are chosen at run time.
impl<A: Access + ?Sized> Access for Arc<A> {
    fn check(&self, head: &Head<'_>, now: UnixTime) -> Result<(), Denied> {
        (**self).check(head, now)
    }

    fn challenge(&self) -> HeaderValue {
        (**self).challenge()
    }

    fn needs_peer(&self) -> bool {
        (**self).needs_peer()
    }

    fn validate(&self) -> Result<(), BuildError> {
        (**self).validate()
    }
}

impl fmt::Debug for dyn Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Access").field(&self.challenge()).finish()
    }
}

/// Why access was denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Denied {
    /// No credentials.
    Missing,
    /// Wrong or ambiguous credentials.
    Wrong,
    /// What is needed to judge cannot be had now.
    Unavailable,
}
