//! Access: how a sender logs in to *our* endpoint, beside signing what it sends.
//!
//! | rule | what arrives |
//! | --- | --- |
//! | [`ApiKey`] | one header with a fixed value |
//! | [`HeaderSecrets`] | several headers with fixed values |
//! | [`Basic`] | user and password |
//! | `Bearer` (feature `jwt`) | a signed token; with `Jwks` (feature `jwks`) under keys that its issuer publishes |
//! | [`AllOf`], [`AnyOf`] | rules made of rules |
//! | [`AnyoneMayCall`] | nothing: a named choice, which warns at start |
//!
//! Every failure of these gets one answer: 401 with the receiver's fixed challenges. [`Networks`] are a
//! gate of their own, with 403, and never part of a rule.
//!
//! Secrets are hashed, then compared in constant time, and no check ends early: time tells neither what
//! was wrong nor how long the right value is.

mod anyone_may_call;
mod api_key;
mod authorization;
mod basic;
#[cfg(feature = "jwt")]
mod bearer;
#[cfg(any(feature = "sns", feature = "callbacks"))]
mod calls;
mod combine;
mod credential;
mod forwarded;
mod gate;
mod headers;
#[cfg(feature = "jwks")]
mod https;
#[cfg(feature = "jwks")]
mod jwks;
mod networks;
#[cfg(feature = "jwks")]
mod public_names;
#[cfg(feature = "jwt")]
mod token_flaw;

use std::{fmt, pin::Pin, sync::Arc};

use http::{HeaderName, HeaderValue, header};

#[cfg(any(feature = "callbacks", feature = "sns"))]
pub(crate) use self::calls::Calls;
#[cfg(any(
    feature = "callbacks",
    feature = "idcloud-client",
    feature = "logto-client",
    feature = "sns"
))]
pub(crate) use self::https::checked;
#[cfg(any(feature = "idcloud-client", feature = "logto-client", feature = "sns"))]
pub(crate) use self::https::{BadAddress, Https, NotGot};
#[cfg(any(feature = "idcloud-client", feature = "logto-client"))]
pub(crate) use self::https::{Got, Sent};
#[cfg(feature = "jwks")]
pub(crate) use self::jwks::PublishedKeys;
#[cfg(feature = "jwks")]
pub use self::jwks::{HttpsFetcher, Jwks, JwksDocument, JwksError, JwksFetcher};
pub use self::{
    anyone_may_call::AnyoneMayCall,
    api_key::ApiKey,
    basic::Basic,
    combine::{AllOf, AnyOf},
    headers::HeaderSecrets,
    networks::{Forwarding, Networks},
};
#[cfg(feature = "token")]
pub(crate) use self::{authorization::of_scheme, forwarded::is_forwarded};
pub(crate) use self::{basic::pair_of as basic_pair, gate::Gate};
#[cfg(feature = "jwt")]
pub use self::{bearer::Bearer, token_flaw::TokenFlaw};
use crate::{
    request::Head,
    setup::BuildError,
    time::{Timer, UnixTime},
};

/// What a rule waits for before it can judge a request.
pub type Preparing = Pin<Box<dyn Future<Output = ()> + Send>>;

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

    /// What the rule needs before it can judge this request, such as keys from a service. `None` when there is nothing
    /// to wait for. Nearly all rules and requests need nothing.
    ///
    /// The road awaits it before [`check`](Self::check), for at most
    /// [`store_timeout`](crate::receiver::ReceiverBuilder::store_timeout), then checks whatever has come: a rule that still lacks
    /// what it needs says [`Denied::Unavailable`]. `timer` is for limits of the rule's own. A rule made of rules must
    /// hand this on to each.
    fn prepare(&self, head: &Head<'_>, now: UnixTime, timer: &Arc<dyn Timer>) -> Option<Preparing> {
        let _ = (head, now, timer);
        None
    }

    /// The values of `WWW-Authenticate` that tell a caller what is wanted (RFC 9110, section 11.6.1):
    /// always the same, whatever arrived.
    fn challenges(&self) -> Vec<HeaderValue>;

    /// Whether the rule looks at the header `name`. A token endpoint asks this of `Authorization`, in which its clients
    /// log in: no other credentials can stand there.
    ///
    /// The default knows of `Authorization` alone, and takes each challenge but the `ApiKey` of this library to ask for it
    /// (RFC 9110, section 11.6.1). A rule that reads more, or less, says so; a rule made of rules must hand this on.
    fn reads(&self, name: &HeaderName) -> bool {
        let asks = |challenge: &HeaderValue| *challenge != API_KEY_CHALLENGE;
        *name == header::AUTHORIZATION && self.challenges().iter().any(asks)
    }

    /// Whether the rule lets everyone pass. A receiver then warns at start.
    fn admits_anyone(&self) -> bool {
        false
    }

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

/// No standard scheme exists for plain headers, so this names one of our own.
const API_KEY_CHALLENGE: HeaderValue = HeaderValue::from_static("ApiKey realm=\"webhook\"");

/// The challenges of a receiver's 401. Never empty: a 401 must have one.
pub(crate) fn challenges_of(access: Option<&dyn Access>) -> Vec<HeaderValue> {
    let mut list = access.map(Access::challenges).unwrap_or_default();
    if list.is_empty() {
        list.push(API_KEY_CHALLENGE);
    }
    list
}

/// For rules that are chosen at run time.
impl<A: Access + ?Sized> Access for Arc<A> {
    fn check(&self, head: &Head<'_>, now: UnixTime) -> Result<(), Denied> {
        (**self).check(head, now)
    }

    fn prepare(&self, head: &Head<'_>, now: UnixTime, timer: &Arc<dyn Timer>) -> Option<Preparing> {
        (**self).prepare(head, now, timer)
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        (**self).challenges()
    }

    fn reads(&self, name: &HeaderName) -> bool {
        (**self).reads(name)
    }

    fn admits_anyone(&self) -> bool {
        (**self).admits_anyone()
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
        f.debug_tuple("Access").field(&self.challenges()).finish()
    }
}

/// Why access was denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Denied {
    /// No credentials.
    #[error("no credentials")]
    Missing,
    /// Wrong or ambiguous credentials.
    #[error("wrong or ambiguous credentials")]
    Wrong,
    /// What is needed to judge cannot be had now.
    #[error("what is needed to judge cannot be had now")]
    Unavailable,
}
