//! [`TokenIssuerBuilder`]: every setting of a token endpoint.

use std::{fmt, sync::Arc, time::Duration};

use super::{Assertion, Client};
use crate::{
    access::{Access, Networks},
    dedup::{BoxDedupStore, DedupStore},
    keys::jose::SigningKey,
    time::{Clock, SystemClock, Timer},
};

/// Builds a [`TokenIssuer`](super::TokenIssuer). At least one client, user or assertion must be named.
#[must_use = "call `build`"]
pub struct TokenIssuerBuilder {
    pub(super) name: String,
    pub(super) audience: Option<String>,
    pub(super) clients: Vec<Client>,
    pub(super) users: Vec<Client>,
    pub(super) assertions: Vec<Assertion>,
    pub(super) key: Option<SigningKey>,
    pub(super) lifetime: Duration,
    pub(super) also_named: Vec<String>,
    pub(super) access: Option<Arc<dyn Access>>,
    pub(super) networks: Option<Networks>,
    pub(super) endpoint: Option<String>,
    pub(super) replays: Option<BoxDedupStore>,
    pub(super) counts_addresses: bool,
    pub(super) failures_of_address: (u32, Duration),
    pub(super) failures_of_client: (u32, Duration),
    pub(super) body_limit: usize,
    pub(super) body_timeout: Duration,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timer: Option<Arc<dyn Timer>>,
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
    ///
    /// ```
    /// use hookgate::token::{Client, TokenIssuer};
    ///
    /// let issuer = TokenIssuer::new("https://hooks.example/token")
    ///     .client(Client::new("unico", "0f3c…"))
    ///     .user(Client::new("check", "a password")) // the form of Unico Check
    ///     .build()?;
    /// # let _ = issuer;
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn client(mut self, client: Client) -> Self {
        self.clients.push(client);
        self
    }

    /// A user who logs in with JSON, `{"user": …, "password": …}`: Unico Check's "RFC 7519".
    ///
    /// Example: [`client`](Self::client).
    pub fn user(mut self, user: Client) -> Self {
        self.users.push(user);
        self
    }

