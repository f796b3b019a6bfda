//! [`TokenIssuer`]: decides who gets a token.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{
    Assertion, Client, TokenAnswer, TokenIssuerBuilder, accounts::Accounts, addresses::Addresses,
    grant::Refused, parameters::Parameters, replays::Replays,
};
use crate::{
    access::{Bearer, Gate, is_forwarded},
    keys::jose::{SigningKey, SigningKeys},
    limits::{Allowance, BodySource, Erased},
    request::Head,
    telemetry::{log, meter::token_asked},
    time::{Clock, Timer},
    verdict::{Reason, Rejection},
};

/// How much longer a retired key is accepted than its last token lives: the leeway of whoever checks it.
const ROTATION_MARGIN: Duration = Duration::from_secs(120);

/// A token endpoint: whom it knows, what it signs with. Immutable but for its keys, and cheap to clone.
///
/// It does no IO: a framework gives it head and body, and sends its answer.
///
/// # Examples
///
/// ```
/// use hookgate::token::{Client, TokenIssuer};
///
/// # fn main() -> Result<(), hookgate::BuildError> {
/// let issuer = TokenIssuer::new("https://hooks.example/token")
///     .client(Client::new("unico", "0f3c…"))
///     .build()?;
/// // For the receiver; where the issuer has several clients, say which one it is for, with `issued_to`:
/// let access = issuer.bearer();
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
    pub(super) keys: SigningKeys,
    pub(super) lifetime: Duration,
    pub(super) also_named: Vec<String>,
    /// The endpoint's address, where clients may name it as `aud` beside the issuer's name.
    pub(super) endpoint: Option<Box<str>>,
    pub(super) replays: Option<Replays>,
    /// Who may ask at all.
    pub(super) gate: Gate,
    pub(super) access_reads_authorization: bool,
    /// None where addresses are not counted.
    pub(super) addresses: Option<Addresses>,
    pub(super) told_of_proxies: AtomicBool,
    pub(super) accounts: Accounts,
    pub(super) under_way: Allowance,
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
        self.0.gate.body.limit
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

    /// An access rule that lets in who shows a token of this issuer, with its [audience](Self::audience). The tokens are
    /// checked in process, without HTTP, and the rule follows its rotations. Where one issuer serves several endpoints, give
    /// each its own [`audience`](Bearer::audience).
    pub fn bearer(&self) -> Bearer {
        Bearer::of(self.0.keys.ring())
            .issuer(self.name())
            .audience(self.audience())
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
            policy.gate.read(&head, body, timer).await
        };
        let (body, _grant) = match read.await {
            Ok(body) => (Erased::new(body.bytes), body.grant),
            Err(rejection) => {
                policy.log_rejected(&rejection);
                token_asked(&policy.name, rejection.reason().as_str());
                return TokenAnswer::rejected(&policy.gate.refusal(&rejection));
            }
        };
        match policy.issue(&head, &body, timer).await {
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
        self.gate.check_head(head)?;
        if self.addresses.is_some() && self.sender(head).is_none() {
            return Err(Rejection::PeerNotWired);
        }
        self.tell_of_proxies(head);
        self.gate.check_access(head, self.clock.now(), timer).await
    }

    /// Once, where failures are counted by an address that is a proxy's.
    fn tell_of_proxies(&self, head: &Head<'_>) {
        if self.addresses.is_some()
            && self.gate.networks.is_none()
            && !self.told_of_proxies.load(Ordering::Relaxed)
            && is_forwarded(head)
            && !self.told_of_proxies.swap(true, Ordering::Relaxed)
        {
            log::forwarded_unread(&self.name);
        }
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
        let grant = self.grant(&asked, &attempt, &parameters, timer).await?;
        let token = self.sign(&grant, self.clock.now())?;
        log::token_issued(&self.name, asked.name());
        token_asked(&self.name, "issued");
        Ok(TokenAnswer::granted(
            &token,
            self.lifetime,
            &grant.scopes,
            &self.also_named,
        ))
    }

    fn log_rejected(&self, rejection: &Rejection) {
        match rejection.reason() {
            reason @ Reason::PeerNotWired => log::misused(
                reason,
                &format_args!(
                    "the token endpoint {} counts failures by address, and the caller's is unknown: serve axum with \
                     `into_make_service_with_connect_info::<SocketAddr>()`, or, where there are no addresses, build the \
                     issuer with `without_addresses()`",
                    self.name
                ),
            ),
            reason => log::token_refused(&self.name, reason.as_str(), rejection),
        }
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
