//! [`Tenants`]: one endpoint that serves many, each with keys and access rules of its own.

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::{HeaderName, header};

use super::{
    KeySource, Tenant,
    key_source::DynKeySource,
    look_ups::{LookUps, MAX_NAME_BYTES},
};
use crate::{
    identity::TenantId,
    request::{Head, Single},
    verdict::Rejection,
};

/// Names that are remembered: so many found ones, and so many unknown ones.
const CACHED_NAMES: usize = 10_000;

/// How long a found tenant is remembered. Its keyring is a live handle, so rotation needs no waiting.
const FOUND_FOR: Duration = Duration::from_secs(60);

/// Where a request names its tenant.
///
/// Example: [`Tenants`].
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
///
/// ```
/// use std::collections::HashMap;
/// use hookgate::{
///     Receiver, Secret,
///     access::{ApiKey, Networks},
///     dedup::MemoryStore,
///     providers::logto::Logto,
///     tenants::{KeySource, KeySourceError, Tenant, Tenants},
/// };
///
/// /// A table in memory. A database's error becomes a `KeySourceError::new(error)`.
/// struct Table(HashMap<&'static str, Tenant>);
///
/// impl KeySource for Table {
///     async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
///         Ok(self.0.get(name).cloned())
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let acme = Tenant::new("acme", Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?)
///     .access(ApiKey::header("x-api-key", "a key that acme's sender shows"))
///     .networks(Networks::new(["203.0.113.0/24"])?);
/// let tenants = Tenants::by_route_param("tenant", Table(HashMap::from([("acme", acme)])));
/// let receiver = Receiver::new("logto", Logto::new(tenants)).dedup(MemoryStore::new()).build()?;
/// assert!(receiver.needs_route_params()); // a route such as `/webhooks/{tenant}`
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Tenants {
    name: TenantName,
    source: Arc<dyn DynKeySource>,
    look_ups: Arc<LookUps<Tenant>>,
    /// Tenants of which the operator was told that anyone may call. Each is told once, under however many names it is
    /// known.
    told: Arc<Mutex<HashSet<TenantId>>>,
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
            look_ups: Arc::new(LookUps::of(CACHED_NAMES)),
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
        let ask = |_| self.ask(name);
        let (tenant, is_asked) = self.look_ups.find(name, now, FOUND_FOR, ask).await?;
        let tenant = tenant.ok_or(Rejection::UnknownTenant)?;
        let is_news = is_asked && self.is_news(&tenant);
        Ok(Found { tenant, is_news })
    }

    async fn ask(&self, name: &str) -> Result<Option<Tenant>, Rejection> {
        let tenant = self.source.tenant(name).await;
        let tenant = tenant.map_err(|_| Rejection::KeysUnavailable)?;
        if tenant.as_ref().is_some_and(|it| !it.is_usable()) {
            return Err(Rejection::KeysUnavailable);
        }
        Ok(tenant)
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
