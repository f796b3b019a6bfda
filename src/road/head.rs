//! What is judged before the body is read: head, tenant, access.

use std::{pin::pin, sync::Arc, time::Duration};

use http::{HeaderName, header};

use crate::{
    access::{Access, Denied, Networks},
    keys::Keyring,
    receiver::Policy,
    request::{Head, Single},
    telemetry::log,
    tenants::{Found, Keys, Tenant, Tenants},
    time::{Timer, UnixTime, within},
    verdict::Rejection,
};

/// What every request to an endpoint must be.
pub(crate) struct HeadRules<'a> {
    pub(crate) methods: &'a [&'a str],
    pub(crate) media_types: &'a [&'a str],
    pub(crate) networks: Option<&'a Networks>,
    pub(crate) body_limit: usize,
}

impl<'a> HeadRules<'a> {
    pub(super) fn of(policy: &'a Policy) -> Self {
        Self {
            methods: policy.profile.methods,
            media_types: policy.profile.media_types,
            networks: policy.networks.as_ref(),
            body_limit: policy.body.limit,
        }
    }
}

/// What [`check_head`] looks at.
static NAMES: [HeaderName; 4] = [
    header::CONTENT_TYPE,
    header::CONTENT_ENCODING,
    header::HOST,
    header::CONTENT_LENGTH,
];

pub(crate) fn check_head(rules: &HeadRules<'_>, head: &Head<'_>) -> Result<(), Rejection> {
    if !rules.methods.contains(&head.method) {
        return Err(Rejection::MethodNotAllowed);
    }
    if let Some(networks) = rules.networks {
        networks.check(head)?;
    }
    let [media_type, encoding, host, length] = head.singles(&NAMES);
    let takes = rules.media_types;
    let media_type = match media_type {
        Single::Value(value) => value.split(|byte| *byte == b';').next().unwrap_or_default(),
        Single::Missing | Single::Repeated => &[],
    };
    let media_type = media_type.trim_ascii();
    if !takes.is_empty()
        && !takes
            .iter()
            .any(|known| known.as_bytes().eq_ignore_ascii_case(media_type))
    {
        return Err(Rejection::UnsupportedMediaType);
    }
    let encoded = match encoding {
        Single::Missing => false,
        Single::Value(value) => !value.trim_ascii().eq_ignore_ascii_case(b"identity"),
        Single::Repeated => true,
    };
    if encoded {
        return Err(Rejection::UnsupportedEncoding);
    }
    match (host, head.authority) {
        (Single::Repeated, _) => return Err(Rejection::HostMismatch),
        (Single::Value(host), Some(authority))
            if !host.eq_ignore_ascii_case(authority.as_bytes()) =>
        {
            return Err(Rejection::HostMismatch);
        }
        _ => {}
    }
    // A declared length is only ever a reason to refuse early: what counts is what is read.
    if let Single::Value(length) = length
        && std::str::from_utf8(length)
            .ok()
            .and_then(|length| length.parse::<u64>().ok())
            .is_some_and(|length| length > rules.body_limit as u64)
    {
        return Err(Rejection::BodyTooLarge {
            limit: rules.body_limit,
        });
    }
    Ok(())
}

/// Whose request it is, of an endpoint that serves many, if that one lets its sender in.
///
/// Only callers that the receiver's own rule lets in come here, so that strangers do not reach its key source.
pub(super) async fn admit_tenant(
    policy: &Policy,
    tenants: &Tenants,
    head: &Head<'_>,
    (now, arrived): (UnixTime, Duration),
    timer: &Arc<dyn Timer>,
) -> Result<Tenant, Rejection> {
    let found = pin!(tenants.find(head, arrived));
    let found = within(timer, policy.calls.limit(), found).await;
    let Found { tenant, is_news } = found.unwrap_or(Err(Rejection::KeysUnavailable))?;
    if is_news && let Some(finding) = policy.tenant_is_open() {
        log::found(&policy.name, &finding);
    }
    if let Some(networks) = tenant.allowed_networks() {
        networks.check(head)?;
    }
    let rule = tenant.access_rule();
    // `build` refuses a receiver without; with tenants, each must then have a rule of its own.
    if policy.needs_access && policy.access.is_none() && rule.is_none() {
        return Err(Rejection::AccessMissing);
    }
    check_rule(rule, head, now, timer, policy.calls.limit()).await?;
    Ok(tenant)
}

/// Whether `rule`, where there is one, lets the caller pass; `limit` is how long it may take to get what it needs.
pub(crate) async fn check_rule(
    rule: Option<&dyn Access>,
    head: &Head<'_>,
    now: UnixTime,
    timer: &Arc<dyn Timer>,
    limit: Duration,
) -> Result<(), Rejection> {
    let Some(rule) = rule else {
        return Ok(());
    };
    if head.peer.is_none() && rule.needs_peer() {
        return Err(Rejection::PeerNotWired);
    }
    if let Some(mut preparing) = rule.prepare(head, now, timer) {
        // Past the limit the rule judges with what it has.
        let _ = within(timer, limit, preparing.as_mut()).await;
    }
    rule.check(head, now).map_err(|denied| match denied {
        Denied::Missing => Rejection::AccessMissing,
        Denied::Wrong => Rejection::AccessDenied,
        Denied::Unavailable => Rejection::AccessUnavailable,
    })
}

/// Without a ring no signature can match: the pack then believes the access rule, or nobody.
pub(super) fn ring<'a>(policy: &'a Policy, tenant: Option<&'a Tenant>) -> Option<&'a Keyring> {
    match (&policy.keys, tenant) {
        (_, Some(tenant)) => tenant.keyring(),
        (Keys::Ring(ring), None) => Some(ring),
        (_, None) => None,
    }
}
