//! [`AccessToken`]: a fixed token that shows who calls.
//!
//! The sender signs nothing. It sends the same secret text with each request: in a header, as a password, or in the body. So
//! this is access and no signature: whoever learns the token can write any event.
//!
//! | [`TokenPlace`] | where the token stands | judged |
//! | --- | --- | --- |
//! | [`Header`](TokenPlace::Header) | in a header, alone | before the body is read |
//! | [`Basic`](TokenPlace::Basic) | in `Authorization: Basic`, as `user:password` | before the body is read |
//! | [`Member`](TokenPlace::Member) | in a member of the body | behind it |
//! | [`EachOf`](TokenPlace::EachOf) | in a member of each item of a list in the body | behind it |
//!
//! It is a scheme beside those that sign since its tokens are keys. They have ids and ends, belong to tenants, and are
//! replaced while a receiver runs. No receiver can be built without one.

mod config;
#[cfg(feature = "simulator")]
mod sign;
mod verify;

use http::{HeaderName, header};

pub(super) use self::config::NO_PLACE;
pub use self::config::{AccessTokenConfig, TokenPlace};
#[cfg(feature = "simulator")]
pub(crate) use self::sign::Shown;
use super::{Scheme, Signs, Verified, shared_secret::check_any_secret};
use crate::{
    keys::{KeyKind, LiveKeys},
    request::{Head, RawRequest},
    setup::{Finding, Severity},
    verdict::Rejection,
};

/// A fixed token that shows who calls, ready to verify. Made from an [`AccessTokenConfig`] with `try_from`.
///
/// # Security
///
/// - It covers nothing. A captured request can be sent again with any body for as long as the token holds. Ask the sender's
///   API before an event moves money.
/// - Tokens are hashed, then compared in constant time, with each live key.
/// - A token in the body is in what handlers get, and in what an inbox keeps.
#[derive(Debug, Clone)]
pub struct AccessToken {
    at: Place,
}

/// A [`TokenPlace`] whose names are right.
#[derive(Debug, Clone)]
enum Place {
    Header(HeaderName),
    Basic,
    Member(String),
    EachOf { list: String, member: String },
}

impl Scheme for AccessToken {
    fn signs(&self) -> Signs {
        Signs::caller()
    }

    fn takes(&self, kind: KeyKind) -> bool {
        kind == KeyKind::Secret
    }

    fn findings(&self) -> Vec<Finding> {
        vec![nothing_signed()]
    }

    fn reads_secret(&self, name: &HeaderName) -> bool {
        match &self.at {
            Place::Header(own) => own == name,
            Place::Basic => *name == header::AUTHORIZATION,
            Place::Member(_) | Place::EachOf { .. } => false,
        }
    }

    fn check_head(&self, head: &Head<'_>, keys: LiveKeys<'_>) -> Result<(), Rejection> {
        check_any_secret(keys)?;
        self.in_head(head, keys)
            .map_or(Ok(()), |shown| shown.map(|_| ()))
    }

    /// Proves who calls, and nothing of the body.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        check_any_secret(keys)?;
        let shown = self.in_head(&request.head, keys);
        let key_id = shown.unwrap_or_else(|| self.in_body(request.body, keys))?;
        Ok(Verified::by_caller(key_id))
    }
}

/// What the start-up check says of senders that sign nothing of their events.
pub(super) fn nothing_signed() -> Finding {
    Finding::new(
        Severity::Note,
        "nothing_signed",
        "the sender only shows a token: whoever learns it can write any event",
        "let in the sender's networks alone where it publishes them, and ask its API before acting on an event that matters",
    )
}
