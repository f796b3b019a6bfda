//! Looking keys up that the sender publishes.

use std::sync::Arc;

use super::Judge;
use crate::{
    access::{Jwks, PublishedKeys},
    request::RawRequest,
    time::Timer,
    verdict::Rejection,
};

impl Judge {
    /// The keys that the request may be signed with: those that are at hand, or that its sender publishes meanwhile.
    pub(super) async fn look_up(
        &self,
        jwks: &Jwks,
        request: &RawRequest<'_>,
        timer: &Arc<dyn Timer>,
    ) -> Result<PublishedKeys, Rejection> {
        let named = self.provider.key_name(request)?;
        let found = jwks.find(named.as_deref(), timer, self.gate.access_timeout);
        found.await.ok_or(Rejection::KeysUnavailable)
    }
}

/// Why a request is refused that none of `published` verifies. Where they may not be all, nobody knows whether it is
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
