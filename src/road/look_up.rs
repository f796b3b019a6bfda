//! Looking keys up that the sender publishes.

use std::sync::Arc;

use crate::{
    access::{Jwks, PublishedKeys},
    receiver::Policy,
    request::RawRequest,
    time::Timer,
    verdict::Rejection,
};

/// The keys that the request may be signed with: those that are at hand, or that its sender publishes meanwhile.
pub(super) async fn look_up(
    policy: &Policy,
    jwks: &Jwks,
    request: &RawRequest<'_>,
    timer: &Arc<dyn Timer>,
) -> Result<PublishedKeys, Rejection> {
    let named = policy.provider.key_name(request)?;
    let found = jwks.find(named.as_deref(), timer, policy.calls.limit());
    found.await.ok_or(Rejection::KeysUnavailable)
}

/// Why a request is refused that none of `published` verifies: where they may not be all, nobody knows whether it is
/// wrong, and its sender is to try again.
pub(super) fn under(published: Option<&PublishedKeys>, rejection: Rejection) -> Rejection {
    match (published, rejection) {
        (Some(keys), Rejection::SignatureMismatch | Rejection::SignatureMismatchUnder(_))
            if !keys.is_complete =>
        {
            Rejection::KeysUnavailable
        }
        (_, rejection) => rejection,
    }
}
