//! Unico's API: how a process stands, and its verdict, which no notification carries. Feature `idcloud-client`.
//!
//! ```no_run
//! use hookgate::providers::idcloud::client::{Account, Environment, IdCloudClient, Process};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let account = Account::new("service", "tenant", std::fs::read("/run/secrets/unico.pem")?)?;
//! let client = IdCloudClient::by_unico(Environment::Production, account).build()?;
//! if let Process::Sdk(process) = client.process("8263a268-5388-492a-bca2-28e1ff4a69f0").await? {
//!     println!("{:?} {:?}", process.state, process.result);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! | file | holds |
//! | --- | --- |
//! | `account` | who asks, and which of Unico's services |
//! | `login` | the assertion that an account logs in with |
//! | `process` | what the API tells |
//! | `source` | the client as the fallback asks it |
//! | `verdicts` | the verdict of an event's process, for its handler |
//! | `error` | why it said nothing |

mod account;
mod error;
mod login;
mod process;
mod source;
mod verdicts;

use std::{fmt, sync::Arc, time::Duration};

use http::{HeaderName, HeaderValue};
use reqwest::Url;

pub use self::{
    account::{Account, Environment},
    error::ClientError,
    process::{
        ApiProcess, ApiResult, AuthenticationInfo, AuthenticationResult, LivenessResult, Outcome,
        Process, ProcessResult, SdkProcess,
    },
    source::IdCloudSource,
    verdicts::Verdicts,
};
use self::{login::Assertion, process::Wrapped};
pub use crate::providers::api::ApiError;
use crate::{
    keys::Secret,
    providers::api::{self, Api, TokenCache},
    setup::BuildError,
    time::{self, Clock},
};

/// An answer may hold what was read of documents, and is far from this.
const MOST_BYTES: usize = 4 * 1024 * 1024;
const LONGEST_ID: usize = 128;
const API_KEY: HeaderName = HeaderName::from_static("apikey");

/// What the API tells of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Contract {
    /// "By client": `id` and `status`.
    Api,
    /// "By Unico", Web & SDK: `processId` and `state`.
    Sdk,
}

/// Asks Unico's API. Cheap to clone; clones are one, and share the token. Needs tokio.
///
/// # What it does
///
/// | what | rule |
/// | --- | --- |
/// | addresses | `https`; `http` to the own machine alone |
/// | login | an assertion by RS256 with the five claims that the service takes; the token is kept, and renewed 10 minutes before its end by one caller at a time |
/// | 401 | the token is renewed once, if it is older than a minute |
/// | repeats | none but that: whoever asks knows how urgent it is; the [fallback](crate::polling::Fallback) repeats |
/// | time | each call with its login is bounded by [`timeout`](IdCloudClientBuilder::timeout) |
/// | size | 4 MiB at most, counted while it is read |
/// | a clock that is wrong | where the service refuses an assertion, its `Date` counts from then on |
///
/// The API takes 10 questions a second of a tenant (known). This client counts nothing: the fallback's
/// [`Rate`](crate::polling::Rate) does, for all instances.
#[derive(Clone)]
pub struct IdCloudClient(Arc<Inner>);

struct Inner {
    contract: Contract,
    tenant: Arc<str>,
    address: Url,
    /// The API key, where the contract wants one.
    headers: Vec<(HeaderName, HeaderValue)>,
    api: Api<Assertion>,
}

/// Settings of an [`IdCloudClient`].
#[must_use = "a client is only had from `build`"]
pub struct IdCloudClientBuilder {
    contract: Contract,
    account: Account,
    api: String,
    identity: String,
    audience: String,
    api_key: Option<Secret>,
    timeout: Duration,
    clock: Option<Arc<dyn Clock>>,
}

impl IdCloudClientBuilder {
    fn new(contract: Contract, environment: Environment, account: Account) -> Self {
        Self {
            contract,
            account,
            api: environment.api(contract).to_owned(),
            identity: environment.identity().to_owned(),
            audience: environment.identity().to_owned(),
            api_key: None,
            timeout: Duration::from_secs(15),
            clock: time::of_system(),
        }
    }

