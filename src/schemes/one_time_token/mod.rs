//! [`OneTimeToken`]: a token of the sender's for one request, signed with its time, in the body.
//!
//! The sender makes a random token for each request, and a MAC of time and token. The MAC covers nothing else: the event
//! beside it is not signed. So this is access and no signature. What it has more than a fixed token is that it ends: the
//! road remembers each token, and refuses it with another body.

mod config;
#[cfg(feature = "simulator")]
mod sign;
mod verify;

pub use self::config::OneTimeTokenConfig;
use super::{
    Scheme, Signs, Verified, access_token::nothing_signed, digest::with_mac,
    shared_secret::check_any_secret,
};
use crate::{
    keys::{KeyKind, LiveKeys},
    request::RawRequest,
    setup::Finding,
    verdict::Rejection,
};

/// A token for one request, signed with its time, ready to verify. Made from an [`OneTimeTokenConfig`] with `try_from`.
///
/// # Security
///
/// The event is not covered. Whoever can keep a request from arriving can send its token with another event. Once an event of
/// the true one was taken up, its token is refused with any other body, for as long as its time is in the window. A request
/// that is refused, or has only events that nobody [wants](crate::provider::Decoded::wanted), uses none up.
#[derive(Debug, Clone)]
pub struct OneTimeToken {
    config: OneTimeTokenConfig,
}

impl Scheme for OneTimeToken {
    fn signs(&self) -> Signs {
        Signs {
            time: true,
            nonce: true,
            ..Signs::caller()
        }
    }

    fn takes(&self, kind: KeyKind) -> bool {
        kind == KeyKind::Secret
    }

    fn findings(&self) -> Vec<Finding> {
        let digest = self.config.digest.finding();
        digest.into_iter().chain([nothing_signed()]).collect()
    }

    /// Proves who calls, when, and that the token is the sender's.
    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        check_any_secret(keys)?;
        with_mac!(self.config.digest, M => self.prove::<M>(request.body, keys))
    }
}
