//! [`HttpsFetcher`]: key sets from a URL.

use std::{fmt, sync::OnceLock, time::Duration};

use http::{HeaderMap, header};
use reqwest::{Client, Url, redirect::Policy};
use tokio::runtime::Handle;

use super::{JwksDocument, JwksError, JwksFetcher};
use crate::setup::BuildError;

/// The most that is read: sets of a handful of keys with certificates are a tenth of it.
const MAX_BYTES: usize = 256 * 1024;
const NO_RUNTIME: &str = "fetching a key set over HTTPS needs a tokio runtime";
const NO_URL: &str = "the address of a key set is no URL";

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
    /// Made by the first fetch: it reads the certificates, and `build()` does no IO.
    client: OnceLock<Client>,
}

impl HttpsFetcher {
    /// Fetches from `url`. One that cannot be right is refused when the receiver is built.
    pub fn new(url: impl AsRef<str>) -> Self {
        Self {
            url: checked(url.as_ref()),
            client: OnceLock::new(),
        }
    }

    fn client(&self, url: &Url) -> Result<&Client, JwksError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let builder = Client::builder()
            .redirect(Policy::none())
            // Fetches are minutes apart, and a kept connection belongs to the runtime that opened it.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("hookgate/", env!("CARGO_PKG_VERSION")));
        let builder = if is_own_machine(url) {
            builder.no_proxy()
        } else {
            builder.https_only(true)
        };
        let client = builder.build().map_err(unreachable)?;
        Ok(self.client.get_or_init(|| client))
    }
}

impl JwksFetcher for HttpsFetcher {
    async fn fetch(&self) -> Result<JwksDocument, JwksError> {
        let url = self
            .url
            .as_ref()
            .map_err(|why| JwksError::Unreachable((*why).into()))?;
        if Handle::try_current().is_err() {
            return Err(JwksError::Unreachable(NO_RUNTIME.into()));
        }
        // A cache on the way must not answer: the refresh for an unknown `kid` wants what is published now.
        let request = self
            .client(url)?
            .get(url.clone())
            .header(header::ACCEPT, "application/jwk-set+json, application/json")
            .header(header::CACHE_CONTROL, "no-cache");
        let mut response = request.send().await.map_err(unreachable)?;
        if response.status() != http::StatusCode::OK {
            return Err(JwksError::Status(response.status().as_u16()));
        }
        let max_age = max_age(response.headers());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len().saturating_add(chunk.len()) > MAX_BYTES {
                return Err(JwksError::TooLarge { limit: MAX_BYTES });
            }
            body.extend_from_slice(&chunk);
        }
        let document = JwksDocument::new(body);
        Ok(match max_age {
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

fn checked(url: &str) -> Result<Url, &'static str> {
    let url = Url::parse(url).map_err(|_| NO_URL)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("the address of a key set has a user or password in it: key sets are public");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_own_machine(&url) => Ok(url),
        _ => Err(
            "the address of a key set must be https: whoever can change it on the way opens the endpoint",
        ),
    }
}

fn is_own_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address: Option<std::net::IpAddr> = address.parse().ok();
    host == "localhost" || address.is_some_and(|it| it.is_loopback())
}

/// Without its URL, whose query may be nobody's business.
fn unreachable(error: reqwest::Error) -> JwksError {
    JwksError::Unreachable(error.without_url().into())
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
