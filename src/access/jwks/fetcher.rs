//! [`JwksFetcher`]: where key sets come from.

use std::{future::Future, pin::Pin, time::Duration};

use bytes::Bytes;

use crate::{setup::BuildError, verdict::Source};

/// Brings the key set of an issuer. [`HttpsFetcher`](super::HttpsFetcher) does so from a URL.
///
/// Called once at a time, within [`Jwks::fetch_timeout`](super::Jwks::fetch_timeout), and dropped where that is over.
///
/// ```
/// use std::time::Duration;
/// use hookgate::{
///     access::{Jwks, JwksDocument, JwksError, JwksFetcher},
///     keys::JwsAlgorithm,
/// };
///
/// /// Where a job writes the issuer's key set to a file.
/// struct OfFile(std::path::PathBuf);
///
/// impl JwksFetcher for OfFile {
///     async fn fetch(&self) -> Result<JwksDocument, JwksError> {
///         let body = std::fs::read(&self.0).map_err(|error| JwksError::Unreachable(error.into()))?;
///         Ok(JwksDocument::new(body).max_age(Duration::from_secs(60)))
///     }
/// }
///
/// let keys = Jwks::fetched_by(OfFile("/run/app/jwks.json".into()), [JwsAlgorithm::Rs256]);
/// # let _ = keys;
/// ```
pub trait JwksFetcher: Send + Sync + 'static {
    /// What the issuer publishes now.
    fn fetch(&self) -> impl Future<Output = Result<JwksDocument, JwksError>> + Send;

    /// Called at start.
    ///
    /// # Errors
    ///
    /// When this can never bring a key set.
    fn validate(&self) -> Result<(), BuildError> {
        Ok(())
    }

    /// Whose keys they are, for log lines: nothing secret.
    fn issuer(&self) -> &str {
        "unnamed"
    }
}

type Fetching<'a> = Pin<Box<dyn Future<Output = Result<JwksDocument, JwksError>> + Send + 'a>>;

/// [`JwksFetcher`] behind a pointer.
pub(super) trait DynFetcher: Send + Sync {
    fn fetch(&self) -> Fetching<'_>;
    fn validate(&self) -> Result<(), BuildError>;
    fn issuer(&self) -> &str;
}

impl<F: JwksFetcher> DynFetcher for F {
    fn fetch(&self) -> Fetching<'_> {
        Box::pin(JwksFetcher::fetch(self))
    }

    fn validate(&self) -> Result<(), BuildError> {
        JwksFetcher::validate(self)
    }

    fn issuer(&self) -> &str {
        JwksFetcher::issuer(self)
    }
}

/// A key set as it arrived.
///
/// Example: [`JwksFetcher`].
#[derive(Debug, Clone)]
pub struct JwksDocument {
    pub(super) body: Bytes,
    pub(super) max_age: Option<Duration>,
}

impl JwksDocument {
    /// The bytes of a JWKS (RFC 7517, section 5).
    pub fn new(body: impl Into<Bytes>) -> Self {
        Self {
            body: body.into(),
            max_age: None,
        }
    }

    /// For how long the issuer says that the set is good; taken within [`Jwks::fresh_for`](super::Jwks::fresh_for).
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = Some(max_age);
        self
    }
}

/// Why there is no new key set. The last good one goes on until it is too old, then the answer is 503; after
/// [`NoUsableKey`](Self::NoUsableKey) it ends at once.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JwksError {
    /// No answer, or half of one.
    #[error("the issuer cannot be reached")]
    Unreachable(#[source] Source),
    /// Another status than 200. Redirects are not followed.
    #[error("the issuer answered {0} instead of 200")]
    Status(u16),
    /// The whole answer did not come in time.
    #[error("the key set did not come within {limit:?}")]
    TooSlow {
        /// How long it may take.
        limit: Duration,
    },
    /// Longer than any key set.
    #[error("the key set is over {limit} bytes")]
    TooLarge {
        /// The most that is read.
        limit: usize,
    },
    /// Not `{"keys": […]}`.
    #[error("what came is no key set")]
    Malformed,
    /// More keys than an issuer has.
    #[error("the key set has over {limit} keys")]
    TooManyKeys {
        /// The most that are taken.
        limit: usize,
    },
    /// An empty set, or one without a public key for the algorithms that are set: the issuer has withdrawn those that it
    /// published before.
    #[error("the key set has no signing key for the algorithms that are set")]
    NoUsableKey,
}
