//! [`AccessRule`]: what the sender must present, and from where it must call, as `settings.access` says it.

use std::{sync::Arc, time::Duration};

use hookgate::{
    Secret,
    access::{
        Access, AllOf, AnyOf, AnyoneMayCall, ApiKey, Basic, Bearer, Forwarding, HeaderSecrets,
        Networks,
    },
    token::TokenIssuer,
};
use http::HeaderName;
use serde::Deserialize;

use crate::settings::{
    refused::Refused,
    shared_secret::secret,
    token_keys::{KeySet, TokenKey, algorithms, ring, verifying},
};

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
    Bearer(Box<TokenRule>),
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
    /// The keys that an issuer publishes (RFC 7517).
    jwks: Option<KeySet>,
    /// A token of the settings' own token endpoint, which says key, algorithm, issuer and audience.
    #[serde(default)]
    token_endpoint: bool,
    algorithms: Option<Vec<String>>,
    pub(crate) issuer: Option<String>,
    pub(crate) audience: Option<String>,
    /// Clients, one of which the token must have been issued to.
    #[serde(default)]
    pub(crate) issued_to: Vec<String>,
    #[serde(default)]
    pub(crate) scopes: Vec<String>,
    leeway_s: Option<u64>,
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
    /// Ranges that are refused, although an allowed one holds them.
    #[serde(default)]
    refuse: Vec<String>,
    #[serde(default)]
    proxies: Vec<String>,
    forwarding: Option<ForwardingHeader>,
    /// How many proxies each request came through.
    hops: Option<usize>,
    unix_socket: Option<OnUnixSocket>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ForwardingHeader {
    Forwarded,
    XForwardedFor,
    /// The header of this name has one address.
    SingleAddress(String),
}

