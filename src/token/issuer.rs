//! [`TokenIssuer`]: decides who gets a token.

use std::{fmt, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use http::header;
use serde::Serialize;
use zeroize::Zeroizing;

use super::{
    Assertion, Client, SigningKey, SigningKeys, TokenAnswer, TokenIssuerBuilder,
    client::{Presented, find},
    form,
    grant::{Grant, Refused},
    parameters::Parameters,
    replays::use_once,
    throttle::{Caller, Throttle},
};
use crate::{
    access::{Access, Networks, of_scheme},
    answer::{Answer, Terms},
    body::{BodyBounds, BodySource},
    clock::{Clock, Timer, UnixTime},
    error::Rejection,
    log,
    receiver::OwnerTokens,
    request::{Head, Single},
    road::{HeadRules, check_head, check_rules},
};

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
const CLIENT_CREDENTIALS: &str = "client_credentials";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// How long the access rule may take to get what it needs: as long as a receiver's.
const ACCESS_LIMIT: Duration = Duration::from_secs(2);
/// How much longer a retired key is accepted than its last token lives: the leeway of whoever checks it.
const ROTATION_MARGIN: Duration = Duration::from_secs(120);

/// A token endpoint: whom it knows, what it signs with. Immutable but for its keys, and cheap to clone.
///
/// It does no IO: a framework gives it head and body, and sends its answer.
///
/// # Examples
///
/// ```
/// use hookgate::{access::Bearer, token::{Client, TokenIssuer}};
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let issuer = TokenIssuer::new("https://hooks.example/token")
///     .client(Client::new("unico", "0f3c…"))
///     .build()?;
/// // For the receiver:
/// let access = Bearer::issued_by(&issuer);
/// # let _ = access;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct TokenIssuer(Arc<Policy>);

/// What the endpoint needs, prepared once.
pub(super) struct Policy {
    pub(super) name: Box<str>,
    pub(super) audience: Box<str>,
    pub(super) clients: Vec<Client>,
    pub(super) users: Vec<Client>,
    pub(super) assertions: Vec<Assertion>,
    pub(super) keys: Arc<SigningKeys>,
    pub(super) lifetime: Duration,
    pub(super) also_named: Vec<String>,
    pub(super) access: Option<Arc<dyn Access>>,
    pub(super) networks: Option<Networks>,
    pub(super) addresses: Throttle,
    pub(super) accounts: Throttle,
    pub(super) body: BodyBounds,
    pub(super) owners: OwnerTokens,
    pub(super) terms: Terms,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) timer: Option<Arc<dyn Timer>>,
}

impl TokenIssuer {
    /// Begins the issuer `name`: the `iss` of its tokens, best the URL of the token endpoint.
    #[expect(clippy::new_ret_no_self, reason = "an issuer is only had from `build`")]
    pub fn new(name: impl Into<String>) -> TokenIssuerBuilder {
        TokenIssuerBuilder::new(name.into())
    }

    pub(super) fn of(policy: Policy) -> Self {
        Self(Arc::new(policy))
    }

    /// The `iss` of its tokens.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The `aud` of its tokens, where a client has no other.
    pub fn audience(&self) -> &str {
        &self.0.audience
    }

    /// The timer that was set when building, if any; frameworks bring their own otherwise.
    pub fn timer(&self) -> Option<Arc<dyn Timer>> {
        self.0.timer.clone()
    }

    /// From now on `key` signs. Tokens of the present key stay good until they end.
    pub fn rotate(&self, key: &SigningKey) {
        let overlap = self.0.lifetime.saturating_add(ROTATION_MARGIN);
        self.0.keys.rotate(key, self.0.clock.now(), overlap);
    }

    /// The public keys as a JWKS document (RFC 7517), for those who check its tokens elsewhere. Empty where a shared
    /// secret signs.
    pub fn jwks(&self) -> TokenAnswer {
        TokenAnswer::keys(self.0.keys.jwks(self.0.clock.now()))
    }

    pub(crate) fn keys(&self) -> &Arc<SigningKeys> {
        &self.0.keys
    }

    /// Answers a token request.
    pub async fn answer(
        &self,
        head: Head<'_>,
        body: impl BodySource,
        timer: &Arc<dyn Timer>,
    ) -> TokenAnswer {
        let policy = &*self.0;
        let read = async {
            policy.check(&head, timer).await?;
            policy.body.read(body, timer).await
        };
        let body = match read.await {
            Ok(body) => body,
            Err(rejection) => {
                log::token_refused(&policy.name, rejection.reason().as_str(), &rejection);
                return TokenAnswer::rejected(&Answer::rejected(&rejection, &policy.terms));
            }
        };
        match policy.issue(&head, &body.bytes, timer).await {
            Ok(answer) => answer,
            Err(refused) => {
                log::token_refused(&policy.name, refused.code(), &refused.why());
                TokenAnswer::refused(refused)
            }
        }
    }
}

