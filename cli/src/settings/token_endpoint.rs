//! [`TokenEndpointRule`]: who gets tokens, and what they are, as `settings.token_endpoint` says it.

use std::time::Duration;

use hookgate::{
    Keyring,
    dedup::DedupStore,
    token::{Assertion, Client, SigningKey, TokenIssuer},
};
use serde::Deserialize;

use crate::settings::{
    pem::pem_text,
    refused::Refused,
    shared_secret::secret,
    token_keys::{KeySet, algorithms, verifying},
};

/// The route of an endpoint that names none.
const USUAL_PATH: &str = "/token";

/// A token endpoint.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenEndpointRule {
    /// The issuer's name: the `iss` of its tokens.
    issuer: String,
    #[serde(default = "usual_path")]
    path: String,
    audience: Option<String>,
    /// What tokens are signed with by HS256, with its encoding as in `keys`.
    secret: Option<String>,
    /// What tokens are signed with by ES256 or EdDSA: a private key in PEM.
    private_key: Option<String>,
    lifetime_s: Option<u64>,
    #[serde(default)]
    also_named: Vec<String>,
    /// The endpoint's address, which clients may name as `aud`.
    address: Option<String>,
    #[serde(default)]
    clients: Vec<ClientRule>,
    #[serde(default)]
    users: Vec<ClientRule>,
    #[serde(default)]
    assertions: Vec<AssertionRule>,
}

fn usual_path() -> String {
    USUAL_PATH.to_owned()
}

/// A client with secrets or a key, or a user with passwords.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClientRule {
    id: String,
    #[serde(default)]
    secrets: Vec<String>,
    pem: Option<String>,
    jwks: Option<KeySet>,
    #[serde(default)]
    algorithms: Vec<String>,
    #[serde(default)]
    scopes: Vec<String>,
    audience: Option<String>,
    longest_assertion_s: Option<u64>,
}

/// What an assertion must be (RFC 7523).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssertionRule {
    /// The client that its tokens are issued to.
    client: String,
    pem: Option<String>,
    jwks: Option<KeySet>,
    algorithms: Vec<String>,
    issuer: Option<String>,
    subject: Option<String>,
    version: Option<String>,
    #[serde(default)]
    audiences: Vec<String>,
    #[serde(default)]
    allow_missing_audience: bool,
    #[serde(default)]
    refuse_replays: bool,
    longest_s: Option<u64>,
    leeway_s: Option<u64>,
    #[serde(default)]
    scopes: Vec<String>,
    token_audience: Option<String>,
}

impl TokenEndpointRule {
    /// The route of the endpoint.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The endpoint. `store` keeps which assertions were used.
    pub(crate) fn issuer(&self, store: impl DedupStore) -> Result<TokenIssuer, Refused> {
        if !self.path.starts_with('/') || self.path.contains(['{', '}', '*', ':', '?', '#']) {
            return Err(malformed("`path`: a plain path that begins with a slash"));
        }
        let mut builder = TokenIssuer::new(&self.issuer)
            .signing_key(self.signing_key()?)
            .replay_store(store);
        if let Some(audience) = &self.audience {
            builder = builder.audience(audience);
        }
        if let Some(secs) = self.lifetime_s {
            builder = builder.lifetime(Duration::from_secs(secs));
        }
        if let Some(address) = &self.address {
            builder = builder.accept_endpoint_as_audience(address);
        }
        for name in &self.also_named {
            builder = builder.also_named(name);
        }
        for client in &self.clients {
            builder = builder.client(client.client("clients")?);
        }
        for user in &self.users {
            builder = builder.user(user.client("users")?);
        }
        for assertion in &self.assertions {
            builder = builder.assertion(assertion.assertion()?);
        }
        builder
            .build()
            .map_err(|error| malformed(&error.to_string()))
    }

