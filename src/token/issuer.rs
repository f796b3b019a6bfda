//! [`TokenIssuer`]: decides who gets a token.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    Assertion, Client, SigningKey, SigningKeys, TokenAnswer, TokenIssuerBuilder,
    asked::Asked,
    client::find,
    grant::{Grant, Refused},
    parameters::{FORM, JSON, Parameters},
    replays::use_once,
    throttle::Throttle,
};
use crate::{
    access::{Access, Networks},
    answer::{Answer, Terms},
    body::{BodyBounds, BodySource},
    clock::{Clock, Timer},
    error::Rejection,
    log,
    meter::token_asked,
    receiver::OwnerTokens,
    request::Head,
    road::{HeadRules, check_head, check_rule},
};

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

    /// How many bytes of a body are read at most.
    pub fn body_limit(&self) -> usize {
        self.0.body.limit
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
                let reason = rejection.reason().as_str();
                log::token_refused(&policy.name, reason, &rejection);
                token_asked(&policy.name, reason);
                return TokenAnswer::rejected(&Answer::rejected(&rejection, &policy.terms));
            }
        };
        match policy.issue(&head, &body.bytes, timer).await {
            Ok(answer) => answer,
            Err(refused) => {
                log::token_refused(&policy.name, refused.code(), &refused.why());
                token_asked(&policy.name, refused.code());
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
        let rule = self.access.as_deref();
        check_rule(rule, head, self.clock.now(), timer, ACCESS_LIMIT).await
    }

    async fn issue(
        &self,
        head: &Head<'_>,
        body: &[u8],
        timer: &Arc<dyn Timer>,
    ) -> Result<TokenAnswer, Refused> {
        let parameters = Parameters::read(head, body)?;
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
        token_asked(&self.name, "issued");
        Ok(TokenAnswer::granted(
            &token,
            self.lifetime,
            &grant.scopes,
            &self.also_named,
        ))
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
