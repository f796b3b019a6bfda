//! Whose request it is, of an endpoint that serves many.

use std::{pin::pin, sync::Arc, time::Duration};

use super::{Judge, open::anyone_may_call};
use crate::{
    keys::Keyring,
    request::Head,
    setup::Finding,
    telemetry::log,
    tenants::{Found, Keys, Tenant, Tenants},
    time::{Timer, UnixTime, within},
    verdict::Rejection,
};

impl Judge {
    /// Whose request it is, if that one lets its sender in.
    ///
    /// Only callers that the endpoint's own rule lets in come here, so that strangers do not reach its key source.
    pub(super) async fn admit_tenant(
        &self,
        tenants: &Tenants,
        head: &Head<'_>,
        (now, arrived): (UnixTime, Duration),
        timer: &Arc<dyn Timer>,
    ) -> Result<Tenant, Rejection> {
        let found = pin!(tenants.find(head, arrived));
        let found = within(timer, self.gate.access_timeout, found).await;
        let Found { tenant, is_news } = found.unwrap_or(Err(Rejection::KeysUnavailable))?;
        if is_news && let Some(finding) = self.tenant_is_open() {
            log::found(&self.name, &finding);
        }
        if let Some(networks) = tenant.allowed_networks() {
            networks.check(head)?;
        }
        let rule = tenant.access_rule();
        // `build` refuses a receiver without; with tenants, each must then have a rule of its own.
        if self.needs_access && self.gate.access.is_none() && rule.is_none() {
            return Err(Rejection::AccessMissing);
        }
        self.gate.check_rule(rule, head, now, timer).await?;
        Ok(tenant)
    }

    /// Without a ring no signature can match: the pack then believes the access rule, or nobody.
    pub(super) fn ring<'a>(&'a self, tenant: Option<&'a Tenant>) -> Option<&'a Keyring> {
        match (&self.keys, tenant) {
            (_, Some(tenant)) => tenant.keyring(),
            (Keys::Ring(ring), None) => Some(ring),
            (_, None) => None,
        }
    }

    /// What an operator should know once a tenant's rule lets anyone call; `None` where the endpoint's own rule counts
    /// beside it.
    fn tenant_is_open(&self) -> Option<Finding> {
        let own = self.gate.access.as_ref();
        own.is_none_or(|own| own.admits_anyone())
            .then(|| anyone_may_call(self.needs_access, "anyone may call for one of its tenants"))
            .map(|finding| finding.acknowledged_in(&self.acknowledged))
    }
}
