//! [`ApiKey`]: a named header with a fixed value.

use std::fmt;

use http::{HeaderName, HeaderValue};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Access, Denied};
use crate::{
    clock::UnixTime,
    error::{BuildError, SecretError},
    request::{Head, Single},
};

/// A header that must carry a fixed value.
///
/// Both values are hashed, then compared in constant time, so that neither content nor length can be
/// learned from the time it takes.
///
/// ```
/// use hookgate::access::ApiKey;
///
/// let access = ApiKey::header("x-api-key", "0f3c…");
/// # let _ = access;
/// ```
pub struct ApiKey {
    name: Result<HeaderName, String>,
    digest: [u8; 32],
    empty: bool,
}

impl ApiKey {
    /// The header `name` must have exactly the value `key`. A name that is no header name, or an empty
    /// key, is refused when the receiver is built.
    pub fn header(name: &str, key: impl AsRef<[u8]>) -> Self {
        let key = key.as_ref();
        Self {
            name: HeaderName::from_bytes(name.as_bytes()).map_err(|_| name.to_owned()),
            digest: Sha256::digest(key).into(),
            empty: key.is_empty(),
        }
    }
}

impl Access for ApiKey {
    fn check(&self, head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        // A tenant's rule is not seen by `build`: what cannot be right lets nobody in.
        let (Ok(name), false) = (&self.name, self.empty) else {
            return Err(Denied::Wrong);
        };
        match head.single(name) {
            Single::Missing => Err(Denied::Missing),
            Single::Repeated => Err(Denied::Wrong),
            Single::Value(value) => {
                let same: bool = Sha256::digest(value).ct_eq(&self.digest).into();
                if same { Ok(()) } else { Err(Denied::Wrong) }
            }
        }
    }

    /// No standard scheme exists for a plain header, so this names one of our own.
    fn challenge(&self) -> HeaderValue {
        HeaderValue::from_static("ApiKey realm=\"webhook\"")
    }

    fn validate(&self) -> Result<(), BuildError> {
        match &self.name {
            Err(name) => Err(BuildError::Name {
                what: "API key header",
                value: name.clone(),
                why: "it is not a header name",
            }),
            Ok(_) if self.empty => Err(BuildError::Secret(SecretError::Empty)),
            Ok(_) => Ok(()),
        }
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiKey")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
