//! [`Client`]: who may have a token for a secret.

use std::{fmt, time::Duration};

use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroizing;

use super::grant::{Refused, Rights};
use crate::{
    keys::{Keyring, SecretDigest},
    setup::{BuildError, SecretError},
};

/// How far ahead the `exp` of a client's assertion may be: it is made for one request, at once.
const LONGEST: Duration = Duration::from_secs(5 * 60);
/// The one answer for a client that is not known, and for a secret that is not its own.
pub(super) const UNKNOWN: Refused =
    Refused::InvalidClient("the client is unknown, or its secret wrong or missing");

/// A client of the token endpoint with its secret or its public key, or a user with their password.
///
/// Of secrets only a digest of id and secret is kept, and compared in constant time.
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
///
/// # Clients with a key
///
/// A client of [`private_key_jwt`](Self::private_key_jwt) shows no secret. It signs an assertion for each request, and
/// sends it as `client_assertion`, with `client_assertion_type` =
/// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer` (RFC 7523, section 2.2):
///
/// | claim | rule |
/// | --- | --- |
/// | `iss`, `sub` | both the client's id; its key is looked up under that id alone |
/// | `aud` | the issuer's name, and nobody else; with [`accept_endpoint_as_audience`] also the endpoint's address |
/// | `exp` | required, not reached, and at most 5 min ahead ([`longest_assertion`](Self::longest_assertion)), each but for 60 s that the clocks may be apart |
/// | `nbf`, `iat` | not ahead of our clock, where they are there |
/// | `jti` | required, and never seen before |
/// | `typ` | `JWT`, `client-authentication+jwt` or missing |
///
/// `client_id`, where it is sent too, must be the same client's (RFC 7521, section 4.2).
///
/// ```
/// use hookgate::{
///     dedup::MemoryStore,
///     keys::{JwsAlgorithm, VerifyingKey},
///     token::{Client, TokenIssuer},
/// };
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let public_key = std::fs::read("tests/vectors/token/owner.pub.pem")?;
/// let key = VerifyingKey::pem(public_key, [JwsAlgorithm::Rs256]);
/// let issuer = TokenIssuer::new("https://hooks.example/token")
///     .client(Client::private_key_jwt("unico", key))
///     .replay_store(MemoryStore::new()) // for `jti`: several instances need one that is shared
///     .build()?;
/// # let _ = issuer;
/// # Ok(())
/// # }
/// ```
///
/// [`accept_endpoint_as_audience`]: super::TokenIssuerBuilder::accept_endpoint_as_audience
#[derive(Clone)]
pub struct Client {
    id: String,
    accepted: Vec<SecretDigest>,
    keys: Option<Keyring>,
    longest: Duration,
    fault: Option<SecretError>,
    rights: Rights,
}

impl Client {
    /// The client `id` with this secret. An empty one is refused when the issuer is built.
    pub fn new(id: impl Into<String>, secret: impl AsRef<str>) -> Self {
        Self::of(id.into()).or(secret)
    }

    /// The client `id` that signs assertions with the private half of one of these public keys, instead of showing a
    /// secret: `private_key_jwt` (OpenID Connect Core 1.0, section 9). `keys` is a
    /// [`VerifyingKey`](crate::keys::VerifyingKey), or a [`Keyring`] that is replaced while running. The issuer then needs
    /// a [`replay_store`](super::TokenIssuerBuilder::replay_store).
    pub fn private_key_jwt(id: impl Into<String>, keys: impl Into<Keyring>) -> Self {
        Self::of(id.into()).or_keys(keys)
    }

    fn of(id: String) -> Self {
        Self {
            id,
            accepted: Vec::new(),
            keys: None,
            longest: LONGEST,
            fault: None,
            rights: Rights::default(),
        }
    }

    /// Also accepts assertions that one of these keys signed, while the client goes over from a secret to a key.
    #[must_use]
    pub fn or_keys(mut self, keys: impl Into<Keyring>) -> Self {
        self.keys = Some(keys.into());
        self
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

    /// How far ahead the `exp` of its assertions may be. Default: 5 min. Some libraries sign for longer unless they are told
    /// otherwise, Authlib for 1 h; a `jti` is remembered for as long.
    #[must_use]
    pub fn longest_assertion(mut self, longest: Duration) -> Self {
        self.longest = longest;
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

    pub(super) fn longest(&self) -> Duration {
        self.longest
    }

    pub(super) fn keys(&self) -> Option<&Keyring> {
        self.keys.as_ref()
    }

    pub(super) fn rights(&self) -> &Rights {
        &self.rights
    }

    pub(super) fn validate(&self) -> Result<(), BuildError> {
        if let Some(flaw) = self.fault.clone() {
            let what = "the secret of a client of the token endpoint";
            return Err(BuildError::Credential { what, flaw });
        }
        validate_id(&self.id)?;
        self.keys
            .as_ref()
            .map_or(Ok(()), Keyring::validate_public)?;
        if self.longest.is_zero() {
            return Err(BuildError::Zero("the longest life of a client's assertion"));
        }
        if self.keys.as_ref().is_some_and(Keyring::has_shared_secret) {
            return Err(BuildError::TokenEndpoint(
                "`private_key_jwt` takes a public key: a secret that client and server share goes into `Client::new`",
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

/// The id of a client, a user or an assertion.
pub(super) fn validate_id(id: &str) -> Result<(), BuildError> {
    if id.is_empty() || id.chars().any(char::is_control) {
        return Err(BuildError::TokenEndpoint(
            "an id of the token endpoint is empty, or has a control character in it",
        ));
    }
    Ok(())
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
    /// In one reading.
    pub(super) fn plain(id: &str, secret: &str) -> Self {
        Self {
            id: id.to_owned(),
            secret: Zeroizing::new(secret.to_owned()),
            plain: None,
        }
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
            .field("keys", &self.keys)
            .field("rights", &self.rights)
            .finish_non_exhaustive()
    }
}
