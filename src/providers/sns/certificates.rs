//! [`SnsCertificates`]: where the certificates of messages come from.

use std::{fmt, sync::Arc, time::Duration};

use reqwest::Url;

use super::certificate::{self, Authorities};
use crate::{
    access::{BadAddress, Https, NotGot, checked},
    keys::Key,
    schemes::CertificateUrl,
    setup::BuildError,
    telemetry::log,
    tenants::{KeySourceError, Keys, NamedKeySource, NamedKeys},
    time::{Clock, SystemClock},
    verdict::Source,
};

/// The most that is read of a certificate, and those of its issuers: a whole chain is a tenth of it.
const MAX_BYTES: usize = 64 * 1024;
/// The name of a file is that of its content, and its dates end it. So this is long: each fetch less is a message less
/// that waits for one, or is lost where the host is down.
const FRESH_FOR: Duration = Duration::from_secs(24 * 3600);
const MEDIA_TYPES: &str = "application/x-pem-file, */*";

/// The certificates of messages of Amazon SNS, fetched when a message names one, and kept. Feature `sns`.
///
/// | what | rule |
/// | --- | --- |
/// | which | that which a message of one of the topics names, at the host of the topic's region, under the one path that SNS uses |
/// | how | over `https` with the certificates that the operating system trusts; no redirects; at most 64 KiB; within [`store_timeout`](crate::receiver::ReceiverBuilder::store_timeout) |
/// | what came | PEM of certificates alone, the first with an RSA key of 2,048 bits or more, in a name that SNS has for its certificates |
/// | kept | 24 h by its address; the dates in it count for each message |
/// | unknown ones | at most 32 fetches in 10 s for certificates that were not found, and 64 at once: see [`NamedKeySource`] |
/// | 404 | there is none: 401, as for a wrong signature |
/// | anything else | 503, and a line at `error` |
///
/// Needs tokio.
///
/// # Security
///
/// Who vouches for a certificate is for you to name: [`trusting_the_fetch`](Self::trusting_the_fetch) or
/// [`issued_by`](Self::issued_by).
///
/// # Examples
///
/// ```
/// use hookgate::providers::sns::{AmazonSns, SnsCertificates};
///
/// let topics = ["arn:aws:sns:eu-west-1:123456789012:orders"];
/// let pack = AmazonSns::new(topics, SnsCertificates::trusting_the_fetch());
/// # let _ = pack;
/// ```
pub struct SnsCertificates {
    authorities: Result<Authorities, BuildError>,
    mirror: Option<Result<Url, &'static str>>,
    clock: Arc<dyn Clock>,
}

impl SnsCertificates {
    /// Who answers as SNS's host over TLS vouches for a certificate. AWS's own validators do so too.
    ///
    /// So whoever has a certificate for that host from any authority that the operating system trusts, and can turn this
    /// machine's connections, can sign.
    pub fn trusting_the_fetch() -> Self {
        Self::under(Ok(Authorities::Fetch))
    }

    /// One of these authorities must have issued it too: certificates in PEM, roots or intermediate ones. What SNS serves
    /// has no intermediate ones, so give the one that issues its certificates, such as "Amazon RSA 2048 M01" of Amazon
    /// Trust Services. Revocation is not looked at.
    ///
    /// AWS may let another one issue the next certificate. Messages are then answered 503 until it is here.
    pub fn issued_by(pem: impl AsRef<[u8]>) -> Self {
        Self::under(Authorities::read(pem.as_ref()))
    }

    fn under(authorities: Result<Authorities, BuildError>) -> Self {
        Self {
            authorities,
            mirror: None,
            clock: Arc::new(SystemClock::new()),
        }
    }

    /// Fetches from this address in the place of SNS's hosts: a mirror of yours, where the machine cannot reach them, or an
    /// emulator. The name of the file is added to it. Only `https`, or `http` to the own machine.
    ///
    /// Whoever answers there vouches for certificates, in the place of SNS's hosts.
    ///
    /// ```
    /// use hookgate::providers::sns::SnsCertificates;
    ///
    /// let certificates = SnsCertificates::trusting_the_fetch().mirror("https://mirror.example/sns/");
    /// # let _ = certificates;
    /// ```
    #[must_use]
    pub fn mirror(mut self, address: impl AsRef<str>) -> Self {
        let url = checked(address.as_ref()).map_err(|why| match why {
            BadAddress::NoUrl => "the address of a mirror of certificates is no URL",
            BadAddress::HasUser => {
                "the address of a mirror of certificates has a user or password in it"
            }
            BadAddress::NotHttps => {
                "the address of a mirror of certificates must be https, or of the own machine"
            }
        });
        self.mirror = Some(url);
        self
    }

    /// The clock that a certificate's chain is judged by, under [`issued_by`](Self::issued_by). Default: the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The keys that messages name.
    pub(super) fn into_keys(self) -> Result<Keys, BuildError> {
        let mirror = self.mirror.transpose().map_err(BuildError::Access)?;
        let source = Fetching {
            authorities: self.authorities?,
            mirror,
            clock: self.clock,
            https: Https::default(),
        };
        Ok(NamedKeys::new(source).fresh_for(FRESH_FOR).into())
    }
}

impl fmt::Debug for SnsCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnsCertificates").finish_non_exhaustive()
    }
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub(super) enum CertificateError {
    #[error("its host cannot be reached")]
    Unreachable(#[source] Source),
    #[error("its host answered {0} instead of 200")]
    Status(u16),
    #[error("it is over {limit} bytes")]
    TooLarge { limit: usize },
    #[error("what came is no certificate with an RSA key of 2,048 bits or more")]
    Malformed,
    #[error("what came is not in a name of Amazon SNS")]
    OtherName,
    #[error("none of the authorities that are set has issued it, or it is out of date")]
    NotIssued,
}

/// Fetches certificates by their addresses.
struct Fetching {
    authorities: Authorities,
    mirror: Option<Url>,
    clock: Arc<dyn Clock>,
    https: Https,
}

impl Fetching {
    /// `None`: its host says that there is none.
    async fn fetch(&self, name: &str) -> Result<Option<Key>, CertificateError> {
        // The scheme has looked at it; nothing is asked for what it cannot have let through.
        let Some(at) = CertificateUrl::read(name) else {
            return Ok(None);
        };
        let url = match &self.mirror {
            Some(mirror) => beneath(mirror, &at.file()),
            None => Url::parse(name).ok(),
        };
        let url = url.ok_or(CertificateError::Malformed)?;
        match self.https.get(&url, MEDIA_TYPES, MAX_BYTES).await {
            Ok(got) => {
                let now = self.clock.now();
                certificate::read(&got.body, name, &self.authorities, now).map(Some)
            }
            Err(NotGot::Status(404)) => Ok(None),
            Err(NotGot::Status(status)) => Err(CertificateError::Status(status)),
            Err(NotGot::TooLarge { limit }) => Err(CertificateError::TooLarge { limit }),
            Err(NotGot::Unreachable(source)) => Err(CertificateError::Unreachable(source)),
        }
    }
}

/// The file in the folder that `address` is of.
fn beneath(address: &Url, file: &str) -> Option<Url> {
    let mut url = address.clone();
    url.path_segments_mut().ok()?.pop_if_empty().push(file);
    Some(url)
}

impl NamedKeySource for Fetching {
    async fn key(&self, name: &str) -> Result<Option<Key>, KeySourceError> {
        self.fetch(name).await.map_err(|error| {
            let host = CertificateUrl::read(name).map(|at| at.host());
            log::no_certificate(&host.unwrap_or_default(), &error);
            KeySourceError::new(error)
        })
    }
}
