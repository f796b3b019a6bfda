//! [`Basic`]: user and password (RFC 7617).

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use http::{HeaderName, HeaderValue, header};
use zeroize::Zeroizing;

use super::{
    Access, Denied,
    authorization::of_scheme,
    credential::{Credential, matches_any},
};
use crate::{
    request::{Head, Single},
    setup::{BuildError, SecretError},
    time::UnixTime,
};

/// The longest user and password, in bytes of UTF-8: decoding needs a place, and no form takes more.
const MAX_PAIR_BYTES: usize = 512;
/// The longest base64 of such a pair.
const MAX_ENCODED_BYTES: usize = MAX_PAIR_BYTES.div_ceil(3) * 4;
/// What decoding may write: base64 comes in groups of three bytes.
const BUFFER_BYTES: usize = MAX_PAIR_BYTES.div_ceil(3) * 3;

/// `Authorization: Basic` with one of the accepted pairs of user and password.
///
/// A user has no colon, so a pair is its one text `user:password`: that is hashed and compared in
/// constant time, and nothing tells whether user or password was wrong.
///
/// ```
/// use hookgate::access::Basic;
///
/// let access = Basic::new("unico", "0f3c…").or("unico", "77ab…");
/// // As Unico's form takes it:
/// let access = Basic::from_text("unico:0f3c…");
/// # let _ = access;
/// ```
pub struct Basic {
    accepted: Vec<Credential>,
    fault: Option<Fault>,
}

#[derive(Debug, Clone)]
enum Fault {
    ColonInUser,
    NoColon,
    Secret(SecretError),
}

impl Basic {
    /// This user with this password, in UTF-8. A user with a colon, an empty password, a control
    /// character (RFC 7617, section 2) or more than 512 bytes are refused when the receiver is built.
    pub fn new(user: impl AsRef<str>, password: impl AsRef<str>) -> Self {
        let none = Self {
            accepted: Vec::new(),
            fault: None,
        };
        none.or(user, password)
    }

    /// `user:password`, as Unico's form takes it: the first colon splits.
    pub fn from_text(text: &str) -> Self {
        match text.split_once(':') {
            Some((user, password)) => Self::new(user, password),
            None => Self {
                accepted: Vec::new(),
                fault: Some(Fault::NoColon),
            },
        }
    }

    /// Also accepts this pair, for as long as a rotation takes.
    #[must_use]
    pub fn or(mut self, user: impl AsRef<str>, password: impl AsRef<str>) -> Self {
        let (user, password) = (user.as_ref(), password.as_ref());
        let pair = Zeroizing::new(format!("{user}:{password}"));
        let fault = if user.contains(':') {
            Some(Fault::ColonInUser)
        } else if password.is_empty() {
            Some(Fault::Secret(SecretError::Empty))
        } else if pair.chars().any(char::is_control) || pair.len() > MAX_PAIR_BYTES {
            Some(Fault::Secret(SecretError::Encoding(
                "user and password (RFC 7617), at most 512 bytes without control characters",
            )))
        } else {
            None
        };
        match fault {
            // A pair that cannot be right is never accepted, even where nobody validates.
            Some(fault) => self.fault = Some(fault),
            None => self.accepted.push(Credential::decoded(pair.as_bytes())),
        }
        self
    }
}

/// What `read` makes of the pair `user:password` in an `Authorization` value; `None` where it is no such pair.
pub(crate) fn pair_of<T>(value: &[u8], read: impl FnOnce(&[u8]) -> T) -> Option<T> {
    let encoded = of_scheme(value, b"Basic")?;
    if encoded.len() > MAX_ENCODED_BYTES {
        return None;
    }
    let mut buffer = Zeroizing::new([0; BUFFER_BYTES]);
    let length = BASE64_STANDARD.decode_slice(encoded, &mut *buffer).ok()?;
    buffer.get(..length).map(read)
}

impl Access for Basic {
    fn check(&self, head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        let value = match head.single(&header::AUTHORIZATION) {
            Single::Missing => return Err(Denied::Missing),
            Single::Repeated => return Err(Denied::Wrong),
            Single::Value(value) => value,
        };
        match pair_of(value, |pair| matches_any(&self.accepted, pair)) {
            Some(true) => Ok(()),
            Some(false) | None => Err(Denied::Wrong),
        }
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        vec![HeaderValue::from_static(
            "Basic realm=\"webhook\", charset=\"UTF-8\"",
        )]
    }

    fn reads(&self, name: &HeaderName) -> bool {
        *name == header::AUTHORIZATION
    }

    fn validate(&self) -> Result<(), BuildError> {
        match self.fault.clone() {
            None => Ok(()),
            Some(Fault::Secret(flaw)) => Err(BuildError::Credential {
                what: "user and password of `Basic`",
                flaw,
            }),
            Some(Fault::ColonInUser) => Err(BuildError::Access(
                "a Basic user cannot have a colon: the first one ends it (RFC 7617, section 2)",
            )),
            Some(Fault::NoColon) => Err(BuildError::Access(
                "Basic credentials are written `user:password`, and there is no colon",
            )),
        }
    }
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Basic")
            .field("accepted", &self.accepted.len())
            .finish_non_exhaustive()
    }
}
