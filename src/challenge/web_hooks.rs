//! [`WebHooks`]: the validation request of CloudEvents' Web Hooks, `OPTIONS` with `WebHook-Request-Origin`.

use std::{fmt, num::NonZeroU32};

use http::{HeaderName, HeaderValue, header};

#[cfg(feature = "callbacks")]
use super::callbacks::Callbacks;
use super::{
    Handshake,
    named::{Named, is_name},
};
use crate::{
    request::{Head, Single},
    setup::BuildError,
};

const ASKED: [HeaderName; 3] = [
    HeaderName::from_static("webhook-request-origin"),
    HeaderName::from_static("webhook-request-rate"),
    HeaderName::from_static("webhook-request-callback"),
];
const ALLOWED_ORIGIN: HeaderName = HeaderName::from_static("webhook-allowed-origin");
const ALLOWED_RATE: HeaderName = HeaderName::from_static("webhook-allowed-rate");

/// Digits of a rate that is taken: more are above what fits.
const LONGEST_RATE: usize = 9;

/// Which senders may send CloudEvents, and how fast. They ask by `OPTIONS` before they send (HTTP 1.1 Web Hooks for Event
/// Delivery, section 4). Azure Event Grid does in the schema of CloudEvents, as `eventgrid.azure.net`.
///
/// | what is asked | what is answered |
/// | --- | --- |
/// | an origin that is allowed | 200 with `WebHook-Allowed-Origin`, the same name, and `Allow: POST` |
/// | another origin, none that can be read, or two | 403 without these headers |
/// | a rate | `WebHook-Allowed-Rate`: that rate, or the [limit](Self::rate) where that is less |
/// | no rate | the limit, or `*` where there is none |
/// | `WebHook-Request-Callback` | nothing is called, and the answer says all; `callbacks_to` (feature `callbacks`) is the named choice that calls |
/// | `OPTIONS` without `WebHook-Request-Origin` | nothing here: 405, unless something in front of the receiver answers it |
///
/// Whoever asks writes the origin's name. It says who claims to send, and proves nothing: access rule or signature do.
///
/// ```
/// use hookgate::challenge::WebHooks;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // That name, and whatever ends in `.events.example.com`.
/// let hooks = WebHooks::from_origins(["eventgrid.azure.net", ".events.example.com"])?;
/// # let _ = hooks;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WebHooks {
    origins: Vec<Named>,
    rate: Option<NonZeroU32>,
    #[cfg(feature = "callbacks")]
    callbacks: Option<Callbacks>,
}

impl WebHooks {
    /// These senders: exact names, and with a dot in front all names below one, without that name itself.
    ///
    /// # Errors
    ///
    /// When there is none, or one is no name of the DNS.
    pub fn from_origins(
        origins: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, BuildError> {
        let mut own = Vec::new();
        for origin in origins {
            own.push(Named::parse(&origin.into()).ok_or(BuildError::Name {
                what: "origin of CloudEvents",
                why: "use a name such as `eventgrid.azure.net`, or `.example.com` for all names below",
            })?);
        }
        if own.is_empty() {
            return Err(BuildError::Pack("no origin may send: name at least one"));
        }
        Ok(Self {
            origins: own,
            rate: None,
            #[cfg(feature = "callbacks")]
            callbacks: None,
        })
    }

    /// How many requests a minute a sender may send at most. Default: as many as it asks for.
    #[must_use]
    pub fn rate(mut self, a_minute: NonZeroU32) -> Self {
        self.rate = Some(a_minute);
        self
    }

    /// Grants by a call where `WebHook-Request-Callback` names one of these hosts: of names that are exact, or with a dot in
    /// front all names below one. Each may have a port, as in `.eventgrid.azure.net:553`. Default: nothing is called.
    ///
    /// For senders that do not hear the answer, such as behind a gateway that answers `OPTIONS` itself and passes it on.
    ///
    /// | what | rule |
    /// | --- | --- |
    /// | who is called | an `https` address of such a host and port, 443 where none is said, without user and password |
    /// | where that lies | on the public Internet, as the address that is called says; no proxy and no redirect is followed |
    /// | how | GET, with `WebHook-Allowed-Rate`, 1 s after the answer; once for each question |
    /// | bounds | 10 s, 64 KiB of its answer, 4 calls at once, 24 a minute |
    /// | the answer to the question | 200 without `WebHook-Allowed-Origin`, as section 4.2 asks; with it where no call is begun |
    /// | how it ended | a line in the log |
    ///
    /// Nothing signs the question: whoever knows the endpoint chooses the path that is called on such a host.
    ///
    /// `localhost` with a port, alone, is for tests. It is called over `http`.
    ///
    /// Needs tokio.
    ///
    /// # Errors
    ///
    /// When there is no host, one is no name of the DNS, or `localhost` stands beside others.
    #[cfg(feature = "callbacks")]
    pub fn callbacks_to(
        mut self,
        hosts: impl IntoIterator<Item = impl Into<String>>,
    ) -> Result<Self, BuildError> {
        self.callbacks = Some(Callbacks::to(hosts)?);
        Ok(self)
    }

    pub(super) fn answer(&self, head: &Head<'_>) -> Result<Handshake, &'static str> {
        let [origin, rate, callback] = head.singles(&ASKED);
        let Single::Value(origin) = origin else {
            return Err("its origin stands twice");
        };
        let origin = std::str::from_utf8(origin).unwrap_or_default();
        if !is_name(origin) || !self.origins.iter().any(|own| own.is_of(origin)) {
            return Err("its origin is not one that may send");
        }
        let rate = match rate {
            Single::Missing => self
                .rate
                .map_or_else(|| "*".to_owned(), |own| own.to_string()),
            Single::Value(asked) => {
                let asked = rate_of(asked).ok_or("the rate that it asks for is no number")?;
                self.rate.map_or(asked, |own| own.min(asked)).to_string()
            }
            Single::Repeated => return Err("the rate that it asks for stands twice"),
        };
        let unwritable = |_| "its origin cannot stand in a header";
        let heard = Handshake::new("").header(header::ALLOW, HeaderValue::from_static("POST"));
        if self.grants_by_call(callback, &rate) {
            return Ok(heard);
        }
        Ok(heard
            .header(
                ALLOWED_ORIGIN,
                HeaderValue::from_str(origin).map_err(unwritable)?,
            )
            .header(
                ALLOWED_RATE,
                HeaderValue::from_str(&rate).map_err(unwritable)?,
            ))
    }

    #[cfg(feature = "callbacks")]
    fn grants_by_call(&self, asked: Single<'_>, rate: &str) -> bool {
        let callbacks = self.callbacks.as_ref();
        callbacks.is_some_and(|callbacks| callbacks.grant(asked, rate))
    }

    #[cfg(not(feature = "callbacks"))]
    fn grants_by_call(&self, _: Single<'_>, _: &str) -> bool {
        false
    }
}

impl fmt::Debug for WebHooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebHooks")
            .field("origins", &self.origins)
            .field("rate", &self.rate)
            .finish_non_exhaustive()
    }
}

fn rate_of(text: &[u8]) -> Option<NonZeroU32> {
    if text.len() > LONGEST_RATE || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}
