//! [`Tenant`]: keys and access rules of one of many.

use std::{fmt, sync::Arc};

use crate::{
    access::{Access, Networks},
    identity::TenantId,
    keys::Keyring,
};

/// One tenant.
///
/// Example: [`Tenants`](crate::tenants::Tenants).
#[derive(Clone)]
pub struct Tenant {
    id: TenantId,
    keyring: Option<Keyring>,
    access: Option<Arc<dyn Access>>,
    /// Shared, so that requests neither carry nor copy them.
    networks: Option<Arc<Networks>>,
}

impl Tenant {
    /// A tenant with this canonical id and these keys: secrets, or public keys that verify its signed requests.
    ///
    /// Give each a key of its own. Where two have one, a request of the first can be sent to the second.
    pub fn new(id: impl Into<TenantId>, keyring: impl Into<Keyring>) -> Self {
        Self {
            id: id.into(),
            keyring: Some(keyring.into()),
            access: None,
            networks: None,
        }
    }

    /// A tenant whose sender signs nothing: the access rule, its own or the receiver's, is all that proves who calls.
    ///
    /// With a pack that verifies signatures, its deliveries are answered 503: it has no key.
    pub fn without_keys(id: impl Into<TenantId>) -> Self {
        Self {
            id: id.into(),
            keyring: None,
            access: None,
            networks: None,
        }
    }

    /// What this tenant's sender must present, beside the receiver's own access rule.
    #[must_use]
    pub fn access(mut self, access: impl Access) -> Self {
        self.access = Some(Arc::new(access));
        self
    }

    /// From where this tenant's sender may call, beside the receiver's own networks.
    #[must_use]
    pub fn networks(mut self, networks: Networks) -> Self {
        self.networks = Some(Arc::new(networks));
        self
    }

    pub(crate) fn id(&self) -> &TenantId {
        &self.id
    }

    pub(crate) fn keyring(&self) -> Option<&Keyring> {
        self.keyring.as_ref()
    }

    pub(crate) fn access_rule(&self) -> Option<&dyn Access> {
        self.access.as_deref()
    }

    pub(crate) fn allowed_networks(&self) -> Option<&Networks> {
        self.networks.as_deref()
    }

    /// A rule or a key that cannot be right must not judge: at start a receiver would have refused it.
    pub(super) fn is_usable(&self) -> bool {
        let keys = self.keyring().is_none_or(|ring| ring.validate().is_ok());
        let mut access = self.access_rule().into_iter();
        keys && access.all(|access| access.validate().is_ok())
    }

    /// Whether its own rule lets everyone pass.
    pub(super) fn admits_anyone(&self) -> bool {
        self.access_rule().is_some_and(Access::admits_anyone)
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenant")
            .field("id", &self.id)
            .field("keyring", &self.keyring)
            .finish_non_exhaustive()
    }
}
