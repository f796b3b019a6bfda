//! [`TokenIssuerBuilder`]: every setting of a token endpoint, and what cannot be right.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use http::header;

use super::{
    Assertion, Client, TokenIssuer, accounts::Accounts, addresses::Addresses, gate::gate,
    issuer::Policy, replays::Replays, throttle::Throttle,
};
use crate::{
    access::{Access, Networks},
    dedup::{BoxDedupStore, DedupStore},
    keys::{
        JwsAlgorithm,
        jose::{SigningKey, SigningKeys},
    },
    limits::Allowance,
    setup::{BuildError, Finding, Severity},
    telemetry::{Level, log},
    time::{Clock, SystemClock, Timer},
};

/// Token requests that may be judged at once, those that wait for the replay store included.
const UNDER_WAY: usize = 1024;
/// The longest life of a token: one cannot be called back.
const LONGEST_LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Builds a [`TokenIssuer`]. At least one client, user or assertion must be named.
#[must_use = "call `build`"]
pub struct TokenIssuerBuilder {
    name: String,
    audience: Option<String>,
    clients: Vec<Client>,
    users: Vec<Client>,
    assertions: Vec<Assertion>,
    key: Option<SigningKey>,
    lifetime: Duration,
    also_named: Vec<String>,
    access: Option<Arc<dyn Access>>,
    networks: Option<Networks>,
    endpoint: Option<String>,
    replays: Option<BoxDedupStore>,
    counts_addresses: bool,
    failures_of_address: (u32, Duration),
    failures_of_client: (u32, Duration),
    body_limit: usize,
    body_timeout: Duration,
    clock: Arc<dyn Clock>,
    timer: Option<Arc<dyn Timer>>,
}