    /// Another host of the API, such as an older one of Unico's: `https://api.cadastro.unico.app`. It has no path.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.api = url.into();
        self
    }

    /// Another host of the identity service. The assertion's audience stays the environment's.
    pub fn identity_url(mut self, url: impl Into<String>) -> Self {
        self.identity = url.into();
        self
    }

    /// How long a call may take, its login included. Default: 15 s.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// The clock. Default: the operating system's.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Checks the settings. It does no IO.
    ///
    /// # Errors
    ///
    /// When an address is not `https` or has a path, the API key cannot stand in a header, or the time limit is zero.
    pub fn build(self) -> Result<IdCloudClient, BuildError> {
        if self.timeout.is_zero() {
            return Err(BuildError::Zero("the time limit of a call"));
        }
        let address = api::address(&self.api)?;
        let mut token = api::address(&self.identity)?;
        token.set_path("/oauth2/token");
        let api_key = self.api_key.as_ref().map(header_of).transpose()?;
        let clock = self.clock.ok_or(BuildError::NoClock)?;
        let Account {
            issuer,
            tenant,
            key,
        } = self.account;
        let grant = Assertion {
            audience: self.audience.into(),
            issuer: issuer.into(),
            key,
        };
        let tokens = TokenCache::new(grant, token, clock, self.timeout / 3);
        Ok(IdCloudClient(Arc::new(Inner {
            contract: self.contract,
            tenant,
            address,
            headers: api_key.map(|key| (API_KEY, key)).into_iter().collect(),
            api: Api::new(tokens, self.timeout),
        })))
    }
}

impl IdCloudClient {
    /// By the contract "by Unico" (Web & SDK): for endpoints of the current body, `IdCloud::new()`.
    pub fn by_unico(environment: Environment, account: Account) -> IdCloudClientBuilder {
        IdCloudClientBuilder::new(Contract::Sdk, environment, account)
    }

    /// By the contract "by client" (API), which wants a key beside the token: for endpoints of the numeric body,
    /// `IdCloud::numeric()`.
    pub fn by_client(
        environment: Environment,
        account: Account,
        api_key: Secret,
    ) -> IdCloudClientBuilder {
        IdCloudClientBuilder {
            api_key: Some(api_key),
            ..IdCloudClientBuilder::new(Contract::Api, environment, account)
        }
    }

    /// Which of the two contracts.
    pub fn contract(&self) -> Contract {
        self.0.contract
    }

    /// The tenant of its account, as Unico calls it. The API counts questions by it (known).
    pub fn tenant(&self) -> &Arc<str> {
        &self.0.tenant
    }

    /// How the process stands, and its verdict once it has ended.
    ///
    /// # Errors
    ///
    /// When the API does not say it.
    pub async fn process(&self, id: &str) -> Result<Process, ClientError> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if id.is_empty() || id.len() > LONGEST_ID || !id.bytes().all(is_plain) {
            return Err(ClientError::Id);
        }
        let inner = &*self.0;
        let mut url = inner.address.clone();
        url.set_path(&match inner.contract {
            Contract::Api => format!("/processes/v1/{id}"),
            Contract::Sdk => format!("/client/v1/process/{id}"),
        });
        let got = inner.api.get(&url, &inner.headers, MOST_BYTES).await?;
        let process = self.read(&got.body)?;
        if process.id().eq_ignore_ascii_case(id) {
            Ok(process)
        } else {
            Err(ClientError::OtherProcess)
        }
    }

    fn read(&self, body: &[u8]) -> Result<Process, ClientError> {
        let read = match self.0.contract {
            Contract::Api => serde_json::from_slice(body).map(Process::Api),
            Contract::Sdk => serde_json::from_slice::<Wrapped>(body)
                .map(|wrapped| Process::Sdk(Box::new(wrapped.process))),
        };
        read.map_err(|_| ApiError::Malformed.into())
    }
}

fn header_of(secret: &Secret) -> Result<HeaderValue, BuildError> {
    let value = HeaderValue::from_bytes(secret.expose());
    let value = value.map_err(|_| BuildError::Access("the API key cannot stand in a header"))?;
    Ok(api::sensitive(value))
}

impl fmt::Debug for IdCloudClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdCloudClient")
            .field("contract", &self.0.contract)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for IdCloudClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdCloudClientBuilder")
            .field("contract", &self.contract)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
