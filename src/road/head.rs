//! What is judged before the body is read: head, tenant, access.

use std::{pin::pin, sync::Arc, time::Duration};

use http::{HeaderName, header};

use crate::{
    access::{Access, Denied, Networks, both, prepare_each},
    clock::{Timer, UnixTime},
    error::Rejection,
    keys::{Found, Keyring, Keys, Tenant},
    receiver::Policy,
    request::{Head, Single},
    wait::within,
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

pub(super) async fn find_tenant(
    policy: &Policy,
    head: &Head<'_>,
    now: Duration,
    timer: &Arc<dyn Timer>,
) -> Result<Option<Tenant>, Rejection> {
    let Keys::Tenants(tenants) = &policy.keys else {
        return Ok(None);
    };
    // Boxed, so that endpoints without tenants do not carry it along.
    let mut found = Box::pin(tenants.find(head, now));
    let found: Found = within(timer, policy.store_limit, found.as_mut())
        .await
        .unwrap_or(Err(Rejection::KeysUnavailable));
    found.map(Some)
}

pub(super) async fn check_access(
    policy: &Policy,
    tenant: Option<&Tenant>,
    head: &Head<'_>,
    now: UnixTime,
    timer: &Arc<dyn Timer>,
) -> Result<(), Rejection> {
    if let Some(networks) = tenant.and_then(Tenant::allowed_networks) {
        networks.check(head)?;
    }
    let of_tenant = tenant.and_then(Tenant::access_rule);
    // `build` refuses a receiver without; with tenants, each must then have a rule of its own.
    if policy.needs_access && policy.access.is_none() && of_tenant.is_none() {
        return Err(Rejection::AccessMissing);
    }
    let rules = [policy.access.as_deref(), of_tenant];
    check_rules(&rules, head, now, timer, policy.store_limit).await
}

/// Whether every one of `rules` lets the caller pass; `limit` is how long they may take to get what they need.
pub(crate) async fn check_rules(
    rules: &[Option<&dyn Access>],
    head: &Head<'_>,
    now: UnixTime,
    timer: &Arc<dyn Timer>,
    limit: Duration,
) -> Result<(), Rejection> {
    let each = || rules.iter().copied().flatten();
    if head.peer.is_none() && each().any(|rule| rule.needs_peer()) {
        return Err(Rejection::PeerNotWired);
    }
    if let Some(preparing) = prepare_each(each(), head, now, timer) {
        // Past the limit the rules judge with what they have.
        let _ = within(timer, limit, pin!(preparing)).await;
    }
    let judged = each().map(|rule| rule.check(head, now)).fold(Ok(()), both);
    judged.map_err(|denied| match denied {
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
        (Keys::Tenants(_) | Keys::None, None) => None,
    }
}
