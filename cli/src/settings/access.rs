//! [`AccessRule`]: what the sender must present, and from where it must call, as `settings.access` says it.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use hookgate::{
    Key, Keyring, Secret,
    access::{
        Access, AllOf, AnyOf, AnyoneMayCall, ApiKey, Basic, Bearer, Forwarding, HeaderSecrets,
        Networks,
    },
    keys::{JwsAlgorithm, VerifyingKey},
};
use serde::Deserialize;

use crate::settings::{pem::pem_text, refused::Refused, terms::secret};

/// How the sender logs in.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum AccessRule {
    /// A header with a fixed value.
    ApiKey {
        /// The header's name.
        header: String,
        /// Its value: a secret.
        value: String,
    },
    /// Several headers with fixed values.
    Headers(Vec<(String, String)>),
    /// Accepted pairs, each as `user:password`, split at the first colon.
    Basic(Vec<String>),
    /// A signed token.
    Bearer(TokenRule),
    /// Ranges of addresses.
    Networks(NetworkRule),
    /// Every one of these.
    All(Vec<AccessRule>),
    /// One of these.
    Any(Vec<AccessRule>),
    /// Anyone may call.
    #[serde(rename = "none")]
    Anyone,
}

/// What a token must be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRule {
    /// With its encoding, as in `keys`.
    secret: Option<String>,
    /// A public key or certificate.
    pem: Option<String>,
    /// Several keys, each perhaps with the id that tokens name.
    #[serde(default)]
    keys: Vec<TokenKey>,
    pub(crate) algorithms: Vec<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Option<String>,
    /// Clients, one of which the token must have been issued to.
    #[serde(default)]
    pub(crate) issued_to: Vec<String>,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    leeway_s: Option<u64>,
}

/// One of several keys.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenKey {
    kid: Option<String>,
    secret: Option<String>,
    pem: Option<String>,
}

/// Where calls must come from.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum NetworkRule {
    /// Directly from these ranges.
    Direct(Vec<String>),
    Behind(BehindProxies),
}

/// Where calls must come from, perhaps by way of proxies.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BehindProxies {
    allow: Vec<String>,
    #[serde(default)]
    proxies: Vec<String>,
    forwarding: Option<ForwardingHeader>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ForwardingHeader {
    Forwarded,
    XForwardedFor,
}

type Rule = Arc<dyn Access>;

/// The library's two gates.
#[derive(Default)]
pub(crate) struct Gates {
    pub(crate) access: Option<Rule>,
    pub(crate) networks: Option<Networks>,
}

impl AccessRule {
    /// Networks are a gate of their own. They stand at the top, or directly in its `all`.
    pub(crate) fn gates(&self) -> Result<Gates, Refused> {
        let rules = match self {
            Self::All(rules) => rules.iter().collect(),
            rule => vec![rule],
        };
        let mut gates = Gates::default();
        let mut all: Option<AllOf> = None;
        for rule in &rules {
            if let Self::Networks(networks) = rule {
                if gates.networks.replace(networks.networks()?).is_some() {
                    return Err(malformed("`networks` stands twice"));
                }
                continue;
            }
            let rule = rule.rule()?;
            all = Some(match all {
                None => AllOf::of(rule),
                Some(all) => all.and(rule),
            });
        }
        if rules.is_empty() {
            return Err(malformed("`all` is empty"));
        }
        gates.access = all.map(|all| Arc::new(all) as Rule);
        Ok(gates)
    }

    /// Every `bearer` in it that can be built.
    pub(crate) fn bearers(&self) -> Vec<Bearer> {
        match self {
            Self::Bearer(token) => token.bearer().into_iter().collect(),
            Self::All(rules) | Self::Any(rules) => rules.iter().flat_map(Self::bearers).collect(),
            _ => Vec::new(),
        }
    }

    fn rule(&self) -> Result<Rule, Refused> {
        Ok(match self {
            Self::ApiKey { header, value } => Arc::new(ApiKey::header(header, value)),
            Self::Headers(pairs) => {
                let pairs = pairs.iter().map(|(name, value)| (name, value));
                Arc::new(HeaderSecrets::new(pairs))
            }
            Self::Basic(pairs) => Arc::new(basic(pairs)?),
            Self::Bearer(token) => Arc::new(token.bearer()?),
            Self::All(rules) => {
                let (first, rest) = in_turn(rules)?;
                let mut all = AllOf::of(first.rule()?);
                for rule in rest {
                    all = all.and(rule.rule()?);
                }
                Arc::new(all)
            }
            Self::Any(rules) => {
                let (first, rest) = in_turn(rules)?;
                let mut any = AnyOf::of(first.rule()?);
                for rule in rest {
                    any = any.or(rule.rule()?);
                }
                Arc::new(any)
            }
            Self::Anyone => Arc::new(AnyoneMayCall),
            Self::Networks(_) => {
                return Err(malformed(
                    "`networks` are a gate of their own: at the top, or directly in its `all`",
                ));
            }
        })
    }
}