    /// What an assertion must be, for the grant `urn:ietf:params:oauth:grant-type:jwt-bearer`; call again for another
    /// client. The first that it fits judges.
    ///
    /// ```
    /// use hookgate::{
    ///     dedup::MemoryStore,
    ///     keys::{JwsAlgorithm, VerifyingKey},
    ///     token::{Assertion, TokenIssuer},
    /// };
    ///
    /// # let public_key = std::fs::read("tests/vectors/token/owner.pub.pem")?;
    /// let key = VerifyingKey::pem(public_key, [JwsAlgorithm::Rs256]);
    /// let issuer = TokenIssuer::new("https://hooks.example/token")
    ///     .assertion(Assertion::of("unico", key).refuse_replays())
    ///     .replay_store(MemoryStore::new()) // several instances need one that they share
    ///     .accept_endpoint_as_audience("https://hooks.example/oauth2/token")
    ///     .build()?;
    /// # let _ = issuer;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn assertion(mut self, assertion: Assertion) -> Self {
        self.assertions.push(assertion);
        self
    }

    /// The store that keeps which assertions were used: those of [`Client::private_key_jwt`], and of [`Assertion::refuse_replays`].
    /// Default: none, and `build` refuses who needs one.
    ///
    /// Several instances need a store that they share. It may be that of a receiver: the entries are apart.
    ///
    /// Example: [`assertion`](Self::assertion).
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
    ///
    /// Example: [`assertion`](Self::assertion).
    pub fn accept_endpoint_as_audience(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// The `aud` of the tokens. Default: the issuer's name.
    ///
    /// ```
    /// use std::time::Duration;
    /// use hookgate::{
    ///     keys::JwsAlgorithm,
    ///     token::{Client, SigningKey, TokenIssuer},
    /// };
    ///
    /// let issuer = TokenIssuer::new("https://hooks.example/token")
    ///     .client(Client::new("unico", "0f3c…"))
    ///     .audience("webhooks")
    ///     .signing_key(SigningKey::generate(JwsAlgorithm::Es256)?)
    ///     .lifetime(Duration::from_secs(5 * 60))
    ///     .also_named("token")
    ///     .build()?;
    /// # let _ = issuer;
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = Some(audience.into());
        self
    }

    /// The key that signs. Default: a new ES256 key, which lives as long as the process.
    ///
    /// Example: [`audience`](Self::audience).
    pub fn signing_key(mut self, key: SigningKey) -> Self {
        self.key = Some(key);
        self
    }

    /// How long a token lives; at most a day. Default: 10 min.
    ///
    /// Example: [`audience`](Self::audience).
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Answers the token under another name too, beside `access_token`: what Unico Check reads is not public, and may be
    /// `token`.
    ///
    /// Example: [`audience`](Self::audience).
    pub fn also_named(mut self, member: impl Into<String>) -> Self {
        self.also_named.push(member.into());
        self
    }

    /// What a caller must present beside its own credentials, such as the headers that Unico lets the owner add to the
    /// token request. Default: nothing.
    ///
    /// Clients log in with `Authorization`: where there are any, the rule cannot read that header
    /// ([`Access::reads`]).
    ///
    /// ```
    /// use std::time::Duration;
    /// use hookgate::{
    ///     access::{ApiKey, Forwarding, Networks},
    ///     token::{Client, TokenIssuer},
    /// };
    ///
    /// let issuer = TokenIssuer::new("https://hooks.example/token")
    ///     .client(Client::new("unico", "0f3c…"))
    ///     .access(ApiKey::header("x-api-key", "a key of the token request"))
    ///     .networks(Networks::new(["203.0.113.0/24"])?.behind(["10.0.0.0/8"], Forwarding::XForwardedFor)?)
    ///     .failures_of_address(5, Duration::from_secs(60))
    ///     .failures_of_client(50, Duration::from_secs(60))
    ///     .body_limit(8 * 1024)
    ///     .body_timeout(Duration::from_secs(2))
    ///     .build()?;
    /// # let _ = issuer;
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn access(mut self, access: impl Access) -> Self {
        self.access = Some(Arc::new(access));
        self
    }

    /// From where tokens may be asked for: all else is 403. Default: from anywhere.
    ///
    /// Behind a proxy, this also says whose failures are counted: without it, all callers have the proxy's address.
    ///
    /// Example: [`access`](Self::access).
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
    ///
    /// ```
    /// use hookgate::token::{Client, TokenIssuer};
    ///
    /// // Behind a Unix socket, where no peer has an address.
    /// let issuer = TokenIssuer::new("https://hooks.example/token")
    ///     .client(Client::new("unico", "0f3c…"))
    ///     .without_addresses()
    ///     .build()?;
    /// # let _ = issuer;
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn without_addresses(mut self) -> Self {
        self.counts_addresses = false;
        self
    }

    /// How many failures one address may have within a time. Default: 10 in 60 s. At most 4,096 addresses are remembered;
    /// of IPv6 addresses their /64 counts.
    ///
    /// Example: [`access`](Self::access).
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
    ///
    /// Example: [`access`](Self::access).
    pub fn failures_of_client(mut self, most: u32, within: Duration) -> Self {
        self.failures_of_client = (most, within);
        self
    }

    /// The largest body that is read, in bytes. Default: 32 KiB.
    ///
    /// Example: [`access`](Self::access).
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = bytes;
        self
    }

    /// How long reading a whole body may take. Default: 5 s.
    ///
    /// Example: [`access`](Self::access).
    pub fn body_timeout(mut self, limit: Duration) -> Self {
        self.body_timeout = limit;
        self
    }

    /// The clock. Default: the operating system's.
    ///
    /// ```
    /// use hookgate::{UnixTime, testing::FakeClock, token::{Client, TokenIssuer}};
    ///
    /// let clock = FakeClock::at(UnixTime::from_secs(1_700_000_000));
    /// let issuer = TokenIssuer::new("https://hooks.example/token")
    ///     .client(Client::new("unico", "0f3c…"))
    ///     .clock(clock.clone())
    ///     .timer(clock)
    ///     .build()?;
    /// # let _ = issuer;
    /// # Ok::<(), hookgate::BuildError>(())
    /// ```
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The timer. Default: the framework's runtime's.
    ///
    /// Example: [`clock`](Self::clock).
    pub fn timer(mut self, timer: impl Timer) -> Self {
        self.timer = Some(Arc::new(timer));
        self
    }
}

impl fmt::Debug for TokenIssuerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenIssuerBuilder")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
