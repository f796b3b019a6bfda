//! [`Tenants`]: one endpoint that serves many, each with keys and access rules of its own.

use std::{
    collections::HashSet,
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::{HeaderName, header};
use quick_cache::{
    DefaultHashBuilder, UnitWeighter,
    sync::{Cache, DefaultLifecycle, EntryAction, EntryResult, PlaceholderGuard},
};

use super::Keyring;
use crate::{
    access::{Access, Networks},
    allowance::Allowance,
    error::{KeySourceError, Rejection},
    meter::Level,
    request::{Head, Single},
};

/// Longest name of a tenant that is looked up: more is no name, and would only fill the cache.
const MAX_NAME_BYTES: usize = 256;
/// Names that are remembered, found and unknown together.
const CACHED_NAMES: usize = 10_000;
/// How long a found tenant is remembered. Its keyring is a live handle, so rotation needs no waiting.
const FOUND_FOR: Duration = Duration::from_secs(60);
/// How long an unknown name is remembered, so that one which is said again does not reach the key source.
const UNKNOWN_FOR: Duration = Duration::from_secs(10);
/// Look-ups of names that were not found before, at once. Whoever makes names up, and passes the receiver's own rule or
/// finds none, then holds this much of the key source and no more: a database's pool of connections is of this size. At
/// 5 ms for one that is 12,800 new names a second, which no restart of a receiver needs.
const LOOK_UPS: usize = 64;

/// The canonical id of a tenant: what the key source says, never text of the request, so that two
/// spellings of a route are one tenant. Part of every event key.
pub type TenantId = Arc<str>;

/// One tenant.
#[derive(Clone)]
pub struct Tenant {
    id: TenantId,
    keyring: Option<Keyring>,
    access: Option<Arc<dyn Access>>,
    networks: Option<Networks>,
}

impl Tenant {
    /// A tenant with this canonical id and these keys.
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
        self.networks = Some(networks);
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
        self.networks.as_ref()
    }

    /// A rule that cannot be right must not judge: at start a receiver would have refused it.
    fn has_usable_access(&self) -> bool {
        self.access
            .as_deref()
            .is_none_or(|access| access.validate().is_ok())
    }

    /// Whether its own rule lets everyone pass.
    pub(crate) fn admits_anyone(&self) -> bool {
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

/// Finds tenants: in a table, a file, a service.
///
/// A tenant whose access rule cannot be right is answered as if the source were down: 503.
///
/// # Limits
///
/// Asked only for callers that the receiver's own networks and access rule let in, for names that are not remembered
/// (10,000; found ones for 60 s, unknown ones for 10 s), once at a time for each, within the receiver's time limit for
/// look-ups. Of names that were not found before, 64 are looked up at once; beyond that the answer is 503. A tenant
/// that is remembered, or whose time to be looked up again has come, needs none of these 64.
///
/// # Security
///
/// Where only tenants have rules, strangers reach the source: whose rule counts is not known before. Give such a
/// receiver [`networks`](crate::ReceiverBuilder::networks) or a rule of its own where senders share something. The names
/// of tenants are no secrets: a request of an unknown one is refused before its body is read, one of a known tenant
/// without a rule after.
pub trait KeySource: Send + Sync + 'static {
    /// The tenant that `name`, as the request spells it, stands for; `None` when there is none.
    fn tenant(
        &self,
        name: &str,
    ) -> impl Future<Output = Result<Option<Tenant>, KeySourceError>> + Send;
}

trait DynKeySource: Send + Sync {
    fn tenant<'a>(&'a self, name: &'a str) -> Lookup<'a>;
}

type Lookup<'a> = Pin<Box<dyn Future<Output = Result<Option<Tenant>, KeySourceError>> + Send + 'a>>;

impl<S: KeySource> DynKeySource for S {
    fn tenant<'a>(&'a self, name: &'a str) -> Lookup<'a> {
        Box::pin(KeySource::tenant(self, name))
    }
}

/// Where a request names its tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TenantName {
    /// In a parameter of the route, such as `/webhooks/{tenant}`.
    RouteParam(String),
    /// In a header. Nothing signs it: it only chooses whose keys must match.
    Header(HeaderName),
    /// In the host that the sender called: `:authority` on HTTP/2, else `Host`.
    Host,
}

/// Tenants by the name that a request gives, with a bounded cache of found and unknown names.
#[derive(Clone)]
pub struct Tenants {
    name: TenantName,
    source: Arc<dyn DynKeySource>,
    cache: Arc<Cache<String, Remembered>>,
    look_ups: Allowance,
    /// Those of which the operator was told that anyone may call: each once, under however many names it is known.
    told: Arc<Mutex<HashSet<TenantId>>>,
}

#[derive(Clone)]
struct Remembered {
    tenant: Option<Tenant>,
    until: Duration,
}

type Vacant<'a> = PlaceholderGuard<
    'a,
    String,
    Remembered,
    UnitWeighter,
    DefaultHashBuilder,
    DefaultLifecycle<String, Remembered>,
>;

/// The place of a name that is looked up. Left without an answer, because the source failed or its caller is gone, it has
/// what it had before: a tenant stays one that was found, of which there are only so many, and is never kept out by those
/// who make names up.
struct Place<'a> {
    vacant: Option<Vacant<'a>>,
    lapsed: Option<Remembered>,
}