impl TokenIssuerBuilder {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            audience: None,
            clients: Vec::new(),
            users: Vec::new(),
            assertions: Vec::new(),
            key: None,
            lifetime: Duration::from_secs(10 * 60),
            also_named: Vec::new(),
            access: None,
            networks: None,
            endpoint: None,
            replays: None,
            counts_addresses: true,
            failures_of_address: (10, Duration::from_secs(60)),
            failures_of_client: (100, Duration::from_secs(60)),
            body_limit: 32 * 1024,
            body_timeout: Duration::from_secs(5),
            clock: Arc::new(SystemClock::new()),
            timer: None,
        }
    }

    /// A client for the grant `client_credentials`.
    pub fn client(mut self, client: Client) -> Self {
        self.clients.push(client);
        self
    }

    /// A user who logs in with JSON, `{"user": …, "password": …}`: Unico Check's "RFC 7519".
    pub fn user(mut self, user: Client) -> Self {
        self.users.push(user);
        self
    }

    /// What an assertion must be, for the grant `urn:ietf:params:oauth:grant-type:jwt-bearer`; call again for another
    /// client. The first that it fits judges.
    pub fn assertion(mut self, assertion: Assertion) -> Self {
        self.assertions.push(assertion);
        self
    }

    /// The store that keeps which assertions were used: those of [`Client::private_key_jwt`], and of [`Assertion::refuse_replays`].
    /// Default: none, and `build` refuses who needs one.
    ///
    /// Several instances need a store that they share. It may be that of a receiver: the entries are apart.
    pub fn replay_store(mut self, store: impl DedupStore) -> Self {
        self.replays = Some(BoxDedupStore::new(store));
        self
    }

    /// Lets the assertion of a client ([`Client::private_key_jwt`]) name the endpoint's address, `url`, as its `aud`, as
    /// OpenID Connect Core 1.0, section 9, suggests. Default: it must name the issuer.
    ///
    /// # Security
    ///
    /// An assertion is worth something wherever its `aud` is taken. A client that learns endpoints' addresses from
    /// others can be made to sign one for yours and send it to theirs. So take the issuer's name where the client lets
    /// you.
    pub fn accept_endpoint_as_audience(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// The `aud` of the tokens. Default: the issuer's name.
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// The key that signs. Default: a new ES256 key, which lives as long as the process.
    pub fn signing_key(mut self, key: SigningKey) -> Self {
        self.key = Some(key);
        self
    }

    /// How long a token lives; at most a day. Default: 10 min.
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Answers the token under another name too, beside `access_token`: what Unico Check reads is not public, and may be
    /// `token`.
    pub fn also_named(mut self, member: impl Into<String>) -> Self {
        self.also_named.push(member.into());
        self
    }

    /// What a caller must present beside its own credentials, such as the headers that Unico lets the owner add to the
    /// token request. Default: nothing.
    ///
    /// Clients log in with `Authorization`: where there are any, the rule cannot read that header
    /// ([`Access::reads`]).
    pub fn access(mut self, access: impl Access) -> Self {
        self.access = Some(Arc::new(access));
        self
    }

    /// From where tokens may be asked for: all else is 403. Default: from anywhere.
    ///
    /// Behind a proxy, this also says whose failures are counted: without it, all callers have the proxy's address.
    pub fn networks(mut self, networks: Networks) -> Self {
        self.networks = Some(networks);
        self
    }

    /// Counts no failures by address, for where there are none: behind a Unix socket, or in a function that a gateway
    /// calls. Default: they are counted, and a request whose peer is unknown is answered 500, as a receiver with networks
    /// does it.
    ///
    /// Failures are then counted by the id that is presented alone, as [`failures_of_client`](Self::failures_of_client)
    /// says: guessing goes on slowly. Strangers can lock out only those whose id they know.
    pub fn without_addresses(mut self) -> Self {
        self.counts_addresses = false;
        self
    }

    /// How many failures one address may have within a time. Default: 10 in 60 s. At most 4,096 addresses are remembered;
    /// of IPv6 addresses their /64 counts.
    pub fn failures_of_address(mut self, most: u32, within: Duration) -> Self {
        self.failures_of_address = (most, within);
        self
    }

    /// How many failures there may be under one id of a client or a user, or under one `sub` of an assertion, within a
    /// time, from all addresses. Default: 100 in 60 s. Beyond, a secret is not looked at: whoever knows the id can use the
    /// failures up, and keeps its owner from new tokens meanwhile, so [`networks`](Self::networks) help. A key cannot be
    /// guessed: an assertion is judged all the same, and only a wrong one is answered 429.
    ///
    /// Ids are counted as they are presented, known or not, in 65,536 slots (512 KiB): waiting tells nobody which exist.
    pub fn failures_of_client(mut self, most: u32, within: Duration) -> Self {
        self.failures_of_client = (most, within);
        self
    }

    /// The largest body that is read, in bytes. Default: 32 KiB.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How long reading a whole body may take. Default: 5 s.
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.body_timeout = limit;
        self
    }

    /// The clock. Default: the operating system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The timer. Default: the framework's runtime's.
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.timer = Some(Arc::new(timer));
        self
    }

    /// The issuer. Does no IO.
    ///
    /// # Errors
    ///
    /// What cannot be right, and what to change.
    pub fn build(mut self) -> Result<TokenIssuer, BuildError> {
        self.validate()?;
        let key = match self.key {
            Some(key) => key,
            None => SigningKey::generate(JwsAlgorithm::Es256)?,
        };
        if self.access.as_ref().is_some_and(|it| it.admits_anyone()) {
            let finding = Finding::new(
                Severity::Note,
                "anyone_may_ask_for_tokens",
                "the access rule of the token endpoint admits anyone",
                "its clients' own credentials remain; leave the rule out, or give one that asks for more",
            );
            log::found(&self.name, &finding);
        }
        let throttle = |(most, within)| Throttle::new(most, within);
        let access = self.access.as_deref();
        let access_reads_authorization = access.is_some_and(|it| it.reads(&header::AUTHORIZATION));
        let addresses = throttle(self.failures_of_address);
        let replays = self.replays.take();
        let replays = replays.map(|store| Replays::new(store, &self.name, self.clock.clone()));
        Ok(TokenIssuer::of(Policy {
            audience: self.audience.unwrap_or_else(|| self.name.clone()).into(),
            name: self.name.into(),
            clients: self.clients,
            users: self.users,
            assertions: self.assertions,
            keys: SigningKeys::new(key),
            lifetime: self.lifetime,
            also_named: self.also_named,
            endpoint: self.endpoint.map(Into::into),
            replays: replays.transpose()?,
            access_reads_authorization,
            addresses: self.counts_addresses.then(|| Addresses::new(addresses)),
            told_of_proxies: AtomicBool::new(false),
            accounts: Accounts::new(throttle(self.failures_of_client)),
            under_way: Allowance::new(UNDER_WAY, Level::unmetered()),
            gate: gate(
                self.access,
                self.networks,
                (self.body_limit, self.body_timeout),
            ),
            clock: self.clock,
            timer: self.timer,
        }))
    }

    fn validate(&self) -> Result<(), BuildError> {
        if self.name.is_empty() || self.name.chars().any(char::is_control) {
            return Err(BuildError::Name {
                what: "issuer's name",
                why: "it is the `iss` of every token: use the URL of the token endpoint",
            });
        }
        if self.audience.as_deref() == Some("") {
            return Err(BuildError::TokenEndpoint(
                "a token's audience cannot be empty",
            ));
        }
        if self.endpoint.as_deref() == Some("") {
            return Err(BuildError::TokenEndpoint(
                "the endpoint's address, which clients may name as audience, cannot be empty",
            ));
        }
        if self.clients.is_empty() && self.users.is_empty() && self.assertions.is_empty() {
            return Err(BuildError::TokenEndpoint(
                "nobody could have a token: name a client, a user or an assertion",
            ));
        }
        self.validate_callers()?;
        if let Some(access) = &self.access {
            access.validate()?;
            if !self.clients.is_empty() && access.reads(&header::AUTHORIZATION) {
                return Err(BuildError::TokenEndpoint(
                    "clients log in to the token endpoint with `Authorization`, so its access rule cannot read it: \
                     use a header of another name",
                ));
            }
        }
        if self.networks.is_some() && !self.counts_addresses {
            return Err(BuildError::TokenEndpoint(
                "the token endpoint has networks, which need addresses, and is built without addresses: leave one out",
            ));
        }
        // Failures that are forgiven at once are not counted.
        let forgets = |(most, within): (u32, Duration)| (within / most.max(1)).is_zero();
        for (what, is_zero) in [
            ("the tokens' lifetime", self.lifetime.as_secs() == 0),
            ("the body limit", self.body_limit == 0),
            ("the body timeout", self.body_timeout.is_zero()),
            ("the number of failures", self.failures_of_address.0 == 0),
            ("the number of failures", self.failures_of_client.0 == 0),
            ("the time of one failure", forgets(self.failures_of_address)),
            ("the time of one failure", forgets(self.failures_of_client)),
        ] {
            if is_zero {
                return Err(BuildError::Zero(what));
            }
        }
        if self.lifetime > LONGEST_LIFETIME {
            return Err(BuildError::TokenEndpoint(
                "a token that lives longer than a day cannot be called back for longer than a day",
            ));
        }
        Ok(())
    }

    /// Clients, users and assertions.
    fn validate_callers(&self) -> Result<(), BuildError> {
        let named = || self.clients.iter().chain(&self.users);
        named().try_for_each(Client::validate)?;
        self.assertions.iter().try_for_each(Assertion::validate)?;
        let mut ids: Vec<_> = named().map(Client::id).collect();
        ids.extend(self.assertions.iter().map(Assertion::id));
        ids.sort_unstable();
        if ids
            .windows(2)
            .any(|pair| matches!(pair, [one, other] if one == other))
        {
            return Err(BuildError::TokenEndpoint(
                "two clients, users or assertions of the token endpoint have one id, so that a token of one would be \
                 taken for the other's: give each an id of its own, and one of them both secrets where they are one",
            ));
        }
        if self.users.iter().any(|user| user.keys().is_some()) {
            return Err(BuildError::TokenEndpoint(
                "a user of the token endpoint has a key: users log in with a password, clients with a key",
            ));
        }
        let signs = |client: &Client| client.keys().is_some();
        let used_once =
            self.clients.iter().any(signs) || self.assertions.iter().any(Assertion::is_used_once);
        if used_once && self.replays.is_none() {
            return Err(BuildError::TokenEndpoint(
                "assertions are to be taken once, and nothing keeps which were used: call `.replay_store(…)`, with a \
                 store that all instances share",
            ));
        }
        Ok(())
    }
}

impl fmt::Debug for TokenIssuerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenIssuerBuilder")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
