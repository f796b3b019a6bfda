//! Logto's log of what it sent: what an endpoint did not get is handled all the same. Feature `logto-client`.
//!
//! Logto 1.42.0 never sends an event again, and later builds do so for 3 seconds (known). It keeps each delivery for a day,
//! with the whole event, whatever became of it. A [`Reconciler`] reads that log. What the endpoint has not handled goes to
//! the same handler, through the same claim or inbox, with the [origin](crate::Delivery::origin) `Reconciled`.
//!
//! ```no_run
//! use hookgate::{
//!     Ack, Delivery, Nack, Receiver, Secret,
//!     dedup::DedupStore,
//!     providers::logto::{self, Logto, client::LogtoClient},
//! };
//!
//! async fn on_event(delivery: Delivery<logto::Event>) -> Result<Ack, Nack> {
//!     println!("{} came {:?}", delivery.event().name(), delivery.origin());
//!     Ok(Ack::processed())
//! }
//!
//! # async fn example(store: impl DedupStore) -> Result<(), Box<dyn std::error::Error>> {
//! let pack = Logto::new(Secret::from_env("LOGTO_SIGNING_KEY")?).canonical_identity();
//! let receiver = Receiver::new("logto", pack).dedup(store).build()?;
//! let secret = Secret::from_env("LOGTO_APP_SECRET")?;
//! let client = LogtoClient::new("https://example.logto.app", "m9f1c7", secret).build()?;
//! let reconciler = client
//!     .reconciler(&receiver, "o7s9sn5gbe07hdq69p1rr")
//!     .handle(on_event)
//!     .build()?;
//! // Beside the server, until it stops:
//! reconciler.run(std::future::pending()).await;
//! # Ok(())
//! # }
//! ```
//!
//! | file | holds |
//! | --- | --- |
//! | `login` | how the application logs in |
//! | `log` | a page of the log |
//! | `builder`, `reconciler` | the settings, and what is made of them |
//! | `pass` | one reading of the log, and what becomes of what it shows |
//! | `report` | what a pass came to |

mod builder;
mod log;
mod login;
mod lost;
mod pass;
mod reconciler;
mod report;

use std::{fmt, sync::Arc, time::Duration};

use reqwest::Url;

use self::log::Page;
use self::login::Application;
pub use self::{
    builder::ReconcilerBuilder,
    reconciler::Reconciler,
    report::{ReconcileError, Reconciled},
};
pub use crate::providers::api::ApiError;
use crate::{
    keys::Secret,
    providers::api::{self, Api, TokenCache},
    receiver::Receiver,
    setup::BuildError,
    time::{self, Clock},
};

/// The Management API of a server of one's own (known).
const OWN_SERVER: &str = "https://default.logto.app/api";
/// The hosts of Logto's cloud.
const CLOUD: &str = ".logto.app";
/// The longest id of a hook, in bytes. Logto's have 21 (known).
const LONGEST_ID: usize = 128;

/// Asks a Logto server for its log. Cheap to clone; clones are one, and share the token. Needs tokio.
///
/// It logs in as an application of the type "machine to machine", with a role that may use the Management API. Addresses are
/// `https`, or `http` to the own machine alone.
#[derive(Clone)]
pub struct LogtoClient(Arc<Inner>);

struct Inner {
    address: Url,
    api: Api<Application>,
}

/// Settings of a [`LogtoClient`].
#[must_use = "a client is only had from `build`"]
pub struct LogtoClientBuilder {
    address: String,
    id: String,
    secret: Secret,
    resource: Option<String>,
    timeout: Duration,
    clock: Option<Arc<dyn Clock>>,
}

impl LogtoClient {
    /// The server at `address`, such as `https://example.logto.app`, and the application's id and secret.
    #[expect(clippy::new_ret_no_self, reason = "a client is only had from `build`")]
    pub fn new(
        address: impl Into<String>,
        id: impl Into<String>,
        secret: Secret,
    ) -> LogtoClientBuilder {
        LogtoClientBuilder {
            address: address.into(),
            id: id.into(),
            secret,
            resource: None,
            timeout: Duration::from_secs(30),
            clock: time::of_system(),
        }
    }

    /// Begins a reconciler of what the hook of this id sends to `receiver`.
    pub fn reconciler(&self, receiver: &Receiver, hook: impl Into<String>) -> ReconcilerBuilder {
        ReconcilerBuilder::new(self, receiver, hook.into())
    }

    /// The page of this number, counted from 1, of what was sent for `hook` within a day, the latest first.
    async fn page(&self, hook: &str, number: u64, size: u64) -> Result<Page, ApiError> {
        let mut url = self.0.address.clone();
        url.set_path(&format!("/api/hooks/{hook}/recent-logs"));
        url.set_query(Some(&format!("page={number}&page_size={size}")));
        let got = self.0.api.get(&url, &[], log::MOST_BYTES).await?;
        Page::read(&got.body, hook)
    }
}

impl LogtoClientBuilder {
    /// The API resource that the token is for. Default: in Logto's cloud the address with `/api`, and otherwise
    /// `https://default.logto.app/api`, the Management API of a server of one's own (known). In the cloud with an address of
    /// one's own, give it: `https://TENANT.logto.app/api`.
    pub fn resource(mut self, resource: impl Into<String>) -> Self {
        self.resource = Some(resource.into());
        self
    }

    /// How long a call may take, its login included. Default: 30 s.
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
    /// When the address is not `https` or has a path, the application's id is empty, or the time limit is zero.
    pub fn build(self) -> Result<LogtoClient, BuildError> {
        if self.timeout.is_zero() {
            return Err(BuildError::Zero("the time limit of a call"));
        }
        if self.id.is_empty() {
            return Err(BuildError::Name {
                what: "id of the application",
                why: "it is empty",
            });
        }
        let address = api::address(&self.address)?;
        let host = address.host_str().unwrap_or_default();
        let resource = self.resource.unwrap_or_else(|| {
            if host.ends_with(CLOUD) {
                format!("https://{host}/api")
            } else {
                OWN_SERVER.to_owned()
            }
        });
        let mut token = address.clone();
        token.set_path("/oidc/token");
        let clock = self.clock.ok_or(BuildError::NoClock)?;
        let grant = Application {
            id: self.id,
            secret: self.secret,
            resource,
        };
        let tokens = TokenCache::new(grant, token, clock, self.timeout / 3);
        Ok(LogtoClient(Arc::new(Inner {
            address,
            api: Api::new(tokens, self.timeout),
        })))
    }
}

/// Whether nothing of a hook's id becomes another address.
fn is_hook_id(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    !id.is_empty() && id.len() <= LONGEST_ID && id.bytes().all(is_plain)
}

impl fmt::Debug for LogtoClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogtoClient").finish_non_exhaustive()
    }
}

impl fmt::Debug for LogtoClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogtoClientBuilder").finish_non_exhaustive()
    }
}