/// What the peer on a Unix socket is.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OnUnixSocket {
    /// Whoever can open the socket may call.
    Allow,
    /// A proxy, which writes the forwarding header.
    Proxy,
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
    pub(crate) fn gates(&self, issuer: Option<&TokenIssuer>) -> Result<Gates, Refused> {
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
            let rule = rule.rule(issuer)?;
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

    /// Every rule about tokens in it that can be built.
    pub(crate) fn bearers(&self, issuer: Option<&TokenIssuer>) -> Vec<Bearer> {
        match self {
            Self::Bearer(token) => token.bearer(issuer).into_iter().collect(),
            Self::All(rules) | Self::Any(rules) => {
                let bearers = rules.iter().flat_map(|rule| rule.bearers(issuer));
                bearers.collect()
            }
            _ => Vec::new(),
        }
    }

    fn rule(&self, issuer: Option<&TokenIssuer>) -> Result<Rule, Refused> {
        Ok(match self {
            Self::ApiKey { header, value } => Arc::new(ApiKey::header(header, value)),
            Self::Headers(pairs) => {
                let pairs = pairs.iter().map(|(name, value)| (name, value));
                Arc::new(HeaderSecrets::new(pairs))
            }
            Self::Basic(pairs) => Arc::new(basic(pairs)?),
            Self::Bearer(token) => Arc::new(token.bearer(issuer)?),
            Self::All(rules) => {
                let (first, rest) = in_turn(rules)?;
                let mut all = AllOf::of(first.rule(issuer)?);
                for rule in rest {
                    all = all.and(rule.rule(issuer)?);
                }
                Arc::new(all)
            }
            Self::Any(rules) => {
                let (first, rest) = in_turn(rules)?;
                let mut any = AnyOf::of(first.rule(issuer)?);
                for rule in rest {
                    any = any.or(rule.rule(issuer)?);
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

    /// Whether it asks for a token of the settings' own endpoint.
    pub(crate) fn is_of_endpoint(&self) -> bool {
        self.token_endpoint
    }

    /// The names of the algorithms.
    pub(crate) fn algorithms(&self) -> &[String] {
        self.algorithms.as_deref().unwrap_or_default()
    }

    fn bearer(&self, issuer: Option<&TokenIssuer>) -> Result<Bearer, Refused> {
        let mut bearer = if self.token_endpoint {
            self.of_endpoint(issuer)?
        } else {
            self.of_keys()?
        };
        if let Some(secs) = self.leeway_s {
            bearer = bearer.leeway(Duration::from_secs(secs));
        }
        let bearer = self.issued_to.iter().fold(bearer, Bearer::issued_to);
        Ok(self.scopes.iter().fold(bearer, Bearer::scope))
    }

    fn of_endpoint(&self, issuer: Option<&TokenIssuer>) -> Result<Bearer, Refused> {
        let says_more = [
            self.secret.is_some(),
            self.pem.is_some(),
            !self.keys.is_empty(),
            self.jwks.is_some(),
            self.algorithms.is_some(),
            self.issuer.is_some(),
            self.audience.is_some(),
        ];
        if says_more.contains(&true) {
            return Err(malformed(
                "a `bearer` of the `token_endpoint` has its keys, algorithm, issuer and audience",
            ));
        }
        let issuer = issuer.ok_or_else(|| {
            malformed(
                "`token_endpoint` needs the setting of the same name, which says who gets tokens",
            )
        })?;
        Ok(issuer.bearer())
    }

    fn of_keys(&self) -> Result<Bearer, Refused> {
        let names = self.algorithms.as_deref();
        let names = names.ok_or_else(|| malformed("`algorithms` is missing"))?;
        let algorithms = algorithms(names).map_err(|why| malformed(&why))?;
        let mut bearer = match (&self.secret, &self.pem, &self.keys[..], &self.jwks) {
            (secret, pem, [], None) => Bearer::of(verifying(secret, pem, &algorithms)?),
            (None, None, keys @ [_, ..], None) => Bearer::of(ring(keys, &algorithms)?),
            (None, None, [], Some(set)) => {
                Bearer::of(set.ring(&algorithms).map_err(|why| malformed(&why))?)
            }
            _ => {
                return Err(malformed(
                    "`bearer` has either a `secret`, a `pem`, `keys` or `jwks`",
                ));
            }
        };
        if let Some(issuer) = &self.issuer {
            bearer = bearer.issuer(issuer);
        }
        if let Some(audience) = &self.audience {
            bearer = bearer.audience(audience);
        }
        Ok(bearer)
    }
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
        let mut networks = Networks::new(&self.allow)?;
        if !self.refuse.is_empty() {
            networks = networks.except(&self.refuse)?;
        }
        let on_socket = self.unix_socket == Some(OnUnixSocket::Proxy);
        let has_proxies = !self.proxies.is_empty();
        if (has_proxies || on_socket) != self.forwarding.is_some() {
            return Err(malformed("`proxies` and `forwarding` go together"));
        }
        if let Some(forwarding) = &self.forwarding {
            let forwarding = forwarding.header()?;
            if has_proxies {
                networks = networks.behind(&self.proxies, forwarding.clone())?;
            }
            if on_socket {
                networks = networks.behind_unix_socket(forwarding)?;
            }
        }
        if self.unix_socket == Some(OnUnixSocket::Allow) {
            networks = networks.allow_unix_socket()?;
        }
        if let Some(count) = self.hops {
            networks = networks.hops(count)?;
        }
        Ok(networks)
    }
}

impl ForwardingHeader {
    fn header(&self) -> Result<Forwarding, Refused> {
        Ok(match self {
            Self::Forwarded => Forwarding::Forwarded,
            Self::XForwardedFor => Forwarding::XForwardedFor,
            Self::SingleAddress(name) => {
                let name = HeaderName::try_from(name);
                let why = "`single_address`: no header can have this name";
                Forwarding::SingleAddress(name.map_err(|_| malformed(why))?)
            }
        })
    }
}

fn malformed(what: &str) -> Refused {
    Refused::Malformed(format!("`settings`: `access`: {what}"))
}