impl Policy {
    /// What is judged before the body is read, as on the road of a delivery.
    async fn check(&self, head: &Head<'_>, timer: &Arc<dyn Timer>) -> Result<(), Rejection> {
        let rules = HeadRules {
            methods: &["POST"],
            media_types: &[FORM, JSON],
            networks: self.networks.as_ref(),
            body_limit: self.body.limit,
        };
        check_head(&rules, head)?;
        let rules = [self.access.as_deref()];
        check_rules(&rules, head, self.clock.now(), timer, ACCESS_LIMIT).await
    }

    async fn issue(
        &self,
        head: &Head<'_>,
        body: &[u8],
        timer: &Arc<dyn Timer>,
    ) -> Result<TokenAnswer, Refused> {
        let is_json = is_json(head);
        let parameters = match is_json {
            true => Parameters::of_json(body)?,
            false => Parameters::of_form(body)?,
        };
        let asked = self.asked(head, &parameters)?;
        let attempt = self.begin(head, &asked)?;
        let granted = self.grant(&asked, &parameters, timer).await;
        if !granted.as_ref().is_err_and(|refused| refused.is_guess()) {
            attempt.forgive();
        }
        let grant = granted?;
        let now = self.clock.now();
        let token = self.sign(&grant, now)?;
        log::token_issued(&self.name, asked.name());
        Ok(TokenAnswer::granted(
            &token,
            self.lifetime,
            &grant.scopes,
            &self.also_named,
        ))
    }

    /// Which grant is asked for, with what to show for it.
    fn asked<'a>(&self, head: &Head<'_>, parameters: &'a Parameters) -> Result<Asked<'a>, Refused> {
        match parameters.grant_type.as_ref().map(|it| it.as_str()) {
            Some(CLIENT_CREDENTIALS) if !self.clients.is_empty() => {
                presented(head, parameters).map(Asked::Client)
            }
            Some(JWT_BEARER) if !self.assertions.is_empty() => match &parameters.assertion {
                Some(assertion) => Ok(Asked::Assertion(assertion)),
                None => Err(Refused::InvalidRequest("the assertion is missing")),
            },
            Some(_) => Err(Refused::UnsupportedGrantType),
            None => match (&parameters.user, &parameters.password) {
                (Some(user), Some(password)) if !self.users.is_empty() => {
                    Ok(Asked::User(Presented {
                        id: user.to_string(),
                        secret: password.clone(),
                        plain: None,
                    }))
                }
                _ => Err(Refused::InvalidRequest("the grant type is missing")),
            },
        }
    }

    /// Counts the attempt against the address and the client, and refuses who failed too often.
    fn begin(&self, head: &Head<'_>, asked: &Asked<'_>) -> Result<Attempt<'_>, Refused> {
        let now = self.clock.monotonic();
        let address = head.peer.and_then(|peer| {
            let peer = peer.ip().to_canonical();
            match &self.networks {
                Some(networks) => networks.sender(peer, head),
                None => Some(peer),
            }
        });
        let place = |list: &[Client], presented: &Presented| {
            list.iter().position(|client| presented.names(client.id()))
        };
        let account = match asked {
            Asked::Client(presented) => Some(Caller::Client(place(&self.clients, presented))),
            Asked::User(presented) => Some(Caller::User(place(&self.users, presented))),
            Asked::Assertion(_) => None,
        };
        let mut attempt = Attempt {
            begun: Vec::new(),
            now,
        };
        let callers = [
            (&self.addresses, address.map(Caller::at)),
            (&self.accounts, account),
        ];
        for (throttle, caller) in callers {
            let Some(caller) = caller else { continue };
            if let Err(wait) = throttle.begin(caller, now) {
                attempt.forgive();
                return Err(Refused::Throttled(wait));
            }
            attempt.begun.push((throttle, caller));
        }
        Ok(attempt)
    }

    async fn grant(
        &self,
        asked: &Asked<'_>,
        parameters: &Parameters,
        timer: &Arc<dyn Timer>,
    ) -> Result<Grant, Refused> {
        let scope = parameters.scope.as_ref().map(|it| it.as_str());
        let (subject, rights) = match asked {
            Asked::Client(presented) => {
                let client = find(&self.clients, presented).ok_or(Refused::InvalidClient)?;
                (client.id().to_owned(), client.rights())
            }
            Asked::User(presented) => {
                const WRONG: Refused = Refused::InvalidGrant("user or password is wrong");
                let user = find(&self.users, presented).ok_or(WRONG)?;
                (user.id().to_owned(), user.rights())
            }
            Asked::Assertion(token) => {
                let now = self.clock.now();
                let judged = self.assertions.iter().find_map(|assertion| {
                    let asserted = assertion.judge(token, &self.name, now)?;
                    Some(asserted.map(|asserted| (assertion, asserted)))
                });
                let (assertion, asserted) = judged.unwrap_or(Err(Refused::InvalidGrant(
                    "the assertion cannot be read, or no known key signed it",
                )))?;
                if let Some(store) = assertion.replays() {
                    use_once(store, &asserted, &self.name, &self.owners, timer).await?;
                }
                let subject = asserted.subject.ok_or(Refused::InvalidGrant(
                    "the assertion has neither `sub` nor `iss`",
                ))?;
                (subject, assertion.rights())
            }
        };
        Ok(Grant {
            scopes: rights.grant(scope)?,
            audience: rights.audience.clone(),
            subject,
        })
    }

    fn sign(&self, grant: &Grant, now: UnixTime) -> Result<Zeroizing<String>, Refused> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| Refused::Unsigned)?;
        let issued_at = now.as_secs();
        let scope = grant.scopes.join(" ");
        let claims = Claims {
            iss: &self.name,
            sub: &grant.subject,
            client_id: &grant.subject,
            aud: grant.audience.as_deref().unwrap_or(&self.audience),
            iat: issued_at,
            exp: issued_at.saturating_add_unsigned(self.lifetime.as_secs()),
            jti: const_hex::encode(id),
            scope: Some(scope).filter(|scope| !scope.is_empty()),
        };
        self.keys.signing().sign(&claims).ok_or(Refused::Unsigned)
    }
}