    /// A key that lasts: another one at each start would judge yesterday's records otherwise.
    fn signing_key(&self) -> Result<SigningKey, Refused> {
        let key = match (&self.secret, &self.private_key) {
            (Some(text), None) => {
                let secret = secret(text).ok_or_else(|| malformed("`secret` cannot be used"))?;
                SigningKey::secret(&secret).map_err(|error| ("secret", error))
            }
            (None, Some(pem)) => {
                let pem = pem_text(pem).ok_or_else(|| malformed("`private_key` is no PEM"))?;
                SigningKey::pem(pem.as_bytes()).map_err(|error| ("private_key", error))
            }
            _ => {
                return Err(malformed(
                    "tokens are signed with either a `secret` or a `private_key`",
                ));
            }
        };
        key.map_err(|(name, error)| malformed(&format!("`{name}`: {error}")))
    }
}

impl ClientRule {
    fn client(&self, list: &str) -> Result<Client, Refused> {
        let fault = |why: &str| malformed(&format!("`{list}`: {why}"));
        let keys = ring(&self.pem, &self.jwks, &self.algorithms, list)?;
        let mut secrets = self.secrets.iter();
        let client = match (secrets.next(), keys) {
            (Some(first), None) => Client::new(&self.id, first),
            (Some(first), Some(keys)) => Client::new(&self.id, first).or_keys(keys),
            (None, Some(keys)) => Client::private_key_jwt(&self.id, keys),
            (None, None) => return Err(fault("one has neither `secrets` nor a key")),
        };
        let mut client = secrets.fold(client, Client::or);
        if let Some(secs) = self.longest_assertion_s {
            client = client.longest_assertion(Duration::from_secs(secs));
        }
        if let Some(audience) = &self.audience {
            client = client.audience(audience);
        }
        Ok(self.scopes.iter().fold(client, Client::scope))
    }
}

impl AssertionRule {
    fn assertion(&self) -> Result<Assertion, Refused> {
        let list = "assertions";
        let keys = ring(&self.pem, &self.jwks, &self.algorithms, list)?
            .ok_or_else(|| malformed("`assertions`: one has neither a `pem` nor `jwks`"))?;
        let mut assertion = Assertion::of(&self.client, keys);
        if let Some(issuer) = &self.issuer {
            assertion = assertion.issuer(issuer);
        }
        if let Some(subject) = &self.subject {
            assertion = assertion.subject(subject);
        }
        if let Some(version) = &self.version {
            assertion = assertion.version(version);
        }
        if self.allow_missing_audience {
            assertion = assertion.allow_missing_audience();
        }
        if self.refuse_replays {
            assertion = assertion.refuse_replays();
        }
        if let Some(secs) = self.longest_s {
            assertion = assertion.longest(Duration::from_secs(secs));
        }
        if let Some(secs) = self.leeway_s {
            assertion = assertion.leeway(Duration::from_secs(secs));
        }
        if let Some(audience) = &self.token_audience {
            assertion = assertion.token_audience(audience);
        }
        let assertion = self.audiences.iter().fold(assertion, Assertion::audience);
        Ok(self.scopes.iter().fold(assertion, Assertion::scope))
    }
}

/// The keys that verify assertions, where there are any.
fn ring(
    pem: &Option<String>,
    jwks: &Option<KeySet>,
    names: &[String],
    list: &str,
) -> Result<Option<Keyring>, Refused> {
    let fault = |why: &str| malformed(&format!("`{list}`: {why}"));
    let algorithms = algorithms(names).map_err(|why| fault(&why))?;
    Ok(match (pem, jwks) {
        (None, None) => None,
        (Some(_), None) => {
            let key =
                verifying(&None, pem, &algorithms).map_err(|_| fault("a `pem` cannot be read"))?;
            key.validate().map_err(|error| fault(&error.to_string()))?;
            Some(key.into())
        }
        (None, Some(set)) => Some(set.ring(&algorithms).map_err(|why| fault(&why))?),
        (Some(_), Some(_)) => return Err(fault("one has both a `pem` and `jwks`")),
    })
}

fn malformed(what: &str) -> Refused {
    Refused::Malformed(format!("`settings`: `token_endpoint`: {what}"))
}