fn basic(pairs: &[String]) -> Result<Basic, Refused> {
    let mut accepted: Option<Basic> = None;
    for pair in pairs {
        let (user, password) = pair
            .split_once(':')
            .ok_or_else(|| malformed("a pair of `basic` has no colon"))?;
        accepted = Some(match accepted {
            None => Basic::new(user, password),
            Some(basic) => basic.or(user, password),
        });
    }
    accepted.ok_or_else(|| malformed("`basic` is empty"))
}

fn in_turn(
    rules: &[AccessRule],
) -> Result<(&AccessRule, impl Iterator<Item = &AccessRule>), Refused> {
    let (first, rest) = rules
        .split_first()
        .ok_or_else(|| malformed("`all` or `any` is empty"))?;
    Ok((first, rest.iter()))
}

impl TokenRule {
    /// The first shared secret, with the id that tokens name where it has one.
    pub(crate) fn shared_secret(&self) -> Option<(Option<&str>, Secret)> {
        let of_keys = self.keys.iter();
        let of_keys = of_keys.map(|key| (key.kid.as_deref(), key.secret.as_deref()));
        std::iter::once((None, self.secret.as_deref()))
            .chain(of_keys)
            .find_map(|(id, text)| Some((id, secret(text?)?)))
    }

    fn bearer(&self) -> Result<Bearer, Refused> {
        let algorithms: Option<Vec<_>> = self
            .algorithms
            .iter()
            .map(|name| JwsAlgorithm::from_name(name))
            .collect();
        let algorithms = algorithms.ok_or_else(|| malformed("an algorithm is unknown"))?;
        let mut bearer = match (&self.secret, &self.pem, &self.keys[..]) {
            (secret, pem, []) => Bearer::of(verifying(secret, pem, &algorithms)?),
            (None, None, keys) => Bearer::of(ring(keys, &algorithms)?),
            _ => {
                return Err(malformed(
                    "`bearer` has either a `secret`, a `pem` or `keys`",
                ));
            }
        };
        if let Some(issuer) = &self.issuer {
            bearer = bearer.issuer(issuer);
        }
        if let Some(audience) = &self.audience {
            bearer = bearer.audience(audience);
        }
        if let Some(secs) = self.leeway_s {
            bearer = bearer.leeway(Duration::from_secs(secs));
        }
        let bearer = self.issued_to.iter().fold(bearer, Bearer::issued_to);
        Ok(self.scopes.iter().fold(bearer, Bearer::scope))
    }
}

/// One key, of a secret or a PEM.
fn verifying(
    secret: &Option<String>,
    pem: &Option<String>,
    algorithms: &[JwsAlgorithm],
) -> Result<VerifyingKey, Refused> {
    let algorithms = algorithms.iter().copied();
    match (secret, pem) {
        (Some(text), None) => Ok(VerifyingKey::secret(&shared(text)?, algorithms)),
        (None, Some(pem)) => {
            let pem = pem_text(pem).ok_or(Refused::BadKey)?;
            Ok(VerifyingKey::pem(pem.as_bytes(), algorithms))
        }
        _ => Err(malformed("`bearer` has either a `secret` or a `pem`")),
    }
}

/// Keys under the ids that tokens name. A secret and a public key are never for the same algorithm.
fn ring(keys: &[TokenKey], algorithms: &[JwsAlgorithm]) -> Result<Keyring, Refused> {
    let mut seen = BTreeSet::new();
    let mut ids = keys.iter().filter_map(|key| key.kid.as_deref());
    if !ids.all(|id| seen.insert(id)) {
        return Err(malformed("two `keys` of `bearer` have the same `kid`"));
    }
    let is_shared = |it: &JwsAlgorithm| it.name().starts_with("HS");
    let keys = keys.iter().enumerate().map(|(place, key)| {
        let of_kind: Vec<JwsAlgorithm> = algorithms
            .iter()
            .copied()
            .filter(|it| is_shared(it) == key.secret.is_some())
            .collect();
        let verifying = verifying(&key.secret, &key.pem, &of_kind)?;
        let verifying = match &key.kid {
            Some(kid) => verifying.with_id(kid),
            None => verifying,
        };
        Ok(Key::public(place.to_string(), verifying))
    });
    Ok(Keyring::new(keys.collect::<Result<Vec<_>, Refused>>()?)?)
}

fn shared(text: &str) -> Result<Secret, Refused> {
    secret(text).ok_or(Refused::BadKey)
}

impl NetworkRule {
    fn networks(&self) -> Result<Networks, Refused> {
        match self {
            Self::Direct(ranges) => Ok(Networks::new(ranges)?),
            Self::Behind(behind) => behind.networks(),
        }
    }
}

impl BehindProxies {
    fn networks(&self) -> Result<Networks, Refused> {
        let networks = Networks::new(&self.allow)?;
        match (self.proxies.is_empty(), self.forwarding) {
            (true, None) => Ok(networks),
            (false, Some(ForwardingHeader::Forwarded)) => {
                Ok(networks.behind(&self.proxies, Forwarding::Forwarded)?)
            }
            (false, Some(ForwardingHeader::XForwardedFor)) => {
                Ok(networks.behind(&self.proxies, Forwarding::XForwardedFor)?)
            }
            _ => Err(malformed("`proxies` and `forwarding` go together")),
        }
    }
}

fn malformed(what: &str) -> Refused {
    Refused::Malformed(format!("`settings`: `access`: {what}"))
}