/// What is asked with.
enum Asked<'a> {
    Client(Presented),
    User(Presented),
    Assertion(&'a str),
}

impl Asked<'_> {
    fn name(&self) -> &'static str {
        match self {
            Self::Client(_) => CLIENT_CREDENTIALS,
            Self::User(_) => "user and password",
            Self::Assertion(_) => "jwt-bearer",
        }
    }
}

/// An attempt that counts as failed until it is forgiven.
struct Attempt<'a> {
    begun: Vec<(&'a Throttle, Caller)>,
    now: Duration,
}

impl Attempt<'_> {
    fn forgive(&self) {
        for (throttle, caller) in &self.begun {
            throttle.forgive(*caller, self.now);
        }
    }
}

/// An access token's claims (RFC 9068, section 2.2).
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    client_id: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// The head was checked: the media type is one of the two.
fn is_json(head: &Head<'_>) -> bool {
    match head.single(&header::CONTENT_TYPE) {
        Single::Value(value) => {
            value
                .split(|byte| *byte == b';')
                .next()
                .is_some_and(|media_type| {
                    media_type
                        .trim_ascii()
                        .eq_ignore_ascii_case(JSON.as_bytes())
                })
        }
        Single::Missing | Single::Repeated => false,
    }
}

/// The client's id and secret, from `Authorization` or from the body, never from both (RFC 6749, section 2.3).
fn presented(head: &Head<'_>, parameters: &Parameters) -> Result<Presented, Refused> {
    let value = match head.single(&header::AUTHORIZATION) {
        Single::Missing => {
            let (Some(id), Some(secret)) = (&parameters.client_id, &parameters.client_secret)
            else {
                return Err(Refused::InvalidClient);
            };
            return Ok(Presented {
                id: id.to_string(),
                secret: secret.clone(),
                plain: None,
            });
        }
        Single::Repeated => {
            return Err(Refused::InvalidRequest("`Authorization` stands twice"));
        }
        Single::Value(value) => value,
    };
    if parameters.client_secret.is_some() {
        return Err(Refused::InvalidRequest(
            "the client shows a secret in `Authorization` and in the body",
        ));
    }
    let presented = of_basic(value).ok_or(Refused::InvalidClient)?;
    match &parameters.client_id {
        Some(id) if !presented.names(id) => Err(Refused::InvalidRequest(
            "the client has one id in `Authorization` and another in the body",
        )),
        _ => Ok(presented),
    }
}

/// RFC 6749, section 2.3.1: id and secret are encoded as in a form, then joined by a colon, then base64.
fn of_basic(value: &[u8]) -> Option<Presented> {
    let encoded = of_scheme(value, b"Basic")?;
    let pair = Zeroizing::new(BASE64_STANDARD.decode(encoded).ok()?);
    let pair = std::str::from_utf8(&pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let decoded = form::decoded(id.as_bytes()).zip(form::decoded(secret.as_bytes()));
    let plain = (id.to_owned(), Zeroizing::new(secret.to_owned()));
    Some(match decoded {
        Some((id, secret)) => Presented {
            id: id.to_string(),
            secret,
            plain: Some(plain),
        },
        None => Presented {
            id: plain.0,
            secret: plain.1,
            plain: None,
        },
    })
}

impl fmt::Debug for TokenIssuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenIssuer")
            .field("name", &self.0.name)
            .field("audience", &self.0.audience)
            .field("clients", &self.0.clients)
            .field("users", &self.0.users)
            .field("assertions", &self.0.assertions)
            .field("keys", &self.0.keys)
            .finish_non_exhaustive()
    }
}
