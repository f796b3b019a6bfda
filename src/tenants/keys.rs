//! [`Keys`]: whose keys verify an endpoint's requests.

use super::Tenants;
use crate::keys::{Keyring, Secret};

/// Whose keys verify an endpoint's requests.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Keys {
    /// One ring for every request.
    Ring(Keyring),
    /// The request's head says whose ring.
    Tenants(Tenants),
    /// None: the sender signs nothing, and its access rule is all there is.
    None,
}

impl From<Secret> for Keys {
    fn from(secret: Secret) -> Self {
        Self::Ring(secret.into())
    }
}

impl From<Keyring> for Keys {
    fn from(ring: Keyring) -> Self {
        Self::Ring(ring)
    }
}

impl From<Tenants> for Keys {
    fn from(tenants: Tenants) -> Self {
        Self::Tenants(tenants)
    }
}
