//! [`WebHooks`]: the validation request of CloudEvents' Web Hooks, `OPTIONS` with `WebHook-Request-Origin`.

use std::num::NonZeroU32;

use http::{HeaderName, HeaderValue, header};

use super::Handshake;
use crate::{
    request::{Head, Single},
    setup::BuildError,
};

const ASKED: [HeaderName; 2] = [
    HeaderName::from_static("webhook-request-origin"),
    HeaderName::from_static("webhook-request-rate"),
];
const ALLOWED_ORIGIN: HeaderName = HeaderName::from_static("webhook-allowed-origin");
const ALLOWED_RATE: HeaderName = HeaderName::from_static("webhook-allowed-rate");

/// The longest name in the DNS, in characters (RFC 1035, section 2.3.4).
const LONGEST_NAME: usize = 253;
/// The longest label of one.
const LONGEST_LABEL: usize = 63;
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
/// | `WebHook-Request-Callback` | nothing is called: the answer says all |
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebHooks {
    /// In lower case. Those with a dot in front stand for all names below.
    origins: Vec<String>,
    rate: Option<NonZeroU32>,
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
            let origin = origin.into().to_ascii_lowercase();
            let name = origin.strip_prefix('.').unwrap_or(&origin);
            // One label below a dot would be a whole top-level domain.
            if !is_name(name) || (name.len() < origin.len() && !name.contains('.')) {
                return Err(BuildError::Name {
                    what: "origin of CloudEvents",
                    why: "use a name such as `eventgrid.azure.net`, or `.example.com` for all names below",
                });
            }
            own.push(origin);
        }
        if own.is_empty() {
            return Err(BuildError::Pack("no origin may send: name at least one"));
        }
        Ok(Self {
            origins: own,
            rate: None,
        })
    }

    /// How many requests a minute a sender may send at most. Default: as many as it asks for.
    #[must_use]
    pub fn rate(mut self, a_minute: NonZeroU32) -> Self {
        self.rate = Some(a_minute);
        self
    }

    pub(super) fn answer(&self, head: &Head<'_>) -> Result<Handshake, &'static str> {
        let [origin, rate] = head.singles(&ASKED);
        let Single::Value(origin) = origin else {
            return Err("its origin stands twice");
        };
        let origin = std::str::from_utf8(origin).unwrap_or_default();
        if !is_name(origin) || !self.allows(origin) {
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
        Ok(Handshake::new("")
            .header(header::ALLOW, HeaderValue::from_static("POST"))
            .header(
                ALLOWED_ORIGIN,
                HeaderValue::from_str(origin).map_err(unwritable)?,
            )
            .header(
                ALLOWED_RATE,
                HeaderValue::from_str(&rate).map_err(unwritable)?,
            ))
    }

    /// Exact, or below a name at one of its dots. Prefixes and mere endings are anybody's.
    fn allows(&self, origin: &str) -> bool {
        let origin = origin.to_ascii_lowercase();
        self.origins.iter().any(|own| {
            if own.starts_with('.') {
                origin.len() > own.len() && origin.ends_with(own.as_str())
            } else {
                origin == *own
            }
        })
    }
}

/// Whether it is a name of the DNS as hosts have it (RFC 1123, section 2.1).
fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= LONGEST_LABEL
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= LONGEST_NAME && text.split('.').all(is_label)
}

fn rate_of(text: &[u8]) -> Option<NonZeroU32> {
    if text.len() > LONGEST_RATE || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}
