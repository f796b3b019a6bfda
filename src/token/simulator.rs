//! The sender's side of the token endpoint.

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::client_assertion::CLIENT_ASSERTION_TYPE;
use crate::{
    keys::{
        EcdsaForm, JwsAlgorithm,
        jose::{PrivateKey, base64url, message_of},
    },
    request::form::{FORM, encoded},
    setup::BuildError,
    simulator::Sent,
    time::UnixTime,
};

/// A sender that logs in with OAuth2: it asks for a token, uses it until it ends, then asks again.
///
/// It does no IO: send [`request`](Self::request) with any HTTP client, and give the answer to [`read`](Self::read).
/// Which of these forms Facephi and IDCloud use is not public.
///
/// ```
/// use hookgate::{UnixTime, token::TokenSimulator};
///
/// let now = UnixTime::from_secs(1_700_000_000);
/// let mut unico = TokenSimulator::client("unico", "0f3c…").path("/token");
/// assert_eq!(unico.token(now), None);
/// let sent = unico.request(now);
/// assert_eq!(sent.header("content-type"), Some("application/x-www-form-urlencoded"));
/// // … send it; then, with the answer:
/// unico.read(200, br#"{"access_token":"abc","token_type":"Bearer","expires_in":600}"#, now)?;
/// assert_eq!(unico.token(now), Some("abc"));
/// # Ok::<(), hookgate::token::TokenRefused>(())
/// ```
pub struct TokenSimulator {
    path: String,
    proof: Proof,
    json: bool,
    headers: Vec<(String, String)>,
    held: Option<(Zeroizing<String>, UnixTime)>,
}

enum Proof {
    Client {
        id: String,
        secret: Zeroizing<String>,
        basic: bool,
    },
    User {
        user: String,
        password: Zeroizing<String>,
    },
    ClientAssertion {
        id: String,
        assertion: AssertionSimulator,
    },
    Assertion(AssertionSimulator),
}

impl TokenSimulator {
    /// Grant `client_credentials`, id and secret in the body.
    pub fn client(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self::of(Proof::Client {
            id: id.into(),
            secret: Zeroizing::new(secret.into()),
            basic: false,
        })
    }

    /// Grant `client_credentials`, id and secret in `Authorization`, encoded as RFC 6749, section 2.3.1 says.
    pub fn client_by_basic(id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self::of(Proof::Client {
            id: id.into(),
            secret: Zeroizing::new(secret.into()),
            basic: true,
        })
    }

    /// Grant `client_credentials`, with an assertion that the client signs in place of a secret: `private_key_jwt` (RFC 7523,
    /// section 2.2). Its `iss` and `sub` are `id`, where [`claim`](AssertionSimulator::claim) says nothing else.
    pub fn private_key_jwt(id: impl Into<String>, mut assertion: AssertionSimulator) -> Self {
        let id = id.into();
        for name in ["iss", "sub"] {
            let claim = assertion.claims.entry(name);
            claim.or_insert_with(|| id.as_str().into());
        }
        Self::of(Proof::ClientAssertion { id, assertion })
    }

    /// Unico Check's "RFC 7519": JSON with `user` and `password`.
    pub fn user(user: impl Into<String>, password: impl Into<String>) -> Self {
        let proof = Proof::User {
            user: user.into(),
            password: Zeroizing::new(password.into()),
        };
        Self::of(proof).in_json()
    }

    /// Grant `urn:ietf:params:oauth:grant-type:jwt-bearer`: Unico Check's "RFC 7523".
    pub fn assertion(assertion: AssertionSimulator) -> Self {
        Self::of(Proof::Assertion(assertion))
    }

    fn of(proof: Proof) -> Self {
        Self {
            path: "/".to_owned(),
            proof,
            json: false,
            headers: Vec::new(),
            held: None,
        }
    }

    /// Asks at this path.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// Asks with JSON instead of a form.
    #[must_use]
    pub fn in_json(mut self) -> Self {
        self.json = true;
        self
    }

