//! [`Client`]: who may have a token for a secret.

use std::fmt;

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::grant::Rights;
use crate::{
    constant_time::SecretDigest,
    error::{BuildError, SecretError},
};

/// A client of the token endpoint with its secret, or a user with their password.
///
/// Only a digest of id and secret is kept, and compared in constant time.
///
/// ```
/// use hookgate::token::Client;
///
/// let client = Client::new("unico", "0f3c…")
///     .or("77ab…") // while the secret is rotated
///     .audience("idcloud")
///     .scope("webhooks");
/// # let _ = client;
/// ```
#[derive(Clone)]
pub struct Client {
    id: String,
    accepted: Vec<SecretDigest>,
    fault: Option<SecretError>,
    rights: Rights,
}

impl Client {
    /// The client `id` with this secret. An empty one is refused when the issuer is built.
    pub fn new(id: impl Into<String>, secret: impl AsRef<str>) -> Self {
        let client = Self {
            id: id.into(),
            accepted: Vec::new(),
            fault: None,
            rights: Rights::default(),
        };
        client.or(secret)
    }

    /// Also accepts this secret, for as long as a rotation takes.
    #[must_use]
    pub fn or(mut self, secret: impl AsRef<str>) -> Self {
        let secret = secret.as_ref();
        if secret.is_empty() {
            self.fault = Some(SecretError::Empty);
        } else {
            self.accepted.push(digest(&self.id, secret));
        }
        self
    }

    /// A scope that this client may have; call again for more. A client that asks for none gets all of them.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        self.rights.scopes.insert(scope.into());
        self
    }

    /// The `aud` of this client's tokens. Default: the issuer's. Name the endpoint here where one issuer serves
    /// several, so that the token for one does not open another.
    #[must_use]
    pub fn audience(mut self, audience: impl Into<String>) -> Self {
        self.rights.audience = Some(audience.into());
        self
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn rights(&self) -> &Rights {
        &self.rights
    }

    pub(super) fn validate(&self) -> Result<(), BuildError> {
        if let Some(fault) = self.fault {
            return Err(fault.into());
        }
        if self.id.is_empty() || self.id.chars().any(char::is_control) {
            return Err(BuildError::Contradiction(
                "a client of the token endpoint has an empty id, or a control character in it",
            ));
        }
        self.rights.validate()
    }

    fn matches(&self, presented: &SecretDigest) -> Choice {
        self.accepted
            .iter()
            .fold(Choice::from(0), |found, own| found | own.ct_eq(presented))
    }
}

/// The one of `clients` that shows this id and secret. All are compared, so that time does not tell which.
pub(super) fn find<'a>(clients: &'a [Client], presented: &Presented) -> Option<&'a Client> {
    let mut found = None;
    let digests: Vec<_> = presented.readings().collect();
    for client in clients {
        let matches = digests
            .iter()
            .fold(Choice::from(0), |any, digest| any | client.matches(digest));
        if bool::from(matches) {
            found = Some(client);
        }
    }
    found
}

/// What a caller shows: an id and a secret, in one reading or two.
pub(super) struct Presented {
    pub(super) id: String,
    pub(super) secret: Zeroizing<String>,
    /// The same header without the encoding of RFC 6749, section 2.3.1: many clients leave it out.
    pub(super) plain: Option<(String, Zeroizing<String>)>,
}

impl Presented {
    /// Whether the client with this id is meant.
    pub(super) fn names(&self, id: &str) -> bool {
        self.id == id || self.plain.as_ref().is_some_and(|(plain, _)| plain == id)
    }

    fn readings(&self) -> impl Iterator<Item = SecretDigest> {
        let plain = self.plain.as_ref();
        std::iter::once(digest(&self.id, &self.secret))
            .chain(plain.map(|(id, secret)| digest(id, secret)))
    }
}

/// The length goes first, so that no other split of the same text has the same digest.
fn digest(id: &str, secret: &str) -> SecretDigest {
    let length = (id.len() as u64).to_be_bytes();
    SecretDigest::of(&[&length, id.as_bytes(), secret.as_bytes()])
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("id", &self.id)
            .field("accepted", &self.accepted.len())
            .field("rights", &self.rights)
            .finish_non_exhaustive()
    }
}