impl<'a> Place<'a> {
    fn after(vacant: Vacant<'a>, lapsed: Option<Remembered>) -> Self {
        Self {
            vacant: Some(vacant),
            lapsed: lapsed.filter(|lapsed| lapsed.tenant.is_some()),
        }
    }

    fn was_found(&self) -> bool {
        self.lapsed.is_some()
    }

    fn fill(&mut self, known: Remembered) {
        if let Some(vacant) = self.vacant.take() {
            // Refused only when the cache dropped the place meanwhile: then it is not remembered.
            let _ = vacant.insert(known);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(lapsed) = self.lapsed.take() {
            self.fill(lapsed);
        }
    }
}

/// The tenant of a request.
pub(crate) struct Found {
    pub(crate) tenant: Tenant,
    /// Whether anyone may call, and this is the first look-up to show it.
    pub(crate) is_news: bool,
}

impl Tenants {
    /// Tenants named at `name`, found by `source`.
    pub fn new(name: TenantName, source: impl KeySource) -> Self {
        Self {
            name,
            source: Arc::new(source),
            cache: Arc::new(Cache::new(CACHED_NAMES)),
            look_ups: Allowance::new(LOOK_UPS, Level::unmetered()),
            told: Arc::default(),
        }
    }

    /// Tenants named in the route parameter `param`.
    pub fn by_route_param(param: impl Into<String>, source: impl KeySource) -> Self {
        Self::new(TenantName::RouteParam(param.into()), source)
    }

    /// Whether the framework must give route parameters.
    pub(crate) fn needs_route_params(&self) -> bool {
        matches!(self.name, TenantName::RouteParam(_))
    }

    /// The tenant of this request. `now` is monotonic.
    pub(crate) async fn find(&self, head: &Head<'_>, now: Duration) -> Result<Found, Rejection> {
        let name = self.name_in(head)?;
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            return Err(Rejection::UnknownTenant);
        }
        let remembered = match self.cache.get(name) {
            Some(known) if known.until > now => Some(known),
            _ => None,
        };
        let (tenant, is_news) = match remembered {
            Some(known) => (known.tenant, false),
            None => self.find_anew(name, now).await?,
        };
        let tenant = tenant.ok_or(Rejection::UnknownTenant)?;
        Ok(Found { tenant, is_news })
    }

    /// The tenant of a name that is not remembered, or has to be looked up again, and whether it is news. Who waited for
    /// the look-up of another has its answer.
    async fn find_anew(
        &self,
        name: &str,
        now: Duration,
    ) -> Result<(Option<Tenant>, bool), Rejection> {
        let lapsed = |_: &String, known: &mut Remembered| match known.until > now {
            true => EntryAction::Retain(known.tenant.clone()),
            false => EntryAction::ReplaceWithGuard,
        };
        let mut place = match self.cache.entry_async(name, lapsed).await {
            EntryResult::Retained(tenant) => return Ok((tenant, false)),
            EntryResult::Replaced(place, lapsed) => Place::after(place, Some(lapsed)),
            EntryResult::Vacant(place) => Place::after(place, None),
            // Neither is asked for.
            EntryResult::Removed(..) | EntryResult::Timeout => {
                return Err(Rejection::KeysUnavailable);
            }
        };
        let known = self.look_up(name, place.was_found(), now).await?;
        place.fill(known.clone());
        let is_news = known.tenant.as_ref().is_some_and(|it| self.is_news(it));
        Ok((known.tenant, is_news))
    }

    async fn look_up(
        &self,
        name: &str,
        was_found: bool,
        now: Duration,
    ) -> Result<Remembered, Rejection> {
        let _one_of_them = if was_found {
            None
        } else {
            Some(self.look_ups.take(1).ok_or(Rejection::Overloaded)?)
        };
        let tenant = self.source.tenant(name).await;
        let tenant = tenant.map_err(|_| Rejection::KeysUnavailable)?;
        if tenant.as_ref().is_some_and(|it| !it.has_usable_access()) {
            return Err(Rejection::KeysUnavailable);
        }
        let keep = if tenant.is_some() {
            FOUND_FOR
        } else {
            UNKNOWN_FOR
        };
        Ok(Remembered {
            tenant,
            until: now.saturating_add(keep),
        })
    }

    fn is_news(&self, tenant: &Tenant) -> bool {
        if !tenant.admits_anyone() {
            return false;
        }
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        // A source that makes tenants up as it is asked must not fill the memory.
        told.len() < CACHED_NAMES && told.insert(tenant.id().clone())
    }

    fn name_in<'a>(&self, head: &Head<'a>) -> Result<&'a str, Rejection> {
        let single = |name| match head.single(name) {
            Single::Value(value) => {
                std::str::from_utf8(value).map_err(|_| Rejection::UnknownTenant)
            }
            Single::Missing | Single::Repeated => Err(Rejection::UnknownTenant),
        };
        match &self.name {
            TenantName::RouteParam(param) => head
                .route_param(param)
                .ok_or_else(|| Rejection::RouteParamNotWired(param.clone())),
            TenantName::Header(name) => single(name),
            TenantName::Host => match head.authority {
                Some(authority) => Ok(authority),
                None => single(&header::HOST),
            },
        }
    }
}

impl fmt::Debug for Tenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tenants")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
