//! Looking keys up that the request names, where they are not at hand.

use std::{pin::pin, sync::Arc};

use super::Judge;
#[cfg(feature = "jwks")]
use crate::{access::PublishedKeys, schemes::NO_KEY_FOR_ALGORITHM};
use crate::{
    keys::Key,
    request::Head,
    tenants::Keys,
    time::{Timer, within},
    verdict::Rejection,
};

/// What was looked up for one request.
pub(super) enum LookedUp {
    /// What the sender publishes.
    #[cfg(feature = "jwks")]
    Published(PublishedKeys),
    /// The key that the request names.
    Named(Key),
}

impl LookedUp {
    pub(super) fn keys(&self) -> &[Key] {
        match self {
            #[cfg(feature = "jwks")]
            Self::Published(keys) => keys.keys(),
            Self::Named(key) => std::slice::from_ref(key),
        }
    }

    /// Why a request is refused that none of these keys verifies. Where they may not be all, nobody knows whether it is
    /// wrong, and its sender is to try again.
    pub(super) fn refused(&self, rejection: Rejection) -> Rejection {
        match (self, rejection) {
            #[cfg(feature = "jwks")]
            (
                Self::Published(keys),
                Rejection::SignatureMismatch
                | Rejection::SignatureMismatchUnder(_)
                | NO_KEY_FOR_ALGORITHM,
            ) if !keys.is_complete => Rejection::KeysUnavailable,
            (_, rejection) => rejection,
        }
    }
}

impl Judge {
    /// The keys that the request may be signed with: those that its sender publishes, or the one that it names. A key that
    /// the application does not know has signed nothing.
    pub(super) async fn look_up(
        &self,
        head: &Head<'_>,
        body: &[u8],
        timer: &Arc<dyn Timer>,
    ) -> Result<LookedUp, Rejection> {
        let name = self.provider.key_name(&self.raw_request(head, body))?;
        match &self.keys {
            #[cfg(feature = "jwks")]
            Keys::Published(jwks) => {
                let found = jwks.find(name.as_deref(), timer, self.gate.access_timeout);
                let found = found.await.ok_or(Rejection::KeysUnavailable)?;
                Ok(LookedUp::Published(found))
            }
            Keys::Named(keys) => {
                let name = name.ok_or(Rejection::MalformedSignature("it names no key"))?;
                let found = pin!(keys.find(&name, self.clock.monotonic()));
                let found = within(timer, self.gate.access_timeout, found).await;
                let key = found.unwrap_or(Err(Rejection::KeysUnavailable))?;
                Ok(LookedUp::Named(key.ok_or(Rejection::SignatureMismatch)?))
            }
            _ => Err(Rejection::KeysUnavailable),
        }
    }
}
