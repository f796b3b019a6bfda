//! [`HttpsFetcher`]: key sets from a URL.

use std::{fmt, time::Duration};

use http::{HeaderMap, header};
use reqwest::Url;

use super::{JwksDocument, JwksError, JwksFetcher};
use crate::{
    access::https::{BadAddress, Https, NotGot, checked},
    setup::BuildError,
};

/// The most that is read: sets of a handful of keys with certificates are a tenth of it.
const MAX_BYTES: usize = 256 * 1024;
const NO_URL: &str = "the address of a key set is no URL";
const HAS_USER: &str = "the address of a key set has a user or password in it: key sets are public";
const NOT_HTTPS: &str =
    "the address of a key set must be https: whoever can change it on the way opens the endpoint";
const MEDIA_TYPES: &str = "application/jwk-set+json, application/json";

/// Fetches a key set over HTTPS, with the certificates that the operating system trusts; a container needs them
/// installed (`ca-certificates`). Needs tokio; elsewhere write a [`JwksFetcher`] of your own.
///
/// | what | rule |
/// | --- | --- |
/// | address | `https`; `http` to the own machine alone (`localhost`, 127.0.0.0/8, `::1`); no user or password in it |
/// | redirects | not followed |
/// | status | 200 |
/// | size | at most 256 KiB, counted while it is read; no content encoding is asked for |
/// | proxies | as the environment says (`HTTPS_PROXY`), not for the own machine |
///
/// ```
/// use hookgate::{
///     access::{HttpsFetcher, Jwks},
///     keys::JwsAlgorithm,
/// };
///
/// // What `Jwks::new` does with the address.
/// let fetcher = HttpsFetcher::new("https://issuer.example/.well-known/jwks.json");
/// let keys = Jwks::fetched_by(fetcher, [JwsAlgorithm::Rs256]);
/// # let _ = keys;
/// ```
pub struct HttpsFetcher {
    url: Result<Url, &'static str>,
    https: Https,
}

impl HttpsFetcher {
    /// Fetches from `url`. One that cannot be right is refused when the receiver is built.
    pub fn new(url: impl AsRef<str>) -> Self {
        Self {
            url: checked(url.as_ref()).map_err(|why| match why {
                BadAddress::NoUrl => NO_URL,
                BadAddress::HasUser => HAS_USER,
                BadAddress::NotHttps => NOT_HTTPS,
            }),
            https: Https::default(),
        }
    }
}

impl JwksFetcher for HttpsFetcher {
    async fn fetch(&self) -> Result<JwksDocument, JwksError> {
        let url = self.url.as_ref();
        let url = url.map_err(|why| JwksError::Unreachable((*why).into()))?;
        let got = self.https.get(url, MEDIA_TYPES, MAX_BYTES).await;
        let got = got.map_err(|error| match error {
            NotGot::Unreachable(source) => JwksError::Unreachable(source),
            NotGot::Status(status) => JwksError::Status(status),
            NotGot::TooLarge { limit } => JwksError::TooLarge { limit },
        })?;
        let document = JwksDocument::new(got.body);
        Ok(match max_age(&got.headers) {
            Some(max_age) => document.max_age(max_age),
            None => document,
        })
    }

    fn validate(&self) -> Result<(), BuildError> {
        self.url.as_ref().map_err(|why| BuildError::Access(why))?;
        Ok(())
    }

    fn issuer(&self) -> &str {
        let url = self.url.as_ref().ok();
        url.and_then(Url::host_str).unwrap_or_default()
    }
}

/// `max-age` less the time that the answer spent in caches (RFC 9111, section 4.2); nothing where the answer is not to
/// be kept.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let directives = headers.get_all(header::CACHE_CONTROL).iter();
    let directives = directives.filter_map(|value| value.to_str().ok());
    let mut max_age = None;
    for directive in directives.flat_map(|value| value.split(',')) {
        let directive = directive.trim().to_ascii_lowercase();
        if directive == "no-store" || directive == "no-cache" {
            return Some(Duration::ZERO);
        }
        if let Some(secs) = directive.strip_prefix("max-age=") {
            max_age = secs.trim_matches('"').parse::<u64>().ok();
        }
    }
    let age = headers.get(header::AGE).and_then(|age| age.to_str().ok());
    let age = age.and_then(|age| age.parse::<u64>().ok()).unwrap_or(0);
    max_age.map(|secs| Duration::from_secs(secs.saturating_sub(age)))
}

impl fmt::Debug for HttpsFetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpsFetcher")
            .field("issuer", &self.issuer())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pairs: &[(header::HeaderName, &'static str)]) -> Option<u64> {
        let pairs = pairs.iter().cloned();
        let headers = pairs.map(|(name, value)| (name, http::HeaderValue::from_static(value)));
        max_age(&headers.collect()).map(|it| it.as_secs())
    }

    #[test]
    fn max_age_is_read_as_rfc_9111_says() {
        let control = |value| (header::CACHE_CONTROL, value);
        assert_eq!(said(&[]), None);
        assert_eq!(said(&[control("public")]), None);
        assert_eq!(
            said(&[control("public, Max-Age=600, must-revalidate")]),
            Some(600)
        );
        assert_eq!(
            said(&[control("max-age=600"), (header::AGE, "200")]),
            Some(400)
        );
        assert_eq!(
            said(&[control("max-age=600"), (header::AGE, "900")]),
            Some(0)
        );
        assert_eq!(said(&[control("max-age=600, no-store")]), Some(0));
        assert_eq!(said(&[control("max-age=soon")]), None);
        assert_eq!(said(&[control("s-maxage=600")]), None);
    }
}
