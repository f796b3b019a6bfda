//! [`Https`]: asks a server, within bounds.

use std::sync::{Arc, OnceLock};

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use reqwest::{Client, Url, redirect::Policy};
use tokio::runtime::Handle;

use super::public_names::PublicNames;
use crate::verdict::Source;

const NO_RUNTIME: &str = "fetching over HTTPS needs a tokio runtime";

/// Asks one server, or servers of one kind, within bounds.
///
/// | what | rule |
/// | --- | --- |
/// | address | [`checked`] |
/// | redirects | not followed |
/// | status | of a document: 200 |
/// | size | counted while it is read; no content encoding is asked for |
/// | proxies | as the environment says, not for the own machine |
/// | names | as the system says; [of strangers](Self::of_strangers), those with an address of the public Internet |
///
/// How long it may take is for the caller to bound.
#[derive(Default)]
pub(crate) struct Https {
    /// Made by the first call: it reads the system's certificates, and `build()` does no IO.
    client: OnceLock<Client>,
    of_strangers: bool,
}

/// What is asked.
pub(crate) struct Sent {
    pub(crate) method: Method,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Vec<u8>,
}

/// What was got.
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Why nothing was.
pub(crate) enum NotGot {
    Unreachable(Source),
    Status(u16),
    TooLarge { limit: usize },
}

impl Https {
    /// For addresses that nobody proved. Their names must have an address of the public Internet, and no proxy is asked, which
    /// would look them up anew. The own machine is called where `url` says so in plain words.
    #[cfg(feature = "callbacks")]
    pub(crate) fn of_strangers() -> Self {
        Self {
            of_strangers: true,
            ..Self::default()
        }
    }

    /// What stands at `url` now. Of one of these all addresses are of the own machine, or none is.
    pub(crate) async fn get(
        &self,
        url: &Url,
        accept: &'static str,
        limit: usize,
    ) -> Result<Got, NotGot> {
        // A cache on the way must not answer: who asks wants what is published now.
        let no_cache = HeaderValue::from_static("no-cache");
        let sent = Sent {
            method: Method::GET,
            headers: vec![(header::CACHE_CONTROL, no_cache)],
            body: Vec::new(),
        };
        let got = self.send(url, sent, accept, limit).await?;
        if got.status == http::StatusCode::OK {
            Ok(got)
        } else {
            Err(NotGot::Status(got.status))
        }
    }

    /// The answer to `sent`, whatever its status.
    pub(crate) async fn send(
        &self,
        url: &Url,
        sent: Sent,
        accept: &'static str,
        limit: usize,
    ) -> Result<Got, NotGot> {
        if Handle::try_current().is_err() {
            return Err(NotGot::Unreachable(NO_RUNTIME.into()));
        }
        let mut request = self
            .client(url)?
            .request(sent.method, url.clone())
            .header(header::ACCEPT, HeaderValue::from_static(accept));
        for (name, value) in sent.headers {
            request = request.header(name, value);
        }
        if !sent.body.is_empty() {
            request = request.body(sent.body);
        }
        let mut response = request.send().await.map_err(unreachable)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
            if body.len().saturating_add(chunk.len()) > limit {
                return Err(NotGot::TooLarge { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Got {
            status: response.status().as_u16(),
            headers: std::mem::take(response.headers_mut()),
            body,
        })
    }

    fn client(&self, url: &Url) -> Result<&Client, NotGot> {
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
        } else if self.of_strangers {
            let builder = builder.https_only(true).no_proxy();
            builder.dns_resolver(Arc::new(PublicNames))
        } else {
            builder.https_only(true)
        };
        let client = builder.build().map_err(unreachable)?;
        Ok(self.client.get_or_init(|| client))
    }
}

/// What is wrong with an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadAddress {
    NoUrl,
    HasUser,
    NotHttps,
}

/// An address over `https`, or over `http` to the own machine alone, without user and password.
pub(crate) fn checked(url: &str) -> Result<Url, BadAddress> {
    let url = Url::parse(url).map_err(|_| BadAddress::NoUrl)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(BadAddress::HasUser);
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_own_machine(&url) => Ok(url),
        _ => Err(BadAddress::NotHttps),
    }
}

fn is_own_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address: Option<std::net::IpAddr> = address.parse().ok();
    host == "localhost" || address.is_some_and(|it| it.is_loopback())
}

/// Without its URL, whose query may be nobody's business.
fn unreachable(error: reqwest::Error) -> NotGot {
    NotGot::Unreachable(error.without_url().into())
}
