//! [`ApiKey`]: a named header with a fixed value.

use std::fmt;

use http::{HeaderName, HeaderValue, header};

use super::{
    API_KEY_CHALLENGE, Access, Denied,
    credential::{Credential, matches_any},
};
use crate::{
    request::{Head, Single},
    setup::BuildError,
    time::UnixTime,
};

/// A header that must stand once, with exactly one of the accepted values.
///
/// Values are hashed, then compared in constant time, so that neither content nor length can be learned
/// from the time it takes. A name that is no header name, or a value that could never arrive, is refused
/// when the receiver is built.
///
/// ```
/// use hookgate::access::ApiKey;
///
/// let access = ApiKey::header("x-api-key", "0f3c…");
/// // While rotating:
/// let access = ApiKey::header("x-api-key", "0f3c…").or("77ab…");
/// // As Unico's form takes it:
/// let access = ApiKey::from_text("X-API-Key:0f3c…");
/// # let _ = access;
/// ```
pub struct ApiKey {
    name: Result<HeaderName, NotAName>,
    accepted: Vec<Credential>,
}

/// A text was no header name; it is not kept, since name and key are easily swapped.
#[derive(Debug)]
pub(super) struct NotAName;

impl NotAName {
    /// The name of a header, if `text` is one.
    pub(super) fn or(text: &str) -> Result<HeaderName, Self> {
        HeaderName::from_bytes(text.as_bytes()).map_err(|_| Self)
    }
}

impl ApiKey {
    /// The header `name` must have the value `key`.
    pub fn header(name: &str, key: impl AsRef<[u8]>) -> Self {
        Self {
            name: NotAName::or(name),
            accepted: vec![Credential::new(key.as_ref())],
        }
    }

    /// The `Authorization` header must have exactly the value `value`. A scheme such as `Bearer ` is part of the value,
    /// where the sender's owner typed one. A colon means nothing.
    pub fn authorization(value: impl AsRef<[u8]>) -> Self {
        Self {
            name: Ok(header::AUTHORIZATION),
            accepted: vec![Credential::new(value.as_ref())],
        }
    }

    /// The text that Unico's form takes for an API key, split at its first colon: `header:value` is that
    /// header, `Authorization:Bearer abc` among them; a text without colon is a raw `Authorization`.
    ///
    /// A value without scheme that has a colon cannot be written in this form; neither can it be in
    /// Unico's.
    pub fn from_text(text: &str) -> Self {
        match text.split_once(':') {
            // HTTP strips white space around values, so what arrives is the trimmed one.
            Some((name, value)) => Self::header(name, value.trim()),
            None => Self::authorization(text),
        }
    }

    /// Also accepts the value `key`, for as long as a rotation takes.
    #[must_use]
    pub fn or(mut self, key: impl AsRef<[u8]>) -> Self {
        self.accepted.push(Credential::new(key.as_ref()));
        self
    }
}

impl Access for ApiKey {
    fn check(&self, head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        // A tenant's rule is not seen by `build`: what cannot be right lets nobody in.
        let Ok(name) = &self.name else {
            return Err(Denied::Wrong);
        };
        match head.single(name) {
            Single::Missing => Err(Denied::Missing),
            Single::Value(value) if matches_any(&self.accepted, value) => Ok(()),
            Single::Value(_) | Single::Repeated => Err(Denied::Wrong),
        }
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        vec![API_KEY_CHALLENGE]
    }

    fn reads(&self, name: &HeaderName) -> bool {
        self.name.as_ref().is_ok_and(|own| own == name)
    }

    fn validate(&self) -> Result<(), BuildError> {
        if let Err(NotAName) = &self.name {
            return Err(BuildError::Name {
                what: "API key's header",
                why: "it is not a header name",
            });
        }
        let mut keys = self.accepted.iter();
        keys.try_for_each(|key| key.validate("the API key"))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey")
            .field("name", &self.name)
            .field("accepted", &self.accepted.len())
            .finish()
    }
}