    /// A header of the token request, as the owner adds in Unico's form; `name` in lower case.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The token request.
    pub fn request(&self, now: UnixTime) -> Sent {
        let mut parameters: Vec<(&str, Zeroizing<String>)> = Vec::new();
        let mut add = |name, value: &str| parameters.push((name, Zeroizing::new(value.to_owned())));
        let mut headers = self.headers.clone();
        match &self.proof {
            Proof::Client { id, secret, basic } => {
                add("grant_type", "client_credentials");
                if *basic {
                    let pair = format!("{}:{}", encoded(id.as_bytes()), encoded(secret.as_bytes()));
                    let value = format!("Basic {}", BASE64_STANDARD.encode(pair));
                    headers.push(("authorization".to_owned(), value));
                } else {
                    add("client_id", id);
                    add("client_secret", secret);
                }
            }
            Proof::ClientAssertion { id, assertion } => {
                add("grant_type", "client_credentials");
                add("client_id", id);
                add("client_assertion_type", CLIENT_ASSERTION_TYPE);
                add("client_assertion", &assertion.token(now));
            }
            Proof::User { user, password } => {
                add("user", user);
                add("password", password);
            }
            Proof::Assertion(assertion) => {
                add("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
                add("assertion", &assertion.token(now));
            }
        }
        let (media_type, body) = if self.json {
            let members = parameters
                .iter()
                .map(|(name, value)| ((*name).to_owned(), json!(**value)));
            (
                "application/json",
                Value::Object(members.collect()).to_string(),
            )
        } else {
            let pairs = parameters.iter();
            let pairs = pairs.map(|(name, value)| format!("{name}={}", encoded(value.as_bytes())));
            (FORM, pairs.collect::<Vec<_>>().join("&"))
        };
        headers.insert(0, ("content-type".to_owned(), media_type.to_owned()));
        Sent::new(&self.path, headers, body).signed_in("authorization")
    }

    /// Reads the answer to the token request, and keeps its token.
    ///
    /// # Errors
    ///
    /// When it is not 200 with `access_token` (or `token`) and `expires_in`. A token that is held stays.
    pub fn read(&mut self, status: u16, body: &[u8], now: UnixTime) -> Result<(), TokenRefused> {
        let answer: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| answer.get(name).and_then(Value::as_str);
        let refused = || TokenRefused {
            status,
            error: text("error").map(str::to_owned),
        };
        let token = text("access_token").or_else(|| text("token"));
        // Some servers write the number as a text.
        let expires_in = answer.get("expires_in").and_then(|value| match value {
            Value::String(digits) => digits.parse().ok(),
            value => value.as_u64(),
        });
        let (200, Some(token), Some(secs)) = (status, token, expires_in) else {
            return Err(refused());
        };
        let until = now.saturating_add(Duration::from_secs(secs));
        self.held = Some((Zeroizing::new(token.to_owned()), until));
        Ok(())
    }

    /// The token, until it ends; afterwards another must be asked for.
    pub fn token(&self, now: UnixTime) -> Option<&str> {
        let (token, until) = self.held.as_ref()?;
        (now < *until).then_some(token.as_str())
    }
}

/// No token was given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no token: status {status}, error {error:?}")]
#[non_exhaustive]
pub struct TokenRefused {
    /// The answer's status.
    pub status: u16,
    /// Its `error`, where it has one.
    pub error: Option<String>,
}

/// Makes the assertions of a client (RFC 7523): signed anew for each token request.
///
/// ```
/// use std::time::Duration;
/// use hookgate::{UnixTime, keys::JwsAlgorithm, token::AssertionSimulator};
///
/// let assertion = AssertionSimulator::secret(b"0123456789abcdef0123456789abcdef", JwsAlgorithm::Hs256)?
///     .claim("iss", "unico")
///     .claim("sub", "unico")
///     .lifetime(Duration::from_secs(60));
/// let token = assertion.token(UnixTime::from_secs(1_700_000_000));
/// assert_eq!(token.split('.').count(), 3);
/// # Ok::<(), hookgate::BuildError>(())
/// ```
#[derive(Clone)]
pub struct AssertionSimulator {
    key: Arc<PrivateKey>,
    algorithm: JwsAlgorithm,
    key_id: Option<String>,
    claims: Map<String, Value>,
    lifetime: Duration,
}

impl AssertionSimulator {
    /// Signs with this private key in PEM.
    ///
    /// # Errors
    ///
    /// When it is no key for `algorithm`.
    pub fn pem(pem: impl AsRef<[u8]>, algorithm: JwsAlgorithm) -> Result<Self, BuildError> {
        let key = PrivateKey::read(pem.as_ref(), algorithm, EcdsaForm::Fixed);
        let key = key.and_then(|key| Self::of(key, algorithm));
        key.ok_or(BuildError::TokenEndpoint(
            "the private key cannot be read, or is not one for this algorithm",
        ))
    }

    /// Signs with a shared secret: with a public key as that secret, the well-known attack.
    ///
    /// # Errors
    ///
    /// When `algorithm` is none of `Hs256`, `Hs384`, `Hs512`.
    pub fn secret(secret: &[u8], algorithm: JwsAlgorithm) -> Result<Self, BuildError> {
        let key = PrivateKey::secret(secret, algorithm);
        let key = key.and_then(|key| Self::of(key, algorithm));
        key.ok_or(BuildError::TokenEndpoint(
            "a shared secret signs with `Hs256`, `Hs384` or `Hs512`",
        ))
    }

    fn of(key: PrivateKey, algorithm: JwsAlgorithm) -> Option<Self> {
        let simulator = Self {
            key: Arc::new(key),
            algorithm,
            key_id: None,
            claims: Map::new(),
            lifetime: Duration::from_secs(300),
        };
        simulator.key.sign(b"").is_some().then_some(simulator)
    }

    /// Adds a claim, or with `null` takes one away, the ones that are always there included: `iat`, `exp` and a random
    /// `jti`.
    #[must_use]
    pub fn claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// The `kid` in the head. Default: none.
    #[must_use]
    pub fn key_id(mut self, id: impl Into<String>) -> Self {
        self.key_id = Some(id.into());
        self
    }

    /// The form's time until the token ends. Default: 300 s.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// An assertion that is made now.
    pub fn token(&self, now: UnixTime) -> String {
        let mut id = [0; 16];
        // Without randomness two assertions have one id: a test then sees a replay.
        let _ = getrandom::fill(&mut id);
        let mut claims = Map::new();
        claims.insert("iat".to_owned(), now.as_secs().into());
        let exp = now.saturating_add(self.lifetime).as_secs();
        claims.insert("exp".to_owned(), exp.into());
        claims.insert("jti".to_owned(), const_hex::encode(id).into());
        claims.extend(self.claims.clone());
        claims.retain(|_, value| !value.is_null());
        let mut head = json!({"alg": self.algorithm.name(), "typ": "JWT"});
        if let (Some(id), Some(members)) = (&self.key_id, head.as_object_mut()) {
            members.insert("kid".to_owned(), id.as_str().into());
        }
        let message = message_of(&head, Value::Object(claims).to_string().as_bytes());
        let signature = self.key.sign(message.as_bytes()).unwrap_or_default();
        format!("{message}.{}", base64url::encode(signature))
    }
}

impl fmt::Debug for TokenSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSimulator")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AssertionSimulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssertionSimulator")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
