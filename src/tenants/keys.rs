//! [`Keys`]: whose keys verify an endpoint's requests.

use super::{NamedKeys, Tenants};
#[cfg(feature = "jwks")]
use crate::access::Jwks;
#[cfg(feature = "public-keys")]
use crate::keys::VerifyingKey;
use crate::{
    keys::{Key, KeyKind, Keyring, Secret},
    setup::BuildError,
};

/// Whose keys verify an endpoint's requests.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Keys {
    /// One ring for every request.
    Ring(Keyring),
    /// The request's head says whose ring.
    Tenants(Tenants),
    /// Keys that requests name, found by the application. The pack's scheme must read such names.
    ///
    /// A delivery waits for a look-up where the key is not remembered, at most
    /// [`store_timeout`](crate::receiver::ReceiverBuilder::store_timeout).
    Named(NamedKeys),
    /// Keys that the sender publishes, looked up by the name that a signature gives (`kid`). Feature `jwks`.
    ///
    /// A delivery waits for a look-up where a key may be missing, at most
    /// [`store_timeout`](crate::receiver::ReceiverBuilder::store_timeout). Where the keys cannot be had the answer is 503.
    #[cfg(feature = "jwks")]
    Published(Jwks),
    /// The sender signs nothing, and its access rule is all there is.
    NotNeeded,
}

impl Keys {
    /// For packs, when they are validated: whether all keys that are known are usable, and of a kind that the pack's scheme
    /// [takes](crate::schemes::Scheme::takes). Tenants have theirs looked at when they are found.
    ///
    /// # Errors
    ///
    /// When one is not.
    pub fn check(&self, takes: impl Fn(KeyKind) -> bool) -> Result<(), BuildError> {
        let all = match self {
            Self::Ring(ring) => {
                ring.validate()?;
                ring.load().iter().map(Key::kind).all(takes)
            }
            #[cfg(feature = "jwks")]
            Self::Published(jwks) => {
                jwks.validate()?;
                takes(KeyKind::Public)
            }
            Self::Named(_) | Self::Tenants(_) | Self::NotNeeded => true,
        };
        if all {
            Ok(())
        } else {
            Err(BuildError::UnfitKey(
                "a key is of a kind that the scheme does not verify with: MACs need secrets, signatures public keys",
            ))
        }
    }
}

impl Keys {
    /// Whether a request says which keys it needs, and they may not be at hand.
    pub(crate) fn are_looked_up(&self) -> bool {
        match self {
            #[cfg(feature = "jwks")]
            Self::Published(_) => true,
            Self::Named(_) => true,
            Self::Ring(_) | Self::Tenants(_) | Self::NotNeeded => false,
        }
    }

    /// For packs, when they are validated: asks `check` of each key that is known. See
    /// [`check_key`](crate::schemes::Scheme::check_key).
    ///
    /// # Errors
    ///
    /// The first of `check`.
    pub fn check_each(
        &self,
        check: impl FnMut(&Key) -> Result<(), BuildError>,
    ) -> Result<(), BuildError> {
        match self {
            Self::Ring(ring) => ring.load().iter().try_for_each(check),
            _ => Ok(()),
        }
    }
}

impl From<Secret> for Keys {
    fn from(secret: Secret) -> Self {
        Self::Ring(secret.into())
    }
}

#[cfg(feature = "public-keys")]
impl From<VerifyingKey> for Keys {
    fn from(key: VerifyingKey) -> Self {
        Self::Ring(key.into())
    }
}

impl From<Key> for Keys {
    fn from(key: Key) -> Self {
        Self::Ring(key.into())
    }
}

impl From<Keyring> for Keys {
    fn from(ring: Keyring) -> Self {
        Self::Ring(ring)
    }
}

impl From<NamedKeys> for Keys {
    fn from(keys: NamedKeys) -> Self {
        Self::Named(keys)
    }
}

impl From<Tenants> for Keys {
    fn from(tenants: Tenants) -> Self {
        Self::Tenants(tenants)
    }
}

#[cfg(feature = "jwks")]
impl From<Jwks> for Keys {
    fn from(jwks: Jwks) -> Self {
        Self::Published(jwks)
    }
}
